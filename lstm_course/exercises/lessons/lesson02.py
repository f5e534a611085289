"""Lesson 02, Vanishing gradients: Jacobians, their products, and matrices that keep lengths."""

import copy

import numpy as np

from lstm_course.exercises.exercise import Exercise, Probe, Question, ValueExercise, WrongValue

from .inputs import cell_weights, without_biases
from .shared import edits

# The Jacobian of one step


def state_jacobian(x, h_prev, weights):
    """How the new state moves with the old one: dh/dh_prev, (H, H); row = new unit, column = old unit."""
    H = len(h_prev)
    a = weights["Wh"] @ np.concatenate([h_prev, x]) + weights["bh"]
    h = np.tanh(a)
    slope = 1 - h**2  # tanh'(a), (H,)
    return slope[:, None] * weights["Wh"][:, :H]


def _state_jacobian_probes(rng):
    weights = cell_weights(rng, 6, 4, "h")
    x, h_prev = rng.normal(size=6), rng.uniform(-1, 1, size=4)
    large = cell_weights(rng, 2, 5, "h")
    return [
        Probe((x, h_prev, weights)),
        Probe((x, h_prev, without_biases(weights)), "when the bias is zero"),
        Probe((np.zeros(6), np.zeros(4), without_biases(weights)), "where tanh has slope 1"),
        Probe((np.zeros(6), h_prev, weights), "when `x` is zero"),
        Probe((rng.normal(size=2), rng.uniform(-1, 1, size=5), large), "for another size"),
    ]


STATE_JACOBIAN = Exercise(
    reference=state_jacobian,
    title="The Jacobian of one step",
    lesson="02",
    section="The Jacobian of one step",
    points=2,
    minutes=7,
    returns=("the Jacobian",),
    probes=_state_jacobian_probes,
    hints=(
        "h = tanh(a), and a depends on h_prev through the first H columns of `Wh` only. The chain rule has "
        "two factors.",
        "dh/da is a diagonal matrix with 1 - h² on it, and da/dh_prev is `Wh[:, :H]`. Which of them stands "
        "on the left?",
        'With `h` from `rnn_cell`, the answer is `np.diag(1 - h**2) @ weights["Wh"][:, :H]`, or `(1 - '
        'h**2)[:, None] * weights["Wh"][:, :H]`.',
    ),
    mistakes=edits(r"""
        diagonal factor missing: You return the recurrent weights alone. The state goes through tanh as well:
            multiply each row by tanh' = 1 - h².
            {"slope[:, None] * ": ""}
        recurrent weights missing: You return the diagonal of tanh' alone. The old state enters through the
            first H columns of `Wh`.
            {'slope[:, None] * weights["Wh"][:, :H]': "np.diag(slope)"}
        transposed: Your matrix is transposed. Row k is the new unit k, column j the old unit j: entry [k, j]
            is dh[k]/dh_prev[j].
            {'slope[:, None] * weights["Wh"][:, :H]': '(slope[:, None] * weights["Wh"][:, :H]).T'}
        diagonal on the wrong side: You multiply the columns by tanh'. The tanh comes after the weights, so
            the diagonal matrix stands on the left and scales the rows.
            {"slope[:, None]": "slope[None, :]"}
        weights transposed: The recurrent weights are transposed, and tanh' is not: the product is diag(1 -
            h²) @ Wh[:, :H].
            {'weights["Wh"][:, :H]': 'weights["Wh"][:, :H].T'}
        columns of the input: You take the columns of `Wh` that belong to `x`. Those of the old state are the
            first H.
            {"[:, :H]": "[:, H:]"}
        last H columns: You take the last H columns of `Wh`. The old state's are the first H, for `Wh` acts on
            [h_prev, x].
            {"[:, :H]": "[:, -H:]"}
        all columns: You return all H + D columns of `Wh`. Those after the first H belong to `x`, not to the
            old state.
            {"[:, :H]": ""}
        slope of the pre-activation: You take 1 - a² with the sum before the tanh. The slope of tanh is 1 -
            h², of its output.
            {"1 - h**2": "1 - a**2"}
        slope of the old state: You take 1 - h² of the old state. The slope is that of the new one, which
            comes out of this step's tanh.
            {"1 - h**2": "1 - h_prev**2"}
        slope without the square: The slope of tanh is 1 - h², and the square is missing.
            {"1 - h**2": "1 - h"}
        sigmoid' instead of tanh': h (1 - h) is the slope of the sigmoid. That of tanh is 1 - h².
            {"1 - h**2": "h * (1 - h)"}
        tanh twice in the slope: You take 1 - tanh(h)², but h has been through the tanh already.
            {"1 - h**2": "1 - np.tanh(h) ** 2"}
        bias forgotten: The bias is missing where you compute the new state: it moves the point at which tanh'
            is taken.
        [x, h] instead of [h, x]: You join `x` and `h_prev` in the wrong order where you compute the new
            state.
        elementwise with the diagonal matrix: `np.diag(...) * U` multiplies entry by entry, and only the
            diagonal is left. The product of two matrices is `@`.
            {"slope[:, None] * ": "np.diag(slope) * "}
        x left out of the new state: The input is missing where you compute the new state: it does not stand
            in the Jacobian itself, but it moves the point at which tanh' is taken.
            {"[h_prev, x]": "[h_prev, 0 * x]"}
        slope squared wrongly: You take (1 - h)². The slope of tanh is 1 - h²: the square belongs to h alone.
            {"1 - h**2": "(1 - h) ** 2"}
        slopes of both states: You multiply by tanh' of the old state as well. That belongs to the step
            before; this step has one tanh, that of the new state.
            {'weights["Wh"][:, :H]': 'weights["Wh"][:, :H] * (1 - h_prev**2)'}
    """),
)


