"""The environment variables that make a run quiet and repeatable, and whether there is Keras to run.

Each variable works only where it is set in time.
"""

import os
from importlib import metadata
from importlib.util import find_spec

from lstm_course.common.files import REPAIR

__all__ = ["ONE_THREAD", "QUIET_TENSORFLOW", "TENSORFLOW", "backend", "for_keras", "missing_keras"]

# NumPy's library reads it when it is loaded.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
# TensorFlow reads these once, while it is imported.
QUIET_TENSORFLOW = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
# oneDNN changes the eighth digit of a loss and a graphics card all the later ones, so both are off wherever
# the outputs of a lesson are made and compared. As for NumPy, one thread: with two, notebooks side by side
# wait for each other, and a sum that is divided among threads comes out differently in its last digits from
# machine to machine.
TENSORFLOW = {
    **QUIET_TENSORFLOW,
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "KERAS_BACKEND": "tensorflow",
}
# Sixty-four bits are there when a layer asks for them, as in TensorFlow.
_JAX = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "JAX_ENABLE_X64": "1"}


def backend() -> str:
    """What computes for Keras: "jax" where KERAS_BACKEND asks for it and it is there, else "tensorflow"."""
    return "jax" if os.environ.get("KERAS_BACKEND") == "jax" and find_spec("jax") else "tensorflow"


def for_keras() -> dict[str, str]:
    """The variables of a lesson, for the backend that is asked for: a dict."""
    return TENSORFLOW | (_JAX if backend() == "jax" else {})


def missing_keras() -> str | None:
    """Why there is no Keras here, without importing it.

    Returns:
        A sentence, or None where Keras and its backend are found.
    """
    if find_spec("keras") and find_spec(backend()):
        return None
    from packaging.requirements import Requirement

    asked = [Requirement(line) for line in metadata.requires("lstm-course") or ()]
    if any(
        one.name == "keras" and (one.marker is None or one.marker.evaluate({"extra": ""})) for one in asked
    ):
        return f"Keras with TensorFlow is not installed: {REPAIR}."
    return "There is no TensorFlow for this computer, and so no Keras."
