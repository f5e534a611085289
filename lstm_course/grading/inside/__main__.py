"""Starts the worker; garbage is not looked for meanwhile: what is loaded stays, and a look takes a while."""

import gc

gc.disable()

from lstm_course.grading.inside.worker import main  # noqa: E402 - not before the line above

main()
