"""The one kind of error that people who use the course see without a traceback."""

__all__ = ["Trouble"]


class Trouble(Exception):
    """Something that the user can put right: the message says what is wrong and what to do, in a sentence.

    The command line prints the message of any of its kinds and ends with status 1.
    """
