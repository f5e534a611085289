"""`python -m lstm_course` does what `lstm-course` does, also where no scripts are on the path."""

import sys

from lstm_course.cli import main

sys.exit(main())
