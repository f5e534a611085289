"""Answers to lessons 4 to 7 as people write them: right ones are accepted, and a mistake gets its own name.

Where something like it has been reported in public, the docstring says where: repository and number.
"""

import numpy as np
import pytest
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler, minmax_scale

from lstm_course.exercises import find
from lstm_course.exercises.diagnosis.trial import examine
from lstm_course.scratch.cells import lstm_cell, sigmoid

ANSWERS = []


def answer(exercise, mistake=None, says="", status="wrong"):
    """Enter an answer with what its check must find: the mistake, and words that its sentence holds."""

    def enter(function):
        ANSWERS.append(pytest.param(exercise, function, status, mistake, says, id=function.__name__))
        return function

    return enter


def right(exercise):
    return answer(exercise, status="right")


@pytest.mark.parametrize(("exercise", "function", "status", "mistake", "says"), ANSWERS)
def test_an_answer_is_judged_and_its_mistake_named(exercise, function, status, mistake, says):
    for seed in 0, 1:
        finding = examine(find(exercise), function, seed=seed)
        assert (finding.status, finding.mistake) == (status, mistake), finding.sentence
        assert says in finding.sentence


# Lesson 4: words to numbers


def counted(texts):
    counts = {}
    for words in texts:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: (-counts[word], word))


@answer("build_vocabulary", "unknown number used for a word + one word too many")
def numbered_as_by_a_tokenizer(texts, size):
    """keras-team/keras 7551: numbers from 1 on, and as many as fit below the size."""
    return {word: k for k, word in enumerate(counted(texts), 1) if k < size}


@answer("build_vocabulary", "one word too few")
def one_number_never_used(texts, size):
    """keras-team/keras-preprocessing 52: the last number stays free."""
    return {word: k for k, word in enumerate(counted(texts), 2) if k < size - 1}


@answer("build_vocabulary", "unknown number entered")
def unknown_token_among_the_words(texts, size):
    """keras-team/keras-preprocessing 11: the token for unknown words is an entry."""
    vocabulary = {"<OOV>": 1}
    for word in counted(texts)[: size - 2]:
        vocabulary[word] = len(vocabulary) + 1
    return vocabulary


def looked_up(words, vocabulary):
    return [vocabulary.get(word, 1) for word in words]


@answer("encode", "end cut off", says="keep the last `length`")
def beginning_kept(texts, vocabulary, length):
    """keras-team/keras 7901: the beginning of a text is kept, for it might say more."""
    rows = np.zeros((len(texts), length), dtype=int)
    for n, words in enumerate(texts):
        numbers = looked_up(words, vocabulary)[:length]
        rows[n, : len(numbers)] = numbers
    return rows


@answer("encode", "padded before the words")
def padded_as_by_default(texts, vocabulary, length):
    """gaussic/text-classification-cnn-rnn 116: zeros in front, the end kept."""
    rows = []
    for words in texts:
        numbers = looked_up(words, vocabulary)[-length:]
        rows.append([0] * (length - len(numbers)) + numbers)
    return np.array(rows)


@answer("encode", "end cut off + padded before the words")
def padded_in_front_and_cut_behind(texts, vocabulary, length):
    """keras-team/keras 287: zeros in front, the end cut off."""
    rows = []
    for words in texts:
        numbers = looked_up(words, vocabulary)[:length]
        rows.append([0] * (length - len(numbers)) + numbers)
    return np.array(rows)


@answer("encode", "unknown words left out")
def unknown_words_skipped(texts, vocabulary, length):
    """keras-team/keras 8092: what is not in the vocabulary leaves no number."""
    rows = np.zeros((len(texts), length))
    for n, words in enumerate(texts):
        numbers = [vocabulary[word] for word in words if word in vocabulary][-length:]
        rows[n, : len(numbers)] = numbers
    return rows


@answer("encode", "padded with -1")
def padded_with_minus_one(texts, vocabulary, length):
    """lucidrains/audiolm-pytorch 18: a padding number for which the embedding has no row."""
    rows = []
    for words in texts:
        numbers = looked_up(words, vocabulary)[-length:]
        rows.append(numbers + [-1] * (length - len(numbers)))
    return rows


@answer("encode", "unknown words share the last number")
def unknown_words_are_the_last_word(texts, vocabulary, length):
    """keras-team/keras 9574: the number for unknown words is that of something else."""
    rows = np.zeros((len(texts), length), int)
    for n, words in enumerate(texts):
        numbers = [vocabulary.get(word, len(vocabulary) + 1) for word in words][-length:]
        rows[n, : len(numbers)] = numbers
    return rows


