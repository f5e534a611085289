"""Questions for a talk of five minutes, made from a learner's own answers, which are read and never run.

`matching` finds a piece of the course's answer in one that is written otherwise, `reading` what an answer is
made of, `asking` makes questions of both and chooses three, and `pages` writes a page for each learner.
"""

from .pages import write

__all__ = ["write"]
