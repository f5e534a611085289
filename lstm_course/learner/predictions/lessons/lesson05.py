"""What lesson 5 asks before its experiments."""

from lstm_course.learner.predictions.questions import Choice, Number, Order

QUESTIONS = (
    Choice(
        "05-does-not-fit",
        "LSTM(128) reads a review of 60 words: what does it hand up to the LSTM above it?",
        "layers.Embedding(10_000, 128, mask_zero=True),",
        ("128 numbers", "60 numbers", "60 times 128 numbers"),
        "' times '.join(map(str, layers.LSTM(128).compute_output_shape((None, 60, 128))[1:])) + ' numbers'",
    ),
    Number(
        "05-two-epochs",
        "After two epochs, how often is the stack right on the reviews held back?",
        'print(f"epoch {epoch}: right on ',
        "100 * (np.mean(said == y_train[-held_back:]) if 'held_back' in globals() else found)",
        " %",
        within=6,
    ),
    Choice(
        "05-order",
        "Temporal order: which depth is right most often, each at its own best learning rate?",
        "on_order = tell(order, depths",
        ("1 layer", "2 layers", "3 layers", "all alike"),
        "(lambda mean: 'all alike' if max(mean.values()) - min(mean.values()) < 0.05 else "
        "max(mean, key=mean.get))({start: best[start][0].mean() for start in depths})",
    ),
    Choice(
        "05-parity",
        "Parity: which depth is right most often, each at its own best learning rate?",
        "on_parity = tell(bits, depths",
        ("1 layer", "2 layers", "3 layers", "all alike"),
        "(lambda mean: 'all alike' if max(mean.values()) - min(mean.values()) < 0.05 else "
        "max(mean, key=mean.get))({start: max(values.mean() for (tried, _), (values, _) in on_parity.items() "
        "if tried == start) for start in depths})",
    ),
    Number(
        "05-reach",
        "Three fresh layers: from which lag on is the gradient under 1 %?",
        "horizon[start] = np.median(",
        "horizon['3 layers']",
        " steps",
        factor=1.4,
    ),
    Choice(
        "05-reviews",
        "One layer of 32 units, two of 21: which is ahead after one pass over the short reviews?",
        "at_best = {name: five(equal[name], rate)",
        (
            "one layer, by ten points or more",
            "two layers, by ten points or more",
            "neither: less than ten points apart",
        ),
        "(lambda lead: 'neither: less than ten points apart' if abs(lead) < 0.1 else "
        "'one layer, by ten points or more' if lead > 0 else 'two layers, by ten points or more')"
        "(at_best['1 layer'][:, 0].mean() - at_best['2 layers'][:, 0].mean())",
    ),
    Order(
        "05-imdb",
        "In which order, the best first, do these four come on real film reviews?",
        "imdb = [row for row in full_size_results()",
        ("LSTM, text book", "two LSTMs, text book", "LSTM, tuned", "bag of words and pairs"),
        "sorted(('LSTM, text book', 'two LSTMs, text book', 'LSTM, tuned', 'bag of words and pairs'), "
        "key=lambda name: -np.mean(reached[name]))",
    ),
    Choice(
        "05-masks",
        "A fifth is dropped at each step: which of the four still hold the value after 40 steps?",
        'alive[f"{place}, {name}"] = (np.arange(T), values)',
        (
            "only the two under one mask",
            "only the two cell states",
            "all but the plain state under new masks",
            "all four",
        ),
        "(lambda left: 'only the two under one mask' if left['cell state, a new mask each step'] < 0.5 else "
        "'only the two cell states' if left['plain state, one mask'] < 0.5 else "
        "'all but the plain state under new masks' if left['plain state, a new mask each step'] < 0.5 else "
        "'all four')({name: values[40] for name, (_, values) in alive.items()})",
    ),
    Choice(
        "05-changing-masks",
        "With masks on h that change at every step, which still learns to recall nearly all symbols?",
        'changing, kept = (np.mean(shares[f"plain RNN',
        ("both", "only the plain RNN at lag 15", "only the LSTM at lag 40", "neither"),
        "(lambda rnn, lstm: 'both' if rnn and lstm else 'only the plain RNN at lag 15' if rnn else "
        "'only the LSTM at lag 40' if lstm else 'neither')"
        "(changing > 0.85, np.mean(shares['LSTM, lag 40, new masks']) > 0.85)",
    ),
    Number(
        "05-from-the-left",
        "Does this symbol come again: how often is the best possible reader from the left right?",
        "ceiling = np.maximum(likely, 1 - likely)",
        "100 * ceiling.mean()",
        " %",
        within=5,
    ),
    Choice(
        "05-window",
        "The next value is that of 30 steps ago: which LSTM's forecast comes near the noise?",
        "error.setdefault(name, []).append(missed)",
        ("from the left only", "from both ends only", "both", "neither"),
        "(lambda left, ends: 'both' if left and ends else 'from the left only' if left else "
        "'from both ends only' if ends else 'neither')"
        "(min(np.mean(of) for name, of in error.items() if 'left' in name) < 0.15, "
        "np.mean(error['from both ends']) < 0.15)",
    ),
    Number(
        "05-random-numbers",
        "Random numbers, the next one asked at every step: which error has the LSTM from both ends?",
        "other[:, 15:] = now[:1000, 15:]",
        "missed[:-1].mean()",
        within=0.3,
    ),
)