@answer("encode", "lists of different lengths")
def rows_left_ragged(texts, vocabulary, length):
    return [looked_up(words, vocabulary)[-length:] for words in texts]


@answer("encode", says="different shapes")
def ragged_rows_made_an_array(texts, vocabulary, length):
    return np.array([looked_up(words, vocabulary)[-length:] for words in texts])


# Lesson 4: counting


@answer("majority_baseline", "mean of the test labels", says="share of label 1")
def mean_of_the_labels(train_labels, test_labels):
    return np.mean(test_labels)


@answer("majority_baseline", "larger share of the test labels")
def larger_share(train_labels, test_labels):
    share = test_labels.mean()
    return max(share, 1 - share)


@answer("masked_mean", "divided by all steps")
def multiplied_and_averaged(outputs, mask):
    """CyberZHG/keras-bert 34: zeros where the mask is off, and then the mean of all steps."""
    return np.mean(outputs * np.expand_dims(mask.astype(float), -1), axis=-2)


@answer("masked_mean", "mean over padded steps")
def no_mask_at_all(outputs, mask):
    """brightmart/text_classification 39: the mean of what has been padded."""
    return outputs.mean(1)


@right("masked_mean")
def saved_by_a_small_number(outputs, mask):
    """verl-project/verl 782: a tiny number below the line keeps zero by zero away."""
    weights = mask[..., None].astype(float)
    return (outputs * weights).sum(1) / (weights.sum(1) + 1e-9)


@answer("masked_mean", "NaN for a text without words")
def masked_array_filled_with_nothing(outputs, mask):
    """jsboige/CoursIA 15074: the mean of the words, and nothing for a text without any."""
    weights = mask[:, :, None]
    return (outputs * weights).sum(axis=1) / weights.sum(axis=1)


@answer("confusion", "rows and columns exchanged", status="nearly")
def predicted_class_first(labels, probabilities, threshold=0.5):
    """royshil/FoodcamClassifier 7: the row is what was said."""
    matrix = np.zeros((2, 2))
    for true, p in zip(labels, probabilities, strict=True):
        matrix[int(p >= threshold)][true] += 1
    return matrix


@answer("confusion", "label 1 first")
def positives_in_the_upper_left(labels, probabilities, threshold=0.5):
    """ageron/handson-ml2 10: the true positives first."""
    said = probabilities >= threshold
    true = labels == 1
    return np.array(
        [[(true & said).sum(), (true & ~said).sum()], [(~true & said).sum(), (~true & ~said).sum()]]
    )


@answer("confusion", "shares of each column")
def columns_that_sum_to_one(labels, probabilities, threshold=0.5):
    """GilLevi/AgeGenderDeepLearning 29: each column divided by its sum."""
    matrix = np.zeros((2, 2))
    np.add.at(matrix, (labels, (probabilities >= threshold).astype(int)), 1)
    return matrix / np.maximum(matrix.sum(axis=0), 1)


# Lesson 5


@answer("stacked_forward", "same array at every step")
def one_array_filled_again_and_again(xs, layers):
    for weights in layers:
        h, c = np.zeros(len(weights["bf"])), np.zeros(len(weights["bf"]))
        hs = []
        for x in xs:
            h[:], c[:] = lstm_cell(x, h, c, weights)
            hs.append(h)
        xs = hs
    return np.array(xs)


def states(xs, weights):
    h, c, hs = np.zeros(len(weights["bf"])), np.zeros(len(weights["bf"])), []
    for x in xs:
        h, c = lstm_cell(x, h, c, weights)
        hs.append(h)
    return np.array(hs)


@answer("bidirectional_forward", "same array at every step")
def one_array_in_both_directions(xs, forward, backward):
    def run(xs, weights):
        h, c, hs = np.zeros(len(weights["bf"])), np.zeros(len(weights["bf"])), []
        for x in xs:
            new, c = lstm_cell(x, h, c, weights)
            h[...] = new
            hs.append(h)
        return np.array(hs)

    return np.concatenate([run(xs, forward), run(xs[::-1], backward)[::-1]], axis=1)


@answer("bidirectional_forward", "backward outputs not turned back")
def concatenated_as_read(xs, forward, backward):
    """keras-team/keras 3163, sbillburg/CRNN-with-STN 12: the second direction in the order of its reading."""
    return np.hstack([states(xs, forward), states(np.flip(xs, 0), backward)])


