"""Networks of lessons 4 and 5 in whatever spelling: what they compute counts, and a mistake gets its name.

Where something like it has been reported in public, the docstring says where: repository and number.
"""

import numpy as np
import pytest

from lstm_course.exercises import find
from lstm_course.exercises.diagnosis.trial import examine

keras = pytest.importorskip("keras")
layers = keras.layers

NETWORKS = []


def network(mistake=None, says="", status="wrong", exercise="build_text_classifier"):
    """Enter a function that builds a network, with what its check must find."""

    def enter(function):
        NETWORKS.append(pytest.param(exercise, function, status, mistake, says, id=function.__name__))
        return function

    return enter


@pytest.mark.parametrize(("exercise", "function", "status", "mistake", "says"), NETWORKS)
def test_a_network_is_judged_and_its_mistake_named(exercise, function, status, mistake, says):
    finding = examine(find(exercise), function)
    assert (finding.status, finding.mistake) == (status, mistake), finding.sentence
    assert says in finding.sentence


def right(function):
    return network(status="right")(function)


def read(input_dim, output_dim, units):
    """What nearly all of them have in common: an input, an embedding and an LSTM."""
    return [
        keras.Input((None,)),
        layers.Embedding(input_dim, output_dim, mask_zero=True),
        layers.LSTM(units, dropout=0.2, recurrent_dropout=0.2),
    ]


def compiled(*parts, optimizer="adam", loss="binary_crossentropy"):
    model = keras.Sequential(list(parts))
    model.compile(optimizer, loss)
    return model


# Right, in other spellings


@right
def activations_as_layers(input_dim, output_dim=128, units=128):
    hidden = layers.Dense(64), layers.ReLU(), layers.Dropout(0.5)
    last = layers.Dense(1), layers.Activation("sigmoid")
    return compiled(*read(input_dim, output_dim, units), *hidden, *last)


@right
def relu_behind_the_dropout(input_dim, output_dim=128, units=128):
    hidden = layers.Dense(64), layers.Dropout(0.5), layers.ReLU()
    return compiled(*read(input_dim, output_dim, units), *hidden, layers.Dense(1, "sigmoid"))


@right
def functional_with_a_short_name_for_the_loss(input_dim, output_dim=128, units=128):
    numbers, embedding, lstm = read(input_dim, output_dim, units)
    hidden = layers.Dropout(0.5)(layers.Dense(64, "relu")(lstm(embedding(numbers))))
    model = keras.Model(numbers, layers.Dense(1, "sigmoid")(hidden))
    model.compile(optimizer="adam", loss="bce", metrics=["accuracy"])
    return model


@right
def functional_with_lists_and_a_loss_by_name(input_dim, output_dim=128, units=128):
    numbers, embedding, lstm = read(input_dim, output_dim, units)
    hidden = layers.Dropout(0.5)(layers.Dense(64, "relu")(lstm(embedding(numbers))))
    model = keras.Model([numbers], layers.Dense(1, "sigmoid", name="yes")(hidden))
    model.compile(optimizer="adam", loss={"yes": "binary_crossentropy"})
    return model


@right
def sigmoid_as_an_operation(input_dim, output_dim=128, units=128):
    """tensorflow/tensorflow 31930: a dense layer, and a sigmoid on what it gives."""
    numbers, embedding, lstm = read(input_dim, output_dim, units)
    hidden = layers.Dropout(0.5)(keras.ops.relu(layers.Dense(64)(lstm(embedding(numbers)))))
    model = keras.Model(numbers, keras.ops.sigmoid(layers.Dense(1)(hidden)))
    model.compile(keras.optimizers.Adam(), [keras.losses.BinaryCrossentropy()])
    return model


@right
def without_an_input(input_dim, output_dim=128, units=128):
    _, *rest = read(input_dim, output_dim, units)
    return compiled(*rest, layers.Dense(64, "relu"), layers.Dropout(0.5), layers.Dense(1, "sigmoid"))


@right
def for_texts_of_one_length(input_dim, output_dim=128, units=128):
    _, *rest = read(input_dim, output_dim, units)
    head = layers.Dense(64, "relu"), layers.Dropout(0.5), layers.Dense(1, "sigmoid")
    return compiled(keras.Input((200,)), *rest, *head)


@right
def networks_within_a_network(input_dim, output_dim=128, units=128):
    reader = keras.Sequential(read(input_dim, output_dim, units))
    head = keras.Sequential([layers.Dense(64, "relu"), layers.Dropout(0.5), layers.Dense(1, "sigmoid")])
    return compiled(keras.Input((None,)), reader, head)


