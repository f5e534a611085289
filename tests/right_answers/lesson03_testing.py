"""Right answers to the exercise of lesson 03 that asks for a test."""

import numpy as np

from lstm_course.scratch import numeric_gradient, relative_error

from .entering import logistic, right


def _drawn(H, D, seed):
    """Random arguments of order one, in their order."""
    rng = np.random.default_rng(seed)
    weights = {"W" + gate: rng.normal(size=(H, H + D)) for gate in "fico"}
    weights |= {"b" + gate: rng.normal(size=H) for gate in "fico"}
    return [rng.normal(size=size) for size in (H, H, D, H, H)] + [weights]


def _forward(x, h_prev, c_prev, weights):
    """What is nudged must be in double precision, which not every right answer is."""
    hx = np.concatenate([h_prev, x])
    a = {gate: weights["W" + gate] @ hx + weights["b" + gate] for gate in "fico"}
    c = logistic(a["f"]) * c_prev + logistic(a["i"]) * np.tanh(a["c"])
    return logistic(a["o"]) * np.tanh(c), c


def _arrays(x, h_prev, c_prev, weights):
    return {"dx": x, "dh_prev": h_prev, "dc_prev": c_prev, **weights}


def _named(dx, dh_prev, dc_prev, dweights):
    return {"dx": dx, "dh_prev": dh_prev, "dc_prev": dc_prev, **dweights}


@right("test_lstm_cell_backward")
def along_random_directions(backward):
    """One direction through all numbers at once: two calls of the loss in place of hundreds."""
    dh, dc, *rest = _drawn(3, 2, seed=1)
    arrays, found = _arrays(*rest), _named(*backward(dh, dc, *rest))
    rng = np.random.default_rng(2)
    for name, values in arrays.items():
        assert np.shape(found[name]) == values.shape
        for _ in range(2):
            direction, before, losses = rng.normal(size=values.shape), values.copy(), []
            for sign in 1, -1:
                values += sign * 1e-5 * direction
                h, c = _forward(*rest)
                losses.append(dh @ h + dc @ c)
                values[...] = before
            slope = (losses[0] - losses[1]) / 2e-5
            assert abs(slope - np.sum(direction * found[name])) < 1e-7 * (1 + abs(slope))


@right("test_lstm_cell_backward")
def at_two_sizes(backward):
    for H, D in (1, 2), (3, 1):
        dh, dc, *rest = _drawn(H, D, seed=H)

        def loss(dh=dh, dc=dc, rest=rest):
            return sum(np.dot(*both) for both in zip((dh, dc), _forward(*rest), strict=True))

        found = _named(*backward(dh, dc, *rest))
        for name, values in _arrays(*rest).items():
            np.testing.assert_allclose(found[name], numeric_gradient(loss, values), rtol=1e-5, atol=1e-8)


@right("test_lstm_cell_backward")
def entry_by_entry(backward):
    dh, dc, *rest = _drawn(2, 1, seed=4)
    found = _named(*backward(dh, dc, *rest))
    assert set(found) == {"dx", "dh_prev", "dc_prev", *rest[-1]}
    for name, values in _arrays(*rest).items():
        nudged = np.zeros(values.shape)
        for index in np.ndindex(values.shape):
            kept, losses = values[index], []
            for step in 1e-5, -1e-5:
                values[index] = kept + step
                h, c = _forward(*rest)
                losses.append((dh * h + dc * c).sum())
            values[index] = kept
            nudged[index] = (losses[0] - losses[1]) / 2e-5
        assert nudged.shape == found[name].shape and np.abs(nudged - found[name]).max() < 1e-7, name


@right("test_lstm_cell_backward")
def all_errors_first(lstm_cell_backward):
    dh, dc, *rest = _drawn(2, 3, seed=6)

    def loss():
        h, c = _forward(*rest)
        return h @ dh + c @ dc

    found, errors = _named(*lstm_cell_backward(dh, dc, *rest)), []
    for name, values in _arrays(*rest).items():
        assert found[name].shape == values.shape, f"{name} has another shape"
        errors.append(relative_error(found[name], numeric_gradient(loss, values)))
    print("worst error", max(errors))
    assert max(errors) < 1e-5


@right("test_lstm_cell_backward")
def h_and_c_one_after_the_other(lstm_cell_backward):
    """Gradients are sums: each unit of h and of c is looked at alone."""
    _, _, *rest = _drawn(2, 2, seed=8)
    zero = np.zeros(2)
    for which in 0, 1:
        for unit in np.eye(2):
            given = (unit, zero) if which == 0 else (zero, unit)
            found = _named(*lstm_cell_backward(*given, *rest))
            for name, values in _arrays(*rest).items():

                def loss(which=which, unit=unit):
                    return _forward(*rest)[which] @ unit

                assert np.allclose(found[name], numeric_gradient(loss, values), rtol=1e-4, atol=1e-7)
