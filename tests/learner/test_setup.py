"""The first cell of a lesson: repeatable, and silent on a machine that has never run Matplotlib."""

import importlib.util
import os
import random
import signal
import subprocess
from importlib import metadata

import numpy as np
import pytest
from helpers import notebook, run_python

from lstm_course import models, setup
from lstm_course.learner.setup import version_problem

needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason="TensorFlow is not installed"
)


@pytest.fixture(autouse=True)
def as_before():
    """Leave this process as it was: settings of NumPy, Matplotlib and the environment are global."""
    import matplotlib

    environment, printing = dict(os.environ), np.get_printoptions()
    with matplotlib.rc_context():
        yield
    np.set_printoptions(**printing)
    os.environ.clear()
    os.environ.update(environment)


def fresh_python(code, tmp_path, **environment):
    """What code prints in a new process without a font cache."""
    fresh = {
        name: value for name, value in os.environ.items() if not name.startswith(("TF_", "CUDA_", "KERAS_"))
    }
    fresh |= {"MPLCONFIGDIR": str(tmp_path), **environment}
    return run_python(code, env=fresh)


def test_seeds_are_set():
    def draw():
        return random.random(), np.random.rand()

    setup(seed=3)
    first = draw()
    setup(seed=3)
    assert draw() == first
    setup(seed=4)
    assert draw() != first


def test_prints_nothing_when_all_is_well(capfd):
    setup()
    assert capfd.readouterr() == ("", "")


def test_numbers_print_the_same_everywhere():
    setup()
    assert str(np.array([1 / 3, 1e-9])) == "[0.3333 0.    ]"


def test_figures_get_the_style_of_the_course():
    import matplotlib

    setup()
    assert matplotlib.rcParams["font.family"] == ["DejaVu Sans"]
    assert matplotlib.rcParams["figure.facecolor"] == "#ffffff"


@pytest.mark.parametrize("seed", ["0", 1.0, None, True])
def test_seed_must_be_whole(seed):
    with pytest.raises(TypeError, match=r"seed is .*, expected a whole number from 0 to 4294967295"):
        setup(seed)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seed_must_be_in_range(seed):
    with pytest.raises(ValueError, match=r"seed is .*, expected a whole number from 0 to 4294967295"):
        setup(seed)


def test_setup_stays_light(tmp_path):
    code = (
        "import sys\n"
        "from lstm_course import setup\n"
        "setup()\n"
        "print({'tensorflow', 'keras', 'pandas', 'matplotlib.pyplot'} & set(sys.modules))\n"
    )
    assert fresh_python(code, tmp_path) == "set()\n"


def test_the_font_cache_is_built_in_silence(tmp_path):
    code = (
        "from lstm_course import setup, plots\n"
        "setup()\n"
        "plots.show(plots.draw_cell(), alt='The four parts of an LSTM cell.')\n"
    )
    assert fresh_python(code, tmp_path) == "The four parts of an LSTM cell.\n"
    assert list(tmp_path.glob("fontlist*.json"))


@needs_tensorflow
def test_keras_is_silent_after_setup_while_the_models_of_the_lessons_train(tmp_path):
    code = (
        "from lstm_course import setup\n"
        "setup(seed=5)\n"
        "import numpy as np\n"
        "from lstm_course.models import batches, forecaster, stacked_text_classifier, text_classifier\n"
        "x, y = np.ones((8, 5), int), np.ones(8)\n"
        "text_classifier(50, 4).fit(x, y, verbose=0)\n"
        "stacked_text_classifier(50, 4).fit(batches(x, y, shuffle_seed=0), verbose=0)\n"
        "print(forecaster(5).predict(np.ones((8, 5, 1)), verbose=0).shape)\n"
    )
    assert fresh_python(code, tmp_path) == "(8, 1)\n"


def test_show_makes_one_output_in_a_notebook(tmp_path, monkeypatch):
    """Exactly one output with both forms, and nothing on stderr: pyplot is there, a font cache is not."""
    from nbclient import NotebookClient

    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    code = (
        "from lstm_course import setup, plots\n"
        "setup()\n"
        "import matplotlib.pyplot as plt\n"
        "figure, axes = plt.subplots()\n"
        "plots.show(figure, alt='An empty pair of axes.', caption='Nothing yet.')"
    )
    lesson = notebook(code)
    NotebookClient(lesson, timeout=120, kernel_name="python3").execute()
    (output,) = lesson.cells[0].outputs
    assert output.output_type == "display_data"
    assert set(output.data) == {"text/html", "text/plain"}
    assert output.data["text/plain"] == "An empty pair of axes."
    assert output.data["text/html"].startswith("<figure")


# --- the check of versions ---


def versions(**changed):
    """Installed versions as they are, apart from some packages; None means not installed."""

    def installed(name):
        key = name.replace("-", "_")
        if key not in changed:
            return metadata.version(name)
        if changed[key] is None:
            raise metadata.PackageNotFoundError(name)
        return changed[key]

    return installed


