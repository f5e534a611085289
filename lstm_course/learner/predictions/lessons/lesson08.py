"""What lesson 8 asks before its experiments."""

from lstm_course.learner.predictions.questions import Choice, Number, Order

_CHANGES = (
    "12 words of each text instead of 32",
    "64 words of each text instead of 32",
    "100 known words instead of 600",
    "the mean of all states instead of the last one",
)
_AHEAD = ("with none of them", "with 5,000 only", "with 500 and 5,000", "with all of them")
_DAY = (
    "at night, 0 to 5",
    "in the morning, 6 to 11",
    "in the afternoon, 12 to 17",
    "in the evening, 18 to 23",
)

QUESTIONS = (
    Choice(
        "08-what-to-turn",
        "Each change is made alone: which of them costs most accuracy?",
        "costs = {name: np.mean(shares",
        _CHANGES,
        f"{_CHANGES}[np.argmax([costs[name] for name in list(trials)[1:]])]",
    ),
    Number(
        "08-rare-class",
        "Complaints are shown five times as often: by how many points does the share that is found rise?",
        "plain, evened, more =",
        "100 * (evened - plain)",
        " points",
        within=5,
    ),
    Choice(
        "08-texts-it-takes",
        "With 50, 500 or 5,000 texts: where is the LSTM clearly ahead of a bag of words and one of pairs?",
        "budget = {50: 100",
        _AHEAD,
        f"{_AHEAD}[sum(errors['LSTM'][k] < 0.85 * min(errors['bag of words'][k], errors['bag of pairs'][k]) "
        "for k in (0, 2, 3))]",
    ),
    Number(
        "08-a-day-ahead",
        "By how many per cent does the LSTM miss the load by less than the regression (below 0: by more)?",
        "def flat_and_week",
        "100 * (1 - np.mean(misses['LSTM']) / misses['regression'][0])",
        " %",
        within=7,
    ),
    Number(
        "08-margin-from-training",
        "80 % are asked for: how many per cent does a margin from the days that were trained on cover?",
        "def margin_of(",
        "100 * np.mean(covered['LSTM, from training days'])",
        " %",
        within=5,
    ),
    Number(
        "08-quantiles",
        "How many per cent of November and December lie between the quantiles that stand for 80 %?",
        "as_learned = [",
        "100 * np.mean(as_learned)",
        " %",
        within=5,
    ),
    Choice(
        "08-worst-hours",
        "With one margin for all hours: when is the load covered least often?",
        "by_hour = {name: ones.mean(axis=0).std()",
        _DAY,
        f"{_DAY}[np.argmin(one_margin.mean(axis=0).reshape(4, 6).mean(axis=1))]",
    ),
    Number(
        "08-worst-week",
        "Quantiles, widened by the last four weeks: how many per cent of the worst week are covered?",
        "by_week = inside",
        "100 * by_week.min()",
        " %",
        within=6,
    ),
    Number(
        "08-carried-state",
        "How many times as long as a step from the carried state does a window of 60 steps take?",
        "window_us = shortest",
        "window_us / step_us",
        factor=2,
    ),
    Number(
        "08-scaling-anew",
        "With each window of six months scaled by itself: by how many per cent is the error larger?",
        "def missed_by(",
        "100 * (sea_error[6, True] / sea_error[6, False] - 1)",
        " %",
        factor=2,
    ),
    Choice(
        "08-monday",
        "By how much do the forecasts of the new process differ from those of the notebook, at most?",
        "town_file, covered, own =",
        (
            "by less than 0.001 MW",
            "by some hundredths of a MW",
            "by some tenths of a MW",
            "by more than 1 MW",
        ),
        "'by less than 0.001 MW' if apart < 0.001 else 'by some hundredths of a MW' if apart < 0.1 else "
        "'by some tenths of a MW' if apart < 1 else 'by more than 1 MW'",
    ),
    Number(
        "08-cusum",
        "The mean moves by one standard deviation: how many steps does CUSUM need on average to notice?",
        "def by_sum(",
        "delay[1][0]",
        " steps",
        factor=1.5,
    ),
    Choice(
        "08-alarm",
        "Which of the four faults does the alarm hear within a year, with each of three networks?",
        'faults = ("none"',
        (
            "stuck",
            "stuck, two months late",
            "stuck, 1 °C too high",
            "1 °C too high, creeping upwards",
            "stuck, two months late, 1 °C too high",
            "stuck, two months late, 1 °C too high, creeping upwards",
        ),
        "', '.join(name for name in faults[1:] if max(heard[name, seed] for seed in range(3)) <= 12)",
    ),
    Choice(
        "08-many-series",
        "Learned from how many shops does one LSTM miss by less than smoothing fitted to each shop?",
        "smoothed = {years",
        ("from 200 and from 20", "from 200 only", "from neither"),
        "'from neither' if np.mean(off['LSTM for all']) > off['smoothing for each'][0] else "
        "'from 200 only' if np.mean(off['LSTM, of 20 shops']) > off['smoothing for each'][0] else "
        "'from 200 and from 20'",
    ),
    Number(
        "08-gain-that-survives",
        "Of the gain over the middle one of twenty: how many per cent are left in the fifth year?",
        "before, later = gain",
        "100 * later / before",
        " %",
        within=20,
    ),
    Order(
        "08-gaps",
        "The last six hours are missing: in which order do the ways miss the load, the smallest miss first?",
        "plain, holes, week, again, masks",
        ("last week's values", "last value again", "masked"),
        'sorted(("last week\'s values", "last value again", "masked"), '
        'key=lambda way: np.mean(gap["six hours late, " + way]))',
    ),
    Choice(
        "08-first-hour",
        "Who misses the first hour by less: the network with several outputs, or the recursive one?",
        "def recursive(",
        ("several outputs", "recursive", "both about the same"),
        "'recursive' if own[0] < 0.9 * several[0] else "
        "'several outputs' if several[0] < 0.9 * own[0] else 'both about the same'",
    ),
    Number(
        "08-carry-the-state",
        "Pieces of 5: how many nats a character does carrying the state on gain, where guessing costs 3.4?",
        "gain = {length",
        "gain[5]",
        " nats",
        factor=2,
    ),
    Number(
        "08-own-inputs",
        "With own inputs in the training: by how many per cent does the free error at twelve months fall?",
        "at_12 = {name",
        "100 * (1 - at_12['own inputs'] / at_12['true inputs'])",
        " %",
        within=8,
    ),
    Choice(
        "08-bits",
        "Down to how many bits does the forecast miss by less than a tenth more?",
        "one_scale = np.array",
        ("8", "6", "4", "3"),
        "str(min(bits for bits in worse if worse[bits].mean() < 0.1))",
    ),
)
