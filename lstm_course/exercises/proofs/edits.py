"""What each mistake changes in its reference, and whether it can."""

import difflib
from collections.abc import Iterable

from lstm_course.exercises.exercise import Exercise, Mistake, Question, ValueExercise

__all__ = ["difference", "differences", "problems"]


def problems(exercise: Exercise | ValueExercise | Question) -> list[str]:
    """What is wrong with the mistakes of an exercise, before any of them is run.

    This is no part of `Exercise` itself, for a learner's session need not read the sources of all references.

    Args:
        exercise: any exercise; of others than an `Exercise` only the names are looked at.

    Returns:
        List of sentences, empty when all is well.

    Example:
        >>> from lstm_course.exercises import find
        >>> problems(find("rnn_cell"))
        []
    """
    mistakes = getattr(exercise, "mistakes", ())
    names = [mistake.name for mistake in mistakes]
    found = [f"two mistakes are called {name!r}" for name in sorted(set(names)) if names.count(name) > 1]
    for mistake in mistakes if isinstance(exercise, Exercise) else ():
        found += _misfits(exercise, mistake)
    return [f"{exercise.id}: {sentence}" for sentence in found]


def _misfits(exercise, mistake):
    try:
        changes = mistake.changes
    except (SyntaxError, ValueError):
        return [f"the edit of mistake {mistake.name!r} is no dict of strings: {mistake.edit}"]
    counts = [(right, exercise.source.count(right)) for right in changes]
    lost = [
        f"mistake {mistake.name!r} changes {right!r}, which occurs {count} times in the reference, not once"
        for right, count in counts
        if count != 1
    ]
    if lost:
        return lost
    try:
        text = exercise.text_with(mistake)
        compile(text, exercise.id, "exec")
    except SyntaxError as error:
        return [f"mistake {mistake.name!r} is no Python: {error.msg}, line {error.lineno}"]
    return [f"mistake {mistake.name!r} changes nothing"] if text == exercise.source else []


def difference(exercise: Exercise, mistake: Mistake) -> list[str]:
    """The lines that a mistake changes: on one line where it is a single one.

    Args:
        exercise: an `Exercise`.
        mistake: one of its mistakes.

    Returns:
        List of str.

    Example:
        >>> from lstm_course.exercises import find
        >>> cell = find("rnn_cell")
        >>> difference(cell, next(each for each in cell.mistakes if each.name == "no tanh"))
        ['line 5: return np.tanh(a)  ->  return a']
    """
    right, wrong = exercise.source.splitlines(), exercise.text_with(mistake).splitlines()
    shown = []
    for kind, start, end, first, last in difflib.SequenceMatcher(None, right, wrong).get_opcodes():
        if kind == "replace" and end - start == last - first == 1:
            shown.append(f"line {end}: {right[start].strip()}  ->  {wrong[first].strip()}")
        elif kind != "equal":
            shown += [f"line {k + 1}: - {right[k]}" for k in range(start, end)]
            shown += [f"line {start + 1}: + {line}" for line in wrong[first:last]]
    return shown


def differences(exercises: Iterable[Exercise | ValueExercise | Question]) -> dict[tuple[str, str], list[str]]:
    """What each mistake of several exercises changes.

    Args:
        exercises: list of exercise objects.

    Returns:
        Dict: (id of the exercise, name of the mistake) -> lines as `difference` gives them.
    """
    return {
        (exercise.id, mistake.name): difference(exercise, mistake)
        for exercise in exercises
        if isinstance(exercise, Exercise)
        for mistake in exercise.mistakes
    }
