"""The Keras models of lessons 4 to 7, how they are trained, and what they reach at full size.

Keras and TensorFlow are imported by the functions, not by these modules.
"""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(
    __name__,
    {
        "backend": ("batches", "layer_gradients"),
        "full_size": ("full_size_results", "measure"),
        "holding": ("Held", "hold"),
        "reader": ("Reader",),
        "textbook": (
            "forecaster", "open_gates", "recurrent_inputs", "stacked_text_classifier",
            "text_classifier",
        ),
        "training": ("profile", "training_bar"),
    },
)  # fmt: skip
