"""What lesson 6 asks before its experiments."""

from lstm_course.learner.predictions.questions import Choice, Number, Order

QUESTIONS = (
    Number(
        "06-for-nothing",
        "By how much does the best of the four forecasts miss the CO₂ of the next month?",
        "made[name] = walk_forward(one, values, split)[1][:, 0]",
        "min(mae(truth, one) for one in made.values())",
        " ppm",
        factor=1.5,
    ),
    Choice(
        "06-levels",
        "Where will the network end up, trained by the textbook's recipe on the values themselves?",
        'made["LSTM, levels"] = by_networks(values, seeds=3)',
        ("before exponential smoothing", "behind it, but not behind all", "behind all four"),
        "(lambda network: 'before exponential smoothing' if network < "
        "mae(truth, made['exponential smoothing']) else "
        "'behind all four' if network > max(mae(truth, made[name]) for name in baselines) else "
        "'behind it, but not behind all')(np.mean([mae(truth, one) for one in made['LSTM, levels']]))",
    ),
    Choice(
        "06-changes",
        "Where does the same network end up on the changes, scaled to standard deviation 1?",
        'made["LSTM, changes"] = last + by_networks(changes, kind="standard", seeds=3)',
        (
            "still behind persistence",
            "between persistence and exponential smoothing",
            "level with exponential smoothing, to within a fifth",
            "well before exponential smoothing",
        ),
        "'still behind persistence' if off['LSTM, changes'] > off['persistence'] else "
        "(lambda ratio: 'well before exponential smoothing' if ratio < 0.8 else "
        "'level with exponential smoothing, to within a fifth' if ratio < 1.2 else "
        "'between persistence and exponential smoothing')"
        "(off['LSTM, changes'] / off['exponential smoothing'])",
    ),
    Choice(
        "06-season-in-errors",
        "What does the autocorrelation of persistence's errors look like, over two years of lags?",
        "lags, band = np.arange(1, 25), 2 / np.sqrt(TEST)",
        (
            "near 0 at every lag",
            "it falls slowly from lag to lag",
            "it changes its sign from lag to lag",
            "a wave with a period of 12 months",
        ),
        "(lambda r: 'a wave with a period of 12 months' if r[11] > 0.5 and r[5] < 0 else "
        "'near 0 at every lag' if max(abs(r)) < 2 * band else "
        "'it changes its sign from lag to lag' if r[0] < 0 else 'it falls slowly from lag to lag')"
        "(remains['persistence'])",
    ),
    Choice(
        "06-twelve-months",
        "Which of the three ways misses by least, twelve months ahead?",
        "ends = [misses[name][-1] for name in list(steps)[:3]]",
        ("recursive", "direct", "several outputs", "none: they are alike, to within a quarter"),
        "'none: they are alike, to within a quarter' if max(ends) < 1.25 * min(ends) else "
        "('recursive', 'direct', 'several outputs')[int(np.argmin(ends))]",
    ),
    Order(
        "06-sunspots",
        "In which order, the best first, do these three forecast the sunspots of the next year?",
        "mean_error = {name: np.mean(of) for name, of in errors.items()}",
        ("eleven years ago", "exponential smoothing", "LSTM"),
        "sorted(('eleven years ago', 'exponential smoothing', 'LSTM'), key=mean_error.get)",
    ),
    Choice(
        "06-regression",
        "And which misses them by less, the LSTM or a linear regression on the same years?",
        "mean_error = {name: np.mean(of) for name, of in errors.items()}",
        ("the LSTM", "the regression", "neither: they are alike, to within 15 %"),
        "(lambda ratio: 'the LSTM' if ratio < 0.85 else 'the regression' if ratio > 1.15 else "
        "'neither: they are alike, to within 15 %')(mean_error['LSTM'] / mean_error['linear regression'])",
    ),
    Number(
        "06-ten-tests",
        "Five candidates on each of two series: how many of the ten tests find a winner?",
        "winners[name] = [who for who, result in results.items()",
        "sum(map(len, winners.values()))",
        within=0.5,
    ),
)
