"""What a learner expects of an experiment is not asked for while a notebook is graded."""


def guess(question: object, answer: object = None, sure: object = None) -> None:
    """Nothing to ask."""


def surprises(lesson: object, folder: object = None) -> None:
    """Nothing to show."""
