"""Assessment variants: each its own right answer, its mistakes named, nothing that two students share."""

import json

import numpy as np
import pytest

from lstm_course import cli
from lstm_course.grading import sandbox, variants
from lstm_course.learner.checking import judge

SOME = [
    variant
    for name in variants.ARCHITECTURES
    for variant in np.random.default_rng(7).choice(
        [each for each in variants.all_variants() if each.architecture == name], 2, replace=False
    )
]


@pytest.mark.parametrize("variant", SOME, ids=lambda variant: f"{variant.architecture}, {variant.blocks}")
def test_the_right_answer_is_right_and_every_mistake_is_named(variant):
    exercise = variants.exercise(variant)
    assert judge(exercise, exercise.reference).status == "right"
    assert len(exercise.mistakes) >= 6
    for mistake in exercise.mistakes:
        found = judge(exercise, exercise.variant(mistake))
        assert found.status in ("wrong", "nearly") and mistake.name in found.mistake


@pytest.mark.parametrize("variant", SOME, ids=lambda variant: f"{variant.architecture}, {variant.blocks}")
def test_the_notebook_runs_and_its_example_agrees_with_the_right_answer_alone(variant, capsys):
    cells = variants.notebook(variant).cells
    code = {cell.metadata.nbgrader.grade_id: cell.source for cell in cells if cell.cell_type == "code"}
    namespace = {}
    for name in ("imports", "lstm_step", "example"):
        exec(code[name], namespace)
    assert capsys.readouterr().out == ""  # nothing has been written yet, and nothing breaks
    exec(variant.source() + "\n" + code["example"], namespace)
    assert capsys.readouterr().out.split() == [word for name in variant.returns for word in (name, "agrees")]
    assert "np.split" not in "".join(cell.source for cell in cells)


def test_students_have_different_cells_and_the_key_has_them_all(tmp_path):
    for folder in ("first", "again"):
        command = ["instructor", "variants", str(tmp_path / folder), "--seed", "5", "--count", "40"]
        assert cli.main(command) == 0
    drawn = variants.read_key(tmp_path / "first" / variants.KEY)
    assert len(set(drawn.values())) == len(drawn) == 40
    assert drawn == variants.draw(list(drawn), 5) != variants.draw(list(drawn), 6)
    files = {
        path.relative_to(tmp_path / "first"): path.read_bytes() for path in (tmp_path / "first").rglob("*.*")
    }
    assert len(files) == 41
    assert all((tmp_path / "again" / name).read_bytes() == content for name, content in files.items())


def test_wrong_lists_and_files_are_refused_with_a_sentence(tmp_path, capsys):
    students = tmp_path / "students.txt"
    command = ["instructor", "variants", str(tmp_path / "out"), "--seed", "1", "--students", str(students)]
    assert cli.main(command) == 1 and "students.txt" in capsys.readouterr().err
    for names in ("", "ada\nada\n", "ada\n../ben\n", f"{variants.KEY}\n"):
        students.write_text(names)
        assert cli.main(command) == 1 and "once" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()
    students.write_text("Ada Lovelace\nÖzgür\n")
    assert cli.main(command) == 0
    assert cli.main(command) == 1 and "not empty" in capsys.readouterr().err
    for text in ("", "[]", "{}", json.dumps({"variants": {"ada": {"gates": 3}}})):
        students.write_text(text)
        with pytest.raises(variants.VariantError, match="no key"):
            variants.read_key(students)


def test_the_batch_grader_marks_each_learner_by_the_cell_in_the_key(tmp_path, capsys):
    try:
        sandbox.available()
    except sandbox.NoSandbox:
        pytest.skip("no sandbox can be had on this machine")
    key = tmp_path / "variants" / variants.KEY
    variants.write(key.parent, ["ada", "ben", "cem"], seed=11)
    drawn = variants.read_key(key)
    wrong = next(each for each in variants.exercise(drawn["ben"]).mistakes if each.name == "biases forgotten")
    answers = {
        "ada": drawn["ada"].source(),
        "ben": drawn["ben"].source().replace(*next(iter(wrong.changes.items()))),
        "cem": drawn["ada"].source(),  # copied from another, who had another cell
        "dora": drawn["ada"].source(),
    }
    for name, answer in answers.items():
        notebook = variants.notebook(drawn.get(name, drawn["ada"]))
        next(cell for cell in notebook.cells if cell.id == variants.FUNCTION).source = answer
        path = tmp_path / "submitted" / name / "lstm_variant.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook))
    command = ["grade", str(tmp_path / "submitted"), "--out", str(tmp_path / "marks"), "--variants", str(key)]
    assert cli.main(command) == 0
    assert "3 of them new" in capsys.readouterr().out
    results = [json.loads(path.read_text()) for path in (tmp_path / "marks" / "results").glob("*.json")]
    found = {each["learner"]: each for each in results}
    assert found["ada"]["score"] == 10
    assert found["ben"]["exercises"][0]["mistake"] == "biases forgotten" and found["ben"]["score"] == 0
    assert found["cem"]["score"] == 0
    assert "no variant for dora" in found["dora"]["reason"]
    assert cli.main([*command[:-1], str(tmp_path / "nowhere.json")]) == 1
