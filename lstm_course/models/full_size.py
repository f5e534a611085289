"""The lessons' networks at full size, measured once and shipped as a table: `lstm-course measure`.

A lesson runs in a minute, so it trains small networks on little data. What the same networks reach with the
textbooks' sizes and epochs takes an hour to find out. The findings stand in `datasets/full_profile.json`,
and the lessons show them as what they are: measured once, on one machine, with the seeds named.

A row is written as soon as it is known and is not measured again, so that an interrupted run can go on.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from lstm_course.common import arguments, machine
from lstm_course.common.files import course_folder, write
from lstm_course.data import text
from lstm_course.data.reviews import loading
from lstm_course.models import backend, textbook
from lstm_course.models.holding import hold

TABLE = "full_profile.json"
VALIDATION, WORDS, LENGTH = 5000, 20_000, 200  # of IMDB: held out, size of the vocabulary, words of a review
LONGEST = 130  # words of the longest embedded review, or a little more
STAGES = ((0, 3), (5, 1), (10, 1), (20, 1), (40, 1), (99, 2))  # words left after the verdict, epochs
EDGES = (5, 20, 40, 60, 81)


@dataclass(frozen=True)
class Job:
    """One network (or baseline) to train and test.

    Args:
        model: its name in the table.
        settings: what else a reader must know, in words.
        run: called with the data, the seed and a function that is told what is going on; returns a dict from
            measure to value, and may hold "epochs".
        seed: of weights, dropout and order of the data.
    """

    model: str
    settings: str
    run: Callable
    seed: int = 4


@dataclass(frozen=True)
class Recipe:
    """How a Keras model for texts is trained.

    Args:
        make: function of nothing that returns a compiled model.
        epochs: at most.
        batch_size: reviews an update.
        length: words of a review; of a longer one the end.
        patience: epochs without a better validation accuracy after which training stops; default None: never.
        last: whether the accuracy after the last epoch is reported as well (default False).
    """

    make: Callable
    epochs: int
    batch_size: int = 32
    length: int = LENGTH
    patience: int | None = None
    last: bool = False


def measure(what, path=None, say=print):
    """Measure what is still missing in the table, one network after the other, and write it there.

    Args:
        what: "imdb" (about an hour of one processor core), "reviews", or "depth" (lesson 5: one LSTM and two
            on IMDB, ten minutes).
        path: of the table, default `datasets/full_profile.json` of the course.
        say: function that is told what is going on, a sentence at a time.

    Returns:
        All rows of the table, a list of dicts.

    Raises:
        ValueError: if `what` is unknown.
        DataError: if the data is not there.
    """
    kinds = {
        "imdb": ("04", _load_imdb, imdb_jobs),
        "reviews": ("04", review_texts, review_jobs),
        "depth": ("05", _load_imdb, depth_jobs),
    }
    lesson, load, jobs = kinds[arguments.one_of("what", what, tuple(kinds))]
    path = course_folder("datasets") / TABLE if path is None else Path(path)
    data = None
    for job in jobs():
        done = {(row["data"], row["model"], row["seed"]) for row in full_size_results(path)}
        if (what, job.model, job.seed) in done:
            say(f"{job.model}, seed {job.seed}: stands in the table already")
            continue
        data = load() if data is None else data
        rows = _timed(job, data, say, {"lesson": lesson, "data": what})
        table = json.dumps([*full_size_results(path), *rows], indent=1, ensure_ascii=False)
        write(path, f"{table}\n".encode())
        for row in rows:
            say(
                f"{row['model']}, seed {row['seed']}: {row['measure']} {row['value']:.4f} "
                f"after {row['cpu_seconds']:.0f} s of one core"
            )
    return full_size_results(path)


def full_size_results(path=None):
    """The rows of the table of full-size results.

    Args:
        path: of the table, default the one that ships with the course.

    Returns:
        List of dicts with lesson, data, model, settings, measure, value, epochs (None for a baseline), seed,
        seconds (by the clock), cpu_seconds, date, machine and versions; empty when nothing was measured.

    Example:
        >>> {row["data"] for row in full_size_results()} <= {"imdb", "reviews", "depth"}
        True
    """
    path = course_folder("datasets") / TABLE if path is None else Path(path)
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def _timed(job, data, say, names):
    """Run a job and make its rows."""
    import keras

    keras.utils.clear_session()
    keras.utils.set_random_seed(job.seed)
    wall, cpu = time.perf_counter(), time.process_time()
    found = job.run(data, job.seed, say)
    spent = {
        "epochs": found.pop("epochs", None),
        "seed": job.seed,
        "seconds": round(time.perf_counter() - wall, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
    }
    return [
        {
            **names,
            "model": job.model,
            "settings": job.settings,
            "measure": measure,
            "value": round(value, 4),
            **spent,
            **machine.circumstances(),
        }
        for measure, value in found.items()
    ]


# Training and testing


@dataclass
class Texts:
    """Reviews and the vocabulary of those to learn from.

    Args:
        reviews: `Reviews` with train, validation and test.
        size: most numbers of the vocabulary.
    """

    reviews: object
    size: int | None
    vocabulary: dict = field(init=False)

    def __post_init__(self):
        self.vocabulary = text.build_vocabulary(self.reviews.train.texts, self.size)

    def encoded(self, part, length, **options):
        """Numbers `(N, length)` and labels `(N,)` of "train", "validation" or "test"."""
        split = getattr(self.reviews, part)
        x = text.encode(split.texts, self.vocabulary, length, padding="post", **options)
        return x, split.labels.astype("float32")


def train(data, recipe, seed, say):
    """Train a model and keep the weights of its best epoch by validation.

    Args:
        data: `Texts`.
        recipe: `Recipe`.
        seed: of the order of the reviews.
        say: function that is told the validation accuracy of every epoch.

    Returns:
        (model, accuracies, last): the model after its best epoch, the validation accuracy after each epoch,
        and the weights after the last.
    """
    model = recipe.make()
    x, y = data.encoded("train", recipe.length)
    known = data.encoded("validation", recipe.length)
    training = backend.batches(x, y, recipe.batch_size, shuffle_seed=seed)
    accuracies, best = [], None
    for epoch in range(recipe.epochs):
        model.fit(training, verbose=0)
        accuracies.append(float(np.mean(predicted(model, known[0]) == known[1])))
        say(f"  epoch {epoch + 1}: validation accuracy {accuracies[-1]:.4f}")
        if accuracies[-1] == max(accuracies):
            best = model.get_weights()
        elif recipe.patience and len(accuracies) - 1 - np.argmax(accuracies) >= recipe.patience:
            break
    last = model.get_weights()
    model.set_weights(best)
    return model, accuracies, last


def predicted(model, x, batch_size=250):
    """What a Keras model says of each text: 0 or 1, `(N,)`."""
    return (model.predict(backend.batches(x, batch_size=batch_size), verbose=0)[:, 0] > 0.5).astype(int)


def _keras_job(model, settings, recipe, seed=4, measures=None):
    """A job that trains by a recipe; `measures` makes the dict of values from the right answers."""

    def run(data, seed, say):
        trained, accuracies, last = train(data, recipe, seed, say)
        x, labels = data.encoded("test", recipe.length)
        right = predicted(trained, x) == labels
        found = {"test accuracy": float(right.mean()), "epochs": len(accuracies)}
        found |= {"best epoch": 1 + int(np.argmax(accuracies)), "validation accuracy": max(accuracies)}
        if recipe.last:
            trained.set_weights(last)
            found["test accuracy after the last epoch"] = float(np.mean(predicted(trained, x) == labels))
        return found | (measures(right, data.reviews.test) if measures else {})

    return Job(model, settings, run, seed)


def bag_job(model, settings, ngrams, limit=None, measures=None):
    def run(data, seed, say):
        learned, tested = data.reviews.train, data.reviews.test
        bag = text.bag_of_words(learned.texts, learned.labels, ngrams, limit=limit)
        right = bag.predict(tested.texts) == tested.labels
        return {"test accuracy": float(right.mean())} | (measures(right, tested) if measures else {})

    return Job(model, settings, run)


# IMDB


def _load_imdb():
    return Texts(loading.load_imdb(validation=VALIDATION), WORDS)


def _compiled(layers):
    """A model from layers, compiled by XLA: on one thread that halves the time of long runs."""
    import keras

    model = keras.Sequential([keras.Input(shape=(None,), dtype="int32"), *layers])
    return _fast(model)


def _fast(model):
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"], jit_compile=True)
    return model


def tuned(cell, units=64, words=WORDS):
    """A single recurrent layer after the usual turns of the screws: narrow, and dropout on whole features."""
    from keras import layers

    return _compiled(
        [
            layers.Embedding(words, 64, mask_zero=True),
            layers.SpatialDropout1D(0.3),
            getattr(layers, cell)(units),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def pooled(cell):
    """A model that answers from the mean over all words, of the vectors (None) or of a cell's outputs."""
    from keras import layers

    reading = [] if cell is None else [getattr(layers, cell)(64, return_sequences=True)]
    return _compiled(
        [
            layers.Embedding(WORDS, 64, mask_zero=True),
            layers.SpatialDropout1D(0.3),
            *reading,
            layers.GlobalAveragePooling1D(),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def imdb_jobs():
    """What is measured on IMDB: baselines, the textbook's models, and one layer with some care."""
    care = "64 + 64 units, spatial dropout 0.3, 300 words, batch 64"
    book = "128 + 128 units, dropout 0.2, recurrent dropout 0.2, 200 words, batch 32"
    stack = "128 + 128 + 64 units, no dropout, 200 words, batch 32"
    bag = "tf-idf, logistic regression"
    mean = "mean over the words, spatial dropout 0.3, 300 words, batch 64"

    def careful(cell):
        return Recipe(partial(tuned, cell), epochs=5, batch_size=64, length=300, patience=1)

    def averaged(cell):
        return Recipe(partial(pooled, cell), epochs=8, batch_size=64, length=300, patience=1)

    def text_book(make, **options):
        return Recipe(lambda: _fast(make(WORDS, **options)), epochs=10, patience=1, last=True)

    return [
        bag_job("bag of words", bag, 1),
        bag_job("bag of words and pairs", f"{bag}, 200,000 features", 2, limit=200_000),
        _keras_job("LSTM, tuned", care, careful("LSTM")),
        _keras_job("GRU, tuned", care, careful("GRU")),
        _keras_job("LSTM, text book", book, text_book(textbook.text_classifier)),
        _keras_job("two LSTMs, text book", stack, text_book(textbook.stacked_text_classifier)),
        _keras_job("simple RNN, tuned", care, careful("SimpleRNN")),
        _keras_job("mean of the words", f"64 numbers a word, {mean}", averaged(None)),
        _keras_job("LSTM, pooled", f"64 + 64 units, {mean}", averaged("LSTM")),
    ]


def depth_jobs():
    """On IMDB: depth at equal parameters and with equal care, and the same care without its dropout."""
    settings = "IMDB, {} units, {}, 300 words, batch 64"
    dropout, without = "spatial dropout 0.3", "no dropout"
    return [
        _keras_job(
            model,
            settings.format(" + ".join(map(str, (64, *units))), without if share == 0 else dropout),
            Recipe(partial(careful_stack, units, share), epochs=5, batch_size=64, length=300, patience=1),
            seed,
        )
        for seed, model, units, share in (
            (4, "two LSTMs, tuned", (42, 42), 0.3),
            (4, "LSTM, tuned, no dropout", (64,), 0.0),
            (5, "LSTM, tuned", (64,), 0.3),
            (5, "two LSTMs, tuned", (42, 42), 0.3),
            (5, "LSTM, tuned, no dropout", (64,), 0.0),
        )
    ]


def careful_stack(units, dropout, words=WORDS):
    """The network of `tuned` with LSTMs of these units one above the other."""
    from keras import layers

    return _compiled(
        [
            layers.Embedding(words, 64, mask_zero=True),
            layers.SpatialDropout1D(dropout),
            *[layers.LSTM(size, return_sequences=True) for size in units[:-1]],
            layers.LSTM(units[-1]),
            layers.Dropout(dropout),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


# The embedded reviews


def review_texts():
    """The reviews written for the course, with their whole vocabulary."""
    return Texts(loading.load_reviews(), None)


def review_reader(seed, look):
    """The job that trains the LSTM of lesson 4 near first, and of which `look(model, data)` reports."""
    return near_first_job("LSTM", "", partial(small_classifier, "LSTM", 0.003), 64, seed, look)


def review_jobs():
    """What is measured on the reviews written for the course, as in lesson 4, over three seeds."""
    stages = "near first: 3 epochs cut at the verdict, one each 5, 10, 20, 40 words after it, 2 in full"
    size = "32 + 32 units, dropout 0.2, clipped at norm 1, batch 64"
    book = "128 + 128 units, dropout 0.2, recurrent dropout 0.2, batch 32"
    recipe = Recipe(lambda: _fast(textbook.text_classifier(WORDS)), epochs=10, length=LONGEST, patience=3)
    return [
        bag_job("bag of words", "tf-idf, logistic regression", 1, measures=_by_distance),
        bag_job("bag of words and pairs", "tf-idf, logistic regression", 2, measures=_by_distance),
        *[
            near_first_job(
                name,
                f"{size}, learning rate {rate}; {stages}",
                partial(small_classifier, cell, rate),
                64,
                seed,
            )
            for name, cell, rate in (
                ("LSTM", "LSTM", 0.003),
                ("simple RNN", "SimpleRNN", 0.003),
                ("simple RNN, slower", "SimpleRNN", 0.001),
            )
            for seed in (0, 1, 2)
        ],
        _keras_job("LSTM, text book", f"{book}; whole reviews from the start", recipe, measures=_by_distance),
        near_first_job("LSTM, text book, near first", f"{book}; {stages}", textbook.text_classifier, 32, 4),
        *[
            near_first_job(
                "LSTM, disturbed",
                f"{size}, learning rate 0.003; {stages}; disturbed 5 words after the verdict",
                partial(small_classifier, "LSTM", 0.003),
                64,
                seed,
                look=_disturbed,
            )
            for seed in range(5)
        ],
        *[
            Job(
                f"LSTM, {'mask' if mask else 'no mask'}, zeros {side}",
                f"{size}, learning rate 0.003; 3 epochs cut at the verdict, 100 zeros {side} the words",
                partial(_with_zeros, mask=mask, side=side),
                seed,
            )
            for mask, side in ((False, "after"), (False, "before"), (True, "after"))
            for seed in range(5)
        ],
        *[
            near_first_job(
                "LSTM, pooled, near first",
                f"{size}, learning rate 0.003, mean over the words; {stages}",
                small_pooled,
                64,
                seed,
            )
            for seed in (0, 1, 2)
        ],
        *[
            _keras_job(
                "LSTM, pooled",
                f"{size}, learning rate 0.003, mean over the words; whole reviews from the start",
                Recipe(partial(small_pooled, WORDS), epochs=5, batch_size=64, length=LONGEST),
                seed,
                measures=_by_distance,
            )
            for seed in (0, 1, 2)
        ],
    ]


def small_classifier(cell, rate, words):
    """The textbook model at the size of the lesson, with a clipped gradient."""
    return _clipped(textbook.text_classifier(words, 32, 32, recurrent_dropout=0, cell=cell).layers, rate)


def small_pooled(words):
    """The LSTM of the same size, but answering from the mean of its outputs over all words."""
    from keras import layers

    vectors, _, *above = small_classifier("LSTM", 0.003, words).layers
    reading = layers.LSTM(32, return_sequences=True, dropout=0.2)
    return _clipped([vectors, reading, layers.GlobalAveragePooling1D(), *above], 0.003)


def _with_zeros(data, seed, say, mask, side):
    """Learn to read verdicts with 100 zeros before or after the words, with or without a mask."""
    from keras import layers

    def padded(split):
        texts = text.cut_after(split.texts, split.distances, 0)
        length = 100 + max(len(one.split()) for one in texts)
        padding = "post" if side == "after" else "pre"
        x = text.encode(texts, data.vocabulary, length, padding=padding)
        return x, split.labels.astype("float32")

    words = text.input_dim(data.vocabulary)
    model = small_classifier("LSTM", 0.003, words)
    if not mask:
        plain = layers.Embedding(words, 32)
        model = _clipped([plain, *model.layers[1:]], 0.003)
    model.fit(backend.batches(*padded(data.reviews.train), 64, shuffle_seed=seed), epochs=3, verbose=0)
    x, labels = padded(data.reviews.test)
    return {"accuracy at the verdict": float(np.mean(predicted(model, x) == labels)), "epochs": 3}


def _clipped(layers, rate):
    """A model from layers, with the optimizer of the lesson."""
    import keras

    model = keras.Sequential([keras.Input(shape=(None,), dtype="int32"), *layers])
    optimizer = keras.optimizers.Adam(rate, global_clipnorm=1.0)
    model.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=["accuracy"])
    return model


def _disturbed(model, data):
    """How a trained classifier keeps the verdict of the test reviews that go on for 40 words and more."""
    split = data.reviews.test
    chosen = np.flatnonzero(split.distances >= 40)
    texts, labels = [split.texts[k] for k in chosen], split.labels[chosen]
    x = text.encode(texts, data.vocabulary, LONGEST, padding="post")
    mask = x > 0
    marks = mask.sum(axis=1) - split.distances[chosen] + 5
    layer, vectors = textbook.recurrent_inputs(model, x)
    held = hold(layer, vectors, marks, opposite(labels), mask)

    def follows(h, labels):
        for above in model.layers[2:]:
            h = above(h)
        return float(np.mean((np.asarray(h)[:, 0] > 0.5) == labels))

    return {
        "mean forget gate": float(held.forget.mean()),
        "old share of the cell state": float(np.median(held.carried)),
        "accuracy, untouched": follows(held.untouched, labels),
        "accuracy, input gate shut": follows(held.shut, labels),
        "accuracy, loop cut": follows(held.unlooped, labels),
        "accuracy, cell state halved": follows(held.halved, labels),
        "halving left": float(np.median(held.left)),
        "swapped, follows the cell state": follows(held.swapped, 1 - labels),
    }


def opposite(labels):
    """For each text the number of one with the other label, `(N,)`."""
    partner = np.empty(len(labels), int)
    for label in (0, 1):
        own, others = np.flatnonzero(labels == label), np.flatnonzero(labels != label)
        partner[own] = np.resize(others, len(own))
    return partner


def near_first_job(name, settings, make, batch_size, seed, look=None):
    """A job that trains what `make(words)` returns in stages, words being the size of the vocabulary.

    `look(model, data)` gives what is to be reported of the trained model instead of accuracies by distance.
    """

    def cut(data, split, words):
        texts = text.cut_after(split.texts, split.distances, words)
        longest = max(len(one.split()) for one in texts)
        x = text.encode(texts, data.vocabulary, longest, padding="post")
        return x, split.labels.astype("float32")

    def run(data, seed, say):
        model, found = make(text.input_dim(data.vocabulary)), {}
        for words, epochs in STAGES:
            learned = cut(data, data.reviews.train, words)
            model.fit(backend.batches(*learned, batch_size, shuffle_seed=seed), epochs=epochs, verbose=0)
            if words == 0:
                x, labels = cut(data, data.reviews.test, 0)
                found["accuracy at the verdict, first stage"] = float(np.mean(predicted(model, x) == labels))
        if look:
            return look(model, data) | {"epochs": sum(epochs for _, epochs in STAGES)}
        x, labels = data.encoded("test", LONGEST)
        right = predicted(model, x) == labels
        found |= {"test accuracy": float(right.mean()), "epochs": sum(epochs for _, epochs in STAGES)}
        return found | _by_distance(right, data.reviews.test)

    return Job(name, settings, run, seed)


def _by_distance(right, split):
    _, accuracies, _ = text.accuracy_by_distance(right, split.distances, EDGES)
    return {
        f"accuracy at {low} to {high - 1} words": float(accuracy)
        for (low, high), accuracy in zip(pairwise(EDGES), accuracies, strict=True)
    }