@answer("bidirectional_forward", "left half twice")
def forward_beside_itself(xs, forward, backward):
    """ematvey/tensorflow-seq2seq-tutorials 1: the states from the left, twice."""
    left = states(xs, forward)
    states(xs[::-1], backward)[::-1]
    return np.concatenate([left, left], axis=1)


@answer("bidirectional_forward", "summed")
def directions_added(xs, forward, backward):
    """qjadud1994/CRNN-Keras 26: the two directions added."""
    return states(xs, forward) + states(xs[::-1], backward)[::-1]


@answer("bidirectional_forward", "last state of each direction")
def last_states_of_both(xs, forward, backward):
    """yunjey/pytorch-tutorial 174: what each direction has at its end."""
    return np.concatenate([states(xs, forward)[-1], states(xs[::-1], backward)[-1]])


@answer("variational_dropout_masks", "new mask at each step")
def bernoulli_for_each_step(N, T, H, rate, rng):
    """pytorch/pytorch 37731: another mask at every step."""
    return rng.binomial(1, 1 - rate, size=(N, T, H)) / (1 - rate)


@answer("variational_dropout_masks", "no division by 1 - p")
def zeros_and_ones(N, T, H, rate, rng):
    """tensorflow/tensorflow 35724: nothing makes up for what is dropped."""
    mask = rng.choice([0.0, 1.0], size=(N, 1, H), p=[rate, 1 - rate])
    return np.broadcast_to(mask, (N, T, H))


@answer("variational_dropout_masks", "one mask for all sequences")
def one_mask_for_the_batch(N, T, H, rate, rng):
    """tensorflow/tensorflow 7927: one mask, whichever the sequence."""
    mask = (rng.uniform(size=H) > rate) / (1 - rate)
    return np.tile(mask, (N, T, 1))


@answer("variational_dropout_masks", "kept and dropped exchanged")
def bernoulli_of_the_rate(N, T, H, rate, rng):
    return np.repeat(rng.binomial(1, rate, (N, 1, H)) / (1 - rate), T, axis=1)


@answer("variational_dropout_masks", "divided by the rate")
def binomial_divided_by_the_rate(N, T, H, rate, rng):
    return np.repeat(rng.binomial(1, 1 - rate, (N, 1, H)) / rate, T, axis=1)


@answer("variational_dropout_masks", "global generator")
def bernoulli_from_the_global_generator(N, T, H, rate, rng):
    return np.repeat(np.random.binomial(1, 1 - rate, (N, 1, H)) / (1 - rate), T, axis=1)


@answer("variational_dropout_masks", "random numbers themselves")
def uniform_numbers_as_masks(N, T, H, rate, rng):
    return np.repeat(rng.uniform(0, 1, (N, H))[:, None] / (1 - rate), T, axis=1)


@answer("variational_dropout_masks", "generator made anew")
def seeded_inside(N, T, H, rate, rng):
    rng = np.random.default_rng(42)
    return np.repeat(rng.binomial(1, 1 - rate, (N, 1, H)) / (1 - rate), T, axis=1)


# Lesson 6: windows


@answer("create_sequences", "window holds its target")
def window_up_to_its_target(data, seq_length):
    X, y = [], []
    for i in range(seq_length, len(data)):
        X.append(data[i - seq_length : i + 1])
        y.append([data[i, 0]])
    return np.array(X), np.array(y)


@answer("create_sequences", "window ends with its target")
def window_with_its_target_as_last_step(data, seq_length):
    """lmoroney/dlaicourse 131: the last step of the window is what it is to forecast."""
    X, y = [], []
    for i in range(len(data) - seq_length):
        X.append(data[i + 1 : i + seq_length + 1])
        y.append(data[i + seq_length, :1])
    return np.array(X), np.array(y)


@answer("create_sequences", "target is the last input, one window more")
def every_window_with_its_own_last_value(data, seq_length):
    X = np.array([data[i : i + seq_length] for i in range(len(data) - seq_length + 1)])
    return X, X[:, -1, :1]


@answer("create_sequences", "target is the first input, one window more")
def targets_not_shifted(data, seq_length):
    """tensorflow/tensorflow 40343: the targets begin where the data begin."""
    X = np.array([data[i : i + seq_length] for i in range(len(data) - seq_length + 1)])
    return X, data[: len(X), :1]


