"""What lesson 3 asks before its experiments."""

from lstm_course.learner.predictions.questions import Choice, Number

QUESTIONS = (
    Choice(
        "03-latch",
        "What does the cell state do at the second flag, at step 13?",
        'title="a latch, set by hand"',
        (
            "it keeps the first number",
            "it adds the second number to the first",
            "it becomes the second number",
            "it drifts towards the second number",
        ),
        "'it keeps the first number' if abs(timeline['c'][13, 0] - timeline['c'][12, 0]) < 0.1 else "
        "'it becomes the second number' if abs(timeline['c'][13, 0] - np.tanh(values[13])) < 0.1 else "
        "'it adds the second number to the first' "
        "if abs(timeline['c'][13, 0] - timeline['c'][12, 0] - np.tanh(values[13])) < 0.1 else "
        "'it drifts towards the second number'",
    ),
    Choice(
        "03-below-rnn",
        "Before training, which LSTMs lose the gradient sooner than the plain RNN?",
        'curves[f"LSTM, bias {bias}"] = relative_gradient(',
        ("none of them", "bias 0 alone", "bias 0 and bias 1", "bias 0, bias 1 and bias 3"),
        "'bias 0, bias 1 and bias 3' if curves['LSTM, bias 3'][50] < curves['RNN'][50] else "
        "'bias 0 and bias 1' if curves['LSTM, bias 1'][50] < curves['RNN'][50] else "
        "'bias 0 alone' if curves['LSTM, bias 0'][50] < curves['RNN'][50] else 'none of them'",
    ),
    Number(
        "03-bias-5",
        "Lag 30, forget bias 5: how many of the five networks recall over 90 %?",
        "recalled[name] = recall_by_lag(",
        "np.sum(recalled['bias 5, lag 30, rate 0.01'] > 0.9)",
        within=1,
    ),
    Choice(
        "03-four-starts",
        "Forget bias 1 or 5, input bias 0 or -5: which of the four recalls the symbol at lag 100?",
        "left, moved, right = {}, {}, {}",
        (
            "none of them",
            "only forget 5, input 0",
            "only forget 5, input -5",
            "both with forget 5",
            "one with forget 1, too",
        ),
        "'one with forget 1, too' if max(right[1, 0], right[1, -5]) > 0.5 else "
        "'both with forget 5' if min(right[5, 0], right[5, -5]) > 0.5 else "
        "'only forget 5, input -5' if right[5, -5] > 0.5 else "
        "'only forget 5, input 0' if right[5, 0] > 0.5 else 'none of them'",
    ),
    Choice(
        "03-wrong-scale",
        "Lag 100, chrono: which T is worse, one ten times too small or one ten times too large?",
        'drawn[T], needed[T] = shipped(f"chrono {T}")',
        ("ten times too small", "ten times too large", "both do the same harm", "neither does harm"),
        "'neither does harm' if min(drawn[10].mean(), drawn[1000].mean()) > 0.9 else "
        "'both do the same harm' if abs(drawn[10].mean() - drawn[1000].mean()) < 0.1 else "
        "'ten times too small' if drawn[10].mean() < drawn[1000].mean() else 'ten times too large'",
    ),
    Choice(
        "03-losses-fall",
        "How does the loss of the LSTM fall at lag 100?",
        "losses = recall_runs[0].losses",
        ("fast, from the first updates on", "slowly, from the first updates on", "after a while, then fast"),
        # Its first third of the updates, beside the loss of a guess.
        "'after a while, then fast' if losses[:len(losses) // 3].mean() > 0.95 * far.chance_loss else "
        "'fast, from the first updates on' if losses[:len(losses) // 3].mean() < 0.5 * far.chance_loss else "
        "'slowly, from the first updates on'",
    ),
    Choice(
        "03-relu-road",
        "How far does a plain RNN with a road get with the adding problem at T = 100?",
        "model = Sequential([ReluRNN(2, 64, seed=seed), LastStep(), Dense(64, 1, seed=seed + 1)])",
        (
            "it stays at chance",
            "it gets part of the way",
            "it solves it in more updates than the LSTM",
            "it solves it in fewer updates than the LSTM",
        ),
        "'it stays at chance' if np.median([run.test_loss for run in relu_runs]) > 0.12 else "
        "'it gets part of the way' if np.median([run.test_loss for run in relu_runs]) > 0.015 else "
        "'it solves it in more updates than the LSTM' if theirs > ours else "
        "'it solves it in fewer updates than the LSTM'",
    ),
    Choice(
        "03-second-mark",
        "In the unit that tells the sum best, what do the gates do at the second marked step?",
        "unit, correlation, gates = best_unit(model)",
        (
            "input gate opens, forget gate stays open",
            "input gate opens, forget gate shuts",
            "input gate stays shut, forget gate shuts",
            "both stay as they are",
        ),
        # `from_first` begins after the first mark, so the only mark in it is the second.
        "('input gate opens, forget gate stays open' if f[marked & from_first].mean() > 0.5 else "
        "'input gate opens, forget gate shuts') if i[marked & from_first].mean() > 2 * i[~marked].mean() "
        "else ('both stay as they are' if f[marked & from_first].mean() > 0.5 else "
        "'input gate stays shut, forget gate shuts')",
    ),
    Choice(
        "03-cured",
        "Six cured patients: how far apart will their curves be?",
        "cured = {",
        ("they lie on each other", "close to each other", "clearly apart"),
        "'they lie on each other' "
        "if all(np.array_equal(t.validation, sound.validation) for t in cured.values()) else "
        "'close to each other' "
        "if max(np.abs(t.validation - sound.validation).mean() for t in cured.values()) < 0.05 "
        "else 'clearly apart'",
    ),
    Choice(
        "03-rate-test",
        "The rate grows from 0.00001 to 10 in one training: how does the loss go?",
        "smoothed = np.convolve(losses, np.ones(11) / 11",
        (
            "level, then down, then up",
            "down from the start, then up",
            "level, then up, never down",
            "level, then down to the end",
        ),
        "'down from the start, then up' if smoothed[:40].min() < 0.9 * CHANCE else "
        "'level, then up, never down' if smoothed.min() > 0.9 * CHANCE else "
        "'level, then down, then up' if smoothed[-1] > 2 * smoothed.min() else 'level, then down to the end'",
    ),
    Number(
        "03-hundredth",
        "At a hundredth of the rate found, what is the validation loss in the end (a guess has 0.69)?",
        "tests = np.array([rate_from_test(*rate_test(seed)) for seed in range(3)])",
        "ended[1 / 100]",
        within=0.07,
    ),
    Number(
        "03-best-of-twenty",
        "Labels shuffled: by how many points does the best of twenty look better than on new sequences?",
        "flattery[name] = chosen - anew",
        "100 * flattery['shuffled labels']",
        " points",
        within=3,
    ),
)
