"""Checks of what a cell is called with: its weights in blackboard form, its input and its states."""

import functools

from lstm_course.common import arguments


def cell_weights(value, gates, features=None, hidden_size=None):
    """Check the weights of a cell in blackboard form: a dict with a matrix `W` and a bias `b` for each gate.

    Args:
        value: dict with `W<gate>` of shape (H, H + D) and `b<gate>` of shape (H,).
        gates: the gates' letters, for example "fico".
        features: D, if it is known.
        hidden_size: H, if it is known.

    Returns:
        A dict of arrays with exactly the keys of these gates.
    """
    arguments.instance("weights", value, dict, "a dict of arrays")
    keys = [kind + gate for gate in gates for kind in "Wb"]
    for key in keys:
        if key not in value:
            raise ValueError(f"weights has the keys {sorted(map(str, value))}, expected {keys}")
    if hidden_size is None:
        hidden_size = arguments.array(f"weights['b{gates[0]}']", value["b" + gates[0]], ("H",)).shape[0]
    checked = {}
    for gate in gates:
        width = None if features is None else hidden_size + features
        checked["W" + gate] = arguments.array(f"weights['W{gate}']", value["W" + gate], (hidden_size, width))
        checked["b" + gate] = arguments.array(f"weights['b{gate}']", value["b" + gate], (hidden_size,))
        features = checked["W" + gate].shape[1] - hidden_size
        if features < 1:
            raise ValueError(
                f"weights['W{gate}'] has shape {checked['W' + gate].shape}, expected (H, H + D) "
                f"with H = {hidden_size} and D of at least 1"
            )
    return checked


def checked_cell(gates):
    """Decorate a cell `(x, *states, weights)` so that its arguments are checked before its mathematics runs.

    The bare mathematics stays within reach as `cell.__wrapped__`.

    Args:
        gates: the gates' letters, for example "fico".
    """

    def decorate(cell):
        names = cell.__code__.co_varnames[1 : cell.__code__.co_argcount - 1]

        @functools.wraps(cell)
        def checked(*args, **kwargs):
            return cell(*_cell_arguments(cell, names, gates, args, kwargs))

        return checked

    return decorate


def _cell_arguments(cell, state_names, gates, args, kwargs):
    parameters = ("x", *state_names, "weights")
    given = dict(zip(parameters, args, strict=False)) | kwargs
    if len(args) > len(parameters) or set(given) != set(parameters):
        raise TypeError(
            f"{cell.__name__} takes the arguments {', '.join(parameters)}, "
            f"got {len(args)} by position and {sorted(kwargs)} by name"
        )
    x = arguments.array("x", given["x"], [("D",), ("N", "D")])
    weights = cell_weights(given["weights"], gates, features=x.shape[-1])
    hidden_size = weights["b" + gates[0]].shape[0]
    states = [arguments.array(name, given[name], (*x.shape[:-1], hidden_size)) for name in state_names]
    return x, *states, weights
