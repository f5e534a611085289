"""From verdicts to points: what the instructor has set for the course, and corrected by hand."""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(
    __name__,
    {
        "applying": ("applied", "totals"),
        "course_file": ("Course", "CourseFileError", "beside", "read"),
    },
)
