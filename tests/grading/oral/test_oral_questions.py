"""Oral questions: three for each learner, from what was handed in, whatever it is; nobody's code is run."""

import html
import random
import re

import pytest
from helpers import ROOT, run_python, write_notebook

from lstm_course import cli, exercises
from lstm_course.exercises import Exercise, Question
from lstm_course.grading.oral.asking import Handed, candidates, choose
from lstm_course.grading.oral.matching import matches, tree_of
from lstm_course.grading.oral.reading import seen

FUNCTIONS = {name: each for name, each in exercises.every().items() if isinstance(each, Exercise)}


def asked_of(name, text, learner="ada"):
    return choose(candidates([Handed(exercises.find(name), text)]), learner)


FUSED = """
def lstm_cell(x, state, memory, w):
    W = np.vstack([w["W" + k] for k in "fico"])
    a = W @ np.concatenate([state, x]) + np.hstack([w["b" + k] for k in "fico"])
    keep, let, new, show = np.split(a, 4)
    keep, let, show = sigmoid(keep), sigmoid(let), sigmoid(show)
    memory_new = keep * memory + let * np.tanh(new)
    return show * np.tanh(memory_new), memory_new
""".strip()
EINSUM = """
def lstm_gates(x, h_prev, weights):
    hx = np.append(h_prev, x)
    sums = {k: np.einsum("ij,j->i", weights["W" + k], hx) + weights["b" + k] for k in "fico"}
    return [sigmoid(sums["f"]), sigmoid(sums["i"]), np.tanh(sums["c"]), sigmoid(sums["o"])]
""".strip()
LOOP = """
def rnn_backward(dhs, xs, h0, hs, weights):
    dW, db, dh, dxs = np.zeros_like(weights["Wh"]), np.zeros_like(h0), np.zeros_like(h0), np.zeros_like(xs)
    for t in range(len(xs) - 1, -1, -1):
        da = (1 - hs[t] ** 2) * (dhs[t] + dh)
        dW += np.outer(da, np.concatenate([hs[t - 1] if t else h0, xs[t]]))
        db += da
        dhx = weights["Wh"].T @ da
        dh, dxs[t] = dhx[: len(h0)], dhx[len(h0) :]
    return dxs, dh, {"Wh": dW, "bh": db}
""".strip()


@pytest.mark.parametrize(
    ("name", "text", "kinds"),
    [
        ("lstm_cell", FUSED, {"blocks of a matrix": 4, "order of joining": 3}),
        ("lstm_gates", EINSUM, {"einsum": 3}),
        (
            "rnn_backward",
            LOOP,
            {"slope of tanh": 4, "gradients added up": 5, "loop backwards": 3, "transposed matrix": 7},
        ),
    ],
)
def test_what_is_asked_stands_in_the_line_that_is_named(name, text, kinds):
    found = {each.kind: each for each in seen(tree_of(text))}
    for kind, line in kinds.items():
        assert found[kind].line == line and f"line {line}" in found[kind].ask
        for piece in re.findall(r"`([^`]+)`", found[kind].ask):
            plain = re.sub(r"\W", "", piece)
            assert plain in re.sub(r"\W", "", text) or piece in ("=", "+=", "@", "*"), (kind, piece)
    asked = asked_of(name, text)
    assert len({each.ask for each in asked}) == len(asked) == 3 and all(each.expect for each in asked)


def test_a_gate_is_asked_about_as_an_instructor_would():
    text = FUNCTIONS["lstm_cell"].source
    (asked,) = (each for each in seen(tree_of(text)) if each.kind == "factor of the old state")
    assert asked.ask.endswith(
        "multiplies `c_prev` by `f`. What would happen to the gradient without that factor?"
    )
    assert "`f`, element by element" in asked.expect


