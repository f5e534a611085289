"""Right answers to the exercises of lesson 02."""

import numpy as np

from .entering import right
from .lesson01 import split_weights


@right("state_jacobian")
def with_diag(x, h_prev, weights):
    h = split_weights(x, h_prev, weights)
    return np.diag(1 - h**2) @ weights["Wh"][:, : len(h)]


@right("state_jacobian")
def with_einsum(x, h_prev, weights):
    h = split_weights(x, h_prev, weights)
    return np.einsum("i,ij->ij", 1 - h * h, weights["Wh"][:, : h.size])


@right("state_jacobian")
def entry_by_entry(x, h_prev, weights):
    h = split_weights(x, h_prev, weights)
    n = range(len(h))
    return [[(1 - h[k] ** 2) * weights["Wh"][k, j] for j in n] for k in n]


@right("state_jacobian")
def numerically(x, h_prev, weights):
    step, columns = 1e-6, []
    for e in np.eye(len(h_prev)):
        up, down = (split_weights(x, h_prev + s * step * e, weights) for s in (1, -1))
        columns.append((up - down) / (2 * step))
    return np.stack(columns, axis=1)


@right("state_jacobian")
def transposed_twice(x, h_prev, weights):
    h = split_weights(x, h_prev, weights)
    return (weights["Wh"][:, : len(h)].T * (1 - h**2)).T


@right("state_jacobian")
def float32_jacobian(x, h_prev, weights):
    return with_diag(x, h_prev, weights).astype(np.float32)


@right("gradient_norms_by_lag")
def by_singular_values(J):
    P = np.eye(J.shape[-1])
    out = [1]
    for k in range(1, len(J) + 1):
        P = P @ J[-k]
        out.append(np.linalg.svd(P, compute_uv=False)[0])
    return out


@right("gradient_norms_by_lag")
def with_multi_dot(jacobians):
    norms = np.ones(len(jacobians) + 1)
    for k in range(len(jacobians)):
        lot = list(jacobians[len(jacobians) - 1 - k :][::-1])
        norms[k + 1] = np.linalg.norm(lot[0] if len(lot) == 1 else np.linalg.multi_dot(lot), ord=2)
    return norms


@right("gradient_norms_by_lag")
def transposed_walk(jacobians):
    product, norms = np.identity(jacobians.shape[1]), [1.0]
    for J in reversed(jacobians):
        product = J.T @ product
        norms += [np.linalg.norm(product, 2)]
    return np.array(norms)


@right("gradient_norms_by_lag")
def from_largest_eigenvalue(jacobians):
    product, norms = np.eye(jacobians.shape[1]), []
    for J in [None, *jacobians[::-1]]:
        product = product if J is None else product @ J
        norms.append(np.sqrt(np.linalg.eigvalsh(product.T @ product).max()))
    return np.array(norms)


@right("gradient_norms_by_lag")
def accumulated(jacobians):
    from itertools import accumulate

    products = accumulate(jacobians[::-1], np.matmul, initial=np.eye(len(jacobians[0])))
    return np.fromiter((np.linalg.norm(p, 2) for p in products), dtype=float)


@right("gradient_norms_by_lag")
def float32_norms(jacobians):
    return by_singular_values(jacobians.astype(np.float32))


@right("spectral_radius")
def eigenvalues_of_eig(m):
    values, _ = np.linalg.eig(m)
    return abs(values).max()


@right("spectral_radius")
def sorted_values(matrix):
    return sorted(np.abs(np.linalg.eigvals(matrix)))[-1]


@right("spectral_radius")
def real_and_imaginary(matrix):
    e = np.linalg.eigvals(matrix)
    return np.sqrt(e.real**2 + e.imag**2).max()


@right("spectral_radius")
def one_by_one(matrix):
    largest = 0.0
    for value in np.linalg.eigvals(matrix):
        if abs(value) > largest:
            largest = abs(value)
    return float(largest)


@right("spectral_radius")
def as_an_array(matrix):
    return np.array(np.linalg.norm(np.linalg.eigvals(matrix), np.inf))


@right("orthogonal")
def gram_schmidt(size, rng):
    columns = []
    for _ in range(size):
        v = rng.normal(size=size)
        for u in columns:
            v = v - (u @ v) * u
        columns.append(v / np.linalg.norm(v))
    return np.stack(columns, axis=1)


@right("orthogonal")
def polar(size, rng):
    u, _, vt = np.linalg.svd(rng.normal(size=(size, size)))
    return u @ vt


@right("orthogonal")
def signs_where(n, generator):
    q, r = np.linalg.qr(generator.standard_normal((n, n)))
    return np.where(np.diag(r) < 0, -q, q)


@right("orthogonal")
def random_signs(size, rng):
    q, _ = np.linalg.qr(rng.normal(size=(size, size)))
    return q * rng.choice([-1.0, 1.0], size=size)


@right("orthogonal")
def diagonal_matrix(size, rng):
    q, r = np.linalg.qr(rng.normal(0.0, 1.0, (size, size)))
    d = np.diag(r)
    return q @ np.diag(d / np.abs(d))


@right("orthogonal")
def transposed_qr(size, rng):
    return signs_where(size, rng).T


@right("memory_horizon")
def step_by_step(norms, threshold=0.01):
    for lag, norm in enumerate(norms):
        if norm / norms[0] < threshold:
            return lag
    return len(norms)


@right("memory_horizon")
def with_argmax(norms, threshold=0.01):
    under = np.array(norms) < threshold * norms[0]
    return np.argmax(under) if under.any() else len(under)


@right("memory_horizon")
def with_where(g, eps=0.01):
    lags = np.where(g / g[0] < eps)[0]
    if lags.size == 0:
        return len(g)
    return lags[0]


@right("memory_horizon")
def with_next(norms, threshold=0.01):
    return next((k for k in range(len(norms)) if norms[k] < threshold * norms[0]), len(norms))


@right("memory_horizon")
def with_sentinel(norms, threshold=1e-2):
    return int(np.argmax(np.append(norms / norms[0], -np.inf) < threshold))


@right("memory_horizon")
def as_float(norms, threshold=0.01):
    return float(step_by_step(list(norms), threshold))


@right("better_start")
def in_place(weights):
    weights["kernel"] *= 0.2
    return weights


@right("better_start")
def copied_first(w):
    new = dict(w)
    new["kernel"] = w["kernel"] / 4
    return new


@right("better_start")
def in_a_loop(weights):
    small = {}
    for name, values in weights.items():
        small[name] = values * 0.1 if name == "kernel" else values
    return small


@right("better_start")
def written_out(weights):
    return dict(
        bias=weights["bias"],
        recurrent_kernel=weights["recurrent_kernel"],
        kernel=np.multiply(0.3, weights["kernel"]),
    )


@right("better_start")
def drawn_afresh(weights):
    D, H = weights["kernel"].shape
    limit = (6 / (D + H)) ** 0.5 / 5
    return weights | {"kernel": np.random.default_rng(0).uniform(-limit, limit, (D, H))}


@right("better_start")
def single_precision(weights):
    return {name: (0.2 if name == "kernel" else 1) * a.astype("float32") for name, a in weights.items()}


@right("better_start")
def tiny_normal_numbers(weights):
    D, H = weights["kernel"].shape
    return dict(weights, kernel=0.001 * np.random.default_rng(1).normal(size=(D, H)))
