"""What several test files need and no room of the course offers."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]  # of the clone