def test_a_mistake_is_found_under_other_names():
    """`f`, `i`, `g` are called otherwise, and so is the other version."""
    exercise = FUNCTIONS["lstm_cell"]
    found = {each.mistake.name: each for each in matches(exercise, tree_of(FUSED)) if not each.wrong}
    assert found["old state subtracted"].line == 6
    own = FUSED.replace("let * np.tanh(new)", "let * fresh").replace(
        "keep, let, show =", "fresh, keep, let, show ="
    )
    found = {each.mistake.name: each for each in matches(exercise, tree_of(own))}
    assert found["forget gate left out"].other == "memory_new = memory + let * fresh"
    assert found["one minus the forget gate"].other == "memory_new = (1 - keep) * memory + let * fresh"


def test_the_known_mistakes_are_found_in_both_versions():
    """In the course's answer what a mistake changes; in the answer with the mistake, often the mistake."""
    right = wrong = every = 0
    for exercise in FUNCTIONS.values():
        in_right = {each.mistake for each in matches(exercise, tree_of(exercise.source)) if not each.wrong}
        assert not [each for each in matches(exercise, tree_of(exercise.source)) if each.wrong]
        right += len(in_right)
        for mistake in exercise.mistakes[::4]:
            function = tree_of(exercise.text_with(mistake))
            if function is not None:
                every += 1
                wrong += mistake in {each.mistake for each in matches(exercise, function) if each.wrong}
    assert right > 500 and wrong / every > 0.25, (right, wrong, every)


def test_a_mistake_that_was_made_is_asked_about_first():
    exercise = FUNCTIONS["lstm_cell"]
    (mistake,) = (each for each in exercise.mistakes if each.name == "tanh of the cell state missing")
    asked = asked_of("lstm_cell", exercise.text_with(mistake))
    assert asked[0].kind == mistake.name and mistake.explanation in asked[0].expect
    assert "which of the two is asked for" in asked[0].ask


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "def lstm_cell(x, h_prev, c_prev, weights):\n    c = f * c_prev +\n    return h, c\n",
            "stops reading",
        ),
        ("def lstm_cell(x, h_prev, c_prev, weights:\n    return\n", "stops reading"),
        ("def lstm_cell(x, h_prev, c_prev, weights):\n\treturn x\n        return y\n", "stops reading"),
        ("def lstm_cell(x, h_prev, c_prev, weights):\n    ...\n", "nothing of yours"),
        ('def lstm_cell(x, h_prev, c_prev, weights):\n    """Doc."""\n    pass\n', "nothing of yours"),
        ("", "nothing of yours"),
        ("def lstm_cell():\n    return 1\n", "line 2"),
        ("def lstm_cell(*all):\n    return " + "(" * 300 + ")" * 300 + "\n", "lstm_cell"),
        ("def lstm_cell(x):\n    return `x`\n", "stops reading"),
        ("def lstm_cell(x):\n    return " + "+".join("x" * 5000) + "\n", "nothing of yours"),
        ("def lstm_cell(x):\n" + "    x = x\n" * 3000, "nothing of yours"),
    ],
)
def test_broken_code_gives_questions_that_make_sense(text, said):
    asked = asked_of("lstm_cell", text)
    assert asked and any(said in each.ask for each in asked)
    assert all(each.ask.rstrip().endswith(("?", "”")) and each.expect.strip() for each in asked)