# The product over steps


def gradient_norms_by_lag(jacobians):
    """Norm of dh_T/dh_(T-k) for k = 0 ... T: jacobians (T, H, H) -> norms (T + 1,)."""
    product = np.eye(len(jacobians[0]))
    norms = [1.0]
    for jacobian in jacobians[::-1]:  # from the last step back
        product = product @ jacobian
        norms.append(np.linalg.norm(product, 2))
    return np.array(norms)


def _norms_probes(rng):
    jacobians = rng.normal(size=(5, 3, 3)) * 0.8
    spin = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    return [
        Probe((jacobians,)),
        Probe((jacobians[:1],), "for one step"),
        Probe((rng.uniform(0.3, 2, size=(4, 3, 1)) * np.eye(3),), "for diagonal matrices"),
        Probe((np.stack([spin] * 4),), "for matrices that keep lengths"),
        Probe((np.stack([jacobians[0]] * 4),), "when all Jacobians are the same"),
        Probe((rng.normal(size=(7, 2, 2)),), "for another size"),
    ]


GRADIENT_NORMS_BY_LAG = Exercise(
    reference=gradient_norms_by_lag,
    title="Gradient norms by lag",
    lesson="02",
    section="The product over steps",
    points=3,
    minutes=8,
    returns=("norms",),
    axes={"norms": ("lag",)},
    probes=_norms_probes,
    hints=(
        "dh_T/dh_(T-1) is the last Jacobian. To go one step further back, the chain rule multiplies by one "
        "more matrix. On which side?",
        "dh_T/dh_(T-2) = J_T @ J_(T-1): the earlier Jacobian stands on the right. Start with the unit "
        "matrix, whose norm is 1, and walk back.",
        "`for jacobian in jacobians[::-1]: product = product @ jacobian; "
        "norms.append(np.linalg.norm(product, 2))`, with `norms = [1.0]` before the loop.",
    ),
    mistakes=edits(r"""
        product in the wrong order: You multiply on the wrong side. Going back one step puts the earlier
            Jacobian on the right: J_T @ J_(T-1).
            {"product @ jacobian": "jacobian @ product"}
        elementwise product: `*` multiplies element by element. The chain rule asks for the matrix product,
            `@`.
            {"product = np.eye(len(jacobians[0]))": "product = np.ones_like(jacobians[0])",
             "product @ jacobian": "product * jacobian"}
        elementwise product with the unit matrix: `*` multiplies element by element, and with the unit matrix
            only the diagonal is left. The chain rule asks for the matrix product, `@`.
            {"product @ jacobian": "product * jacobian"}
        from the first step on: You start at the first step. The lag counts back from the last: dh_T/dh_(T-k)
            has the last k Jacobians.
            {"jacobians[::-1]": "jacobians", "product @ jacobian": "jacobian @ product"}
        first Jacobians in the order of the last: You take the Jacobians from the first step on. The lag
            counts back from the last step: walk `jacobians[::-1]`.
            {"jacobians[::-1]": "jacobians"}
        Frobenius norm: That is the Frobenius norm, the default of `np.linalg.norm`. The spectral norm is
            asked for: `np.linalg.norm(product, 2)`.
            {"np.linalg.norm(product, 2)": "np.linalg.norm(product)"}
        spectral radius: That is the largest eigenvalue. How far a vector can be stretched is the largest
            singular value: `np.linalg.norm(product, 2)`.
            {"np.linalg.norm(product, 2)": "np.max(np.abs(np.linalg.eigvals(product)))"}
        largest entry: That is the largest entry of the product. The spectral norm is its largest singular
            value: `np.linalg.norm(product, 2)`.
            {"np.linalg.norm(product, 2)": "np.max(np.abs(product))"}
        norm of one Jacobian: You take the norm of each Jacobian alone. Lag k has the product of the last k of
            them.
            {"product = product @ jacobian": "product = jacobian"}
        product of norms: You multiply the norms. The norm of a product is at most that, and usually far
            smaller: multiply the matrices, then take the norm.
            {"np.linalg.norm(product, 2)": "norms[-1] * np.linalg.norm(jacobian, 2)"}
        lag 0 missing: Entry 0 is missing: at lag 0 the gradient has norm 1. T Jacobians make T + 1 norms.
            {"norms = [1.0]": "norms = []"}
        longest lag left at zero: The norm of the longest lag is left at 0: your loop ends one lag early. T
            Jacobians make the lags 0 to T.
            {"return np.array(norms)": "return np.append(norms[:-1], 0.0)"}
        every product starts one Jacobian early: You leave out the last Jacobian: entry k has those from step
            T - k - 1 on. Lag 1 is the norm of the last one, `jacobians[-1]`.
            {"jacobians[::-1]": "[*jacobians[-2::-1], jacobians[-1]]"}
        longest lag missing: The longest lag is missing: T Jacobians make T + 1 norms.
            {"jacobians[::-1]": "jacobians[:0:-1]"}
        last Jacobian left out: The product starts one step too early: lag 1 is the norm of the last Jacobian.
            {"        product = product @ jacobian\n": "",
             "(product, 2))\n": "(product, 2))\n        product = product @ jacobian\n"}
        lags in reverse: Your norms run from the longest lag to lag 0. Entry k is lag k.
            {"return np.array(norms)": "return np.array(norms)[::-1]"}
        last Jacobian twice: You start from the last Jacobian and then multiply by it again. Start from the
            unit matrix.
            {"np.eye(len(jacobians[0]))": "jacobians[-1]"}
        product starts from ones: You start from a matrix full of ones. What leaves a matrix product as it is,
            is the unit matrix, `np.eye(H)`.
            {"np.eye(len(jacobians[0]))": "np.ones_like(jacobians[0])"}
        product starts from zeros: You start from a matrix of zeros, and zero it stays. Start from the unit
            matrix, `np.eye(H)`.
            {"np.eye(len(jacobians[0]))": "np.zeros_like(jacobians[0])"}
        Frobenius norm, also at lag 0: That is the Frobenius norm, the default of `np.linalg.norm`: for the
            unit matrix it is √H. The spectral norm, 1 at lag 0, is asked for: `np.linalg.norm(product, 2)`.
            {"norms = [1.0]": "norms = [np.linalg.norm(product)]", "(product, 2)": "(product)"}
        smallest singular value: That is the smallest singular value: how little a vector is stretched. How
            far one can be stretched at most is the largest, `np.linalg.norm(product, 2)`.
            {"np.linalg.norm(product, 2)": "np.linalg.svd(product)[1][-1]"}
    """),
)