def test_this_machine_has_what_is_needed():
    assert version_problem() is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"numpy": "1.26.4"}, "numpy>=2.2, but 1.26.4 is installed"),
        ({"ipywidgets": None}, "ipywidgets>=8.1, which is missing"),
        ({"numpy": "2.0", "tqdm": None}, "numpy>=2.2, but 2.0 is installed; tqdm>=4.66, which is missing"),
    ],
)
def test_the_sentence_names_package_need_and_version(changed, words):
    sentence = version_problem(versions(**changed))
    assert sentence.startswith("This lesson needs ")
    assert words in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_tensorflow_may_be_absent_but_not_old():
    assert version_problem(versions(tensorflow_cpu=None, tensorflow=None)) is None
    sentence = version_problem(versions(tensorflow_cpu="2.10.0", tensorflow="2.10.0"))
    assert "tensorflow" in sentence
    assert "2.10.0 is installed" in sentence


def test_another_front_end_than_jupyterlab_will_do():
    assert version_problem(versions(jupyterlab=None)) is None


def test_setup_says_the_sentence(monkeypatch, capfd):
    problem = "lstm_course.learner.setup.version_problem"
    monkeypatch.setattr(problem, lambda: "This lesson needs something else.")
    setup()
    assert capfd.readouterr() == ("This lesson needs something else.\n", "")


def test_tensorflow_gets_one_thread():
    setup()
    assert os.environ["TF_NUM_INTRAOP_THREADS"] == os.environ["TF_NUM_INTEROP_THREADS"] == "1"


@pytest.mark.parametrize(("value", "expected"), [(None, "quick"), ("", "quick"), ("full", "full")])
def test_the_profile_is_read_from_the_environment(value, expected, monkeypatch):
    monkeypatch.delenv("LSTM_COURSE_PROFILE", raising=False)
    if value is not None:
        monkeypatch.setenv("LSTM_COURSE_PROFILE", value)
    assert models.profile() == expected


def test_an_unknown_profile_is_named(monkeypatch):
    monkeypatch.setenv("LSTM_COURSE_PROFILE", "fast")
    with pytest.raises(ValueError, match="LSTM_COURSE_PROFILE is 'fast', expected 'quick' or 'full'"):
        models.profile()


def keras_model():
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    return keras, model


@needs_tensorflow
def test_an_interrupt_ends_the_training_and_keeps_its_history():
    keras, model = keras_model()

    class Impatient(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.optimizer.iterations.numpy() == 10:
                signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    data = {"x": np.ones((16, 1)), "y": np.ones(16), "batch_size": 4, "verbose": 0}
    history = model.fit(**data, epochs=1000, callbacks=[models.training_bar(), Impatient()])
    assert len(history.history["loss"]) == 3  # two epochs of four batches, and half of one
    assert signal.getsignal(signal.SIGINT) is before
    assert len(model.fit(**data, epochs=2, callbacks=[models.training_bar()]).history["loss"]) == 2


TRAINING_CELL = """
import keras, numpy as np
from lstm_course.models import training_bar
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
model.compile(loss="mse")
told = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print("epoch", epoch))
history = model.fit(np.ones((8, 1)), np.ones(8), epochs=100_000, verbose=0, callbacks=[training_bar(), told])
print("the cell went on")
"""


@needs_tensorflow
def test_the_stop_button_of_a_notebook_ends_the_training_and_keeps_its_history():
    from jupyter_client import KernelManager
    from jupyter_client.kernelspec import KernelSpecManager

    manager = KernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    manager.start_kernel(env=os.environ | {"LSTM_COURSE_PROGRESS": "1"}, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    seen, printed = [], []

    def listen(message):
        seen.extend(message["content"].get("data", ()))
        printed.append(message["content"].get("text", ""))
        if "epoch 3" in printed[-1]:
            manager.interrupt_kernel()

    try:
        client.wait_for_ready(timeout=120)
        reply = client.execute_interactive(TRAINING_CELL, output_hook=listen, timeout=120)
        assert reply["content"]["status"] == "ok" and "the cell went on" in "".join(printed)
        assert "application/vnd.jupyter.widget-view+json" in seen  # the bar
        printed.clear()
        client.execute_interactive("print(len(history.history['loss']))", output_hook=listen, timeout=60)
        assert 4 <= int("".join(printed)) < 100_000
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@needs_tensorflow
def test_the_bar_counts_every_update(monkeypatch):
    _, model = keras_model()
    seen = []

    class Bar:
        def __init__(self, progress, total):
            seen.append(total)

        def update(self):
            seen.append("update")

        def close(self):
            seen.append("close")

    monkeypatch.setattr("lstm_course.models.training.progress_bar", Bar)
    bar = models.training_bar()
    model.fit(np.ones((16, 1)), np.ones(16), batch_size=4, epochs=3, verbose=0, callbacks=[bar])
    assert seen == [12, *["update"] * 12, "close"]
