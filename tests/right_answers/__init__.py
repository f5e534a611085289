"""Right answers in other styles than the reference's: all must be accepted.

Loops and products, einsum, split or fused weights, float32, lists, other names, early returns.
"""

from . import lesson00, lesson01, lesson02, lesson03, lesson04, lesson05, lesson06, lesson07  # noqa: F401
from .entering import RIGHT

__all__ = ["RIGHT"]