@pytest.mark.parametrize("exercise", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_exercise_has_questions_right_or_wrong(exercise):
    wrong = random.Random(exercise.id).choice(exercise.mistakes)
    for text in exercise.source, exercise.text_with(wrong):
        asked = choose(candidates([Handed(exercise, text)]), "ada")
        assert asked
        for each in asked:
            assert each.line is None or each.line <= len(text.splitlines())
            assert f"line {each.line}" in each.ask or each.line is None
            assert "None" not in each.ask.replace("None", "None" * (text.count("None") == 0)) and each.expect


def test_choices_and_numbers_are_asked_about_by_what_was_given():
    for name, exercise in exercises.every().items():
        if isinstance(exercise, Question):
            for letter in exercise.choices:
                (asked,) = candidates([Handed(exercise, f'"{letter}"')])
                assert f"You chose {letter}" in asked.ask
                assert exercise.explanations[exercise.answer] in asked.expect
        elif not isinstance(exercise, Exercise):
            (asked,) = candidates([Handed(exercise, "17")])
            assert "You gave `17`" in asked.ask and f"{exercise.answer():,.6g}" in asked.expect, name


def test_learners_get_different_questions():
    cell = FUNCTIONS["lstm_cell"]
    sets = {tuple(each.ask for each in asked_of("lstm_cell", cell.source, f"learner {k}")) for k in range(12)}
    assert len(sets) > 4


def content(folder):
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def test_a_page_for_each_learner_with_everything_escaped_and_nothing_run(tmp_path, capsys):
    trap = tmp_path / "run"
    evil = (
        f"open({str(trap)!r}, 'w')\n"
        f"def lstm_cell(x, h_prev, c_prev, weights, note=open({str(trap)!r}, 'w')):\n"
        "    c = f * c_prev + i * g  # <script>alert(1)</script> {{ 7 * 7 }}\n"
        "    return o * np.tanh(c), c\n"
    )
    write_notebook(tmp_path / "in" / "<b>eve" / "03_lstm.ipynb", evil, 'check(latch="a")')
    deep = "latch = " + "-" * 3000 + "1"
    write_notebook(tmp_path / "in" / "ada" / "03_lstm.ipynb", FUNCTIONS["lstm_cell"].source, deep)
    write_notebook(tmp_path / "in" / "ada" / "01_rnn.ipynb", FUNCTIONS["rnn_backward"].source)
    (tmp_path / "in" / "ben").mkdir()
    (tmp_path / "in" / "ben" / "03_lstm.ipynb").write_text("{")
    for out in "first", "second":
        assert cli.main(["instructor", "questions", str(tmp_path / "in"), "--out", str(tmp_path / out)]) == 0
    assert "for 3 learners" in capsys.readouterr().out and not trap.exists()
    pages = content(tmp_path / "first")
    assert pages == content(tmp_path / "second") and len(pages) == 4
    for name, page in pages.items():
        assert (
            "<script" not in page and "<b>eve" not in page and "{{" not in page.replace("{{ 7 * 7 }}", "")
        ), name
        headings = re.findall(r"<h(\d)", page)
        assert headings[0] == "1" and set(headings[1:]) <= {"2"}
    ada = next(page for name, page in pages.items() if name.startswith("ada"))
    assert ada.count("Expect:") == 3 and "lesson 1" in ada and "lesson 3" in ada and "<mark>" in ada
    ben = next(page for name, page in pages.items() if name.startswith("ben"))
    assert "could not be read" in ben and "nothing to ask" in ben
    assert all(html.escape(name) in pages["index.html"] for name in pages if name != "index.html")


def test_all_lessons_are_asked_about_without_a_framework(tmp_path):
    """The solved notebooks of every lesson, one learner each; TensorFlow is not needed to read code."""
    for path in sorted((ROOT / "solutions").glob("0[0-7]_*.ipynb")):
        folder = tmp_path / "in" / f"learner-{path.name[:2]}"
        folder.mkdir(parents=True)
        (folder / path.name).write_bytes(path.read_bytes())
    code = (
        "import sys; from lstm_course import cli\n"
        "status = cli.main(['instructor', 'questions', sys.argv[1], '--out', sys.argv[2]])\n"
        "print(status, 'tensorflow' in sys.modules)"
    )
    said = run_python(code, tmp_path / "in", tmp_path / "out", cwd=ROOT)
    assert said.splitlines()[-1] == "0 False"
    pages = [page for name, page in content(tmp_path / "out").items() if name != "index.html"]
    assert len(pages) == 8
    asked = [len(re.findall("Expect:", page)) for page in pages]
    assert asked[1:] == [3] * 7 and asked[0] >= 1  # lesson 0 has one exercise


def test_long_pieces_are_shown_where_they_differ():
    text = FUNCTIONS["build_text_classifier"].source
    (mistake,) = (
        each for each in FUNCTIONS["build_text_classifier"].mistakes if each.name == "softmax on one unit"
    )
    found = candidates([Handed(FUNCTIONS["build_text_classifier"], text)])
    (asked,) = (each for each in found if each.kind == mistake.name)
    first, second = re.findall(r"`([^`]+)`", asked.ask)
    assert "sigmoid" in first and "softmax" in second and len(first) < 100 > len(second)
