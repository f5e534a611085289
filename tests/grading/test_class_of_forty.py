"""Forty learners, whose marks are known beforehand from what each was given, handed in as four platforms do.

The class is drawn by chance: for each exercise of a lesson somebody has a right answer, one of the known
mistakes, a part that cannot be read, or nothing. What it is worth is written down when it is drawn, and not
asked of the checks. `python tests/grading/test_class_of_forty.py 8` grades it beside eight busy processes.
"""

import multiprocessing
import random
import sys
import tempfile
from pathlib import Path

from helpers import sandbox_of_this_machine, write_notebook

from lstm_course import exercises
from lstm_course.grading import batch

LEARNERS = 40
LESSON = "03"
BEFORE = "import numpy as np\nfrom lstm_course.scratch import sigmoid"
NAMINGS = {
    "nbgrader": "submitted/{learner}/lesson03/03_lstm_from_scratch.ipynb",
    "moodle": "{learner}_{number}_assignsubmission_file_/my work.ipynb",
    "canvas": "{learner}_{number}_4567_03_lstm-1.ipynb",
    "gradescope": "assignment_9_export/submission_{number}/a.ipynb",
}


def drawn(rng):
    """One learner's cells, and what each may be worth: a known mistake nothing, or half where it is near."""
    cells, worth = [BEFORE], {}
    for exercise in exercises.every().values():
        if exercise.lesson != LESSON or not isinstance(exercise, exercises.Exercise):
            continue
        kind = rng.choice(["right", "right", "mistake", "unread", "nothing"])
        if kind == "nothing":
            worth[exercise.id] = [0]
            continue
        wrong = [each for each in exercise.mistakes if not each.convention]
        mistake = rng.choice(wrong) if kind == "mistake" else None
        source = exercise.text_with(*([mistake] if mistake else []))
        cells.append(source + "\n    return (" if kind == "unread" else source)
        worth[exercise.id] = {"right": [exercise.points], "mistake": [0, exercise.points / 2]}.get(kind, [0])
    return cells, worth


def differences(folder, seed):
    """Hand in a class and grade it; what differs from what is known, and how many marks were compared."""
    rng, expected = random.Random(seed), {}
    for number in range(LEARNERS):
        learner, (cells, worth) = f"learner{number:02}", drawn(rng)
        naming = list(NAMINGS)[number % len(NAMINGS)]
        path = folder / naming / NAMINGS[naming].format(learner=learner, number=1000 + number)
        write_notebook(path, *cells)
        expected[naming, f"submission {1000 + number}" if naming == "gradescope" else learner] = worth
    found = {}
    for naming in NAMINGS:
        done = batch.run(
            folder / naming, folder / f"marks of {naming}", jobs=2, seed=seed, say=lambda line: None
        )
        for result in done.results:
            rows = {row["exercise"]: row["score"] for row in result["exercises"]}
            found[naming, result["learner"]] = rows
    assert found.keys() == expected.keys()
    differing = [
        (learner, name, found[learner][name], may_be)
        for learner, worth in expected.items()
        for name, may_be in worth.items()
        if found[learner][name] not in may_be
    ]
    return differing, sum(map(len, expected.values()))


def test_every_mark_is_the_one_that_is_known(tmp_path):
    sandbox_of_this_machine()
    differing, compared = differences(tmp_path, seed=11)
    assert compared > 3 * LEARNERS
    assert differing == []


def work():
    while True:
        pass


if __name__ == "__main__":
    busy = [multiprocessing.Process(target=work, daemon=True) for _ in range(int(sys.argv[1]))]
    for process in busy:
        process.start()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as place:
        wrong, count = differences(Path(place), seed=11)
    print(f"{count} marks, {len(wrong)} differ, beside {len(busy)} busy processes", *wrong, sep="\n")
    sys.exit(bool(wrong))
