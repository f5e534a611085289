"""A complete nbgrader course, its holes closed."""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(
    __name__, {"course": ("CourseError", "assignment", "create", "ending_in_a_mark")}
)
