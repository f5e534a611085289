"""What a learner expects before an experiment: asked for, kept, and set beside what came of it."""

from lstm_course.common.faces import face

_HOMES = {
    "asking": ("guess",),
    "questions": ("Choice", "Number", "Order"),
    "surprises": ("surprises",),
}

__getattr__, __dir__, __all__ = face(__name__, _HOMES)
