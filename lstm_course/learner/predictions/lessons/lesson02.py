"""What lesson 2 asks before its experiments."""

from lstm_course.learner.predictions.questions import Choice, Number, Order

QUESTIONS = (
    Number(
        "02-distance",
        "At lag 50, how often is the worst of the four networks right, in per cent?",
        "at_start = recall_by_lag(",
        "100 * at_start[1].min()",
        " %",
        within=12,
    ),
    Choice(
        "02-shape",
        "On a logarithmic axis, what shape do the curves for ρ = 0.5, 0.9, 1, 1.1 and 1.5 have?",
        "straight = curves_for(input_size=1e-15)",
        ("straight lines", "curves that get flatter", "curves that get steeper"),
        "'straight lines' if all(np.ptp(np.diff(np.log(norms))) < 0.01 for _, norms in straight.values()) "
        "else 'curves that get steeper' if np.ptp(np.log(straight['ρ = 0.5'][1][:31])) < "
        "np.ptp(np.log(straight['ρ = 0.5'][1][30:])) else 'curves that get flatter'",
    ),
    Number(
        "02-stay",
        "With inputs of size one, how many of the five curves stay where they were?",
        "bent = curves_for(input_size=1.0)",
        "sum(bent[rho][1][-1] > 0.5 * straight[rho][1][-1] for rho in straight)",
        within=0.5,
    ),
    Number(
        "02-nine-inputs",
        "Nine normal inputs a step instead of one, orthogonal weights: what is the memory horizon then?",
        "horizon_of[name, kind] = np.median(found)",
        "horizon_of['orthogonal (Keras)', 'nine']",
        " steps",
        factor=1.4,
    ),
    Choice(
        "02-break",
        "What is the first lag at which fewer than half of the networks recall more than nine in ten?",
        "symbols = recall_by_lag(rnn_for, eight_symbols, lags, seeds=range(6)",
        ("20", "30", "50", "100", "none of these"),
        "next((lag for lag in ('20', '30', '50', '100') if np.mean(symbols[lags.index(int(lag))] > 0.9) < 0.5"
        "), 'none of these')",
    ),
    Choice(
        "02-must-be-small",
        "Which inputs must be made small, so that most networks recall at lag 50?",
        "heard[first] = recall_by_lag(",
        ("the first symbol", "the fifty others", "either will do", "neither alone is enough"),
        "'either will do' if np.median(heard[0.2]) > 0.9 and np.median(heard[1.0]) > 0.9 else "
        "'the first symbol' if np.median(heard[0.2]) > 0.9 else "
        "'the fifty others' if np.median(heard[1.0]) > 0.9 else 'neither alone is enough'",
    ),
    Choice(
        "02-gradient-or-symbols",
        "Lag 15, all inputs small or only the later: which has more gradient, which tells more symbols?",
        "untrained[lag, first, others] = both",
        (
            "all small: both",
            "only the later small: both",
            "all small: gradient; only the later: symbols",
            "only the later small: gradient; all small: symbols",
        ),
        # Each entry of `untrained` is (symbols told, gradient left).
        "('all small: both' if untrained[15, 0.2, 0.2][0] > untrained[15, 1.0, 0.2][0] else "
        "'all small: gradient; only the later: symbols') "
        "if untrained[15, 0.2, 0.2][1] > untrained[15, 1.0, 0.2][1] else "
        "('only the later small: gradient; all small: symbols' "
        "if untrained[15, 0.2, 0.2][0] > untrained[15, 1.0, 0.2][0] else 'only the later small: both')",
    ),
    Number(
        "02-one-bit",
        "One bit at lag 200: how often is the median of the five networks right, in per cent?",
        "bits = recall_by_lag(",
        "100 * np.median(bits[1])",
        " %",
        within=10,
    ),
    Order(
        "02-starts",
        "Which of these starts recalls most at lag 50, which one least?",
        "reached = {start: reach(start)",
        (
            "Gaussian, small inputs",
            "orthogonal, full inputs",
            "orthogonal, small inputs",
            "uniform, small inputs",
        ),
        "sorted(('Gaussian, small inputs', 'orthogonal, full inputs', 'orthogonal, small inputs', "
        "'uniform, small inputs'), key=lambda start: -reached[start])",
    ),
    Order(
        "02-truncated",
        "Lag 15: which of these trainings recalls most, which one least?",
        "cut[K, carry] = np.array(",
        (
            "cut after 16 steps",
            "cut after 10 steps",
            "only the head learns",
            "cut after 10, state not carried",
        ),
        "[{(16, True): 'cut after 16 steps', (10, True): 'cut after 10 steps', "
        "(0, True): 'only the head learns', (10, False): 'cut after 10, state not carried'}[key] "
        "for key in sorted(set(cut) - {(5, True)}, key=lambda key: -cut[key].mean())]",
    ),
)
