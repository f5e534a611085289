"""What a learner has done is not looked at while a notebook is graded."""


def progress(folder: object = None) -> None:
    """Nothing to show."""


def remember(exercise: object, status: object, folder: object = None) -> tuple[()]:
    """Nothing to write down."""
    return ()