# Matrices and their lengths


def spectral_radius(matrix):
    """Largest absolute value of the eigenvalues of a square matrix."""
    return np.max(np.abs(np.linalg.eigvals(matrix)))


def _radius_probes(rng):
    # A rotation that outgrows the rest, so that the largest eigenvalues are complex.
    turn = rng.normal(size=(4, 4)) * 0.5
    turn[:2, :2] += 3 * np.array([[0.3, -1.0], [1.0, 0.3]])
    mirror = rng.normal(size=(3, 3)) * 0.3
    return [
        Probe((turn,)),
        Probe((rng.normal(size=(5, 5)),), "for another size"),
        Probe((mirror - np.diag([3.0, 0, 0]),), "when the largest eigenvalue is negative"),
        Probe((np.array([[0.0, 5.0], [0.0, 0.0]]),), "for a matrix whose eigenvalues are zero"),
        Probe((turn + turn.T,), "for symmetric matrices"),
        Probe((np.diag(rng.uniform(0.5, 3, size=3)),), "for diagonal matrices"),
        Probe((rng.uniform(0, 1, size=(4, 4)),), "for matrices without negative numbers"),
    ]


SPECTRAL_RADIUS = Exercise(
    reference=spectral_radius,
    title="Spectral radius",
    lesson="02",
    section="Spectral radius",
    points=1,
    minutes=4,
    returns=("the spectral radius",),
    probes=_radius_probes,
    hints=(
        "`np.linalg.eigvals` gives the eigenvalues. They are complex as soon as the matrix turns vectors "
        "round.",
        "The size of a complex number is its absolute value, `np.abs`.",
        "`np.max(np.abs(np.linalg.eigvals(matrix)))`.",
    ),
    mistakes=edits(r"""
        spectral norm: That is the spectral norm, the largest singular value: how far one step can stretch a
            vector. The spectral radius is the largest |eigenvalue|: how it grows over many steps.
            {"np.max(np.abs(np.linalg.eigvals(matrix)))": "np.linalg.norm(matrix, 2)"}
        largest entry: That is the largest entry of the matrix. The spectral radius is the largest
            |eigenvalue|.
            {"np.max(np.abs(np.linalg.eigvals(matrix)))": "np.max(np.abs(matrix))"}
        largest entry, signs and all: That is the largest entry of the matrix. The spectral radius is the
            largest |eigenvalue|.
            {"np.max(np.abs(np.linalg.eigvals(matrix)))": "np.max(matrix)"}
        real part only: You drop the imaginary parts. The size of a complex eigenvalue is its absolute value,
            real and imaginary part together.
            {"np.linalg.eigvals(matrix)": "np.linalg.eigvals(matrix).real"}
        largest instead of largest in size: You take the largest real part without the absolute value. An
            eigenvalue of -2 is larger than one of 1, as lengths go.
            {"np.abs(np.linalg.eigvals(matrix))": "np.linalg.eigvals(matrix).real"}
        absolute value missing: Your answer is complex: take the absolute value of the eigenvalues before the
            maximum.
            {"np.abs(np.linalg.eigvals(matrix))": "np.linalg.eigvals(matrix)"}
        symmetric matrix assumed: `eigvalsh` reads half of the matrix and takes it for symmetric. A recurrent
            matrix is not: `np.linalg.eigvals`.
            {"np.linalg.eigvals(": "np.linalg.eigvalsh("}
        Frobenius norm: That is the Frobenius norm, the default of `np.linalg.norm`. The spectral radius is
            the largest |eigenvalue|.
            {"np.max(np.abs(np.linalg.eigvals(matrix)))": "np.linalg.norm(matrix)"}
        smallest eigenvalue: You take the smallest |eigenvalue|. The largest is asked for.
            {"np.max(": "np.min("}
        sum of eigenvalues: You add the eigenvalues. The largest in size is asked for.
            {"np.max(": "np.sum("}
        mean of eigenvalues: You take the mean of the eigenvalues. The largest in size is asked for.
            {"np.max(": "np.mean("}
        root of the largest singular value: You take the eigenvalues of MᵀM: their roots are the singular
            values, which make the spectral norm. Take the eigenvalues of the matrix itself.
            {"np.linalg.eigvals(matrix)": "np.linalg.eigvals(matrix.T @ matrix)"}
        eigenvalues squared: You take the eigenvalues of the matrix times itself, which are squares. Take
            those of the matrix.
            {"np.linalg.eigvals(matrix)": "np.linalg.eigvals(matrix @ matrix)"}
        absolute value after the maximum: You look for the largest eigenvalue first and take its absolute
            value then. -2 would lose against 1: take the absolute values first.
            {"np.max(np.abs(np.linalg.eigvals(matrix)))": "np.abs(np.max(np.linalg.eigvals(matrix)))"}
        place instead of value: You return where the largest eigenvalue stands. Its size is asked for:
            `np.max`, not `np.argmax`.
            {"np.max(": "np.argmax("}
        first eigenvalue: You take the first eigenvalue. They come in no order: take the largest |eigenvalue|.
            {"np.max(np.abs(np.linalg.eigvals(matrix)))": "np.abs(np.linalg.eigvals(matrix))[0]"}
        largest sum of a row: That is the largest sum of a row's absolute values, `np.linalg.norm(matrix,
            np.inf)`. The spectral radius is the largest |eigenvalue|.
            {"np.max(np.abs(np.linalg.eigvals(matrix)))": "np.linalg.norm(matrix, np.inf)"}
        eigenvectors: You take the eigenvectors: `np.linalg.eig` returns them second. The eigenvalues come
            first, or alone out of `np.linalg.eigvals`.
            {"np.linalg.eigvals(matrix)": "np.linalg.eig(matrix)[1]"}
    """),
)


