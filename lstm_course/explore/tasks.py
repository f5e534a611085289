"""The tasks of the cell playground: to be guessed first, then solved with the levels of the gates.

They are known by name to what counts what a learner has done, which is told when one has been solved.
"""

from dataclasses import asdict, dataclass, field

__all__ = ["TASKS", "Task", "in_logbook", "listeners", "solved"]

listeners = []  # called as `listener(id, "right")`


@dataclass(frozen=True)
class Task:
    """Something to reach in an explorer.

    Args:
        id: its name.
        title: what its button says.
        ask: what is to be done, and what to guess before.
        guesses: what may be guessed.
        answer: the right one of them.
        start: dict, how the levels stand when it begins.
    """

    id: str
    title: str
    ask: str
    guesses: tuple
    answer: str
    start: dict = field(default_factory=dict)

    def for_page(self):
        """The task as a page gets it.

        Example:
            >>> TASKS["replace"].for_page()["title"]
            'Replace'
        """
        return {**asdict(self), "guesses": list(self.guesses)}


_SHUT = {"c_prev": 1.0, "f": 0.5, "i": 0.5, "g": -0.8, "o": 0.5, "way": "forward"}
TASKS = {
    task.id: task
    for task in (
        Task(
            "hold_in_secret",
            "Hold in secret",
            "The memory leaves the cell as it came, and nobody outside can see it: h is 0. "
            "Which gates are open?",
            ("only f", "f and o", "only i", "none"),
            "only f",
            _SHUT,
        ),
        Task(
            "replace",
            "Replace",
            "The candidate takes the place of the old memory. Which of f and i are open?",
            ("both", "only f", "only i", "none"),
            "only i",
            _SHUT,
        ),
        Task(
            "add_up",
            "Add",
            "The new memory is the old one plus the candidate. Which of f and i are open?",
            ("both", "only f", "only i", "none"),
            "both",
            _SHUT,
        ),
        Task(
            "reach",
            "Reach 2.5",
            "Begin with c_prev = 0 and bring c_prev to 2.50, in as few steps as possible. Set the gates, "
            "take the step, set them again. How many steps will it take?",
            ("1", "2", "3", "5"),
            "3",
            _SHUT | {"c_prev": 0.0},
        ),
        Task(
            "far_back",
            "90 % after 20",
            "Let 90 % of the gradient through 20 steps of the road. What must f be? (Arrow keys move f by a "
            "thousandth here.)",
            ("0.900", "0.950", "0.990", "0.995"),
            "0.995",
            _SHUT | {"f": 0.9, "i": 0.0, "o": 0.0, "dc": 1.0, "dh": 0.0, "way": "backward"},
        ),
    )
}


def solved(before, now):
    """Tell those who want to know which tasks have just been solved.

    Args:
        before, now: lists of ids; those that are no tasks are left out.

    Example:
        >>> listeners.append(print)
        >>> solved(["replace"], ["replace", "add_up"])
        playground: add_up right
        >>> listeners.remove(print)
    """
    for new in now:
        if new in TASKS and new not in before:
            for listener in listeners:
                listener(in_logbook(new), "right")


def in_logbook(task):
    """What a task is called among the results of exercises, none of which has such a name.

    Example:
        >>> in_logbook("replace")
        'playground: replace'
    """
    return f"playground: {task}"
