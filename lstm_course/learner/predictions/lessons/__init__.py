"""The questions of the lessons, a table for each."""
