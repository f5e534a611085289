"""Lesson 04, text classification with Keras: from strings to numbers, the model, and honest counting."""

from collections import Counter

import numpy as np

from lstm_course.exercises.exercise import Exercise, Probe, Question, ValueExercise, WrongValue

from .networks import observe_compiled, start_keras
from .shared import edits

# The vocabulary


def build_vocabulary(texts, size):
    """Number the words of texts (lists of words), the most frequent first, from 2 on: word -> number.

    Of equally frequent words the first by the alphabet comes first. There are at most `size` numbers in all,
    0 for padding and 1 for unknown words included.
    """
    counts = Counter(word for words in texts for word in words)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: number for number, word in enumerate(ranked[: size - 2], start=2)}


_WORDS = ("dull", "film", "good", "book", "meal", "plot", "soup", "actor", "never", "quite", "wine", "ending")


def _texts_with(counts, rng):
    """Lists of words in which every word stands as often as asked for, shuffled."""
    words = [word for word, count in counts.items() for _ in range(count)]
    words = [words[k] for k in rng.permutation(len(words))]
    return [words[start : start + 7] for start in range(0, len(words), 7)]


def _observe_vocabulary(function, texts, size):
    """The vocabulary; what is no word of the texts goes by its number, whatever it is called."""
    vocabulary = function(texts, size)
    if not isinstance(vocabulary, dict):
        return vocabulary
    words = {word for text in texts for word in text}
    texts_know = {word: number for word, number in vocabulary.items() if word in words}
    others = [number for word, number in vocabulary.items() if word not in words]
    return texts_know | {f"no word, number {number}": number for number in others}


