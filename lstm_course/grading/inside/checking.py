"""check, hint, solution, proven, as they are while a notebook is graded: nothing is checked in here."""

__all__ = ["Outcome", "check", "hint", "proven", "solution"]

listeners = []
_ask = None  # set by the worker: function from a message to the grader's reply


class Outcome:
    """Nothing: what is right is decided elsewhere."""

    status, message, mistake, score = "not attempted", "Checked by the grader.", None, 0.0


def check(*answer, **named):
    """Do nothing."""
    return Outcome()


hint = solution = check


def proven(function):
    """The learner's function, or where that is not right a stand-in that asks the grader for each value."""
    name = getattr(function, "__name__", None)
    if _ask is None or not isinstance(name, str) or _ask({"ask": "proven", "name": name})["own"]:
        return function

    def course_function(*arguments):
        reply = _ask({"ask": "reference", "name": name, "arguments": arguments})
        if "error" in reply:
            raise ValueError(reply["error"])
        return reply["value"]

    course_function.__name__ = name
    return course_function