@right
def as_a_class_with_the_last_layer_first(input_dim, output_dim=128, units=128):
    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.last, self.dropped = layers.Dense(1, "sigmoid"), layers.Dropout(0.5)
            self.hidden = layers.Dense(64, "relu")
            _, self.embedding, self.lstm = read(input_dim, output_dim, units)

        def call(self, numbers, training=None):
            hidden = self.hidden(self.lstm(self.embedding(numbers), training=training))
            return self.last(self.dropped(hidden, training=training))

    model = Classifier()
    model.compile("adam", "binary_crossentropy")
    return model


@right
def with_a_cell(input_dim, output_dim=128, units=128):
    numbers, embedding, _ = read(input_dim, output_dim, units)
    lstm = layers.RNN(layers.LSTMCell(units, dropout=0.2, recurrent_dropout=0.2))
    head = layers.Dense(64, "relu"), layers.Dropout(0.5), layers.Dense(1, "sigmoid")
    return compiled(numbers, embedding, lstm, *head, loss=keras.losses.BinaryCrossentropy)


# The last layer and the loss


def with_last(*last, loss="binary_crossentropy", optimizer="adam"):
    def build(input_dim, output_dim=128, units=128):
        hidden = layers.Dense(64, "relu"), layers.Dropout(0.5)
        made = [layer() for layer in last]
        return compiled(*read(input_dim, output_dim, units), *hidden, *made, loss=loss, optimizer=optimizer)

    return build


@network("two outputs", says='`Dense(1, activation="sigmoid")`')
def two_units_and_a_softmax(input_dim, output_dim=128, units=128):
    """keras-team/keras 13006: two units where the labels are one number each."""
    return with_last(lambda: layers.Dense(2, "softmax"))(input_dim, output_dim, units)


@network("two classes", status="nearly", says="(N, 2)")
def two_classes(input_dim, output_dim=128, units=128):
    build = with_last(lambda: layers.Dense(2, "softmax"), loss="sparse_categorical_crossentropy")
    return build(input_dim, output_dim, units)


@network("softmax on one unit", says="always 1")
def one_unit_and_a_softmax(input_dim, output_dim=128, units=128):
    """keras-team/keras 7023: the same answer to everything."""
    return with_last(lambda: layers.Dense(1), layers.Softmax)(input_dim, output_dim, units)


@network("logits instead of probabilities", status="nearly", says="answers with logits")
def logits_and_a_loss_for_logits(input_dim, output_dim=128, units=128):
    """keras-team/keras 15271: no activation beside `from_logits=True`, which fit together."""
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return with_last(lambda: layers.Dense(1), loss=loss)(input_dim, output_dim, units)


@network("from_logits beside a sigmoid", says="one already")
def two_sigmoids(input_dim, output_dim=128, units=128):
    """jeffheaton/t81_558_deep_learning 81, lovedlim/tensorflow 2: a sigmoid in the layer, one in the loss."""
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return with_last(lambda: layers.Dense(1, "sigmoid"), loss=loss)(input_dim, output_dim, units)


@network("from_logits beside a sigmoid")
def two_sigmoids_by_a_function_of_ones_own(input_dim, output_dim=128, units=128):
    def loss(labels, answers):
        return keras.losses.binary_crossentropy(labels, answers, from_logits=True)

    return with_last(lambda: layers.Dense(1, "sigmoid"), loss=loss)(input_dim, output_dim, units)


@network("no sigmoid")
def logits_and_a_loss_for_probabilities(input_dim, output_dim=128, units=128):
    return with_last(lambda: layers.Dense(1))(input_dim, output_dim, units)


@network("another optimizer", says="Adam")
def another_optimizer(input_dim, output_dim=128, units=128):
    return with_last(lambda: layers.Dense(1, "sigmoid"), optimizer="sgd")(input_dim, output_dim, units)


# What is returned


@network("compile returned", says="end with `return model`")
def what_compile_returns(input_dim, output_dim=128, units=128):
    model = with_last(lambda: layers.Dense(1, "sigmoid"))(input_dim, output_dim, units)
    return model.compile("adam", "binary_crossentropy")


@network(says="A Keras model is asked for, but it returns a")
def layers_in_a_list(input_dim, output_dim=128, units=128):
    return read(input_dim, output_dim, units)


@network("not compiled")
def left_without_a_loss(input_dim, output_dim=128, units=128):
    head = layers.Dense(64, "relu"), layers.Dropout(0.5), layers.Dense(1, "sigmoid")
    return keras.Sequential([*read(input_dim, output_dim, units), *head])


# Sizes and layers


def with_head(*parts):
    return compiled(*parts, layers.Dense(64, "relu"), layers.Dropout(0.5), layers.Dense(1, "sigmoid"))


@network("sizes written out", says="`input_dim`, `output_dim`, `units`")
def sizes_of_ones_own(input_dim, output_dim=128, units=128):
    return with_head(*read(5000, 100, 100))


