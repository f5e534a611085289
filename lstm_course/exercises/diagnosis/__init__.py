"""Find out what is wrong with an answer: what its source says, what it does, and how that differs."""
