"""Losses, clipping, the training loop, and that the networks learn."""

from types import SimpleNamespace

import numpy as np
import pytest

from lstm_course.common.progress_bar import progress_bar, progress_over
from lstm_course.scratch import (
    GRU,
    LSTM,
    RNN,
    Adam,
    Dense,
    LastStep,
    Sequential,
    accuracy,
    clip_by_global_norm,
    fit,
    mean_squared_error,
    predict,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    train_step,
)


def small_model(seed=0):
    return Sequential([LSTM(1, 6, seed=seed), LastStep(), Dense(6, 1, seed=seed)])


def mean_task(n, seed=0):
    x = np.random.default_rng(seed).normal(size=(n, 6, 1))
    return x, x.mean(axis=1)


def test_losses_have_their_textbook_values():
    assert mean_squared_error([1.0, 3.0], [0.0, 0.0])[0] == 5
    logits, labels = np.array([[1.0, 2.0, 0.5], [1000.0, 0.0, -1000.0]]), np.array([1, 1])
    probability = np.exp(logits[0]) / np.exp(logits[0]).sum()
    assert softmax_cross_entropy(logits, labels)[0] == pytest.approx((-np.log(probability[1]) + 1000) / 2)
    assert softmax_cross_entropy(logits, [1, -1])[0] == pytest.approx(-np.log(probability[1]))
    assert sigmoid_cross_entropy([[2.0]], [[1.0]])[0] == pytest.approx(np.log1p(np.exp(-2)))
    with np.errstate(all="raise", under="ignore"):
        assert sigmoid_cross_entropy([[1000.0], [-1000.0]], [[0.0], [1.0]])[0] == 1000
    assert softmax_cross_entropy(logits.astype("float32"), labels)[1].dtype == "float32"


def test_accuracy():
    assert accuracy([[1.0, 2.0], [2.0, 1.0], [0.0, 3.0]], [1, 1, -1]) == 0.5
    assert accuracy([[0.3], [-0.3]], [[1], [1]]) == accuracy([[0.3], [-0.3]], [1, 1]) == 0.5


@pytest.mark.parametrize(
    "as_kind", [list, tuple, lambda arrays: dict(enumerate(arrays))], ids=["list", "tuple", "dict"]
)
def test_clipping_keeps_the_direction_of_all_arrays_together(as_kind):
    arrays = [np.array([3.0, 0.0]), np.array([[0.0, 4.0]])]
    gradients = as_kind([array.copy() for array in arrays])
    assert clip_by_global_norm(gradients, 10) == 5
    assert clip_by_global_norm(gradients, 1) == 5
    for k in (0, 1):
        assert np.allclose(gradients[k], arrays[k] / 5)
    assert clip_by_global_norm(gradients, 1) == pytest.approx(1)


def test_clipping_takes_exploded_gradients():
    gradients = np.full(4, 1e30, "float32")  # their square is infinite in float32
    assert clip_by_global_norm(gradients, 1) == pytest.approx(2e30)
    assert np.allclose(gradients, 0.5)


def test_clipping_in_training_bounds_the_gradient():
    model, (x, y) = small_model(), mean_task(8)
    train_step(model, x, 100 * y, mean_squared_error, Adam(), max_norm=0.5)
    assert np.linalg.norm(model.parameter_gradients) == pytest.approx(0.5, rel=1e-5)
    model.forward(x)
    assert clip_by_global_norm(model.gradients, 0.1) == pytest.approx(0.5, rel=1e-5)
    assert np.linalg.norm(model.parameter_gradients) == pytest.approx(0.1, rel=1e-5)


def test_train_step_is_forward_loss_backward_clip_update():
    x, y = mean_task(8)
    model, twin, mask = small_model(), small_model(), np.random.default_rng(0).random((8, 6)) > 0.3
    adam, twin_adam = Adam(0.01), Adam(0.01)
    for _ in range(5):
        value = train_step(model, x, y, mean_squared_error, adam, max_norm=1.0, mask=mask)
        loss, d = mean_squared_error(twin.forward(x, mask), y)
        twin.backward(d)
        clip_by_global_norm(twin.parameter_gradients, 1.0)
        twin_adam.update(twin.parameters, twin.parameter_gradients)
        assert value == loss and np.array_equal(model.parameters, twin.parameters)


def test_fit_is_decided_by_its_seed():
    x, y = mean_task(40)
    runs = {}
    for name, seed in (("first", 0), ("again", 0), ("other", 1)):
        model = small_model()
        fit(model, x, y, loss=mean_squared_error, epochs=2, batch_size=16, seed=seed)
        runs[name] = model.parameters
    assert np.array_equal(runs["first"], runs["again"])
    assert not np.array_equal(runs["first"], runs["other"])


def test_fit_sees_every_row_once_an_epoch():
    x = np.arange(10.0).reshape(10, 1, 1)
    seen = []

    def loss(prediction, target):
        seen.append(target[:, 0].tolist())
        return mean_squared_error(prediction, target)

    fit(small_model(), x, x[:, 0], loss=loss, epochs=2, batch_size=4)
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    epochs = [np.concatenate(part).tolist() for part in (seen[:3], seen[3:])]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(10)) and epochs[0] != epochs[1]