@network("units written out", says="use `units`")
def units_of_ones_own(input_dim, output_dim=128, units=128):
    return with_head(*read(input_dim, output_dim, 32))


@network("length of a vector written out + units written out")
def sizes_of_the_table(input_dim, output_dim=128, units=128):
    return with_head(*read(input_dim, 128, 128))


@network("one row too many")
def one_row_more(input_dim, output_dim=128, units=128):
    """keras-team/keras 5274: one more than there are numbers."""
    return with_head(*read(input_dim + 1, output_dim, units))


@network("dense layer of another size")
def dense_layer_of_ones_own(input_dim, output_dim=128, units=128):
    head = layers.Dense(32, "relu"), layers.Dropout(0.5), layers.Dense(1, "sigmoid")
    return compiled(*read(input_dim, output_dim, units), *head)


@network("dropout below the dense layer")
def dropout_too_low(input_dim, output_dim=128, units=128):
    head = layers.Dropout(0.5), layers.Dense(64, "relu"), layers.Dense(1, "sigmoid")
    return compiled(*read(input_dim, output_dim, units), *head)


@network("return_sequences left on")
def an_answer_for_each_word(input_dim, output_dim=128, units=128):
    """keras-team/keras 1838: the outputs of all steps, where one answer is wanted."""
    numbers, embedding, _ = read(input_dim, output_dim, units)
    lstm = layers.LSTM(units, dropout=0.2, recurrent_dropout=0.2, return_sequences=True)
    return with_head(numbers, embedding, lstm)


@network("no masking")
def padding_read(input_dim, output_dim=128, units=128):
    numbers, _, lstm = read(input_dim, output_dim, units)
    return with_head(numbers, layers.Embedding(input_dim, output_dim), lstm)


@network(says="does the layer below it need `return_sequences=True`?")
def two_layers_that_do_not_fit(input_dim, output_dim=128, units=128):
    """keras-team/keras 5447, 160, 2721: the lower layer hands up its last output."""
    numbers, embedding, lstm = read(input_dim, output_dim, units)
    return with_head(numbers, embedding, layers.LSTM(units), lstm)


@network(says="an axis more")
def input_with_features(input_dim, output_dim=128, units=128):
    """keras-team/keras 7403: an axis too many."""
    _, *rest = read(input_dim, output_dim, units)
    return with_head(keras.Input((None, 1)), *rest)


@network(says="a tuple of one has a comma")
def shape_without_a_comma(input_dim, output_dim=128, units=128):
    _, *rest = read(input_dim, output_dim, units)
    return with_head(keras.Input(shape=(None)), *rest)


@network(says="brackets make one, `Adam()`")
def class_of_the_optimizer(input_dim, output_dim=128, units=128):
    build = with_last(lambda: layers.Dense(1, "sigmoid"), optimizer=keras.optimizers.Adam)
    return build(input_dim, output_dim, units)


@network(says='`layers` has an entry "BatchNormalization"')
def a_layer_more(input_dim, output_dim=128, units=128):
    return with_head(*read(input_dim, output_dim, units), layers.BatchNormalization())


# Lesson 5


def stacked(lower, upper, *last):
    embedding = layers.Embedding(9, 6, mask_zero=True)
    return keras.Sequential([keras.Input((None,)), embedding, lower, upper, *last])


def stack(mistake=None, says="", status="wrong"):
    return network(mistake, says, status, exercise="fix_the_stack")


@stack("two classes", says="one unit")
def stack_with_two_classes(input_dim, output_dim, first, second):
    lower, upper = layers.LSTM(first, return_sequences=True), layers.LSTM(second)
    return stacked(lower, upper, layers.Dense(2, "softmax"))


@stack("the textbook sizes built in")
def stack_with_sizes_of_ones_own(input_dim, output_dim, first, second):
    lower, upper = layers.LSTM(100, return_sequences=True), layers.LSTM(50)
    return stacked(lower, upper, layers.Dense(1, "sigmoid"))


@stack("return_sequences missing")
def stack_that_raises(input_dim, output_dim, first, second):
    """keras-team/keras 3522: a second layer that gets no sequence."""
    return stacked(layers.LSTM(first), layers.LSTM(second), layers.Dense(1, "sigmoid"))


@stack(status="right")
def stack_that_ends_in_an_activation(input_dim, output_dim, first, second):
    lower, upper = layers.LSTM(first, return_sequences=True), layers.LSTM(second)
    return stacked(lower, upper, layers.Dense(1), layers.Activation("sigmoid"))


def test_every_layer_that_is_called_is_noticed_and_nothing_else_is_changed():
    call = layers.Layer.__call__
    examine(find("fix_the_stack"), stack_that_raises)
    assert layers.Layer.__call__ is call
    assert np.isfinite(np.asarray(without_an_input(9, 4, 3)(np.array([[1, 2, 0]])))).all()
