"""Right answers to the exercises of lesson 04."""

from collections import Counter

import numpy as np

from .entering import right


@right("build_vocabulary")
def counted_by_hand(texts, size):
    counts = {}
    for words in texts:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    words = sorted(sorted(counts), key=counts.get, reverse=True)
    vocabulary = {}
    for number in range(2, min(size, len(words) + 2)):
        vocabulary[words[number - 2]] = number
    return vocabulary


@right("build_vocabulary")
def zipped_vocabulary(texts, size):
    words, counts = np.unique(np.concatenate(texts), return_counts=True)
    order = np.argsort(-counts, kind="stable")[: size - 2]
    return dict(zip(words[order].tolist(), range(2, size), strict=False))


@right("build_vocabulary")
def updated_counter(texts, size):
    counts = Counter()
    for words in texts:
        counts.update(words)
    pairs = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {word: np.int64(k + 2) for k, (word, _) in enumerate(pairs) if k + 2 < size}


@right("build_vocabulary")
def with_placeholders(texts, size):
    counts = Counter(word for words in texts for word in words)
    names = ["<pad>", "<unknown>", *sorted(counts, key=lambda w: (-counts[w], w))][:size]
    return {name: number for number, name in enumerate(names) if number > 1}


@right("build_vocabulary")
def counter_of_sorted(texts, size):
    ranked = Counter(sorted(word for words in texts for word in words)).most_common(size - 2)
    return {word: 2 + place for place, (word, _) in enumerate(ranked)}


@right("encode")
def joined_lists(texts, vocabulary, length):
    rows = []
    for words in texts:
        numbers = [vocabulary[word] if word in vocabulary else 1 for word in words]
        rows.append((numbers[-length:] + [0] * length)[:length])
    return rows


@right("encode")
def by_index(texts, vocabulary, length):
    rows = np.zeros((len(texts), length), dtype="int32")
    for n, words in enumerate(texts):
        kept = words[max(0, len(words) - length) :]
        for k, word in enumerate(kept):
            rows[n, k] = vocabulary.get(word, 1)
    return rows


@right("encode")
def backwards_encode(texts, vocabulary, length):
    rows = np.zeros((len(texts), length))
    for n, words in enumerate(texts):
        kept = min(length, len(words))
        for k in range(1, kept + 1):
            rows[n, kept - k] = vocabulary.get(words[-k], 1)
    return rows


@right("encode")
def padded_by_numpy(texts, vocabulary, length):
    def one(words):
        numbers = np.array([vocabulary.get(word, 1) for word in words], dtype=int)[-length:]
        return np.pad(numbers, (0, length - len(numbers)))

    return np.stack([one(words) for words in texts])


@right("encode")
def with_keyerror(texts, vocabulary, length):
    def number(word):
        try:
            return vocabulary[word]
        except KeyError:
            return 1

    return np.array([[number(word) for word in w[-length:]] + [0] * (length - len(w)) for w in texts])


@right("majority_baseline")
def with_bincount(train_labels, test_labels):
    return float((np.asarray(test_labels) == np.bincount(train_labels).argmax()).mean())


@right("majority_baseline")
def with_counter(train_labels, test_labels):
    answer, _ = Counter(train_labels.tolist()).most_common(1)[0]
    return sum(label == answer for label in test_labels) / len(test_labels)


@right("majority_baseline")
def with_max_of_set(train, test):
    train = list(train)
    answer = max(set(train), key=train.count)
    return np.array(list(test).count(answer) / len(test), dtype="float32")


@right("majority_baseline")
def with_constant_answers(train_labels, test_labels):
    values = np.unique(train_labels)
    answer = values[np.argmax([(train_labels == value).sum() for value in values])]
    return np.equal(np.full(len(test_labels), answer), test_labels).mean()


@right("majority_baseline")
def with_error_share(train_labels, test_labels):
    return 1 - np.mean(test_labels != np.bincount(train_labels).argmax())


@right("build_text_classifier")
def with_add(input_dim, output_dim=128, units=128):
    import keras

    model = keras.models.Sequential()
    model.add(keras.layers.Input((None,)))
    model.add(keras.layers.Embedding(input_dim=input_dim, output_dim=output_dim, mask_zero=True))
    model.add(keras.layers.LSTM(units=units, recurrent_dropout=0.2, dropout=0.2, return_sequences=False))
    model.add(keras.layers.Dense(64, "relu"))
    model.add(keras.layers.Dropout(rate=1 / 2))
    model.add(keras.layers.Dense(1, keras.activations.sigmoid))
    model.compile("adam", "binary_crossentropy")
    return model