def orthogonal(size, rng):
    """Random orthogonal matrix (size, size), every orientation equally likely.

    QR of a Gaussian matrix with the signs fixed: Mezzadri 2007, How to generate random matrices from the
    classical compact groups.
    """
    q, r = np.linalg.qr(rng.normal(size=(size, size)))
    return q * np.sign(np.diag(r))


# What the measures of spread are when every orientation is equally likely.
_SPREAD = 0.5, 0.5, 0.5, 0.2, 0.0, 0.5
# Draws of matrices of size 2, and how near to the half their share has to be: uniform numbers give 0.41. What
# the first half of them shows clearly is not asked of the others; either is farther from uniform numbers than
# four and a half standard deviations.
_DRAWS, _MARGIN = 1500, 0.026
_ALL_DRAWS, _MARGIN_OF_ALL = 3000, 0.045


def _observe_orthogonal(function, size, rng, draws):
    """What can be compared of a random matrix: whether it keeps lengths, and how many of them are spread."""
    once, again = function(size, copy.deepcopy(rng)), function(size, copy.deepcopy(rng))
    if np.shape(once) != (size, size):
        return once, 0.0, *_SPREAD
    held = np.transpose(once) @ once, float(np.array_equal(once, again))
    if not draws:
        return *held, *_SPREAD
    two, three = (np.array([function(n, rng) for _ in range(draws)], dtype=float) for n in (2, 3))
    measured = (
        np.mean(three[:, 0, 0] > 0),
        np.mean(np.linalg.det(two) > 0),
        np.mean(np.linalg.det(three) > 0),
        np.mean(three**4),
        np.mean(np.abs(three) < 1e-9),
    )
    margins = 0.2, 0.2, 0.2, 0.05, 0.05  # more than four standard deviations
    spread = tuple(map(_about, measured, _SPREAD[:-1], margins))
    if spread != _SPREAD[:-1]:
        return *held, *spread, _SPREAD[-1]
    near_an_axis = _near_an_axis(function, rng, _DRAWS)
    if abs(np.mean(near_an_axis) - _SPREAD[-1]) < _MARGIN:
        return *held, *_SPREAD
    near_an_axis += _near_an_axis(function, rng, _ALL_DRAWS - _DRAWS)
    return *held, *spread, _about(np.mean(near_an_axis), _SPREAD[-1], _MARGIN_OF_ALL)


def _near_an_axis(function, rng, draws):
    """Of so many matrices of size 2, whether the first column is nearer to an axis than to a diagonal."""
    x, y = np.abs(np.array([function(2, rng)[:, 0] for _ in range(draws)], dtype=float)).T
    steps = np.arctan2(y, x) / (np.pi / 8)  # from an axis, 0, over the diagonal, 2, to the other axis, 4
    return list(np.abs(steps - 2) > 1)


def _about(share, target, margin):
    """The target when a measured share is as near as chance allows, else the share to one digit."""
    return target if abs(share - target) < margin else round(float(share), 1)


