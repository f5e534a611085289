"""What comes out of a batch: tables, a page for each learner, and the class picture."""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(
    __name__, {"pages": ("feedback", "tables", "told_to_learner", "write_all")}
)
