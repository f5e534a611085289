"""What lesson 9 asks before its experiments."""

from lstm_course.learner.predictions.questions import Choice, Number

QUESTIONS = (
    Number(
        "09-chain",
        "How many times as long as its products and squashings all at once does the LSTM take?",
        'spent = {"LSTM"',
        "spent['LSTM'] / spent['its products, all at once']",
        factor=2,
    ),
    Choice(
        "09-hundred-steps",
        "With which start can a minGRU recall a symbol a hundred steps later?",
        "zero = [share_of",
        ("with zero biases and with chrono", "with chrono only", "with zero biases only", "with neither"),
        "{(True, True): 'with zero biases and with chrono', (False, True): 'with chrono only', "
        "(True, False): 'with zero biases only', (False, False): 'with neither'}["
        "bool(max(zero) > 0.5), bool(share_of(best['minGRU, chrono']).mean() > 0.5)]",
    ),
    Choice(
        "09-doubling",
        "On one processor, over 4096 steps: where is the scan by doubling faster than the loop?",
        "widths, took =",
        (
            "with one unit and with 256",
            "with one unit, not with 256",
            "with 256 units, not with one",
            "with neither",
        ),
        "{(True, True): 'with one unit and with 256', (True, False): 'with one unit, not with 256', "
        "(False, True): 'with 256 units, not with one', (False, False): 'with neither'}["
        "took['doubling'][0] < took['loop'][0], took['doubling'][-1] < took['loop'][-1]]",
    ),
    Choice(
        "09-parity",
        "Trained on the parity of 20 bits: who is right after the last of them?",
        "chance = [right",
        ("all three", "the LSTM and two layers of minGRU", "the LSTM only", "none of them"),
        "('none of them', 'the LSTM only', 'the LSTM and two layers of minGRU', 'all three')["
        "sum(after[name][:, 0].mean() > 0.8 for name in ('LSTM', 'minGRU, two layers', 'minGRU'))]",
    ),
    Choice(
        "09-what-is-left",
        "With the trained, signed gates: what is left of the start after 400 steps?",
        "parity_by_hand(row)",
        ("nearly all", "about a half", "some per cent", "less than a thousandth"),
        "'nearly all' if abs(one * zero)**200 > 0.9 else 'about a half' if abs(one * zero)**200 > 0.2 else "
        "'some per cent' if abs(one * zero)**200 > 0.001 else 'less than a thousandth'",
    ),
    Choice(
        "09-seen-before",
        "What else computes the sum of exp(q k) v, divided by the sum of exp(q k)?",
        "by_attention = [",
        ("attention", "a running mean of the values", "a unit that holds its last value"),
        "'attention' if equal else 'a unit that holds its last value' if np.allclose(by_gates, values) else "
        "'a running mean of the values'",
    ),
    Number(
        "09-pairs",
        "A matrix with d = 16: at how many pairs is one answer in ten wrong?",
        "counts = [4, 8",
        "np.interp(-0.9, -np.array(capacity[16]), counts)",
        " pairs",
        factor=1.5,
    ),
    Choice(
        "09-mlstm-or-lstm",
        "Which recalls more of the 8 pairs: the mLSTM, or the LSTM with nearly twenty times the weights?",
        "won = {kind",
        ("the mLSTM", "the LSTM", "both about as many"),
        "'the mLSTM' if won['mLSTM'].mean() > won['LSTM'].mean() + 0.1 else "
        "'the LSTM' if won['LSTM'].mean() > won['mLSTM'].mean() + 0.1 else 'both about as many'",
    ),
    Number(
        "09-mlstm-parity",
        "Trained on the parity of 20 bits: how many per cent of the mLSTM's last answers are right?",
        "both_cells = {",
        "100 * tracks[:, 0].mean()",
        " %",
        within=8,
    ),
    Number(
        "09-bottleneck",
        "20 symbols in reverse order, without attention: how many per cent does the network write right?",
        "share_written(divided).mean",
        "100 * share_written(reversed_[False, 20]).mean()",
        " %",
        within=12,
    ),
    Number(
        "09-step-of-attention",
        "How many times as long as after 10 steps does a step of attention take after 10 000?",
        "for name, (_, numbers) in fixed",
        "step_cost['attention'][-1] / step_cost['attention'][0]",
        factor=3,
    ),
)