ORTHOGONAL = Exercise(
    reference=orthogonal,
    title="A random orthogonal matrix",
    lesson="02",
    section="Orthogonal weights",
    points=3,
    minutes=7,
    returns=(
        "Q.T @ Q",
        "the share of equal matrices from equal generators",
        "the share of positive Q[0, 0]",
        "the share of determinants +1 for size 2",
        "the share of determinants +1 for size 3",
        "the mean fourth power of the entries",
        "the share of entries that are 0",
        "the share of columns nearer to an axis than to a diagonal for size 2",
    ),
    observe=_observe_orthogonal,
    observed_inside=True,
    probes=lambda rng: [
        Probe((5, np.random.default_rng(rng.integers(1 << 30)), 150)),
        Probe((2, np.random.default_rng(rng.integers(1 << 30)), 0), "for size 2"),
        Probe((8, np.random.default_rng(rng.integers(1 << 30)), 0), "for size 8"),
    ],
    hints=(
        "Any square matrix is Q R, with Q orthogonal and R triangular. `np.linalg.qr` finds both.",
        "Q of a matrix of normal random numbers is nearly the answer, but its signs follow a habit of the "
        "algorithm: Q R = (Q S)(S R) for any diagonal S of ±1.",
        "Choose the signs so that R has a positive diagonal: `q, r = np.linalg.qr(rng.normal(size=(size, "
        "size)))`, then `q * np.sign(np.diag(r))`.",
    ),
    mistakes=edits(r"""
        sign of QR left as it comes: Your matrix is orthogonal, but its signs are a habit of the QR algorithm,
            not random: the determinant or the first entry always comes out the same way. Multiply the columns
            by the signs of R's diagonal.
            {" * np.sign(np.diag(r))": ""}
        columns normalised but not orthogonal: The columns have length 1 but are not at right angles.
            Orthogonal means Q.T @ Q = I: QR makes it so.
            {"q, r = np.linalg.qr(rng.normal(size=(size, size)))": "q = rng.normal(size=(size, size))",
             "q * np.sign(np.diag(r))": "q / np.linalg.norm(q, axis=0)"}
        rows normalised but not orthogonal: The rows have length 1 but are not at right angles. Orthogonal
            means Q.T @ Q = I: QR makes it so.
            {"q, r = np.linalg.qr(rng.normal(size=(size, size)))": "q = rng.normal(size=(size, size))",
             "q * np.sign(np.diag(r))": "q / np.linalg.norm(q, axis=1, keepdims=True)"}
        numbers from 0 to 1: You start from random numbers between 0 and 1, so the first column always points
            into the same corner. Start from normal numbers, which favour no direction.
            {"rng.normal(size=": "rng.random(size="}
        uniform numbers: You start from uniform numbers. They fill a cube, which reaches farther into its
            corners than to its sides, so some directions come up too often. Normal numbers favour no
            direction.
            {"rng.normal(size=(size, size))": "rng.uniform(-1, 1, size=(size, size))"}
        global generator: You draw from `np.random`, not from the `rng` that is given: the same rng should
            give the same matrix.
            {"rng.normal(": "np.random.normal("}
        generator made anew: You make a new generator with a fixed seed at each call, so every matrix is the
            same. Draw from the `rng` that is given.
            {"rng.normal(": "np.random.default_rng(0).normal("}
        not random: You return the unit matrix. It is orthogonal, but every orientation should be equally
            likely.
            {"q * np.sign(np.diag(r))": "np.eye(size)"}
        R instead of Q: You return R, the triangular factor. Q is the orthogonal one: `q, r =
            np.linalg.qr(...)`.
            {"q * np.sign(np.diag(r))": "r"}
        Q and R returned: You return both factors. Only the orthogonal one is asked for.
            {"q * np.sign(np.diag(r))": "q, r"}
        multiplied by the diagonal of R: You multiply by the diagonal of R itself, which changes the lengths
            of the columns. Only its signs are needed.
            {"np.sign(np.diag(r))": "np.diag(r)"}
        rotations only: You turn every matrix into a rotation, with determinant +1. Half of all orthogonal
            matrices are reflections.
            {"return q * np.sign(np.diag(r))":
                "q = q * np.sign(np.diag(r))\n    q[:, 0] *= np.linalg.det(q)\n    return q"}
        Gaussian matrix: You return the Gaussian matrix itself. Its columns are neither of length 1 nor at
            right angles.
            {"q * np.sign(np.diag(r))": "q @ r"}
        signs of Q instead of R: You take the signs of Q's own diagonal, so Q[0, 0] is always positive. The
            signs to multiply by are those of R's diagonal.
            {"np.sign(np.diag(r))": "np.sign(np.diag(q))"}
        one sign for the whole matrix: You turn the whole matrix round or leave it. Each column needs a sign
            of its own, that of R's diagonal in it.
            {"np.sign(np.diag(r))": "np.sign(r[0, 0])"}
        signs of all of R: You multiply Q entry by entry with the signs of all of R, and below its diagonal
            they are 0. One sign for each column: `np.sign(np.diag(r))`.
            {"np.sign(np.diag(r))": "np.sign(r)"}
        singular vectors as they come: Your matrix is orthogonal, but the signs of singular vectors are a
            habit of the algorithm, not random. Take QR, and multiply the columns by the signs of R's
            diagonal.
            {"q, r = np.linalg.qr(rng.normal(size=(size, size)))":
                "q = np.linalg.svd(rng.normal(size=(size, size)))[0]",
             " * np.sign(np.diag(r))": ""}
        scaled but not orthogonal: You divide a Gaussian matrix by one number. Its columns are still not at
            right angles: QR makes them so.
            {"q * np.sign(np.diag(r))": "q @ r / np.sqrt(size)"}
        permutation: You only exchange the rows of the unit matrix. That is orthogonal, but nearly all
            orientations are left out.
            {"q * np.sign(np.diag(r))": "np.eye(size)[rng.permutation(size)]"}
    """),
)


# The horizon


def memory_horizon(norms, threshold=0.01):
    """First lag at which the norm has fallen under the threshold, as a fraction of the norm at lag 0.

    len(norms) when it never does: the horizon lies beyond the lags that were measured.
    """
    relative = np.asarray(norms) / norms[0]
    below = np.flatnonzero(relative < threshold)
    return int(below[0]) if len(below) else len(norms)


