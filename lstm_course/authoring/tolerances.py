"""By how much do the numbers of a lesson move when a processor rounds differently? Measured, not guessed.

A lesson is run several times with its networks shaken (see `shaking`), and each output is compared with the
committed one. What may differ is a cell tagged `varies`; its tolerance is three times what was seen to move,
and stands with the measurement in the cell's metadata:

    "shaken": {"runs": 5, "moved": 0.012, "tolerance": 0.036}

Any other cell must say the same in every run. A number that moves farther than a tenth says little about the
claim beside it: the cell prints something stable instead, or marks the number with a `~` (see `comparing`)
and asserts what the lesson claims.
"""

import copy
import math
from dataclasses import dataclass

from lstm_course.common import comparing
from lstm_course.common.notebook_runs import about_cell, execute
from lstm_course.scratch.shaking import VARIABLE

RUNS = 5
ROOM = 3  # five runs show about a third of how far a hundred would go
SMALLEST = 0.01
LARGEST = 0.3  # a number compared more loosely than this says nothing: let the cell print something stable


@dataclass(frozen=True)
class Movement:
    """How far the numbers of one cell went.

    Attributes:
        cell: the code cell as it was committed.
        moved: largest difference of a number from the committed one, over all runs: relative, for percentages
            in points / 100; infinite where more than numbers differed.
        seed: the shake that moved it farthest, or None when nothing moved.
        said: the difference in words, as of that shake; empty when nothing moved.
    """

    cell: object
    moved: float = 0.0
    seed: int | None = None
    said: str = ""

    @property
    def allowed(self):
        """The tolerance that the cell has now, as a float; 0 for a cell that is compared exactly."""
        return comparing.tolerance(self.cell.metadata) or 0.0


def movements(notebook, name, seeds):
    """Runs a notebook shaken, once for each seed, and measures how far each cell moves.

    Args:
        notebook: the notebook with the outputs to compare with; left as it is.
        name: str or pathlib.Path, what to call it in messages.
        seeds: whole numbers, one for each run.

    Returns:
        A list of Movement, one for each code cell.

    Raises:
        BuildError: a cell raised in a shaken run, wrote to stderr, or ran too long.
    """
    found = [Movement(cell) for cell in notebook.cells if cell.cell_type == "code"]
    for seed in seeds:
        shaken = copy.deepcopy(notebook)
        execute(shaken, f"{name}, shaken with seed {seed}", {VARIABLE: str(seed)})
        cells = [cell for cell in shaken.cells if cell.cell_type == "code"]
        found = [_farther(before, cell, seed) for before, cell in zip(found, cells, strict=True)]
    return found


def _farther(before, cell, seed):
    if "nbval-ignore-output" in cell.metadata.get("tags", ()):
        return before
    moved = comparing.moved(before.cell.outputs, cell.outputs)
    said = comparing.difference(before.cell.outputs, cell.outputs)
    # Every difference of an exact cell counts, also of one unit in the last digit.
    if moved > before.moved or (said and before.seed is None):
        return Movement(before.cell, moved, seed, said)
    return before


def measured(movement, runs):
    """Words a movement for a cell's metadata.

    Args:
        movement: Movement.
        runs: int, how many shaken runs it was seen in.

    Returns:
        A dict with "runs", "moved" and "tolerance".

    Example:
        >>> measured(Movement(None, moved=0.01234), runs=5)
        {'runs': 5, 'moved': 0.013, 'tolerance': 0.038}
    """
    tolerance = _rounded_up(max(ROOM * movement.moved, SMALLEST))
    return {"runs": runs, "moved": _rounded_up(movement.moved), "tolerance": min(tolerance, LARGEST)}


def _rounded_up(number):
    """To two digits."""
    if number == 0:
        return 0.0
    digits = 1 - math.floor(math.log10(number))
    return round(math.ceil(number * 10**digits - 1e-9) / 10**digits, digits)


def problems(found, name):
    """Says what an author has to mend in the cells of a lesson that was just built.

    Args:
        found: list of Movement.
        name: str, what to call the notebook.

    Returns:
        A list of str, one for each cell that another rounding changes more than a reader may see.
    """
    said = []
    for movement in found:
        if math.isinf(movement.moved):
            reason = "another rounding changes more than numbers: print what is stable"
        elif movement.said and not comparing.varies(movement.cell):
            reason = "another rounding changes a number: print what is stable, or tag the cell 'varies'"
        elif ROOM * movement.moved > LARGEST:
            reason = f"another rounding moves a number by {movement.moved:.0%}: print what is stable, or '~'"
        else:
            continue
        said.append(_complaint(movement, name, reason))
    return said


def violations(found, name):
    """Says which cells moved farther than their tolerance.

    Args:
        found: list of Movement.
        name: str, what to call the notebook.

    Returns:
        A list of str; empty when every cell stands.
    """
    return [
        _complaint(movement, name, f"moved by {movement.moved:.1%}, tolerance {movement.allowed:.1%}")
        for movement in found
        if movement.moved > movement.allowed or (movement.said and not comparing.varies(movement.cell))
    ]


def _complaint(movement, name, reason):
    return about_cell(name, movement.cell, f"{reason} (shake {movement.seed})\n{movement.said}")


def table(found, most=8):
    """The cells that moved most, in lines to read.

    Args:
        found: list of Movement.
        most: int, how many lines at most; default 8.

    Returns:
        A list of str: cell, how far it moved, what its tolerance is.
    """
    moved = sorted((movement for movement in found if movement.said), key=lambda movement: -movement.moved)
    return [
        f"  code cell {movement.cell.execution_count:3}: moved {movement.moved:7.2%}, "
        f"tolerance {movement.allowed:.2%} (shake {movement.seed})"
        for movement in moved[:most]
    ]
