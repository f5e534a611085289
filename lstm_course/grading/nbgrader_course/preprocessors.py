"""What nbgrader does to a notebook, with its holes closed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbgrader import preprocessors
from nbgrader.converters import Autograde, GenerateAssignment

from lstm_course import authoring

if TYPE_CHECKING:
    from nbconvert.exporters.exporter import ResourcesDict
    from nbformat import NotebookNode

__all__ = ["CutAnswers", "OneOfEach", "for_release", "for_sanitizing"]


class CutAnswers(preprocessors.ClearSolutions):
    """Cuts the answers out in the way of the course: what is left can be run, and is "not attempted"."""

    def preprocess_cell(
        self, cell: "NotebookNode", resources: "ResourcesDict", cell_index: int
    ) -> "tuple[NotebookNode, ResourcesDict]":
        """Called by nbgrader for each cell."""
        if cell.cell_type == "code":
            cell.source = authoring.cut_solution(cell.source)
        return cell, resources


class OneOfEach(preprocessors.DeduplicateIds):
    """Leaves nbgrader's metadata on the last of several copies of a cell.

    nbgrader empties the metadata of the others, and then stops the batch, because an empty dictionary is no
    metadata of its own (issue 1083); here they are taken away.
    """

    def preprocess_cell(
        self, cell: "NotebookNode", resources: "ResourcesDict", cell_index: int
    ) -> "tuple[NotebookNode, ResourcesDict]":
        """Called by nbgrader for each cell, from the last to the first."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.metadata.get("nbgrader") == {}:
            del cell.metadata["nbgrader"]
        return cell, resources


def for_release() -> Sequence[type[preprocessors.NbGraderPreprocessor]]:
    """The steps of `nbgrader generate_assignment`, with `CutAnswers` in the place of nbgrader's own."""
    return _replaced(GenerateAssignment.preprocessors, preprocessors.ClearSolutions, CutAnswers)


def for_sanitizing() -> Sequence[type[preprocessors.NbGraderPreprocessor]]:
    """The steps of `nbgrader autograde` before it runs anything, with `OneOfEach` in the place of its own."""
    return _replaced(Autograde.sanitize_preprocessors, preprocessors.DeduplicateIds, OneOfEach)


def _replaced(steps, theirs, ours):
    return [ours if step is theirs else step for step in steps.default()]
