"""Lesson 08, Put it to work: a calendar in numbers, the loss of a quantile, a margin that covers."""

import numpy as np

from lstm_course.exercises.exercise import Exercise, Probe, Question

from .shared import edits

# A calendar


def calendar_features(hours, weekdays):
    """Hours (N,) from 0 to 23 and weekdays (N,) from 0 to 6 on circles: (N, 4).

    The columns: sine and cosine of the hour, sine and cosine of the weekday.
    """
    hour, day = 2 * np.pi * hours / 24, 2 * np.pi * weekdays / 7
    return np.stack([np.sin(hour), np.cos(hour), np.sin(day), np.cos(day)], axis=1)


def _calendar_probes(rng):
    return [
        Probe((rng.integers(0, 24, size=17), rng.integers(0, 7, size=17))),
        Probe((np.arange(24), np.zeros(24, dtype=int)), "on Mondays"),
        Probe((np.zeros(7, dtype=int), np.arange(7)), "at midnight"),
    ]


CALENDAR_FEATURES = Exercise(
    reference=calendar_features,
    title="Hour and weekday on circles",
    lesson="08",
    section="Several columns and a calendar",
    points=2,
    minutes=6,
    returns=("the features",),
    axes={"the features": ("hour", "feature")},
    probes=_calendar_probes,
    hints=(
        "Lay the 24 hours around a clock with one hand. Which two numbers say where the hand points?",
        "A full turn is 2 pi, so hour h is at the angle 2 pi h / 24. Its sine and its cosine are the two "
        "numbers; "
        "of the seven weekdays likewise.",
        "`hour = 2 * np.pi * hours / 24`, `day = 2 * np.pi * weekdays / 7`, and then "
        "`np.stack([np.sin(hour), "
        "np.cos(hour), np.sin(day), np.cos(day)], axis=1)`.",
    ),
    mistakes=edits(r"""
        straight instead of round: Your hours run along a line from 0 to 1: hour 23 is as far from hour 0 as
            can be, and they are neighbours. Take the sine and the cosine of the angle.
            {"2 * np.pi * hours / 24, 2 * np.pi * weekdays / 7": "hours / 24, weekdays / 7",
             "np.sin(hour), np.cos(hour), np.sin(day), np.cos(day)": "hour, hour, day, day"}
        period of 23: You divide the hours by 23 or the weekdays by 6, so that the last one falls on the
            first: 23 o'clock and midnight become the same. A turn has 24 hours and 7 days.
            {"hours / 24": "hours / 23", "weekdays / 7": "weekdays / 6"}
        hours divided by 23: You divide the hours by 23, so that 23 o'clock falls on midnight. A turn has 24.
            {"hours / 24": "hours / 23"}
        weekdays divided by 6: You divide the weekdays by 6, so that Sunday falls on Monday. A turn has 7.
            {"weekdays / 7": "weekdays / 6"}
        half a turn: You take pi for a full turn, so that midnight and 23 o'clock lie at the two ends of a
            half circle. A full turn is 2 pi.
            {"2 * np.pi * hours": "np.pi * hours", "2 * np.pi * weekdays": "np.pi * weekdays"}
        twelve hours: You go around once in twelve hours, as the hand of a clock does: 3 in the night and 3 in
            the afternoon become the same. Divide by 24.
            {"hours / 24": "hours / 12"}
        degrees: You count a turn as 360. NumPy's sine takes radians, where a turn is 2 pi.
            {"2 * np.pi * hours": "360 * hours", "2 * np.pi * weekdays": "360 * weekdays"}
        two pi forgotten: A full turn is missing: the sine of hours / 24 goes less than a sixth of the way
            around. Multiply by 2 pi first.
            {"2 * np.pi * hours": "hours", "2 * np.pi * weekdays": "weekdays"}
        not divided: You take the sine of the number itself. Hour h is at the angle 2 pi h / 24, and weekday d
            at 2 pi d / 7.
            {"2 * np.pi * hours / 24, 2 * np.pi * weekdays / 7": "hours, weekdays"}
        sine alone: You take the sine twice. It is the same at 3 and at 9 o'clock; with the cosine beside it
            no two hours are alike.
            {"np.cos(hour)": "np.sin(hour)", "np.cos(day)": "np.sin(day)"}
        cosine alone: You take the cosine twice. It is the same at 6 and at 18 o'clock; with the sine beside
            it no two hours are alike.
            {"np.sin(hour)": "np.cos(hour)", "np.sin(day)": "np.cos(day)"}
        sine and cosine exchanged [convention]: Your cosines stand before the sines. The network would not
            mind; asked for are sine, cosine, sine, cosine.
            {"np.sin(hour), np.cos(hour), np.sin(day), np.cos(day)":
                "np.cos(hour), np.sin(hour), np.cos(day), np.sin(day)"}
        both sines first [convention]: Your columns are the two sines, then the two cosines. Asked for are the
            hour's sine and cosine, then the weekday's.
            {"np.sin(hour), np.cos(hour), np.sin(day), np.cos(day)":
                "np.sin(hour), np.sin(day), np.cos(hour), np.cos(day)"}
        weekday first [convention]: Your weekdays stand before the hours. Asked for are the hour's two
            columns, then the weekday's.
            {"np.sin(hour), np.cos(hour), np.sin(day), np.cos(day)":
                "np.sin(day), np.cos(day), np.sin(hour), np.cos(hour)"}
        features down instead of across: Your array is (4, N), a row for each feature. Asked for is a row for
            each hour: stack along axis 1.
            {"axis=1": "axis=0"}
        weekday forgotten: Your weekday columns hold the hour again.
            {"np.sin(day), np.cos(day)": "np.sin(hour), np.cos(hour)"}
        turned the other way: Your angle runs backwards, so that the sine has the wrong sign.
            {"2 * np.pi * hours": "-2 * np.pi * hours", "2 * np.pi * weekdays": "-2 * np.pi * weekdays"}
        counted from one: You add 1 to the hours and weekdays. They begin at 0 here, and hour 0 lies at the
            angle 0.
            {"2 * np.pi * hours": "2 * np.pi * (hours + 1)",
             "2 * np.pi * weekdays": "2 * np.pi * (weekdays + 1)"}
        seven for the hours: You divide the hours by 7 and the weekdays by 24.
            {"hours / 24": "hours / 7", "weekdays / 7": "weekdays / 24"}
    """),
)


