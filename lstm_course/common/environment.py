"""The environment variables that make a run quiet and repeatable; each works only where it is set in time."""

__all__ = ["ONE_THREAD", "QUIET_TENSORFLOW", "TENSORFLOW"]

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
