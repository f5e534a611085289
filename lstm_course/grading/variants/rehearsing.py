"""Exercises of the lessons drawn anew for a learner who meets a mistake again.

They come from the kinds of the examinations, and from a seed that anybody may know: they are for practice,
and an examination is drawn from its secret all the same.
"""

import random

from lstm_course.exercises import Question
from lstm_course.grading.variants.bank import BANK
from lstm_course.learner.card_forms import Variant

__all__ = ["KINDS", "rehearse"]

# Lesson and kind -> the exercises of which it is a variant. Kinds that need a figure are none for a terminal.
_RELATED = {
    ("1", "sequence"): ("rnn_cell", "rnn_forward"),
    ("1", "backward"): ("rnn_backward",),
    ("1", "parameters"): ("rnn_parameter_count",),
    ("2", "lag"): ("gradient_norms_by_lag", "memory_horizon", "lag_at_one_percent"),
    ("3", "forward"): ("lstm_gates", "lstm_cell", "lstm_forward"),
    ("3", "backward"): ("lstm_cell_backward",),
    ("3", "parameters"): ("lstm_parameter_count",),
    ("4", "rows"): ("encode",),
    ("4", "pooled"): ("masked_mean",),
    ("4", "parameters"): ("build_text_classifier", "book_parameters"),
    ("4", "table of errors"): ("confusion",),
    ("5", "parameters"): ("stack_parameter_count", "stack_parameters"),
    ("5", "shape"): ("fix_the_stack", "stacked_forward", "upper_layer"),
    ("5", "both ends"): ("bidirectional_forward",),
    ("6", "leak"): ("chronological_split", "scale_without_leakage", "no_leak"),
    ("6", "how many windows"): ("training_windows",),
    ("6", "windows"): ("create_sequences",),
    ("6", "scaled error"): ("mase",),
    ("7", "forward"): ("gru_cell",),
    ("7", "same size"): ("gru_parameter_count", "matched_gru_size"),
    ("7", "seeds"): ("compare_over_seeds", "how_far_apart"),
}
# Id of an exercise -> lesson and kind.
KINDS = {name: place for place, names in _RELATED.items() for name in names}


def rehearse(exercise: str, rng: random.Random) -> Variant | None:
    """A variant of an exercise.

    Args:
        exercise: its id.
        rng: from which it is drawn.

    Returns:
        A `Variant`, or None where the exercise has none.

    Example:
        >>> rehearse("lag_at_one_percent", random.Random(1)).why.split()[:4]
        ['The', 'factors', 'multiply;', 'the']
    """
    if exercise not in KINDS:
        return None
    lesson, kind = KINDS[exercise]
    drawn = BANK[lesson][kind](rng, "answer")
    if isinstance(drawn.exercise, Question):
        return Variant(drawn.exercise, drawn.exercise.question, drawn.exercise.source)
    return Variant(drawn.exercise, drawn.statement, drawn.reasons[0] if drawn.reasons else "")