@answer("create_sequences", "last window lost")
def range_one_too_short(data, seq_length):
    """QData/spacetimeformer 32, amirstar/Deep-Forecast 1: the last start is left out."""
    X, y = [], []
    for i in range(len(data) - seq_length - 1):
        X.append(data[i : i + seq_length])
        y.append(data[i + seq_length, :1])
    return np.array(X), np.array(y)


@answer("create_sequences", "a target for every step")
def target_sequences(data, seq_length):
    """lmoroney/dlaicourse 132: the window itself, a step later, as target."""
    X = np.array([data[i : i + seq_length] for i in range(len(data) - seq_length)])
    return X, np.array([data[i + 1 : i + seq_length + 1, :1] for i in range(len(data) - seq_length)])


@answer("create_sequences", "column 0 alone, without its axis")
def look_back_of_one_column(dataset, look_back):
    """keras-team/keras 2415: windows of one column, to be given their last axis later."""
    X, y = [], []
    for i in range(len(dataset) - look_back):
        X.append(dataset[i : i + look_back, 0])
        y.append(dataset[i + look_back, 0])
    return np.array(X), np.array(y)


@answer("create_sequences", says="different shapes")
def windows_past_the_end(data, seq_length):
    """jaungiers/LSTM-Neural-Network-for-Time-Series-Prediction 109: the last windows have fewer steps."""
    X, y = [], []
    for i in range(len(data)):
        X.append(data[i : i + seq_length])
        y.append(data[i + seq_length : i + seq_length + 1, 0])
    return np.array(X), np.array(y)


# Lesson 6: splitting and scaling


@answer("chronological_split", "shuffled", says="You shuffle")
def permuted(data, test_size, seq_length):
    data = np.random.permutation(data)
    split = len(data) - test_size
    return data[:split], data[split - seq_length :]


@answer("chronological_split", "shuffled without a first window", says="You shuffle")
def split_by_scikit_learn(data, test_size, seq_length):
    """BlackArbsCEO/Adv_Fin_ML_Exercises 23, LuckysonKhaidem/StockMarketPedicition 2: shuffled by default."""
    return tuple(train_test_split(data, test_size=test_size))


@answer("chronological_split", "shuffled without a first window")
def split_by_scikit_learn_with_a_seed(data, test_size, seq_length):
    """DefiLlama/yield-ml 1: shuffled, each time alike."""
    train, test = train_test_split(data, test_size=test_size, random_state=42)
    return train, test


@answer("chronological_split", "shuffled without a first window")
def random_rows_in_their_order(data, test_size, seq_length):
    """Y-debug-sys/Diffusion-TS 67: the test part is drawn from all of the time."""
    drawn = np.random.choice(len(data), test_size, replace=False)
    mask = np.zeros(len(data), bool)
    mask[drawn] = True
    return data[~mask], data[mask]


@answer("chronological_split", "test part without its first window")
def split_by_scikit_learn_in_order(data, test_size, seq_length):
    """freqtrade/freqtrade 7495: `shuffle=False` keeps the order."""
    train, test = train_test_split(data, test_size=test_size, shuffle=False)
    return train, test


@answer("scale_without_leakage", "each part by itself")
def scaled_twice_by_scikit_learn(train, test):
    """huseinzol05/Stock-Prediction-Models 126, remigenet/TKAN 8: `fit_transform` of both parts."""
    return MinMaxScaler().fit_transform(train), MinMaxScaler().fit_transform(test)


@answer("scale_without_leakage", "each part by itself")
def scaled_twice_in_one_line(train, test):
    """MehranTaghian/DQN-Trading 5: `minmax_scale`, which fits what it is given."""
    return minmax_scale(train), minmax_scale(test)


@answer("scale_without_leakage", "fitted on everything")
def scaled_before_the_split(train, test):
    """mlpack/examples 43: one scaler for the whole series."""
    scaled = MinMaxScaler().fit_transform(np.vstack([train, test]))
    return scaled[: len(train)], scaled[len(train) :]


@answer("scale_without_leakage", "one range of everything for all columns")
def one_range_of_everything(train, test):
    both = np.concatenate([train, test])
    low, high = both.min(), both.max()
    return (train - low) / (high - low), (test - low) / (high - low)


@answer("scale_without_leakage", "each part by itself, one range for all columns")
def each_part_by_its_one_range(train, test):
    def scale(part):
        return (part - part.min()) / (part.max() - part.min())

    return scale(train), scale(test)


