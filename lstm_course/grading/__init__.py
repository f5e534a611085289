"""Grading for instructors: many notebooks, in a sandbox, each exercise by itself.

A learner's code runs in another process, shut in. Inputs go in, data comes out, and what is right is decided
outside, where the learner's code cannot reach. What goes into the sandbox stands in `inside`.
"""