def _vocabulary_probes(rng):
    words = [_WORDS[k] for k in rng.permutation(len(_WORDS))]
    # Three words for each count, so that ties are decided, and one of them by the cut. A word that is piled
    # up in one text tells how often it occurs from in how many texts.
    counts = {word: 3 + 2 * (k // 3) for k, word in enumerate(words)}
    texts = _texts_with(counts, rng)
    texts.append([words[0]] * 6)
    return [
        Probe((texts, 9)),
        Probe((texts, 40), "when every word has room"),
        Probe((_texts_with(dict.fromkeys(words, 3), rng), 9), "when all words are equally frequent"),
        Probe((_texts_with({word: 3 + k for k, word in enumerate(words)}, rng), 9), "when no two are equal"),
    ]


BUILD_VOCABULARY = Exercise(
    reference=build_vocabulary,
    title="A vocabulary",
    lesson="04",
    section="From strings to numbers",
    points=2,
    minutes=8,
    returns=("the vocabulary",),
    observe=_observe_vocabulary,
    probes=_vocabulary_probes,
    hints=(
        "Three steps: count all words, put them in order, number them from 2 on.",
        "`Counter(word for words in texts for word in words)` counts. `sorted` with the key `(-count, word)` "
        "puts the frequent ones first and decides ties by the alphabet.",
        "Two of the `size` numbers are taken, 0 and 1, so keep `ranked[: size - 2]` and number them with "
        "`enumerate(..., start=2)`.",
    ),
    mistakes=edits(r"""
        padding number used for a word: Your most frequent word has number 0, which means padding: the network
            would not see the word, or would see it wherever there is nothing. Number from 2 on.
            {"start=2": "start=0"}
        unknown number used for a word: Your most frequent word has number 1, which stands for words that are
            not in the vocabulary. Number from 2 on.
            {"start=2": "start=1"}
        rare words first: Your vocabulary keeps the rare words. A word that occurs once teaches nothing: the
            most frequent come first.
            {"-counts[word]": "counts[word]"}
        ties by first occurrence: Equally frequent words stand in the order in which they came up. Then the
            same texts in another order give another vocabulary: decide ties by the alphabet.
            {"(-counts[word], word)": "-counts[word]"}
        ties from z to a: Equally frequent words stand in reverse alphabetical order: `reverse=True` turns the
            words round with the counts. Sort by `(-count, word)` instead.
            {"(-counts[word], word))": "(counts[word], word), reverse=True)"}
        by the alphabet alone: You sort by the alphabet and cut the end of it off. Frequency decides, the
            alphabet only ties.
            {"(-counts[word], word)": "word"}
        two words too many: You keep `size` words. Padding and unknown take two of the numbers: an embedding
            with `size` rows would have none for the last two words.
            {"ranked[: size - 2]": "ranked[:size]"}
        one word too few: You keep `size - 3` words. `size` counts padding and unknown, so `size - 2` words
            have room, and the last one has number `size - 1`.
            {"ranked[: size - 2]": "ranked[: size - 3]"}
        one word too many: You keep `size - 1` words. Two numbers are no words, padding and unknown.
            {"size - 2": "size - 1"}
        nothing cut off: You keep every word, whatever `size` is.
            {"ranked[: size - 2]": "ranked"}
        texts counted instead of words: You count in how many texts a word stands. Count every occurrence.
            {"for word in words)": "for word in set(words))"}
        special numbers entered: Padding and unknown have become entries of the vocabulary, as if they were
            words. They are numbers only: no text holds them, so nobody would look them up.
            {"    return {word": '    return {"<pad>": 0, "<unk>": 1} | {word'}
        unknown number entered: The number for unknown words has become an entry of the vocabulary, as if it
            were a word. No text holds it, so nobody would look it up: the words alone.
            {"    return {word": '    return {"<unk>": 1} | {word'}
        padding number entered: The number for padding has become an entry of the vocabulary, as if it were a
            word. No text holds it, so nobody would look it up: the words alone.
            {"    return {word": '    return {"<pad>": 0} | {word'}
        first come, first numbered: You number the words as they come up and stop when the vocabulary is full.
            The most frequent ones are to be kept, wherever they stand: count first.
            {"sorted(counts, key=lambda word: (-counts[word], word))": "list(counts)"}
        number to word: Your dict leads from numbers to words. Encoding looks words up: word -> number.
            {"{word: number for": "{number: word for"}
        counts instead of numbers: The values are how often each word occurs. A word's number is its place in
            the order, from 2 on.
            {"{word: number for": "{word: counts[word] for"}
        numbered by the alphabet: You keep the right words and then number them by the alphabet. The most
            frequent has number 2.
            {"enumerate(ranked[: size - 2], start=2)": "enumerate(sorted(ranked[: size - 2]), start=2)"}
    """),
)


# Encoding


def encode(texts, vocabulary, length):
    """Texts (lists of words) as rows of numbers, (N, length).

    An unknown word is 1. Short texts get zeros after their words; of long ones the end is kept.
    """
    rows = np.zeros((len(texts), length), dtype=int)
    for row, words in zip(rows, texts, strict=True):
        numbers = [vocabulary.get(word, 1) for word in words][-length:]
        row[: len(numbers)] = numbers
    return rows


def _encode_probes(rng):
    numbers = rng.permutation(len(_WORDS)) + 2
    vocabulary = {word: int(number) for word, number in zip(_WORDS, numbers, strict=True)}

    def text(length, strangers=0):
        words = [_WORDS[k] for k in rng.integers(len(_WORDS), size=length)]
        for place in rng.permutation(length)[:strangers]:
            words[place] = "zany"
        return words

    return [
        Probe(([text(4, 1), text(11, 3), text(6), text(14, 2), text(6, 2)], vocabulary, 6)),
        Probe(([text(6), text(6)], vocabulary, 6), "when nothing is too short or too long"),
        Probe(([text(3), text(5)], vocabulary, 8), "for short texts without unknown words"),
        Probe(([text(12), text(9)], vocabulary, 7), "for long texts without unknown words"),
        Probe(([[], text(3)], vocabulary, 5), "for an empty text"),
    ]


ENCODE = Exercise(
    reference=encode,
    title="Texts as rows of equal length",
    lesson="04",
    section="Rows of equal length",
    points=3,
    minutes=10,
    returns=("rows",),
    axes={"rows": ("text", "place")},
    probes=_encode_probes,
    hints=(
        "Start from `np.zeros((len(texts), length), dtype=int)`: the padding is there already.",
        "`vocabulary.get(word, 1)` is the number of a word, or 1. A slice with a negative start keeps the "
        "end of a list.",
        "`numbers = [vocabulary.get(word, 1) for word in words][-length:]`, and they belong at the start of "
        "the row: `rows[n, : len(numbers)] = numbers`.",
    ),
    mistakes=edits(r"""
        unknown words are 0: An unknown word has become 0, which is padding. Then the network cannot tell
            “there was a word” from “there was none”, and masking drops it. Unknown is 1.
            {"vocabulary.get(word, 1)": "vocabulary.get(word, 0)"}
        unknown words left out: You leave unknown words out. The network should see that a word stood there:
            1.
            {"vocabulary.get(word, 1) for word in words]":
                "vocabulary[word] for word in words if word in vocabulary]"}
        unknown words share the last number: You give unknown words the number of the last word, which the
            network could not tell from them. Numbers begin at 2, so `len(vocabulary) + 1` is taken; unknown
            is 1.
            {"vocabulary.get(word, 1)": "vocabulary.get(word, len(vocabulary) + 1)"}
        unknown words after the vocabulary: You give unknown words the number after the last word. Then the
            embedding needs one more row; unknown is 1.
            {"vocabulary.get(word, 1)": "vocabulary.get(word, len(vocabulary) + 2)"}
        end cut off: Of a long text you keep the beginning. Its end is asked for: keep the last `length`
            words.
            {"[-length:]": "[:length]"}
        padded before the words: Your zeros come before the words. With a mask the network does not mind, but
            Keras's fast LSTM on a graphics card takes a mask only when the zeros come after. Put them after.
            {"row[: len(numbers)]": "row[length - len(numbers) :]"}
        padded with 1: You fill up with 1, which means “unknown word”. Padding is 0.
            {"np.zeros((": "np.ones(("}
        padded with -1: You fill up with -1, for which the embedding has no row. Padding is 0.
            {"np.zeros((": "-np.ones(("}
        words in reverse order: Your rows run backwards. Words stand in the order in which they are read.
            {"[-length:]": "[-length:][::-1]"}
        as wide as the longest text: Your rows are as long as the longest text. `length` decides: the longer
            ones are cut, the shorter ones filled up.
            {"    rows = np.zeros": "    length = max(map(len, texts))\n    rows = np.zeros"}
        unknown words raise: You look words up with `vocabulary[word]`, which raises a KeyError at a word that
            is not there. `vocabulary.get(word, 1)` gives 1.
            {"vocabulary.get(word, 1)": "vocabulary[word]"}
        lists of different lengths: You return lists as long as the texts. A batch is an array: all rows have
            `length` numbers.
            {"        row[: len(numbers)] = numbers\n    return rows":
                "        found.append(numbers)\n    return found",
             "    rows = np.zeros": "    found = []\n    rows = np.zeros"}
        one word lost: Of every text the last word is missing. A slice ends before its end: `[-length:]` keeps
            the last.
            {"[-length:]": "[-length - 1 : -1]"}
    """),
)


# Baselines


def majority_baseline(train_labels, test_labels):
    """Accuracy on the test labels of always saying what is most frequent among the training labels."""
    values, counts = np.unique(train_labels, return_counts=True)
    return np.mean(test_labels == values[np.argmax(counts)])


def _shuffled(counts, rng):
    labels = np.repeat(np.arange(len(counts)), counts)
    return labels[rng.permutation(len(labels))]


def _majority_probes(rng):
    more = int(rng.integers(1, 9))
    return [
        Probe((_shuffled([14, 21 + more, 6, 10], rng), _shuffled([20 + more, 5 + more, 3, 9], rng))),
        Probe((_shuffled([30, 12 + more], rng), _shuffled([8 + more, 41], rng)), "for two classes"),
        Probe((_shuffled([9, 30], rng), _shuffled([4, 14], rng)), "when both sides favour class 1"),
        Probe((_shuffled([8, 30], rng), _shuffled([20 + more, 9], rng)), "when train alone favours class 1"),
    ]


MAJORITY_BASELINE = Exercise(
    reference=majority_baseline,
    title="The majority baseline",
    lesson="04",
    section="Baselines first",
    points=1,
    minutes=5,
    returns=("the accuracy",),
    probes=_majority_probes,
    hints=(
        "Two steps: find the most frequent training label, then see how often it is right on the test "
        "labels.",
        "`np.unique(labels, return_counts=True)` gives the labels that occur and how often; `np.argmax` "
        "finds the place of the largest count.",
        "`values, counts = np.unique(train_labels, return_counts=True)`, then the mean of `test_labels == "
        "values[np.argmax(counts)]`.",
    ),
    mistakes=edits(r"""
        test labels used for the baseline: You choose the answer that is best on the test labels. A baseline
            may not look at them either: choose by the training labels.
            {"np.unique(train_labels,": "np.unique(test_labels,"}
        accuracy on the training labels: You measure on the training labels. The accuracy on the test labels
            is asked for.
            {"np.mean(test_labels ==": "np.mean(train_labels =="}
        train and test exchanged: You learn from the test labels and measure on the training labels: the other
            way round.
            {"np.unique(train_labels,": "np.unique(test_labels,",
             "np.mean(test_labels ==": "np.mean(train_labels =="}
        minority instead of majority: You always answer with the rarest label. The most frequent one is asked
            for.
            {"np.argmax": "np.argmin"}
        larger share of the test labels: You take the larger of the two shares among the test labels: the
            answer was chosen by the test. Choose it by the training labels.
            {"np.mean(test_labels == values[np.argmax(counts)])":
                "max(np.mean(test_labels), 1 - np.mean(test_labels))"}
        mean of the test labels: You take the mean of the test labels. Of zeros and ones that is the share of
            label 1, right only where label 1 is the most frequent training label. Compare the labels with
            that one.
            {"np.mean(test_labels == values[np.argmax(counts)])": "np.mean(test_labels)"}
        largest label: You always answer with the largest label. The most frequent training label is asked
            for.
            {"values[np.argmax(counts)]": "np.max(values)"}
        chance instead of majority: That is what a guesser reaches who draws among the labels, all equally
            likely. The baseline always gives the same answer, the most frequent training label.
            {"np.mean(test_labels == values[np.argmax(counts)])": "1 / len(values)"}
        the count instead of the label: You compare the test labels with a count. `counts` are numbers of
            texts; the label itself is `values[np.argmax(counts)]`.
            {"values[np.argmax(counts)]": "np.max(counts)"}
        number instead of share: You count the right answers. An accuracy is their share: the mean.
            {"np.mean(": "np.sum("}
        percent instead of a share: You return percent. An accuracy is a share, from 0 to 1.
            {"np.mean(": "100 * np.mean("}
        error instead of accuracy: You return the share of wrong answers. Accuracy is the share of right ones.
            {"test_labels ==": "test_labels !="}
        the label instead of its accuracy: You return the most frequent training label. How often it is right
            on the test labels is asked for.
            {"np.mean(test_labels == values[np.argmax(counts)])": "values[np.argmax(counts)]"}
        share among the training labels over all: You return the majority's share among training and test
            labels together. Only the test labels decide about the accuracy.
            {"np.mean(test_labels ==": "np.mean(np.concatenate([train_labels, test_labels]) =="}
    """),
)


# The model


# fmt: off
def build_text_classifier(input_dim, output_dim=128, units=128):
    """The textbook classifier, compiled: word numbers (N, T), padded with 0, to probabilities (N, 1).

    Embedding, LSTM (dropout and recurrent dropout 0.2), Dense(64, relu), Dropout(0.5), Dense(1, sigmoid);
    Adam and binary cross-entropy. Zeros are masked.
    """
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input(shape=(None,), dtype="int32"),
        layers.Embedding(input_dim, output_dim, mask_zero=True),
        layers.LSTM(units, dropout=0.2, recurrent_dropout=0.2),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model
# fmt: on


def _model_probes(rng):
    start_keras()
    sizes = rng.permutation(np.arange(3, 12))
    return [Probe((int(sizes[0]) + 10, int(sizes[1]), int(sizes[2])))]


BUILD_TEXT_CLASSIFIER = Exercise(
    reference=build_text_classifier,
    title="The textbook classifier",
    lesson="04",
    section="The textbook model",
    points=4,
    minutes=12,
    returns=(
        "layers",
        "sizes taken from the arguments",
        "sizes",
        "answers to three texts",
        "dropout",
        "compiled with",
        "loss of four answers",
    ),
    observe=observe_compiled,
    probes=_model_probes,
    hints=(
        'A `keras.Sequential` with a list: first `keras.Input(shape=(None,), dtype="int32")`, then the '
        "five layers of the table in their order.",
        "`mask_zero=True` belongs to the embedding, `dropout` and `recurrent_dropout` to the LSTM. The LSTM "
        "hands on its last output only, which is Keras's default.",
        'After the list: `model.compile(optimizer="adam", loss="binary_crossentropy", '
        'metrics=["accuracy"])`, then `return model`.',
    ),
    mistakes=edits(r"""
        no masking
        softmax on one unit: A softmax over a single unit is always 1: the model says “positive” to
            everything, and its gradient is zero. One unit takes a sigmoid.
            {'layers.Dense(1, activation="sigmoid")': 'layers.Dense(1, activation="softmax")'}
        no sigmoid: The last layer has no activation, so its output is not between 0 and 1, and this loss
            expects probabilities. Give it a sigmoid.
            {'layers.Dense(1, activation="sigmoid")': "layers.Dense(1)"}
        return_sequences left on: The LSTM returns its output at every step, so there is one answer for each
            word. One for each review is asked for: leave `return_sequences` off.
            {"recurrent_dropout=0.2)": "recurrent_dropout=0.2, return_sequences=True)"}
        averaged over the words: The LSTM returns its output at every step, and you average them. Asked for is
            the answer from its last output: leave `return_sequences` and the mean out.
            {"recurrent_dropout=0.2)":
                "recurrent_dropout=0.2, return_sequences=True), layers.GlobalAveragePooling1D()"}
        categorical loss: Categorical cross-entropy expects one output for each class. With a single output it
            is always 0 and nothing is learned. For a yes or no it is binary cross-entropy.
            {'loss="binary_crossentropy"': 'loss="categorical_crossentropy"'}
        from_logits beside a sigmoid: With `from_logits=True` the loss puts a sigmoid on what comes in, and
            the last layer has one already. Leave one of them out; the table has the sigmoid in the layer.
            {'loss="binary_crossentropy"': "loss=keras.losses.BinaryCrossentropy(from_logits=True)"}
        logits instead of probabilities [convention]: Your last layer has no sigmoid, and with
            `from_logits=True` the loss puts one on what comes in. The two fit together, and it learns as
            well; but the model answers with logits, of any size. Probabilities are asked for: give the last
            layer the sigmoid and leave `from_logits` out.
            {'layers.Dense(1, activation="sigmoid")': "layers.Dense(1)",
             'loss="binary_crossentropy"': "loss=keras.losses.BinaryCrossentropy(from_logits=True)"}
        squared error: The squared error of a probability learns slowly where the answer is wrong and sure:
            the sigmoid is flat there. Use binary cross-entropy.
            {'loss="binary_crossentropy"': 'loss="mse"'}
        two outputs: The last layer has two units, as for two classes. A yes or no needs one: the probability
            of yes, `Dense(1, activation="sigmoid")` with binary cross-entropy.
            {'layers.Dense(1, activation="sigmoid")': 'layers.Dense(2, activation="softmax")'}
        two outputs with sigmoids: The last layer has two units, each with a probability of its own. A yes or
            no needs one: the probability of yes.
            {"layers.Dense(1,": "layers.Dense(2,"}
        two classes [convention]: Two units, a softmax and this loss fit together: a probability for each of
            two classes, (N, 2). Asked for is the probability of yes alone, (N, 1): one unit, a sigmoid and
            binary cross-entropy.
            {'layers.Dense(1, activation="sigmoid")': 'layers.Dense(2, activation="softmax")',
             'loss="binary_crossentropy"': 'loss="sparse_categorical_crossentropy"'}
        no recurrent dropout: `recurrent_dropout` is missing: `dropout` concerns the inputs of the LSTM,
            `recurrent_dropout` its own state.
            {"dropout=0.2, recurrent_dropout=0.2": "dropout=0.2"}
        recurrent dropout alone: `dropout` is missing: it concerns the inputs of the LSTM,
            `recurrent_dropout` its own state.
            {"dropout=0.2, recurrent_dropout=0.2": "recurrent_dropout=0.2"}
        no dropout in the LSTM: The LSTM has no dropout. Both belong to it: `dropout=0.2` for its inputs,
            `recurrent_dropout=0.2` for its own state.
            {", dropout=0.2, recurrent_dropout=0.2": ""}
        dropout beside the LSTM: Your dropout is a layer below the LSTM, which draws anew for every word. The
            LSTM has its own: `dropout=0.2` for its inputs, `recurrent_dropout=0.2` for its state.
            {"layers.LSTM(units, dropout=0.2, recurrent_dropout=0.2)":
                "layers.Dropout(0.2), layers.LSTM(units)"}
        embedding and units exchanged: The embedding has `units` numbers a word and the LSTM `output_dim`
            units: the other way round.
            {"(input_dim, output_dim,": "(input_dim, units,", "LSTM(units,": "LSTM(output_dim,"}
        vocabulary and vector length exchanged
        one row too many: The embedding has a row too many: `input_dim` counts all numbers, 0 for padding and
            1 for unknown words included.
            {"(input_dim, output_dim,": "(input_dim + 1, output_dim,"}
        sizes written out: The embedding and the LSTM have sizes of their own, whatever is asked for. Take
            those that the function is given: `input_dim`, `output_dim`, `units`.
            {"(input_dim, output_dim,": "(10_000, 128,", "LSTM(units,": "LSTM(128,"}
        vocabulary written out: The embedding has as many rows as you wrote down, whatever is asked for: use
            `input_dim`.
            {"Embedding(input_dim,": "Embedding(10_000,"}
        length of a vector written out: A word has as many numbers as you wrote down, whatever is asked for:
            use `output_dim`.
            {", output_dim, mask": ", 128, mask"}
        units written out: The LSTM has as many units as you wrote down, whatever is asked for: use `units`.
            {"LSTM(units,": "LSTM(128,"}
        relu in the LSTM: The LSTM squashes with a relu. Its tanh keeps the state between -1 and 1, step after
            step: leave `activation` out there.
            {"LSTM(units,": 'LSTM(units, activation="relu",'}
        both directions: The LSTM reads from both ends. Asked for is one that reads from the left: leave
            `Bidirectional` out.
            {"layers.LSTM(units, dropout=0.2, recurrent_dropout=0.2)":
                "layers.Bidirectional(layers.LSTM(units, dropout=0.2, recurrent_dropout=0.2))"}
        dense layer without relu: The dense layer of 64 has no activation. Two linear layers in a row are one
            linear layer: give it a relu.
            {'layers.Dense(64, activation="relu")': "layers.Dense(64)"}
        dense layer with a sigmoid: The dense layer of 64 has a sigmoid. It belongs to the last layer; here a
            relu is asked for.
            {'activation="relu"': 'activation="sigmoid"'}
        dense layer with tanh: The dense layer of 64 has a tanh; a relu is asked for.
            {'activation="relu"': 'activation="tanh"'}
        dense layer of another size: The dense layer between the LSTM and the answer has another number of
            units. The table has 64.
            {"layers.Dense(64,": "layers.Dense(100,"}
        no dense layer below the answer: The dense layer of 64 units between the LSTM and the answer is
            missing.
            {'        layers.Dense(64, activation="relu"),\n': ""}
        no dropout before the answer: The Dropout(0.5) between the two dense layers is missing.
            {"        layers.Dropout(0.5),\n": ""}
        dropout below the dense layer: The Dropout(0.5) stands below the dense layer of 64. It belongs between
            that and the answer.
            {'layers.Dense(64, activation="relu"),\n        layers.Dropout(0.5)':
                'layers.Dropout(0.5),\n        layers.Dense(64, activation="relu")'}
        vocabulary taken for the length: Your input has one place for each word of the vocabulary. What comes
            in is a row of word numbers, of any length: `shape=(None,)`.
            {"shape=(None,)": "shape=(input_dim,)"}
        another optimizer: The model is compiled with another optimizer. Adam is asked for, with Keras's own
            settings: `optimizer="adam"`.
            {'optimizer="adam"': 'optimizer="rmsprop"'}
        compile returned: Nothing is returned. `compile` changes the model and hands nothing on, so `return
            model.compile(...)` is None: end with `return model`.
            {"    model.compile(": "    return model.compile("}
        not compiled: The model is not compiled: without a loss and an optimizer it cannot be trained.
            {'    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])\n': ""}
    """),
)


# Masking


def masked_mean(outputs, mask):
    """Mean over the steps that count: outputs (N, T, H), mask (N, T) -> (N, H); zeros where none counts."""
    counts = np.maximum(mask.sum(axis=1), 1)
    return (outputs * mask[:, :, None]).sum(axis=1) / counts[:, None]


def _mean_probes(rng):
    def mask(lengths, T):
        return np.arange(T) < np.asarray(lengths)[:, None]

    # Different sizes, or an axis could be taken for another; and a hole, as no padding makes one.
    holes = mask([2, 6, 4, 5], 6)
    holes[1, 2] = False
    return [
        Probe((rng.normal(size=(4, 6, 3)) + 0.5, holes)),
        Probe((rng.normal(size=(3, 5, 2)), mask([5, 5, 5], 5)), "when every step counts"),
        Probe((rng.normal(size=(4, 6, 2)) + 0.5, mask([2, 2, 2, 2], 6)), "when all texts are equally long"),
        Probe((rng.normal(size=(3, 4, 2)) + 0.5, mask([0, 3, 1], 4)), "for a text without words"),
        Probe((rng.normal(size=(1, 5, 1)) + 0.5, mask([3], 5)), "for a single text and unit"),
    ]


MASKED_MEAN = Exercise(
    reference=masked_mean,
    title="The mean of the words alone",
    lesson="04",
    section="The mean over all words",
    points=2,
    minutes=8,
    returns=("means",),
    silent=True,
    axes={"means": ("text", "unit")},
    probes=_mean_probes,
    hints=(
        "A mean is a sum divided by a number. Both the sum and the number must leave the padding out.",
        "`mask[:, :, None]` has shape (N, T, 1) and can be multiplied onto the outputs: what is masked "
        "becomes 0. `mask.sum(axis=1)` is how many steps count.",
        "`(outputs * mask[:, :, None]).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)[:, None]`: the maximum "
        "keeps a text without words from dividing by zero.",
    ),
    mistakes=edits(r"""
        mean over padded steps: You take the mean of all T steps, padding included. Only steps with mask True
            count.
            {"(outputs * mask[:, :, None]).sum(axis=1) / counts[:, None]": "outputs.mean(axis=1)"}
        divided by all steps: The sum leaves the padding out, but you divide by T. Divide by the number of
            steps that count.
            {"np.maximum(mask.sum(axis=1), 1)": "np.full(len(mask), mask.shape[1])"}
        padded steps in the sum: You divide by the number of steps that count, but the sum still has the
            padded steps in it.
            {"outputs * mask[:, :, None]": "outputs"}
        NaN for a text without words: A text without words has no step that counts, and you divide by zero.
            Its mean should be zeros.
            {"np.maximum(mask.sum(axis=1), 1)": "mask.sum(axis=1)"}
        mask without the axis of the units: The mask has shape (N, T), the outputs (N, T, H): `mask[:, :,
            None]`, of shape (N, T, 1), can be multiplied onto them.
            {"outputs * mask[:, :, None]": "outputs * mask"}
        counts without the axis of the units: The sums have shape (N, H), the counts (N,): divide by
            `counts[:, None]`, of shape (N, 1).
            {"counts[:, None]": "counts"}
        one mean for the whole batch: `outputs[mask]` puts the words of all texts into one heap. A mean for
            each text is asked for, (N, H).
            {"(outputs * mask[:, :, None]).sum(axis=1) / counts[:, None]": "outputs[mask].mean(axis=0)"}
        first steps instead of the words: You take as many steps from the start as there are words. That holds
            as long as the padding stands after them without a gap: go by the mask itself.
            {"    counts = np":
                "    mask = np.arange(mask.shape[1]) < mask.sum(axis=1, keepdims=True)\n    counts = np"}
        last steps instead of the mask: You take as many steps from the end as there are words. The padding
            stands there, after the words: go by the mask itself.
            {"    counts = np":
                "    T = mask.shape[1]\n    mask = np.arange(T) >= T - mask.sum(axis=1, keepdims=True)\n"
                "    counts = np"}
        mask turned round: You average the padded steps. True marks a word.
            {"mask.sum(axis=1)": "(~mask).sum(axis=1)",
             "outputs * mask[:, :, None]": "outputs * ~mask[:, :, None]"}
        sum instead of mean: You return the sum over the words. The mean is that divided by how many there
            are.
            {" / counts[:, None]": ""}
        one count for the whole batch: You divide by the number of words in the whole batch. Each text has its
            own number.
            {"np.maximum(mask.sum(axis=1), 1)": "np.full(len(mask), mask.sum())"}
        average count of the batch: You divide every text by the average number of words. Each text has its
            own number.
            {"np.maximum(mask.sum(axis=1), 1)": "np.full(len(mask), max(mask.sum() / len(mask), 1))"}
        one step added to every count: You add 1 to every count, to be safe from zero. That makes every mean
            too small: only a text without words needs it.
            {"np.maximum(mask.sum(axis=1), 1)": "mask.sum(axis=1) + 1"}
        mean over the units: You average over the units. The mean over time is asked for, one number for each
            unit.
            {").sum(axis=1) / counts": ").sum(axis=2) / counts"}
        last step instead of the mean: You return the output of the last step. The mean over all words is
            asked for.
            {"(outputs * mask[:, :, None]).sum(axis=1) / counts[:, None]": "outputs[:, -1]"}
        largest instead of mean: You take the largest output of each unit. The mean is asked for.
            {"(outputs * mask[:, :, None]).sum(axis=1) / counts[:, None]":
                "(outputs * mask[:, :, None]).max(axis=1)"}
    """),
)


# Errors


def confusion(labels, probabilities, threshold=0.5):
    """How many texts of each true label (row) got each answer (column): (2, 2) counts.

    The answer is 1 when the probability is at least the threshold.
    """
    answers = probabilities >= threshold
    matrix = np.zeros((2, 2), dtype=int)
    for label, answer in zip(labels, answers, strict=True):
        matrix[label, int(answer)] += 1
    return matrix


def _confusion_probes(rng):
    def drawn(size, threshold):
        labels = (rng.random(size) < 0.6).astype(int)
        probabilities = np.round(np.clip(0.35 * labels + rng.random(size) * 0.65, 0, 1), 2)
        probabilities[:3] = threshold  # one at least of each answer stands on the border
        labels[:3] = 0, 1, 1
        return labels, probabilities

    threshold = float(np.round(rng.uniform(0.25, 0.4), 2))
    sure = np.array([0.9, 0.1, 0.8, 0.7, 0.2, 0.97, 0.6, 0.3])
    return [
        Probe((*drawn(40, threshold), threshold)),
        Probe(drawn(30, 0.5), "for the default threshold"),
        Probe((np.array([1, 0, 1, 1, 0, 1, 1, 0]), sure, 0.5), "when every answer is right"),
        Probe((np.array([0, 1, 0, 0, 1, 0, 0, 1]), sure, 0.5), "when every answer is wrong"),
        Probe((np.array([1, 1, 1, 0]), np.array([0.2, 0.9, 0.7, 0.1]), 0.5), "away from the threshold"),
    ]


CONFUSION = Exercise(
    reference=confusion,
    title="Who is taken for whom",
    lesson="04",
    section="Errors, one by one",
    points=2,
    minutes=6,
    returns=("the counts",),
    axes={"the counts": ("label", "answer")},
    probes=_confusion_probes,
    hints=(
        "First the answers, 0 or 1, from the probabilities; then four numbers to count.",
        "Start with `np.zeros((2, 2), dtype=int)` and go through labels and answers together: each pair adds "
        "one to a cell.",
        "`matrix[label, int(answer)] += 1` with `answers = probabilities >= threshold`: true label first.",
    ),
    mistakes=edits(r"""
        rows and columns exchanged: Your rows are the answers and your columns the true labels. Rows belong to
            what is true, columns to what was said.
            {"matrix[label, int(answer)]": "matrix[int(answer), label]"}
        threshold on the wrong side: You answer 1 when the probability is under the threshold. It is the
            probability of 1: high means 1.
            {"probabilities >= threshold": "probabilities < threshold"}
        the border is answered with 0: A probability that equals the threshold gets a 0 from you. At least the
            threshold means 1.
            {"probabilities >= threshold": "probabilities > threshold"}
        threshold ignored: You always cut at 0.5, whatever `threshold` is.
            {"probabilities >= threshold": "probabilities >= 0.5"}
        rounded instead of cut: You round the probabilities, which cuts at 0.5 whatever `threshold` is (and
            NumPy rounds 0.5 itself down to the even 0).
            {"probabilities >= threshold": "np.round(probabilities)"}
        True and False as an index: `matrix[label, answer]` with a True or False marks, it does not count
            places: True stands for the whole row. Make the answer a number: `int(answer)`.
            {"matrix[label, int(answer)]": "matrix[label, answer]"}
        shares of all texts: You return shares. Counts are asked for: with shares nobody sees how few texts
            there were.
            {"return matrix": "return matrix / matrix.sum()"}
        shares of each row: You divide each row by its sum. Counts are asked for.
            {"return matrix": "return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)"}
        shares of each column: You divide each column by its sum. Counts are asked for.
            {"return matrix": "return matrix / np.maximum(matrix.sum(axis=0), 1)"}
        label 1 first: Your first row and column belong to label 1. Row 0 is label 0, column 0 is answer 0.
            {"return matrix": "return matrix[::-1, ::-1]"}
        right and wrong only: You count right and wrong answers for each label: the second row is turned
            round. Column 0 is the answer 0, also for texts with label 1.
            {"matrix[label, int(answer)]": "matrix[label, int(answer != label)]"}
        only right answers counted: You count the right answers alone. The two cells off the diagonal are the
            interesting ones.
            {"+= 1\n": "+= label == answer\n"}
        set instead of counted: You write 1 into a cell, however often it occurs. Add 1 each time.
            {"+= 1": "= 1"}
    """),
)


# A value and two questions

BOOK_PARAMETERS = ValueExercise(
    id="book_parameters",
    title="The size of the textbook model",
    lesson="04",
    section="The textbook model",
    points=1,
    minutes=5,
    question=(
        "How many parameters has the textbook model with a vocabulary of 20,000, 128 numbers a word and 128 "
        "units?"
    ),
    answer=lambda: 20_000 * 128 + 4 * 128 * (128 + 128 + 1) + 128 * 64 + 64 + 64 + 1,
    hints=(
        "Three kinds of layers have parameters: the embedding, the LSTM and the two dense ones.",
        "The embedding has a row of 128 numbers for each of 20,000; the LSTM is what you counted in lesson "
        "3: 4 H (H + D + 1).",
        "20,000 · 128 + 4 · 128 · (128 + 128 + 1) + (128 · 64 + 64) + (64 + 1).",
    ),
    mistakes=(
        WrongValue(
            "embedding left out",
            "That is everything but the embedding, which is by far the largest part: 20,000 rows of 128.",
            lambda: 4 * 128 * 257 + 128 * 64 + 64 + 65,
        ),
        WrongValue(
            "embedding alone",
            "That is the embedding alone. The LSTM and the two dense layers come on top.",
            lambda: 20_000 * 128,
        ),
        WrongValue(
            "dense layers left out",
            "The two dense layers are missing: 128 · 64 + 64 and 64 + 1.",
            lambda: 20_000 * 128 + 4 * 128 * 257,
        ),
        WrongValue(
            "dense layer of 64 left out",
            "The dense layer of 64 is missing, and the last one has 64 inputs, not 128.",
            lambda: 20_000 * 128 + 4 * 128 * 257 + 129,
        ),
        WrongValue(
            "biases left out",
            "The biases are missing: four of 128 in the LSTM, 64 and 1 in the dense layers.",
            lambda: 20_000 * 128 + 4 * 128 * 256 + 128 * 64 + 64,
        ),
        WrongValue(
            "one gate",
            "You counted the LSTM as a plain RNN. It has four times the weights.",
            lambda: 20_000 * 128 + 128 * 257 + 128 * 64 + 64 + 65,
        ),
        WrongValue(
            "three gates",
            "You counted three blocks in the LSTM. There are three gates and the candidate: four.",
            lambda: 20_000 * 128 + 3 * 128 * 257 + 128 * 64 + 64 + 65,
        ),
        WrongValue(
            "recurrent weights left out",
            "The recurrent weights are missing: each unit of the LSTM also reads the 128 outputs of its own "
            "layer.",
            lambda: 20_000 * 128 + 4 * 128 * 129 + 128 * 64 + 64 + 65,
        ),
        WrongValue(
            "one bias a unit",
            "You counted one bias for each unit of the LSTM. Each of its four blocks has its own.",
            lambda: 20_000 * 128 + 4 * 128 * 256 + 128 + 128 * 64 + 64 + 65,
        ),
        WrongValue(
            "LSTM without biases",
            "The biases of the LSTM are missing: four of 128.",
            lambda: 20_000 * 128 + 4 * 128 * 256 + 128 * 64 + 64 + 65,
        ),
        WrongValue(
            "two biases",
            "You counted two biases for each unit and block, as PyTorch has them. Keras has one.",
            lambda: 20_000 * 128 + 4 * 128 * 258 + 128 * 64 + 64 + 65,
        ),
        WrongValue(
            "last bias left out",
            "The last unit has a bias as well: one more.",
            lambda: 20_000 * 128 + 4 * 128 * 257 + 128 * 64 + 64 + 64,
        ),
        WrongValue(
            "last unit left out",
            "The last unit is missing: 64 weights and a bias.",
            lambda: 20_000 * 128 + 4 * 128 * 257 + 128 * 64 + 64,
        ),
        WrongValue(
            "last unit reads the LSTM",
            "The last unit reads the 64 numbers of the dense layer below it, not the 128 of the LSTM.",
            lambda: 20_000 * 128 + 4 * 128 * 257 + 128 * 64 + 64 + 129,
        ),
        WrongValue(
            "embedding with biases",
            "The embedding has no biases: it is a table with 20,000 rows and 128 columns.",
            lambda: 20_000 * 128 + 128 + 4 * 128 * 257 + 128 * 64 + 64 + 65,
        ),
        WrongValue(
            "LSTM left out",
            "The LSTM is missing: 4 H (D + H + 1) with D = H = 128.",
            lambda: 20_000 * 128 + 128 * 64 + 64 + 65,
        ),
        WrongValue(
            "two rows too many",
            "You added rows for padding and unknown words. They are among the 20,000.",
            lambda: 20_002 * 128 + 4 * 128 * 257 + 128 * 64 + 64 + 65,
        ),
    ),
)

PADDING_SIDE = Question(
    id="padding_side",
    title="What zeros after the words do",
    lesson="04",
    section="Rows of equal length",
    points=1,
    minutes=3,
    question=(
        "Nobody masks anything. After the words of a review come 100 zeros. The LSTM is as Keras starts it, "
        "with forget gates near 0.73. How much of the cell state after the last word is left after the zeros?"
    ),
    choices={
        "a": "All of it: a zero adds nothing.",
        "b": "0.73 of it: the review is forgotten once.",
        "c": "0.73 / 100 of it.",
        "d": "0.73 to the power 100, about 0.00000000000002 of it.",
    },
    answer="d",
    explanations={
        "a": (
            "Even if nothing were added, the forget gate would work at every step. And number 0 has a row in "
            "the embedding like any other word, so something is added."
        ),
        "b": "The forget gate works at every step. There are 100 steps after the last word.",
        "c": "Each step multiplies what the step before has left. Nothing is divided.",
        "d": (
            "Each step multiplies the cell state by 0.73, a hundred times. What the answer is read from is "
            "made of zeros."
        ),
    },
    hints=(
        "What happens to the cell state at one step, whatever comes in?",
        "It is multiplied by the forget gate. How often does that happen?",
        "Once for each of the 100 zeros: 0.73 times 0.73 times 0.73, and so on.",
    ),
)

SAME_BAG = Question(
    id="same_bag",
    title="What a bag of words cannot tell apart",
    lesson="04",
    section="Baselines first",
    points=1,
    minutes=2,
    question="Which two reviews get the same answer from every bag of words, whatever it has learned?",
    choices={
        "a": "“I expected a bore, but it was a joy.” and “I expected a joy, but it was a bore.”",
        "b": "“A good film.” and “A great film.”",
        "c": "“It was good.” and “It was not good.”",
        "d": "“Good.” and “Good, good, good.”",
    },
    answer="a",
    explanations={
        "a": "The same words, each as often: the same bag. Only their order tells the verdicts apart.",
        "b": "Good and great are two words with two weights. If one of them is rare they may well differ.",
        "c": "The word “not” is in one bag only, and it has a weight of its own.",
        "d": "The counts differ, so the bags do, except for a bag that only notes which words occur.",
    },
    hints=(
        "A bag of words is a list of counts. When are two such lists equal?",
        "Write the counts of each review down.",
        "Look for two reviews with the same words in another order.",
    ),
)
