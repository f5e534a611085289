"""Forecasting: series, windows, splits, scaling, baselines, errors, and whether one forecast is better.

A series is `(n,)`, or `(n, D)` with what is to be forecast in column 0. Baselines are functions of the past
alone, and `walk_forward` hands them nothing else. `find_leaks` looks for what leaks all the same.
"""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(
    __name__,
    {
        "baselines": (
            "exponential_smoothing", "persistence", "recursive_forecast", "seasonal_naive", "walk_forward",
        ),
        "errors": ("Comparison", "diebold_mariano", "mae", "mase", "rmse", "skill"),
        "hourly": ("Hourly", "load_hourly"),
        "leaks": ("find_leaks", "forecast_is_shifted"),
        "machine": ("Machine", "simulated_machine"),
        "many": ("simulated_shops", "smoothing_for_each"),
        "prices": ("load_prices", "simulated_prices"),
        "recorded": ("Series", "load_co2", "load_elnino", "load_sunspots"),
        "shop": ("Shop", "simulated_shop"),
        "windows": (
            "Scaling", "chronological_split", "create_sequences", "fit_scaling", "windows_before",
        ),
    },
)  # fmt: skip
