"""From what learners have handed in to submissions."""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(__name__, {"collecting": ("Submission", "SubmissionsError", "collect")})
