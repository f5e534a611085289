"""The kinds of question, a module for each lesson: each kind is drawn anew for each student."""

from lstm_course.grading.variants.bank import (
    gru,
    lstm,
    rnn,
    stacks,
    text,
    time_series,
    vanishing,
)
from lstm_course.grading.variants.questions import Maker

__all__ = ["BANK"]

# Lesson -> its kinds of question, by name.
BANK: dict[str, dict[str, Maker]] = {
    "1": rnn.KINDS,
    "2": vanishing.KINDS,
    "3": lstm.KINDS,
    "4": text.KINDS,
    "5": stacks.KINDS,
    "6": time_series.KINDS,
    "7": gru.KINDS,
}
