"""What lesson 4 asks before its experiments."""

from lstm_course.learner.predictions.questions import Choice, Number

QUESTIONS = (
    Number(
        "04-bag",
        "How often is a bag of words right on our test reviews?",
        "right[name] = bag.predict(test.texts) == test.labels",
        "100 * np.mean(right['bag of words'])",
        " %",
        within=5,
    ),
    Number(
        "04-two-epochs",
        "After two epochs on whole reviews, how often is the network right on those of the training?",
        "straight = small_classifier()",
        "100 * history['accuracy'][1]",
        " %",
        within=8,
    ),
    Choice(
        "04-near-first",
        "Taught near first: which network understands a fresh verdict, which keeps it in whole reviews?",
        "assert reached[0] > 0.95, name",
        (
            "both understand it, and both keep it",
            "both understand it, only the LSTM keeps it",
            "both understand it, and both lose it",
            "only the LSTM understands it",
        ),
        "'only the LSTM understands it' if learned['simple RNN'][0] < 0.8 else "
        "'both understand it, and both keep it' if learned['simple RNN'][-1] > 0.87 else "
        "'both understand it, only the LSTM keeps it' if learned['LSTM'][-1] > 0.87 else "
        "'both understand it, and both lose it'",
    ),
    Choice(
        "04-mask",
        "Zeros before or after the words, with a mask or without: in which way do the answers differ least?",
        "fresh = fed(small_classifier())",
        (
            "masked, zeros before the words",
            "masked, zeros after the words",
            "not masked, zeros before the words",
            "not masked, zeros after the words",
        ),
        "'{}, zeros {} the words'.format(*min(fresh, key=lambda way: fresh[way].std()))",
    ),
    Number(
        "04-mean",
        "How often is the LSTM that answers from the mean right on a verdict that it has just read?",
        "right_at_verdict = np.mean(",
        "100 * right_at_verdict",
        " %",
        within=8,
    ),
    Choice(
        "04-shut-gate",
        "With its input gate shut afterwards, which still answers well: the adding LSTM, the classifier?",
        'assert here["untouched"] > 0.95',
        ("the adding LSTM only", "the classifier only", "both", "neither"),
        "(lambda adds, reads: 'both' if adds and reads else 'the adding LSTM only' if adds else "
        "'the classifier only' if reads else 'neither')"
        "(np.median(adder['input gate shut']) > 0.8, here['input gate shut'] > 0.8)",
    ),
    Choice(
        "04-settles",
        "Read word by word: from where on does the network's answer stay as it is?",
        "turn = other[-1] + 1 if other.size else 0",
        (
            "before the decisive sentence",
            "within the decisive sentence",
            "after it, but before the last word",
            "only at the last word",
        ),
        "'only at the last word' if turn == len(words) - 1 else "
        "'before the decisive sentence' if turn + 1 < verdict - clause else "
        "'within the decisive sentence' if turn + 1 <= verdict else 'after it, but before the last word'",
    ),
    Choice(
        "04-imdb",
        "Which of these is right most often on real film reviews?",
        'rows = of_imdb("test accuracy")',
        ("bag of words and pairs", "mean of the words", "LSTM, tuned", "two LSTMs, text book", "GRU, tuned"),
        "max(rows, key=lambda row: row['value'])['model']",
    ),
)
