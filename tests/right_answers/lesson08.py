"""Right answers to the exercises of lesson 08."""

import math

import numpy as np

from .entering import right


@right("calendar_features")
def calendar_in_columns(hours, weekdays):
    return np.c_[
        np.sin(2 * np.pi * hours / 24), np.cos(2 * np.pi * hours / 24),
        np.sin(2 * np.pi * weekdays / 7), np.cos(2 * np.pi * weekdays / 7),
    ]  # fmt: skip


@right("calendar_features")
def calendar_in_loops(hours, weekdays):
    rows = []
    for hour, day in zip(hours, weekdays, strict=True):
        a, b = math.tau * hour / 24, math.tau * day / 7
        rows.append([math.sin(a), math.cos(a), math.sin(b), math.cos(b)])
    return rows


@right("calendar_features")
def calendar_by_complex_numbers(hours, weekdays):
    z = np.exp(2j * np.pi * np.stack([hours / 24, weekdays / 7], axis=1))
    return np.stack([z.imag, z.real], axis=-1).reshape(len(hours), 4)


@right("calendar_features")
def calendar_looked_up(hours, weekdays):
    def circle(n):
        angle = np.arange(n) * (2 * np.pi / n)
        return np.array([np.sin(angle), np.cos(angle)]).T

    return np.hstack([circle(24)[hours], circle(7)[weekdays]])


@right("calendar_features")
def calendar_in_single_precision(hours, weekdays):
    features = np.zeros((len(hours), 4), "float32")
    for k, (values, period) in enumerate(((hours, 24), (weekdays, 7))):
        angle = np.deg2rad(360 / period * np.asarray(values))
        features[:, 2 * k], features[:, 2 * k + 1] = np.sin(angle), np.cos(angle)
    return features


@right("pinball_loss")
def pinball_by_where(truth, forecast, quantile):
    miss = truth - forecast
    return np.where(miss > 0, quantile * miss, (quantile - 1) * miss).mean()


@right("pinball_loss")
def pinball_by_indicator(truth, forecast, quantile):
    miss = truth - forecast
    return float(np.mean(miss * (quantile - (miss < 0))))


@right("pinball_loss")
def pinball_in_a_loop(truth, forecast, quantile):
    total = 0.0
    for y, f in zip(np.ravel(truth), np.ravel(forecast), strict=True):
        total += quantile * (y - f) if y >= f else (1 - quantile) * (f - y)
    return total / np.size(truth)


@right("pinball_loss")
def pinball_by_parts(truth, forecast, quantile):
    above, below = np.maximum(truth - forecast, 0), np.maximum(forecast - truth, 0)
    return quantile * np.mean(above) + (1 - quantile) * np.mean(below)


@right("pinball_loss")
def pinball_as_half_and_slant(truth, forecast, quantile):
    miss = np.asarray(truth, "float32") - np.asarray(forecast, "float32")
    return np.mean(np.abs(miss) / 2 + (quantile - 0.5) * miss)


@right("conformal_margin")
def margin_by_partition(truth, forecast, trained, coverage):
    misses = np.abs(truth[trained:] - forecast[trained:])
    rank = math.ceil((misses.size + 1) * coverage)
    return np.partition(misses, rank - 1)[rank - 1]


@right("conformal_margin")
def margin_by_lists(truth, forecast, trained, coverage):
    misses = sorted(abs(y - f) for y, f in list(zip(truth, forecast, strict=True))[trained:])
    return misses[math.ceil((len(misses) + 1) * coverage) - 1]


@right("conformal_margin")
def margin_by_counting(truth, forecast, trained, coverage):
    misses = np.abs(forecast - truth)[trained:]
    enough = [m for m in misses if np.sum(misses <= m) >= (len(misses) + 1) * coverage]
    return min(enough)


@right("conformal_margin")
def margin_by_numpys_quantile(truth, forecast, trained, coverage):
    misses = np.abs(truth - forecast)[trained:]
    n = len(misses)
    return np.quantile(misses, np.ceil((n + 1) * coverage) / n, method="inverted_cdf")


@right("conformal_margin")
def margin_with_a_place_for_the_new_one(truth, forecast, trained, coverage):
    misses = np.sort(np.append(np.abs(truth - forecast)[trained:], np.inf).astype("float32"))
    return float(misses[int(np.ceil(len(misses) * coverage)) - 1])