# Quantiles


def pinball_loss(truth, forecast, quantile):
    """Mean pinball loss of forecasts of a quantile, truth and forecast of one shape: a number.

    Where the truth lies above the forecast a miss costs `quantile` of its size, where it lies below,
    1 - `quantile` of it.
    """
    miss = truth - forecast
    return np.mean(np.maximum(quantile * miss, (quantile - 1) * miss))


def _pinball_probes(rng):
    truth = rng.normal(size=19)
    return [
        Probe((truth, rng.normal(size=19), 0.8)),
        Probe((rng.normal(size=(6, 3)), rng.normal(size=(6, 3)), 0.1), "for a low quantile"),
        Probe((truth, truth - rng.uniform(0.1, 1, size=19), 0.9), "when every truth lies above its forecast"),
        Probe((truth, truth + rng.uniform(0.1, 1, size=19), 0.9), "when every truth lies below its forecast"),
        Probe((rng.normal(size=15), rng.normal(size=15), 0.5), "for the median"),
    ]


PINBALL_LOSS = Exercise(
    reference=pinball_loss,
    title="The pinball loss",
    lesson="08",
    section="How sure?",
    points=3,
    minutes=7,
    returns=("the loss",),
    probes=_pinball_probes,
    hints=(
        "Take the quantile 0.9. Nine truths of ten should lie below such a forecast. Which misses must "
        "therefore be "
        "expensive, those above it or those below?",
        "With `miss = truth - forecast`: a positive one costs `quantile * miss`, a negative one `(quantile "
        "- 1) * "
        "miss`, which is positive too. Which of the two is larger in each case?",
        "`np.mean(np.maximum(quantile * miss, (quantile - 1) * miss))`.",
    ),
    mistakes=edits(r"""
        sign turned: Your forecast of the quantile 0.9 will have nine truths of ten above it: you have
            forecast - truth for truth - forecast, or 1 - quantile for quantile. A truth above the forecast
            costs `quantile` of the miss.
            {"truth - forecast": "forecast - truth"}
        absolute error: That is the mean absolute error, which is the same for every quantile. What lies above
            costs `quantile`, what lies below 1 - `quantile`.
            {"np.maximum(quantile * miss, (quantile - 1) * miss)": "np.abs(miss)"}
        weighted alike on both sides: You weigh misses on both sides with `quantile`. What lies below the
            forecast costs 1 - `quantile` of its size.
            {"np.maximum(quantile * miss, (quantile - 1) * miss)": "quantile * np.abs(miss)"}
        below the forecast free: Misses below the forecast cost nothing, so that a forecast far too high is
            perfect. They cost 1 - `quantile` of their size.
            {"(quantile - 1) * miss": "0 * miss"}
        above the forecast free: Misses above the forecast cost nothing, so that a forecast far too low is
            perfect. They cost `quantile` of their size.
            {"quantile * miss,": "0 * miss,"}
        smaller of the two: You take the smaller of the two, which is negative: the loss falls as the misses
            grow.
            {"np.maximum": "np.minimum"}
        1 - quantile below with its sign: Below the forecast you take (1 - quantile) * miss, which is negative
            there. With a plus both lines rise; it is (quantile - 1) * miss.
            {"(quantile - 1) * miss": "(1 - quantile) * miss"}
        squared: You square the misses. Squares lead to means, of a kind (expectiles); it is the absolute miss
            that leads to quantiles.
            {"np.maximum(quantile * miss, (quantile - 1) * miss)":
                "np.where(miss > 0, quantile, 1 - quantile) * miss**2"}
        full price below: A miss below the forecast costs its whole size with you. It costs 1 - `quantile` of
            it.
            {"(quantile - 1) * miss": "-miss"}
        full price above: A miss above the forecast costs its whole size with you. It costs `quantile` of it.
            {"quantile * miss,": "miss,"}
        sum instead of mean: You add the losses up. The mean is asked for: a sum grows with the number of
            forecasts.
            {"np.mean": "np.sum"}
        not averaged: You return a loss for each forecast. Their mean is asked for.
            {"np.mean(np.maximum(quantile * miss, (quantile - 1) * miss))":
                "np.maximum(quantile * miss, (quantile - 1) * miss)"}
        twice the loss [convention]: You have twice the pinball loss. Some define it so, because the median
            then gives the mean absolute error.
            {"np.mean(": "2 * np.mean("}
        absolute value of the mean: You take the mean of the misses first, so that those above and below
            cancel. Weigh each miss, then take the mean.
            {"miss = truth - forecast": "miss = np.mean(truth - forecast)"}
        gradient instead of loss: You return the slope of the loss, not the loss.
            {"np.maximum(quantile * miss, (quantile - 1) * miss)":
                "np.where(miss > 0, -quantile, 1 - quantile)"}
        share above: You return a share of cases, weighted. The size of each miss counts.
            {"np.maximum(quantile * miss, (quantile - 1) * miss)":
                "np.where(miss > 0, quantile, 1 - quantile)"}
    """),
)


