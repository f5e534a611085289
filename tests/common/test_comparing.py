"""The parts of the comparison that nbval's own run of the rules does not reach."""

import base64
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imsave

from lstm_course.common.comparing import difference, merge_streams, moved, same_pictures, tolerance


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def figure(pixels, kind="png"):
    html = f'<figure><img alt="A picture." src="data:image/{kind};base64,{pixels}"></figure>'
    return {"output_type": "display_data", "data": {"text/html": html}}


def png(pixels):
    file = io.BytesIO()
    imsave(file, pixels, cmap="gray", vmin=0, vmax=1, format="png")
    return base64.b64encode(file.getvalue()).decode()


GREY = np.full((4, 6), 0.5)


@pytest.mark.parametrize(
    ("old", "new", "alike"),
    [
        (png(GREY), png(GREY), True),
        (png(GREY), png(GREY + 0.01), True),
        (png(GREY), png(np.where(np.eye(4, 6), 0.7, GREY)), False),
        (png(GREY), png(np.full((4, 7), 0.5)), False),
        (png(GREY), "AAAA", False),
        (png(GREY), "A", False),
    ],
)
def test_pictures_look_the_same_or_not(old, new, alike):
    assert same_pictures([figure(old)], [figure(new)]) == alike
    bare = [[{"output_type": "display_data", "data": {"image/png": pixels}}] for pixels in (old, new)]
    assert same_pictures(*bare) == alike


def test_a_picture_more_is_not_the_same():
    assert not same_pictures([figure(png(GREY))], 2 * [figure(png(GREY))])


def test_drawings_are_the_same_when_their_bytes_are():
    assert same_pictures([figure("AAAA", "svg+xml")], [figure("AAAA", "svg+xml")])
    assert not same_pictures([figure("AAAA", "svg+xml")], [figure("BBBB", "svg+xml")])


def test_merging_keeps_the_order_that_a_reader_sees_and_the_outputs_given():
    shown = figure("AAAA")
    pieces = [stream("a"), stream("b"), shown, stream("c"), stream("d", "stderr")]
    assert merge_streams(pieces) == [stream("ab"), shown, stream("c"), stream("d", "stderr")]
    assert merge_streams(pieces, everywhere=True) == [stream("abc"), shown, stream("d", "stderr")]
    assert pieces[0] == stream("a")


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({}, None),
        ({"tags": ["slow"]}, None),
        ({"tags": ["varies"]}, 0.0),
        ({"tags": ["varies"], "shaken": {"tolerance": 0.05}}, 0.05),
        ({"tags": ["slow"], "shaken": {"tolerance": 0.05}}, None),
    ],
)
def test_tolerance(metadata, found):
    assert tolerance(metadata) == found


@given(a=st.floats(-1e4, 1e4), b=st.floats(-1e4, 1e4))
def test_what_moved_is_the_tolerance_that_is_needed(a, b):
    old, new = ([stream(f"loss {number:.3f} and 1\n")] for number in (a, b))
    needed = moved(old, new)
    assert difference(old, new, needed * (1 + 1e-9)) == ""
    assert needed == 0 or difference(old, new, needed * 0.999)
    assert needed == moved(new, old)


@pytest.mark.parametrize(
    ("old", "new", "needed"),
    [
        ("12 %", "15 %", 0.02),
        ("12%", "12%", 0),
        ("1.58 ± 0.05", "1.58 ± 0.09", 0.03 / 1.58),
        ("0.05", "0.09", 0.03 / 0.09),
        ("1,200", "1,100", 99 / 1200),
        ("0.00", "0.01", 0),
        ("~12", "~99", 0),
    ],
)
def test_how_far_a_number_moved(old, new, needed):
    assert moved([stream(old)], [stream(new)]) == pytest.approx(needed)


@pytest.mark.parametrize("other", ["loss 0.5", "loss 0.500 and more\n", "loss nan\n"])
def test_more_than_a_number_moved(other):
    assert moved([stream("loss 0.500\n")], [stream(other)]) == np.inf


@pytest.mark.parametrize(
    ("old", "new", "close"),
    [
        ("1,234 steps", "1,240 steps", True),
        ("1,234 steps", "1,434 steps", False),
        ("1.00e-05", "1.01e-05", True),
        ("1.00e-05", "1.20e-05", False),
        ("0.00", "0.01", True),
        ("0.00", "0.02", False),
        ("99 %", "100 %", True),
        ("NumPy 2.4.6", "NumPy 2.4.7", False),
        ("lag-10", "lag-12", False),
        ("3.1x", "3.2x", True),
        ("[1. 2.]", "[1. 2.]", True),
        ("nan", "nan", True),
        ("a 1\nb 2", "a 1 b 2", False),
    ],
)
def test_numbers_within_five_percent_or_a_unit(old, new, close):
    assert (difference([stream(old)], [stream(new)], 0.05) == "") == close


@pytest.mark.parametrize(
    "text", ["took {} steps", "lag {}", "{} samples", "{} minutes", "{}x more", "{} x", "x{} s", "{}s"]
)
def test_what_only_resembles_a_time_is_compared(text):
    assert difference([stream(text.format(12))], [stream(text.format(13))])


def test_json_is_compared_by_value():
    old, new = ([{"output_type": "display_data", "data": {"application/json": {"a": a}}}] for a in (1, 2))
    assert difference(old, old) == ""
    assert difference(old, new).startswith("application/json, line 1:")


def test_json_is_compared_whatever_the_order_of_its_names_and_the_last_digits():
    def shown(data):
        return [{"output_type": "display_data", "data": {"application/json": data}, "metadata": {}}]

    old = {"b": [0.1 + 0.2, {"x": 1}], "a": "μ"}
    assert not difference(shown(old), shown({"a": "μ", "b": [0.3, {"x": 1}]}))
    assert difference(shown(old), shown({"a": "μ", "b": [0.301, {"x": 1}]}))
    assert difference(shown(old), shown({"a": "μ", "b": [{"x": 1}, 0.3]}))
    assert difference(shown(old), shown({"a": "μ", "b": [0.3, {"x": True}, 1]}))
    assert difference(shown({"a": 0.0}), shown({"a": False}))


def test_the_widget_of_a_slider_is_not_compared():
    picture = {"output_type": "display_data", "data": {"text/plain": "a slider"}}
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}}
    live = {"output_type": "display_data", "data": picture["data"] | view}
    assert difference([picture], [live]) == ""


def test_white_space_is_compared():
    assert "white space" in difference([stream("a\n")], [stream("a")])
