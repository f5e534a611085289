"""What lesson 7 asks before its experiments."""

from lstm_course.learner.predictions.questions import Choice, Number

QUESTIONS = (
    Choice(
        "07-four-shares",
        "One step back through the GRU: which share of the gradient for the old state is the largest?",
        "da_z, da_h = dz * z * (1 - z), dg * (1 - g**2)",
        ("road", "candidate", "update gate", "reset gate"),
        "max(shares, key=lambda name: abs(shares[name][0]))",
    ),
    Number(
        "07-time",
        "In NumPy with 50 units each, what share of the LSTM's time does the GRU take?",
        'ratios = [step_time["GRU", H, where] / step_time["LSTM", H, where]',
        "100 * step_time['GRU', 50, 'NumPy'] / step_time['LSTM', 50, 'NumPy']",
        " %",
        within=10,
    ),
    Choice(
        "07-recall",
        "Started as Keras does, with which learning rate does the GRU recall at lag 30: 0.01, 0.03?",
        "right = {key: shares(runs) for key, (runs, _) in at_30.items()}",
        ("with neither", "with 0.01 only", "with 0.03 only", "with both"),
        "(lambda small, large: 'with both' if small and large else 'with 0.01 only' if small else "
        "'with 0.03 only' if large else 'with neither')"
        "(*(right['GRU', 'default', rate].mean() > 0.55 for rate in (0.01, 0.03)))",
    ),
    Choice(
        "07-doors",
        "While noise is shut out, do the LSTM's forget gate f and the GRU's update gate z rise or fall?",
        "for (name, what), rows in watched.items():",
        ("f rises, z rises", "f rises, z falls", "f falls, z rises", "f falls, z falls"),
        "'f {}, z {}'.format(*('rises' if watched[name, 'symbols'][:, 0].mean() > start else 'falls' "
        "for name, start in (('LSTM', 0.73), ('GRU', 0.5))))",
    ),
    Choice(
        "07-adding",
        "As Keras starts it, which lengths of adding does the LSTM solve on four of five seeds or more?",
        "solved[name, start, T] = np.sum(",
        ("T = 50 and T = 100", "T = 50 only", "neither"),
        "(lambda share: 'neither' if share[50] < 0.8 else 'T = 50 only' if share[100] < 0.8 else "
        "'T = 50 and T = 100')({T: solved['LSTM', 'default', T] / len(seeds) for T in (50, 100)})",
    ),
    Choice(
        "07-z-at-marks",
        "In the GRU's unit that tells the sum best, how does z stand at the marks?",
        "looked_at[Layer] = {name: values.copy()",
        ("lower than elsewhere", "higher than elsewhere", "as elsewhere"),
        "'as elsewhere' if abs(marks - elsewhere) < 0.03 else "
        "'lower than elsewhere' if marks < elsewhere else 'higher than elsewhere'",
    ),
    Choice(
        "07-verdicts",
        "Which LSTM understands the most verdicts after one epoch?",
        "first = {key: right_then[:, 0].mean() for key, right_then in reading.items()}",
        ("as Keras starts it", "opened for 20", "opened for 100"),
        "max(starts, key=lambda start: first['verdict', start, 0.003] + first['verdict', start, 0.01])",
    ),
    Choice(
        "07-rates",
        "Which learning rate suits each network better on the characters, 0.02 or 0.05?",
        "lead = validation.mean(axis=2)[0] - validation.mean(axis=2)[1]",
        ("LSTM 0.02, GRU 0.02", "LSTM 0.02, GRU 0.05", "LSTM 0.05, GRU 0.02", "LSTM 0.05, GRU 0.05"),
        "'LSTM {}, GRU {}'.format(*((0.02, 0.05)[k] for k in validation.mean(axis=2).argmax(axis=1)))",
    ),
    Choice(
        "07-series",
        "Which network is ahead of a linear regression on the series, by 0.1 of skill or more?",
        "linear = skill_of((asked[:, :24] @ weights)[:, None]",
        ("only the LSTM", "only a GRU", "the LSTM and a GRU", "none"),
        "(lambda lstm, gru: 'the LSTM and a GRU' if lstm and gru else 'only the LSTM' if lstm else "
        "'only a GRU' if gru else 'none')(skills[0] > linear + 0.1, max(skills[1:]) > linear + 0.1)",
    ),
    Number(
        "07-look-up",
        "How many updates does the look-up need at lag 1000, on average?",
        "looked_up = {lag: [train_look_up(lag, seed) for seed in seeds]",
        "needed[1000]",
        " updates",
        factor=2,
    ),
    Choice(
        "07-masks",
        "LSTM masked on h, or on h and c; GRU masked in the products, or on the state: which still recall?",
        "masked[name, where, changing] = np.array([",
        (
            "LSTM masked on h, GRU masked in the products",
            "LSTM masked on h, no GRU",
            "the LSTM in both cases, no GRU",
            "all four",
            "none",
        ),
        "{(1, 0, 1, 0): 'LSTM masked on h, GRU masked in the products', "
        "(1, 0, 0, 0): 'LSTM masked on h, no GRU', (1, 1, 0, 0): 'the LSTM in both cases, no GRU', "
        "(1, 1, 1, 1): 'all four', (0, 0, 0, 0): 'none'}"
        "[tuple(int(masked[name, where, True].mean() > 0.65) for name in both "
        "for where in ('seen', 'carried'))]",
    ),
)
