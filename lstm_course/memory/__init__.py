"""Memory: tasks that can only be solved by remembering, training on them, and what a network remembers."""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(
    __name__,
    {
        "faults": ("CHANCE", "FAULTS", "FLOOR", "Training", "first_symbol", "patient", "train_with_fault"),
        "measures": ("gradient_by_lag", "memory_horizon", "recall_by_lag", "step_jacobians"),
        "tasks": ("Task", "adding", "copy", "parity", "recall", "recall_bit", "temporal_order"),
        "training": ("Run", "evaluate", "train_on_task"),
        "trials": ("hundred_steps", "lstm_that_starts", "measure_hundred_steps", "stack_for", "with_blanks"),
    },
)
