"""The exercises: one module a lesson, one object an exercise; what judges an answer; and the proofs of that.

`exercise` says what an exercise is, `lessons/` has them all, `registry` finds them. `running`, `diagnosis/`
and `judging` look at an answer, `verdicts` has the words for what they find. `proofs/` shows that they find
what they should. A new exercise is one object in `lessons/lessonNN.py`; nothing else needs to hear of it.
"""

from .exercise import Exercise, Mistake, Probe, Question, ValueExercise, WrongValue
from .registry import every, find, lesson_of

__all__ = [
    "Exercise", "Mistake", "Probe", "Question", "ValueExercise", "WrongValue", "every", "find", "lesson_of",
]  # fmt: skip
