"""Messages to a bicycle hire desk, in three classes, and texts from a CSV of the learner's own."""
