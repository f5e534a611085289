"""Examinations whose answers stand nowhere: drawn from a secret, by the cell and by the question.

`secret` makes and reads what only the instructor has. `cells` composes cells from parts, `formulas` writes
them as mathematics and differentiates them. `bank` has the kinds of question on each lesson, `exams` draws
those of a student, `handout` writes the two notebooks, and `keys` the folder. `rehearsing` draws from the
same kinds without a secret, for learners who meet their mistakes again.
"""

from .exams import exercises_of
from .keys import EVERYBODY, HAND_OUT, INSTRUCTOR, KEY, read_key, write
from .rehearsing import rehearse
from .secret import VariantError, read_or_make

__all__ = [
    "EVERYBODY", "HAND_OUT", "INSTRUCTOR", "KEY", "VariantError", "exercises_of", "read_key", "read_or_make",
    "rehearse", "write",
]  # fmt: skip
