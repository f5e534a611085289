"""The data of the lessons: what ships, what is fetched, what is made, and how a network comes to read it.

load_reviews()     reviews written for this course, whose verdict is a matter of negation and contrast
load_imdb()        the Large Movie Review Dataset (Maas et al. 2011), once it is in the cache
load_co2(), load_elnino(), load_sunspots()   numeric series, public domain
load_prices()      a simulated random walk, or a CSV of your own
simulated_machine(), simulated_shop()    made up, with what is asked of them known
load_hourly()      a year of several columns, hour by hour, simulated, or a CSV of your own
load_messages()    texts of three classes, written for this course, or a CSV of your own
shipped(name)      a file that comes with the course, verified
tokenise, build_vocabulary, encode ...       from texts to numbers
create_sequences, chronological_split, ...   from a series to windows; all of `data.series`
Sealed, chosen_on_test, coverage ...         what a result rests on
"""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(
    __name__,
    {
        "evidence": ("Coverage", "Sealed", "chosen_on_test", "coverage", "find_copies"),
        "messages.loading": ("Messages", "load_messages", "more_messages"),
        "reviews.loading": ("Reviews", "Split", "has_imdb", "load_imdb", "load_reviews"),
        "series": None,
        "series.baselines": (
            "exponential_smoothing", "persistence", "recursive_forecast", "seasonal_naive", "walk_forward",
        ),
        "series.errors": ("Comparison", "diebold_mariano", "mae", "mase", "rmse", "skill"),
        "series.hourly": ("Hourly", "load_hourly"),
        "series.leaks": ("find_leaks", "forecast_is_shifted"),
        "series.machine": ("Machine", "simulated_machine"),
        "series.many": ("simulated_shops", "smoothing_for_each"),
        "series.prices": ("load_prices", "simulated_prices"),
        "series.recorded": ("Series", "load_co2", "load_elnino", "load_sunspots"),
        "series.shop": ("Shop", "simulated_shop"),
        "series.windows": (
            "Scaling", "chronological_split", "create_sequences", "fit_scaling", "windows_before",
        ),
        "shipping": ("DataError", "shipped"),
        "text": (
            "accuracy_by_distance", "bag_of_words", "build_vocabulary", "cut_after", "decode", "encode",
            "input_dim", "tokenise",
        ),
    },
)  # fmt: skip
