"""What lesson 1 asks before its experiments."""

from lstm_course.learner.predictions.questions import Choice, Number, Order

QUESTIONS = (
    Choice(
        "01-silence",
        "After the first step the input is silent: what becomes of h?",
        "states.append(h[0])",
        ("it stays", "it falls from step to step", "it vanishes at once"),
        "'it vanishes at once' if abs(states[1]) < 0.001 else "
        "'it falls from step to step' if states[1] < 0.9 * states[0] else 'it stays'",
    ),
    Number(
        "01-survivors",
        "The step by hand is the test: how many of the six mutants of rnn_cell survive it?",
        "surviving += [name] * survives",
        "len(surviving)",
        within=0.5,
    ),
    Choice(
        "01-stretched",
        "The weights stretch by 1.5 a step, and inputs are of size 1: what does the gradient of h0 do?",
        "inputs_of_one = [gradient_of_h0(T, 1.0, seed)",
        (
            "it grows even more than with tiny inputs",
            "it grows as much as with tiny inputs",
            "it grows, but less than with tiny inputs",
            "it shrinks from step to step",
        ),
        # After the loop both lists are those of 30 steps.
        "'it shrinks from step to step' if np.median(inputs_of_one) < 0.5 else "
        "'it grows, but less than with tiny inputs' if np.median(inputs_of_one) < 0.5 * np.mean(tiny_inputs) "
        "else 'it grows as much as with tiny inputs' if np.median(inputs_of_one) < 2 * np.mean(tiny_inputs) "
        "else 'it grows even more than with tiny inputs'",
    ),
    Number(
        "01-after-training",
        "After 150 updates on 16 sequences each, how many of 1000 new sequences will the network get right?",
        "accuracy = share_right(weights, xs_test, labels_test)",
        "1000 * accuracy",
        within=50,
    ),
    Order(
        "01-state-holds",
        "In which networks does the first symbol explain most of the later states, in which ones least?",
        "explained = {",
        ("asked for the first symbol", "asked for the last symbol", "untrained"),
        "[{'trained: first?': 'asked for the first symbol', 'trained: last?': 'asked for the last symbol'}"
        ".get(name, name) for name in sorted(explained, key=lambda name: -explained[name][:, 1:].mean())]",
    ),
    Choice(
        "01-without-clipping",
        "Lag 15, no clipping: what is the largest rate of 0.3, 0.1, 0.03, 0.01 at which networks learn?",
        "longest[lag] = np.mean(",
        ("0.3", "0.1", "0.03", "0.01", "none of them"),
        "next((rate for rate in ('0.3', '0.1', '0.03', '0.01') if outcome(15, float(rate), NEVER)[0] >= 4), "
        "'none of them')",
    ),
    Number(
        "01-forecast",
        "Of the way from persistence to the best forecast, how many per cent does an RNN with 16 units go?",
        "errors = np.array([missed(predict(network, x_test)) for network in networks])",
        "100 * (persistence.mean() - errors.mean()) / (persistence.mean() - best.mean())",
        " %",
        within=7,
    ),
    Choice(
        "01-nearest",
        "Which of the three trials comes nearest to the best forecast?",
        'trials = {"as above": errors.mean(axis=1)}',
        ("64 units", "120 epochs", "2000 waves, 60 epochs"),
        "min(('64 units', '120 epochs', '2000 waves, 60 epochs'), key=left.get)",
    ),
)