def test_history_has_one_entry_an_epoch():
    x, y = mean_task(40)
    labels = (y > 0).astype(int)
    history = fit(
        small_model(),
        x,
        labels,
        loss=sigmoid_cross_entropy,
        metric=accuracy,
        epochs=3,
        validation=(x[:10], labels[:10], np.ones((10, 6), bool)),
        optimizer=Adam(0.01),
        mask=np.ones((40, 6), bool),
    )
    lengths = {len(values) for values in (history.loss, history.val_loss, history.metric, history.val_metric)}
    assert lengths == {3} and history.stopped == "finished" and history.seconds > 0
    assert repr(history).startswith("History(3 epochs, last loss ")
    assert fit(small_model(), x, y, loss=mean_squared_error, epochs=1).val_loss == []


def test_early_stopping_puts_the_best_weights_back():
    x, y = mean_task(32)
    model, seen = small_model(), []
    val_losses = iter([3.0, 1.0, 2.0, 2.5, 0.5])

    def loss(prediction, target):
        value, d = mean_squared_error(prediction, target)
        if len(target) == 5:  # the validation data
            seen.append(model.parameters.copy())
            value = next(val_losses)
        return value, d

    history = fit(model, x, y, loss=loss, epochs=10, validation=(x[:5], y[:5]), patience=2)
    assert history.stopped == "early" and history.val_loss == [3.0, 1.0, 2.0, 2.5]
    assert np.array_equal(model.parameters, seen[1])


def test_an_interrupted_training_keeps_its_history():
    x, y = mean_task(32)
    calls = []

    def loss(prediction, target):
        calls.append(1)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return mean_squared_error(prediction, target)

    history = fit(small_model(), x, y, loss=loss, epochs=10, batch_size=16)
    assert history.stopped == "interrupted" and len(history.loss) == 2


def test_progress_is_silent_unless_asked_for(capfd, monkeypatch):
    x, y = mean_task(32)
    monkeypatch.delenv("LSTM_COURSE_PROGRESS", raising=False)
    fit(small_model(), x, y, loss=mean_squared_error, epochs=1)
    assert capfd.readouterr() == ("", "")
    fit(small_model(), x, y, loss=mean_squared_error, epochs=1, progress=True)
    assert "/1 " in capfd.readouterr().err
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("LSTM_COURSE_PROGRESS", "0")
    fit(small_model(), x, y, loss=mean_squared_error, epochs=1)
    assert capfd.readouterr() == ("", "")


def test_a_loop_has_one_bar_and_an_interrupt_ends_it(capfd, monkeypatch):
    x, y = mean_task(32)
    monkeypatch.delenv("LSTM_COURSE_PROGRESS", raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    trained = []

    def train(loss):
        fit(small_model(), x, y, loss=loss, epochs=1)
        trained.append(loss)

    def train_three(loss):
        for _ in progress_over(range(3)):
            train(loss)

    train_three(mean_squared_error)
    shown = capfd.readouterr().err
    assert "/3 " in shown and "network" in shown and "update" not in shown

    def interrupted(prediction, target):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_three(interrupted)
    assert trained == [mean_squared_error] * 3
    capfd.readouterr()
    train(mean_squared_error)  # the loop is over, so a training has its bar again
    assert "update" in capfd.readouterr().err


def test_a_training_that_ends_early_leaves_no_red_bar(monkeypatch, capfd):
    IPython = pytest.importorskip("IPython")
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=None))
    bar = progress_bar(True, 10)
    bar.update(3)
    shown = bar.container.children[1]
    bar.close()
    assert shown.value == 3 and shown.bar_style != "danger"


def test_predict_is_forward_in_batches():
    model, (x, _) = small_model(), mean_task(50)
    mask = np.random.default_rng(0).random((50, 6)) > 0.3
    assert np.allclose(predict(model, x, batch_size=7, mask=mask), model.forward(x, mask), atol=1e-6)


def test_a_diverged_training_says_so():
    model, (x, y) = small_model(), mean_task(8)
    model.parameters[...] = np.nan
    with pytest.raises(FloatingPointError, match="the training has diverged"):
        train_step(model, x, y, mean_squared_error, Adam())


def adding(n, length, random):
    """Two numbers marked in a sequence of numbers from 0 to 1, one in each half; their sum is asked for."""
    x = np.zeros((n, length, 2))
    x[:, :, 0] = random.random((n, length))
    rows = np.arange(n)
    for half in (0, length // 2):
        x[rows, half + random.integers(0, length // 2, n), 1] = 1
    return x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1, keepdims=True)


def adding_error(layer, updates, learning_rate, length, seed):
    random = np.random.default_rng(seed)
    model = Sequential([layer, LastStep(), Dense(layer.hidden_size, 1, seed=seed)])
    adam, test = Adam(learning_rate), adding(500, length, np.random.default_rng(1000 + seed))
    for _ in range(updates):
        x, y = adding(16, length, random)
        train_step(model, x, y, mean_squared_error, adam, max_norm=1)
    return mean_squared_error(predict(model, test[0]), test[1])[0]


def test_gru_and_rnn_learn_too():
    assert adding_error(GRU(2, 16, chrono=50, seed=0), 500, 0.02, 50, seed=0) < 0.02
    assert adding_error(GRU(2, 16, reset_after=False, chrono=50, seed=0), 500, 0.02, 50, seed=0) < 0.02
    assert adding_error(RNN(2, 32, seed=0), 900, 0.003, 8, seed=0) < 0.03