def _horizon_probes(rng):
    def decay(start, rate):
        """Norms that fall, with ups and downs, and are not 1 at lag 0."""
        return start * rate ** np.arange(40) * np.exp(0.5 * rng.normal(size=40))

    # Falls under the threshold, comes back for three lags, falls again.
    back = decay(3.0, 0.6)
    back[20:23] = back[0]
    return [
        Probe((decay(7.0, 0.8), 0.03)),
        Probe((decay(0.05, 0.75), 0.02), "when the norms are small"),
        Probe((decay(20.0, 0.7), 0.1), "when the norms are large"),
        Probe((back, 0.05), "when the norm comes back once more"),
        Probe((1.0 * 0.7 ** np.arange(30), 0.05), "when the norm at lag 0 is 1"),
        Probe((decay(5.0, 0.6),), "for the default threshold"),
        Probe((np.array([2.0, 1.9, 1.8, 1.7]), 0.1), "when it never falls so far"),
        Probe((np.array([0.5, 4.0, 9.0, 0.1, 0.003]), 0.05), "when the norm rises first"),
        Probe((np.array([4.0, 2.0, 1.0, 0.5]), 0.25), "when the norm meets the threshold exactly"),
        Probe((6.0 * 0.99 ** np.arange(200), 0.4), "when the norm falls slowly"),
    ]


MEMORY_HORIZON = Exercise(
    reference=memory_horizon,
    title="Memory horizon",
    lesson="02",
    section="After how many steps?",
    points=2,
    minutes=5,
    returns=("the lag",),
    probes=_horizon_probes,
    hints=(
        "The threshold is a fraction: 1 % of what the gradient is at lag 0. And there may be no lag at "
        "which it falls so far.",
        "`np.flatnonzero(condition)` lists the lags at which a condition holds. The first of them is the "
        "answer.",
        "`below = np.flatnonzero(norms / norms[0] < threshold)`, then `below[0]` if there is one, else "
        "`len(norms)`.",
    ),
    mistakes=edits(r"""
        threshold on the absolute norm: You compare the norm itself with the threshold. The threshold is a
            fraction of the norm at lag 0: divide by `norms[0]`.
            {"np.asarray(norms) / norms[0]": "np.asarray(norms)"}
        relative to the largest norm: You divide by the largest norm. The threshold is a fraction of the norm
            at lag 0.
            {"/ norms[0]": "/ np.max(norms)"}
        relative to the sum: You divide by the sum of the norms. The threshold is a fraction of the norm at
            lag 0.
            {"/ norms[0]": "/ np.sum(norms)"}
        0 when it never falls: When the norm never falls so far you return 0, as if nothing were remembered
            (`np.argmax` of nothing but False is 0). Return `len(norms)`.
            {"else len(norms)": "else 0"}
        -1 when it never falls: When the norm never falls so far you return -1. Return `len(norms)`: the
            horizon lies beyond what was measured.
            {"else len(norms)": "else -1"}
        last lag when it never falls: When the norm never falls so far you return the last lag, as if it fell
            there. Return `len(norms)`.
            {"else len(norms)": "else len(norms) - 1"}
        nothing when it never falls: When the norm never falls so far you return nothing. Return `len(norms)`:
            the horizon lies beyond what was measured.
            {"else len(norms)": "else None"}
        last lag above: You return the last lag before the fall, one too few. The first lag under the
            threshold is asked for.
            {"int(below[0])": "int(below[0]) - 1"}
        threshold counted as under it: You take a norm that is exactly at the threshold for one that is under
            it: `<`, not `<=`.
            {"relative < threshold": "relative <= threshold"}
        one lag too many: You count lags from 1. Lag 0 is entry 0, so the index is the lag.
            {"int(below[0])": "int(below[0]) + 1"}
        last lag under the threshold: You return the last lag under the threshold. The first is asked for.
            {"below[0]": "below[-1]"}
        number of lags under the threshold: You count the lags under the threshold. The first of them is asked
            for.
            {"int(below[0])": "len(below)"}
        number of lags above: You count the lags at or above the threshold. When the norm comes back once more
            that is not the first lag under it.
            {"int(below[0])": "len(norms) - len(below)"}
        comparison turned round: You look for the first lag above the threshold. The first one under it is
            asked for.
            {"relative < threshold": "relative > threshold"}
        threshold ignored: You always use 0.01, whatever `threshold` is.
            {"relative < threshold": "relative < 0.01"}
        the norm instead of the lag: You return the norm at that lag. The lag itself is asked for, a whole
            number.
            {"int(below[0])": "norms[below[0]]"}
        infinity when it never falls: When the norm never falls so far you return infinity. Return
            `len(norms)`: that is all that was measured.
            {"else len(norms)": "else np.inf"}
        gives up at lag 0: You always return `len(norms)`: the loop gives up at lag 0, which is never under
            the threshold. Return `len(norms)` after the loop, not in its `else`.
            {"int(below[0]) if len(below) else len(norms)": "len(norms)"}
        nearest to the threshold: You return the lag whose norm is nearest to the threshold, above or below
            it. The first one under it is asked for.
            {"int(below[0]) if len(below) else len(norms)": "int(np.argmin(np.abs(relative - threshold)))"}
        relative to the lag before: You divide each norm by the one before it. The threshold is a fraction of
            the norm at lag 0.
            {"np.asarray(norms) / norms[0]": "np.r_[1, np.asarray(norms)[1:] / np.asarray(norms)[:-1]]"}
        norms taken for sorted: `np.searchsorted` needs sorted numbers, and the norms go up now and then. Look
            for the first lag under the threshold with `np.flatnonzero`, or in a loop.
            {"int(below[0]) if len(below) else len(norms)": "int(np.searchsorted(-relative, -threshold))"}
    """),
)


