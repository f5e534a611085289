"""Hourly data of several columns: a simulated year of a town, or a CSV file of the learner's own."""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(__name__, {"loading": ("Hourly", "load_hourly")})