# Conformal margins


def conformal_margin(truth, forecast, trained, coverage):
    """Margin m so that forecast - m ... forecast + m holds new truths with probability `coverage` or more.

    truth and forecast are (n,). The first `trained` of them were trained on; the others are the calibration.
    Of their N absolute misses m is the k-th smallest, where k is (N + 1) * coverage, rounded up.
    """
    misses = np.sort(np.abs(truth - forecast)[trained:])
    k = int(np.ceil((len(misses) + 1) * coverage))
    return misses[k - 1]


def _margin_probes(rng):
    def case(n, trained):
        truth = rng.normal(size=n) * 3
        noise = rng.normal(size=n)
        noise[:trained] *= 0.3  # what was trained on is missed by less
        return truth, truth + noise

    # With 26 misses and 0.7 a rank that is rounded down is wrong, one without the 1 is right: they differ.
    return [
        Probe((*case(64, 27), 27, 0.8)),
        Probe((*case(45, 21), 21, 0.9), "when the coverage is 0.9"),
        Probe((*case(35, 11), 11, 0.7), "when the coverage is 0.7"),
        Probe((*case(26, 0), 0, 0.7), "when nothing was trained on"),
        Probe((*case(31, 20), 20, 0.75), "when the rank is a whole number"),
        Probe((*case(22, 10), 10, 0.75), "with a dozen misses"),
    ]


