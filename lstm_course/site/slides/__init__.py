"""Slides for the classroom: the plan of a lesson names what to show, and the lesson itself has it."""
