"""What lesson 11 asks before its experiments."""

from lstm_course.learner.predictions.questions import Number

QUESTIONS = (
    Number(
        "11-writer",
        "How many bits a character does the network that writes need after 625 updates?",
        "writer = Sequential",
        "bits",
        " bits",
        within=0.3,
    ),
    Number(
        "11-place-in-the-bar",
        "How many bits a step are lost when the network is not told the place in the bar?",
        "def without_place(",
        "lost",
        " bits",
        factor=2,
    ),
    Number(
        "11-series",
        "By how many per cent is the LSTM's MASE below that of one season before?",
        "sealed = Sealed(",
        "100 * (1 - np.mean(errors) / of_last_season)",
        " %",
        within=10,
    ),
    Number(
        "11-faults",
        "How many of the 30 faults of the press does the network find?",
        "sealed_press = Sealed(",
        "np.mean([judge(press.faulty, answers[f'seed {seed}'])[1] for seed in range(3)]) * len(press.faults)",
        " faults",
        within=3,
    ),
    Number(
        "11-reset",
        "Trained with resets, carried on in the test: how many per cent of the gap between the two are gone?",
        "of_pieces = {",
        "100 * (all_reset.mean() - only_tested.mean()) / lost",
        " %",
        within=20,
    ),
    Number(
        "11-bread",
        "Of what the network saves beside last week's orders: how many per cent does the regression save?",
        "sealed_year = Sealed(",
        "100 * (of_others['same day last week'] - of_others['regression']) / "
        "(of_others['same day last week'] - np.mean(of_bakers))",
        " %",
        within=10,
    ),
    Number(
        "11-sequences",
        "How many sequences does the starter need, the middle one of three seeds?",
        "def learned(seed)",
        "np.median(needed)",
        " sequences",
        factor=2.5,
    ),
)
