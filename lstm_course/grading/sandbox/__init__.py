"""Where a learner's code runs, shut in."""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(
    __name__,
    {
        "copying": ("INSIDE", "STANDING_IN", "course_copy", "whole_course_copy"),
        "session": ("Ended", "Session"),
        "walls": ("ADVICE", "Limits", "NoSandbox", "available", "command", "environment", "start"),
    },
)
