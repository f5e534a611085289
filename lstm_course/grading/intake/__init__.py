"""From what learners have handed in to submissions, and to the people who own them."""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(
    __name__,
    {
        "collecting": ("HandedIn", "NotRead", "Submission", "SubmissionsError", "collect"),
        "roster": ("book", "read_roster"),
    },
)
