"""Right answers in other styles than the reference's: all must be accepted.

Loops and products, einsum, split or fused weights, float32, lists, other names, early returns.
"""

from . import (  # noqa: F401
    lesson00,
    lesson01,
    lesson01_testing,
    lesson02,
    lesson03,
    lesson03_testing,
    lesson04,
    lesson05,
    lesson06,
    lesson07,
    lesson08,
    lesson08_deploy,
    lesson09,
    lesson10,
)
from .entering import RIGHT

__all__ = ["RIGHT"]