@answer("scale_without_leakage", "one range for all columns")
def one_range_of_train(train, test):
    scaler = MinMaxScaler().fit(train.reshape(-1, 1))
    return tuple(scaler.transform(part.reshape(-1, 1)).reshape(part.shape) for part in (train, test))


@answer("scale_without_leakage", "standardised on everything")
def standardised_before_the_split(train, test):
    """Seanny123/da-rnn 5: mean and standard deviation of the whole series."""
    scaler = StandardScaler().fit(np.concatenate([train, test]))
    return scaler.transform(train), scaler.transform(test)


@answer("scale_without_leakage", "standardised")
def standardised_by_train(train, test):
    """thuml/Time-Series-Library 452: the right part, another scaling."""
    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(test)


@right("scale_without_leakage")
def scaled_by_scikit_learn(train, test):
    """Niketkumardheeryan/ML-CaPsule 1612: fitted on the training part alone."""
    scaler = MinMaxScaler()
    return scaler.fit_transform(train), scaler.transform(test)


# Lesson 6: baselines and forecasts


@answer("mase", "RMSE")
def root_mean_square(truth, forecast, train, period):
    return np.sqrt(np.mean((truth - forecast) ** 2))


@answer("mase", "root of the squared ratio")
def root_mean_square_scaled(truth, forecast, train, period):
    scale = np.mean((train[period:] - train[:-period]) ** 2)
    return np.sqrt(np.mean((truth - forecast) ** 2) / scale)


@answer("mase", "mean of ratios")
def ratio_by_ratio(truth, forecast, train, period):
    naive = np.abs(truth[period:] - truth[:-period])
    return np.mean(np.abs(truth - forecast)[period:] / naive)


@answer("mase", "mean of ratios to the last season")
def ratio_to_the_last_season(truth, forecast, train, period):
    naive = np.resize(train[-period:], len(truth))
    return np.mean(np.abs(truth - forecast) / np.abs(truth - naive))


@answer("mase", "scale of persistence in the test part")
def scaled_by_the_test_part(y_true, y_pred, y_train, period):
    """mrdbourke/tensorflow-deep-learning 584: the naive forecast of what is tested."""
    return np.mean(np.abs(y_true - y_pred)) / np.mean(np.abs(y_true[1:] - y_true[:-1]))


@answer("mase", "scale of the test part")
def scaled_by_the_seasons_of_the_test_part(truth, forecast, train, period):
    """robjhyndman/forecast 1065: the seasonal naive forecast of what is tested."""
    return np.abs(truth - forecast).mean() / np.abs(truth[period:] - truth[:-period]).mean()


@answer("mase", "scale divided by all of train")
def divided_by_all_values(truth, forecast, train, period):
    """PetoLau/TSrepr 7: N below the line, where N - m are meant."""
    below = sum(abs(train[i] - train[i - period]) for i in range(period, len(train))) / len(train)
    return np.mean(np.abs(truth - forecast)) / below


@answer("recursive_forecast", "window turned round")
def rolled_and_not_filled(predict, data, start, seq_length, horizon):
    """sktime/sktime 8365: `np.roll` brings the oldest value in again."""
    window, made = data[start - seq_length : start].copy(), []
    for _ in range(horizon):
        made.append(predict(window))
        window = np.roll(window, -1)
    return np.array(made)


@answer("recursive_forecast", "truth fed back")
def one_step_at_a_time(predict, data, start, seq_length, horizon):
    """kaelzhang/DA-RNN-in-Tensorflow-2-and-PyTorch 3: each step reads what has really happened."""
    return np.array([predict(data[t - seq_length : t]) for t in range(start, start + horizon)])


@answer("recursive_forecast", "forecast before the newest value")
def inserted_one_place_too_early(predict, data, start, seq_length, horizon):
    """jaungiers/LSTM-Neural-Network-for-Time-Series-Prediction 36: the forecast is not the newest value."""
    window, made = list(data[start - seq_length : start]), []
    for _ in range(horizon):
        value = predict(np.array(window))
        made.append(value)
        window = window[1:]
        window.insert(len(window) - 1, value)
    return np.array(made)


@answer("recursive_forecast", "zero fed back")
def zero_in_the_place_of_the_forecast(predict, data, start, seq_length, horizon):
    """madagra/energy-ts-analysis 4: a zero stands where the forecast should."""
    window, made = list(data[start - seq_length : start]), []
    for _ in range(horizon):
        made.append(predict(np.array(window)))
        window = [*window[1:], 0.0]
    return np.array(made)