CONFORMAL_MARGIN = Exercise(
    reference=conformal_margin,
    title="A margin that covers",
    lesson="08",
    section="How sure?",
    points=3,
    minutes=7,
    returns=("the margin",),
    probes=_margin_probes,
    hints=(
        "Nine forecasts have been made, and you saw by how much each was off. A tenth comes. How likely is "
        "its miss "
        "the largest of the ten?",
        "Only misses on data that nobody trained on may count: `np.abs(truth - forecast)[trained:]`. Sort "
        "them. The "
        "k-th smallest stands at the index k - 1.",
        "`misses = np.sort(np.abs(truth - forecast)[trained:])`, `k = int(np.ceil((len(misses) + 1) * "
        "coverage))`, "
        "`return misses[k - 1]`.",
    ),
    mistakes=edits(r"""
        new miss not counted: Your rank is N * coverage. The new miss is one more among them, so it is (N + 1)
            * coverage; without the 1 the intervals cover too little, and the fewer the calibration data the
            more.
            {"(len(misses) + 1)": "len(misses)"}
        calibrated on the training data: You take the misses of what was trained on. The network has seen
            those truths, so they are too small: the interval is too narrow for anything new.
            {"[trained:]": "[:trained] if trained else np.abs(truth - forecast)"}
        calibrated on everything: You take all misses. Those of what was trained on are too small, and the
            interval with them: the calibration begins at `trained`.
            {"[trained:]": ""}
        rank rounded down: You round the rank down. With the smaller miss the probability is less than asked
            for: round up.
            {"np.ceil(": "np.floor("}
        rank rounded to the nearest: You round the rank to the nearest whole number. It must not be smaller
            than (N + 1) * coverage: round up.
            {"np.ceil((len(misses) + 1) * coverage)": "np.rint((len(misses) + 1) * coverage)"}
        one too far: Your margin is the (k + 1)-th smallest miss: NumPy counts from 0, so the k-th stands at k
            - 1.
            {"misses[k - 1]": "misses[min(k, len(misses) - 1)]"}
        signed misses: You sort the misses with their signs, so that forecasts far too high count as very
            good. Take absolute values first.
            {"np.abs(truth - forecast)": "(truth - forecast)"}
        not sorted: You take the k-th miss as it comes. Sort them first.
            {"np.sort(np.abs(truth - forecast)[trained:])": "np.abs(truth - forecast)[trained:]"}
        sorted downwards: You count from the largest miss down, so that 80 % becomes 20 %.
            {"misses[k - 1]": "misses[-k]"}
        coverage turned: You take 1 - coverage, the share that may lie outside.
            {"* coverage))": "* (1 - coverage)))"}
        half of it on each side: You count as for one side, (1 + coverage) / 2. The absolute value has joined
            both sides already.
            {"* coverage))": "* (1 + coverage) / 2))"}
        plain quantile: You take NumPy's quantile, which lies between two misses and knows nothing of the new
            one. Asked for is the miss with the rank (N + 1) * coverage, rounded up.
            {"return misses[k - 1]": "return np.quantile(misses, coverage)"}
        normal misses assumed: You take a standard deviation times 1.28, which holds for 80 % of a normal
            distribution. Nothing says that the misses are normal: count them.
            {"return misses[k - 1]": "return 1.2816 * np.std(misses)"}
        width instead of margin: Your number is the width of the interval. The margin to one side is asked
            for.
            {"return misses[k - 1]": "return 2 * misses[k - 1]"}
        squared misses: You return a squared miss, in squared units.
            {"np.abs(truth - forecast)": "np.square(truth - forecast)"}
        rank instead of miss: You return the rank. The miss of that rank is asked for.
            {"return misses[k - 1]": "return float(k)"}
    """),
)


KNOWN_TOMORROW = Question(
    id="known_tomorrow",
    title="What is known of tomorrow",
    lesson="08",
    section="Several columns and a calendar",
    points=1,
    minutes=3,
    question="At midnight you forecast the load of the next 24 hours. Which of these may the network read?",
    choices={
        "a": "The temperature that the meter will show in each of the 24 hours: it is in the file.",
        "b": "The load of each hour, one hour before: so that the window always ends just before its target.",
        "c": "The weekday of each hour, and the temperature that was forecast the evening before.",
        "d": "The mean load of the day, so that it need only find the shape.",
    },
    answer="c",
    explanations={
        "a": (
            "It is in the file because the year is over. At midnight nobody knows it: on Monday this column "
            "would be "
            "empty."
        ),
        "b": (
            "From the second hour on this load has not happened yet at midnight. The forecast would be one "
            "of an hour "
            "ahead."
        ),
        "c": "The calendar is known for ever, and the forecast was there in the evening.",
        "d": "The mean of the day holds all 24 values that are to be forecast.",
    },
    hints=(
        "Stand at midnight, in your mind. What could you write down?",
        "That a number stands in the file does not say when it was known.",
        "Two of the four columns of the file are filled in later, hour by hour.",
    ),
)

COVERED_OVERALL = Question(
    id="covered_overall",
    title="Eighty per cent of what",
    lesson="08",
    section="How sure?",
    points=1,
    minutes=3,
    question=(
        "Of all hours of two months 80 % lie within your interval, as promised. What may you say of "
        "18 o'clock?"
    ),
    choices={
        "a": "That 80 % of its hours lie within it, for it is one of the 24.",
        "b": "Nothing before you count: some hours can be covered too often and others too rarely.",
        "c": "That it is covered more often, for the load is highest then.",
        "d": "That 80 % lie within it once the number of calibration days is large enough.",
    },
    answer="b",
    explanations={
        "a": "The promise is about all hours together. Quiet hours can be covered always, at the cost of "
        "others.",
        "b": "The promise is kept on average. By hour, by weekday and by week it has to be counted.",
        "c": "A high load is often a load that varies more, and then it is covered less often.",
        "d": "More calibration days make the average exact. They do not make every hour alike.",
    },
    hints=(
        "A clock that stands still is right twice a day. On average, what is it worth?",
        "One margin serves all hours. Do all hours vary alike?",
        "Which of the answers tells you to measure something?",
    ),
)
