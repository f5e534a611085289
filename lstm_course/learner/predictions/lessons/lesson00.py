"""What lesson 0 asks before its experiments."""

from lstm_course.learner.predictions.questions import Choice

QUESTIONS = (
    Choice(
        "00-overflow",
        "What does NumPy do with the formula 1 / (1 + np.exp(-x)) at x = -1000?",
        "values = 1 / (1 + np.exp(-x))",
        ("it gives 0 and says nothing", "it gives 0 and warns", "it gives nan and warns"),
        # The other form is on the line below, so a warning from the first of the two lines is the formula's.
        "'it gives nan and warns' if np.isnan(values[0]) else "
        "'it gives 0 and warns' if caught and caught[0].lineno < caught[-1].lineno else "
        "'it gives 0 and says nothing'",
    ),
    Choice(
        "00-two-networks",
        "After 600 updates, how often are the RNN and the LSTM right about a symbol 100 steps back?",
        'runs = {"RNN": train_on_task(',
        (
            "both about 12 %",
            "the RNN about 12 %, the LSTM about 50 %",
            "the RNN about 12 %, the LSTM about 100 %",
            "the RNN about 50 %, the LSTM about 100 %",
            "both about 100 %",
        ),
        "'both about 12 %' if runs['LSTM'].test_accuracy < 0.25 else "
        "'both about 100 %' if runs['RNN'].test_accuracy > 0.75 else "
        "'the RNN about 50 %, the LSTM about 100 %' if runs['RNN'].test_accuracy > 0.25 else "
        "'the RNN about 12 %, the LSTM about 100 %' if runs['LSTM'].test_accuracy > 0.75 else "
        "'the RNN about 12 %, the LSTM about 50 %'",
    ),
)