# A start that reaches farther


def better_start(weights):
    """Initial weights with one thing changed, so that most networks reach lag 50: a new dictionary.

    weights has the keys "recurrent_kernel" (H, H), "kernel" (D, H) and "bias" (H,).
    """
    return {**weights, "kernel": 0.2 * weights["kernel"]}


# Input weights of this size, relative to Keras's, all reach lag 50 on most starts.
_SMALL_ENOUGH = 0.0005, 0.4


def _observe_start(function, weights):
    """The new weights; input weights within the range that works count as the reference's."""
    start = function(copy.deepcopy(weights))
    if isinstance(start, dict) and np.shape(start.get("kernel")) == weights["kernel"].shape:
        size = np.linalg.norm(np.array(start["kernel"], float)) / np.linalg.norm(weights["kernel"])
        if _SMALL_ENOUGH[0] <= size <= _SMALL_ENOUGH[1]:
            return {**start, "kernel": 0.2 * weights["kernel"]}
    return start


def _start_probes(rng):
    def drawn(inputs, units):
        limit = (6 / (inputs + units)) ** 0.5
        return {
            "recurrent_kernel": orthogonal(units, rng),
            "kernel": rng.uniform(-limit, limit, size=(inputs, units)),
            "bias": np.zeros(units),
        }

    return [Probe((drawn(9, 32),)), Probe((drawn(3, 5),), "for another size")]


BETTER_START = Exercise(
    reference=better_start,
    title="Reach lag 50 by changing one thing",
    lesson="02",
    section="Small inputs: reach lag 50 by changing one thing",
    points=3,
    minutes=10,
    returns=("the weights",),
    observe=_observe_start,
    probes=_start_probes,
    hints=(
        "Two tables above say on what the horizon depends. One of the things that you can change here "
        "lengthens it.",
        "Stronger inputs push the units to where tanh is flat, and every step costs its slope. What decides "
        "how strongly an input pushes?",
        'Multiply the input weights by a number well under 1: `{**weights, "kernel": 0.2 * '
        'weights["kernel"]}`. The recurrent weights and the bias stay as they are.',
    ),
    mistakes=edits(r"""
        nothing changed: You return the weights as they were drawn. With them about half of the networks, or
            fewer, reach lag 50.
            {', "kernel": 0.2 * weights["kernel"]': ""}
        recurrent weights made small: You make the recurrent weights small. What is carried from step to step
            shrinks by that factor each time: 0.2 to the power 50 is nothing. Leave them, and look at what
            comes in.
            {'"kernel": 0.2 * weights["kernel"]': '"recurrent_kernel": 0.2 * weights["recurrent_kernel"]'}
        recurrent weights enlarged: You enlarge the recurrent weights, to make up for what tanh takes. That
            helps a few networks, not most: it also pushes the units farther to where tanh is flat. Look at
            what comes in.
            {'"kernel": 0.2 * weights["kernel"]': '"recurrent_kernel": 1.5 * weights["recurrent_kernel"]'}
        all weights made small: You make all weights small. The small input weights are right; small recurrent
            weights let the state fade at every step. Leave `recurrent_kernel` as it was drawn.
            {'"kernel": 0.2 * weights["kernel"]':
             '"kernel": 0.2 * weights["kernel"], "recurrent_kernel": 0.2 * weights["recurrent_kernel"]'}
        input weights enlarged: You enlarge the input weights. That pushes the units farther to where tanh is
            flat, and the horizon gets shorter. Go the other way.
            {"0.2 * ": "3 * "}
        input weights hardly changed: That is the right thing to change, but not by enough: tanh bends nearly
            as much as before. Try a factor of 0.2.
            {"0.2 * ": "0.8 * "}
        input weights all zero: With input weights of zero the state is zero for ever: the network hears
            nothing, and no gradient reaches the recurrent weights. Small, but not zero.
            {"0.2 * ": "0.0 * "}
        identity: You start from the identity. It carries as far as an orthogonal matrix, but tanh bends as
            much as before, for the inputs are as strong. Look at them.
            {'"kernel": 0.2 * weights["kernel"]':
             '"recurrent_kernel": np.eye(len(weights["bias"]))'}
        bias moved: You move the bias away from zero. That pushes every unit to where tanh is flatter, before
            an input has come. Leave it at zero, and look at what else pushes.
            {'"kernel": 0.2 * weights["kernel"]': '"bias": weights["bias"] + 1'}
        both changed: You made the input weights small, which is enough, and changed the recurrent weights as
            well. One thing is asked for: leave `recurrent_kernel` as it was drawn.
            {'"kernel": 0.2 * weights["kernel"]':
             '"kernel": 0.2 * weights["kernel"], "recurrent_kernel": np.eye(len(weights["bias"]))'}
        input weights alone returned: You return the input weights alone. A dictionary with all three arrays
            is asked for: `{**weights, "kernel": ...}`.
            {'{**weights, "kernel": 0.2 * weights["kernel"]}': '0.2 * weights["kernel"]'}
        the others left out: Your dictionary holds the input weights alone. The other two belong into it as
            well: `{**weights, "kernel": ...}`.
            {"**weights, ": ""}
    """),
)


# A value and a question


def _lag_at_one_percent():
    lag, gradient = 0, 1.0
    while gradient >= 0.01:
        lag, gradient = lag + 1, gradient * 0.9
    return lag


