"""Prices: simulated ones, and those in a CSV file as banks, exchanges and finance sites export it.

Exports differ in everything: separator, decimal comma, order of days, names of columns, way to write a date,
rows above the table. What is decided here is decided by looking at all cells of the file. What two readings
fit is refused, because a forecast of misread prices looks as good as any other, and what was chosen is said.
"""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(
    __name__, {"loading": ("load_prices", "read_prices"), "simulated": ("simulated_prices",)}
)