@right("build_text_classifier")
def functional_classifier(input_dim, output_dim=128, units=128):
    import keras
    from keras import layers

    numbers = keras.Input((None,), dtype="int32")
    hidden = layers.Embedding(input_dim, output_dim, mask_zero=True)(numbers)
    hidden = layers.LSTM(units, dropout=0.2, recurrent_dropout=0.2)(hidden)
    hidden = layers.Dropout(0.5)(layers.Dense(64, activation="relu")(hidden))
    model = keras.Model(numbers, layers.Dense(1, activation="sigmoid")(hidden))
    model.compile(optimizer=keras.optimizers.Adam(), loss=keras.losses.BinaryCrossentropy())
    return model


@right("build_text_classifier")
def with_loss_function(vocabulary_size, words=128, H=128):
    import keras

    model = keras.Sequential(
        [
            keras.layers.InputLayer(shape=(None,)),
            keras.layers.Embedding(vocabulary_size, words, mask_zero=True),
            keras.layers.LSTM(H, dropout=0.2, recurrent_dropout=0.2),
            keras.layers.Dense(64, activation=keras.ops.relu),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(learning_rate=0.001), keras.losses.binary_crossentropy)
    return model


@right("build_text_classifier")
def with_activation_layers(input_dim, output_dim=128, units=128):
    import keras
    from keras.layers import LSTM, Activation, Dense, Dropout, Embedding

    model = keras.Sequential([keras.Input((None,)), Embedding(input_dim, output_dim, mask_zero=True)])
    model.add(LSTM(units, dropout=0.2, recurrent_dropout=0.2))
    for layer in (Dense(64), Activation("relu"), Dropout(0.5), Dense(1), Activation("sigmoid")):
        model.add(layer)
    model.compile(optimizer="Adam", loss=keras.losses.get("binary_crossentropy"), metrics=["acc"])
    return model


@right("build_text_classifier")
def from_the_course(input_dim, output_dim=128, units=128):
    from lstm_course.models import text_classifier

    return text_classifier(input_dim, output_dim, units)


@right("masked_mean")
def text_by_text(outputs, mask):
    means = np.zeros((len(outputs), outputs.shape[2]))
    for n in range(len(outputs)):
        if mask[n].any():
            means[n] = outputs[n, mask[n]].mean(axis=0)
    return means


@right("masked_mean")
def einsum_mean(outputs, mask):
    weights = mask / np.maximum(mask.sum(axis=1, keepdims=True), 1)
    return np.einsum("nth,nt->nh", outputs, weights)


@right("masked_mean")
def with_where_and_newaxis(outputs, mask):
    total = np.where(mask[..., np.newaxis], outputs, 0.0).sum(1)
    count = mask.sum(1)
    count[count == 0] = 1
    return (total.T / count).T


@right("masked_mean")
def summed_step_by_step(outputs, mask):
    N, T, H = outputs.shape
    total, count = np.zeros((N, H)), np.zeros((N, 1))
    for t in range(T):
        total += outputs[:, t] * mask[:, t : t + 1]
        count += mask[:, t : t + 1]
    return total / np.clip(count, 1, None)


@right("masked_mean")
def as_product(outputs, mask):
    single = outputs.astype("float32")
    total = (mask[:, None, :].astype("float32") @ single)[:, 0]
    return total / np.fmax(mask.sum(axis=1), 1).reshape(-1, 1)


@right("confusion")
def four_sums(labels, probabilities, threshold=0.5):
    said, true = np.asarray(probabilities) >= threshold, np.asarray(labels) == 1
    return [[(~true & ~said).sum(), (~true & said).sum()], [(true & ~said).sum(), (true & said).sum()]]


@right("confusion")
def with_add_at(labels, probabilities, threshold=0.5):
    matrix = np.zeros((2, 2))
    np.add.at(matrix, (labels, (probabilities >= threshold).astype(int)), 1)
    return matrix


@right("confusion")
def bincount_of_pairs(labels, probabilities, threshold=0.5):
    pairs = 2 * labels + np.where(probabilities < threshold, 0, 1)
    return np.bincount(pairs, minlength=4).reshape(2, 2)


@right("confusion")
def one_hot_product(labels, probabilities, cut=0.5):
    return np.eye(2)[labels].T @ np.eye(2)[(probabilities >= cut) * 1]


@right("confusion")
def with_counts(labels, probabilities, threshold=0.5):
    counts = Counter(zip(labels.tolist(), (probabilities >= threshold).tolist(), strict=True))
    return np.array([[counts[label, answer] for answer in (False, True)] for label in (0, 1)])