LAG_AT_ONE_PERCENT = ValueExercise(
    id="lag_at_one_percent",
    title="How fast 0.9 vanishes",
    lesson="02",
    section="The product over steps",
    points=1,
    minutes=2,
    question=(
        "Each step back multiplies the gradient by 0.9. After how many steps is it under 1 % for the first "
        "time?"
    ),
    answer=_lag_at_one_percent,
    hints=(
        "After k steps the gradient is 0.9 to the power k.",
        "Solve 0.9**k = 0.01 with logarithms, and mind in which direction to round.",
        "k = log(0.01) / log(0.9) = 43.7: after 43 steps it is still over 1 %.",
    ),
    mistakes=(
        WrongValue(
            "rounded down",
            "After that many steps the gradient is still a little over 1 %: 0.9 to the power 43 is 0.0108.",
            lambda: _lag_at_one_percent() - 1,
        ),
        WrongValue(
            "one step too many",
            "After 44 steps the gradient is under 1 % already: 0.9 to the power 44 is 0.0097.",
            lambda: _lag_at_one_percent() + 1,
        ),
        WrongValue(
            "not rounded, one decimal",
            "That is where 0.9**k crosses 1 %, between two steps. The first whole step under 1 % is asked "
            "for.",
            lambda: 43.7,
        ),
        WrongValue(
            "subtracted instead of multiplied",
            "You take away a tenth of the first gradient at each step. Each step takes a tenth of what is "
            "left.",
            lambda: 10,
        ),
        WrongValue(
            "logarithm of 0.9 taken for -0.1",
            "That is log(0.01) / -0.1. The logarithm of 0.9 is -0.105, which makes two steps of difference.",
            lambda: 47,
        ),
        WrongValue(
            "one in a hundred steps",
            "1 % is one in a hundred, but not a hundred steps: each step multiplies by 0.9.",
            lambda: 100,
        ),
        WrongValue(
            "not rounded",
            "That is where 0.9**k crosses 1 %, between two steps. The first whole step under 1 % is asked "
            "for.",
            lambda: np.log(0.01) / np.log(0.9),
        ),
        WrongValue(
            "half instead of 1 %",
            "That is when half of the gradient is left. 1 % is asked for.",
            lambda: 7,
        ),
    ),
)

CLIPPING_AND_VANISHING = Question(
    id="clipping_and_vanishing",
    title="What clipping cannot do",
    lesson="02",
    section="Clipping",
    points=1,
    minutes=2,
    question=(
        "An RNN does not learn to recall the first symbol at lag 50. Does clipping the gradient by its norm "
        "help?"
    ),
    choices={
        "a": "Yes, it scales small gradients up to the limit.",
        "b": "Yes, but only with a small limit.",
        "c": "No, for it turns the gradient into another direction.",
        "d": "No, it only shortens gradients that are too long.",
    },
    answer="d",
    explanations={
        "a": (
            "Clipping leaves a gradient alone when its norm is under the limit. Scaling up would also scale "
            "up the noise: the part that comes from lag 50 would be as small beside the others as before."
        ),
        "b": (
            "A smaller limit shortens more gradients. The part that comes from lag 50 stays as small beside "
            "the others as it was."
        ),
        "c": (
            "Clipping by norm keeps the direction, it changes the length only. It does not help here, but "
            "for another reason: it only ever shortens."
        ),
        "d": (
            "Clipping cures exploding gradients. Against vanishing ones it can do nothing: what is lost on "
            "the way back is lost."
        ),
    },
    hints=(
        "What does `clip_by_global_norm` do with a gradient whose norm is small?",
        "The gradient of a step is a sum over lags. Does one factor for all change the share of lag 50?",
        "The factor is at most 1, and the same for every part.",
    ),
)

GRADIENT_AND_RECALL = Question(
    id="gradient_and_recall",
    title="What a gradient does not say",
    lesson="02",
    section="A gradient is not recall",
    points=1,
    minutes=3,
    question=(
        "Somebody starts an RNN so that the gradient at lag 100 is half of that at lag 0. Does the untrained "
        "network remember the input 100 steps back?"
    ),
    choices={
        "a": (
            "One cannot tell: the gradient says that this input still moves the state, not that it can be "
            "told from the later ones."
        ),
        "b": "Yes, half of it: the state holds every input in proportion to its gradient.",
        "c": "No: a gradient under 1 means that the input has been forgotten by half at every step.",
        "d": "Yes, for what can be changed by a nudge is stored.",
    },
    answer="a",
    explanations={
        "a": (
            "A hundred later inputs move the state at least as much. In the measurement above, a read-out "
            "told more symbols where less of the gradient arrived, because the later inputs were quiet."
        ),
        "b": (
            "The state has 32 numbers and a hundred inputs in it, one on top of the other. That each of them "
            "has moved it does not mean that one can be told from the rest."
        ),
        "c": (
            "Half at every step would leave 0.5 to the power 100. The half is what is left after all 100 "
            "steps. And a latch remembers with no gradient at all."
        ),
        "d": (
            "A nudge to the first input changes the last state, and so does a nudge to each later one. Only "
            "if these changes differ can the first input be told. Measure recall."
        ),
    },
    hints=(
        "In the measurement above, which of the three networks had the largest gradient, and which told the "
        "most symbols?",
        "How much do the 99 inputs in between move the last state?",
        "A gradient compares a nudge with no nudge. Recall compares this symbol with another, whatever the "
        "rest is.",
    ),
)
