"""What a learner has done is not looked at while a notebook is graded."""


def progress(folder=None):
    """Nothing to show."""


def remember(exercise, status, folder=None):
    """Nothing to write down."""
    return ()