# Lesson 7


def gates(x, h_prev, weights):
    hx = np.concatenate([h_prev, x], axis=-1)
    return (sigmoid(hx @ weights[f"W{name}"].T + weights[f"b{name}"]) for name in "zr")


@answer("gru_cell", "reset applied to the whole sum", says="the old state alone")
def reset_of_the_whole_sum(x, h_prev, weights):
    z, r = gates(x, h_prev, weights)
    a = np.concatenate([h_prev, x], axis=-1) @ weights["Wh"].T + weights["bh"]
    return z * h_prev + (1 - z) * np.tanh(r * a)


@answer("gru_cell", "z turned round", status="nearly")
def as_the_second_paper_has_it(x, h_prev, weights):
    """pytorch/pytorch 20129, keras-team/keras 14649, microsoft/CNTK 3292: the other meaning of z."""
    z, r = gates(x, h_prev, weights)
    g = np.tanh(np.concatenate([r * h_prev, x], axis=-1) @ weights["Wh"].T + weights["bh"])
    return (1 - z) * h_prev + z * g


@answer("gru_cell", "r and z swapped")
def gates_with_each_others_names(x, h_prev, weights):
    """distillpub/post--memorization-in-rnns 24: the two gates change places."""
    r, z = gates(x, h_prev, weights)
    g = np.tanh(np.concatenate([r * h_prev, x], axis=-1) @ weights["Wh"].T + weights["bh"])
    return z * h_prev + (1 - z) * g


@answer("gru_cell", "tanh on the new state")
def squashed_twice(x, h_prev, weights):
    """ageron/handson-ml 132: a tanh on what the gates have mixed."""
    z, r = gates(x, h_prev, weights)
    g = np.tanh(np.concatenate([r * h_prev, x], axis=-1) @ weights["Wh"].T + weights["bh"])
    return np.tanh(z * h_prev + (1 - z) * g)


@answer("gru_cell", "reset after the product and its bias", status="nearly")
def linear_before_reset(x, h_prev, weights):
    """microsoft/onnxruntime 3893: the gate behind the recurrent product and its bias."""
    z, r = gates(x, h_prev, weights)
    H = h_prev.shape[-1]
    recurrent = h_prev @ weights["Wh"][:, :H].T + weights["bh"]
    return z * h_prev + (1 - z) * np.tanh(r * recurrent + x @ weights["Wh"][:, H:].T)


@answer("gru_parameter_count", "one bias where reset_after has two")
def counted_as_in_the_paper(input_size, hidden_size, reset_after=True):
    """nntrainer/nntrainer 1644: one bias, as before `reset_after` became the default."""
    return 3 * hidden_size * (input_size + hidden_size + 1)


@answer("compare_over_seeds", "test set used to choose")
def best_checkpoint_of_the_test(validation, test):
    """SCLBD/DeepfakeBench 91: chosen by the test."""
    best = test.mean(axis=2).argmax(axis=1)
    scores = test[np.arange(len(test)), best]
    return scores.mean(axis=1), scores.std(axis=1, ddof=1) / np.sqrt(scores.shape[1])


@answer("compare_over_seeds", "validation score reported")
def best_validation_score(validation, test):
    """pyg-team/pytorch_geometric 1384: the score that was chosen for being high is the one reported."""
    best = validation.mean(axis=2).argmax(axis=1)
    scores = validation[np.arange(len(validation)), best]
    return scores.mean(axis=1), scores.std(axis=1, ddof=1) / np.sqrt(scores.shape[1])


@answer("compare_over_seeds", "best seed reported")
def seed_as_a_setting(validation, test):
    """tae898/erc 22: the seed that happened to be best."""
    best = validation.mean(axis=2).argmax(axis=1)
    scores = test[np.arange(len(test)), best]
    return scores.max(axis=1), scores.std(axis=1, ddof=1) / np.sqrt(scores.shape[1])


@answer("compare_over_seeds", "spread instead of standard error")
def spread_of_single_runs(validation, test):
    """KaiyangZhou/mixstyle-release 6: the standard deviation of a run, beside a mean of several."""
    best = validation.mean(axis=2).argmax(axis=1)
    scores = test[np.arange(len(test)), best]
    return scores.mean(axis=1), scores.std(axis=1, ddof=1)
