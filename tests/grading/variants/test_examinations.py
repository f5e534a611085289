"""Examinations: drawn from the secret alone, with no answer in what is handed out, and marked by the key."""

import json
import random
import re
import stat

import numpy as np
import pytest

from lstm_course import cli
from lstm_course.common.files import PACKAGE
from lstm_course.exercises import Exercise, Question
from lstm_course.exercises.judging import judge
from lstm_course.grading import sandbox, variants
from lstm_course.grading.variants import bank, cells, exams, handout
from lstm_course.scratch import sigmoid

SECRET = b"0123456789abcdef0123456789abcdef"
KINDS = [(lesson, kind) for lesson, kinds in bank.BANK.items() for kind in kinds]
EVERYTHING = exams.plan(SECRET, "1234567", len(KINDS))


def of(name, secret=SECRET, plan=EVERYTHING):
    return exams.questions(exams.token(secret, name, plan))


def run(source):
    """The names that code defines."""
    found = {"np": np, "sigmoid": sigmoid}
    exec(source, found)
    return found


@pytest.mark.parametrize(("lesson", "kind"), KINDS)
def test_the_sample_answer_is_right_and_its_points_add_up(lesson, kind):
    source = next((PACKAGE.parent / "solutions").glob(f"0{lesson}_*.md")).read_text(encoding="utf-8")
    headings = re.findall(r"^#{2,3} (.+)$", source, re.MULTILINE)
    for seed in range(4):
        question = bank.BANK[lesson][kind](random.Random(seed), "q7")
        exercise = question.exercise
        assert judge(exercise, run(question.sample)["q7"]).status == "right"
        assert sum(points for points, _ in question.marking) == exercise.points
        assert exercise.lesson == f"0{lesson}" and exercise.section in headings and exercise.minutes > 0
        assert judge(exercise, run(question.stub)["q7"]).status == "not attempted"
        if isinstance(exercise, Question):
            said = [judge(exercise, letter).status for letter in exercise.choices]
            assert sorted(said) == ["right", "wrong", "wrong", "wrong"]
        if question.figure is not None:
            assert len(question.alt.split()) > 20


def test_the_worked_example_agrees_with_the_sample_answer_alone(capsys):
    for question in of("ada"):
        if question.example:
            exec(question.example, run(question.sample))
            said = capsys.readouterr().out
            assert "differs" not in said and said.count("agrees") == len(question.exercise.returns)
            exec(question.example, run(question.sample) | {question.exercise.id: lambda *arguments: None})
    assert sum(bool(question.example) for question in of("ada")) == 9


def written(question):
    """Lines of a sample answer that nobody writes by chance."""
    lines = [line.strip() for line in question.sample.splitlines()]
    kept = [line for line in lines if len(line) > 12 and not line.startswith(("def ", "return ", "for "))]
    return kept if isinstance(question.exercise, Exercise) else kept[-1:]


@pytest.mark.parametrize("name", ["ada", "ben"])
def test_no_answer_stands_in_what_is_handed_out(name):
    """Neither code nor number nor reason, in no cell, output or metadata."""
    questions = of(name)
    text = json.dumps(handout.student_notebook(questions), ensure_ascii=False)
    for number, question in enumerate(questions, 1):
        for line in written(question):
            assert json.dumps(line, ensure_ascii=False)[1:-1] not in text, (number, line)
        said = (*question.reasons, *(words for _, words in question.marking))
        for reason in (each for each in said if len(each) > 25):
            assert json.dumps(reason, ensure_ascii=False)[1:-1] not in text, (number, reason)
        answer = getattr(question.exercise, "answer", None)
        if callable(answer) and (answer() > 1000 or answer() % 1):
            assert not re.search(rf"(?<![\d.]){answer():.7g}(?![\d.])", text), (number, answer())
    assert "outputs" in text and '"outputs": [{' not in text
    token = exams.token(SECRET, name, EVERYTHING)
    assert token.split("|")[0].removeprefix("V") not in text and SECRET.decode() not in text


class Attacker:
    """Somebody who has the installed package and the hand-out, and not the secret.

    Whatever the package can draw is drawn, and compared with the hand-out: by the statement, by the answer's
    values in the worked example. That is how the answers of a public list of variants are found.
    """

    def __init__(self, questions):
        self.statements = {question.exercise.id: question.statement for question in questions}
        self.examples = {question.exercise.id: question.example for question in questions}

    def found_by(self, questions):
        """Ids of questions whose statement has been drawn."""
        return [each.exercise.id for each in questions if self.statements[each.exercise.id] == each.statement]

    def agrees(self, name, source):
        """Whether some function does what the worked example shows."""
        head, _, _ = self.examples[name].partition("\nif found")
        try:
            found = run(f"{source}\n{head}")
            pairs = zip(found["expected"], found["found"], strict=True)
            return all(np.allclose(ours, theirs, atol=1e-3) for ours, theirs in pairs)
        except (ValueError, KeyError, TypeError):
            return False  # other shapes, other peepholes


def test_the_attacker_finds_what_the_owner_of_the_secret_has():
    """The attack works: with the secret it finds everything."""
    mine = of("ada")
    attacker = Attacker(mine)
    assert attacker.found_by(of("ada")) == [question.exercise.id for question in mine]
    step = next(each for each in mine if each.exercise.title == "One step of a composed cell")
    assert attacker.agrees(step.exercise.id, step.sample)


def test_without_the_secret_nothing_is_found_by_looking_it_up():
    """Numbers as secrets, other names, random cells: no statement is met, and no worked example fits."""
    functions = tuple(
        each for each in EVERYTHING if each in {("1", "sequence"), ("3", "forward"), ("7", "forward")}
    )
    mine = of("ada", plan=functions)
    attacker = Attacker(mine)
    for number in range(400):
        assert not attacker.found_by(of("ada", str(number).encode(), functions))
        assert not attacker.found_by(of(f"{number:03d}", plan=functions))
    step = next(each for each in mine if "c_prev" in each.stub)
    drawn = [cells.draw(random.Random(seed), "memory") for seed in range(1000)]
    tried = [attacker.agrees(step.exercise.id, cell.source(step.exercise.id)) for cell in drawn]
    assert not any(tried)


def test_no_line_of_an_answer_stands_in_the_package():
    """The parts do, their composition does not."""
    package = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    step = next(each for each in of("ada") if "c_prev" in each.stub)
    formulas = [line.strip() for line in step.sample.splitlines() if re.match(r"    [a-z] = ", line)][1:]
    alone = [line for line in formulas if line not in package]
    assert len(alone) >= 3, formulas


def test_a_secret_is_made_once_and_nothing_short_is_taken_for_one(tmp_path, capsys):
    file = tmp_path / "kept" / "secret.txt"
    command = [
        "instructor",
        "variants",
        "--secret",
        str(file),
        "--count",
        "2",
        "--lessons",
        "6",
        "--questions",
        "2",
    ]
    assert cli.main([*command, str(tmp_path / "first")]) == 0
    assert f"{file} is new" in capsys.readouterr().out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and len(file.read_text().strip()) == 64
    assert cli.main([*command, str(tmp_path / "second")]) == 0
    assert "is new" not in capsys.readouterr().out
    assert stat.S_IMODE((tmp_path / "first/instructor/key.json").stat().st_mode) == 0o600
    for text in ("5", "the name of my cat", "0" * 64):
        file.write_text(text)
        assert cli.main([*command, str(tmp_path / "third")]) == 1
        assert "holds no secret" in capsys.readouterr().err and not (tmp_path / "third").exists()


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_secret_gives_the_same_bytes_whoever_else_is_in_the_class(tmp_path):
    for folder, names in ("first", ["ada", "ben"]), ("second", ["ada", "ben"]), ("third", ["zoe", "ben"]):
        variants.write(tmp_path / folder, names, SECRET, "237", 5)
    variants.write(tmp_path / "other", ["ada", "ben"], SECRET[::-1], "237", 5)
    first, second, third, other = (content(tmp_path / name) for name in ("first", "second", "third", "other"))
    assert first == second
    own = {path for path in first if "ben" in str(path)}
    assert len(own) == 2 and all(third[path] == first[path] for path in own)
    exam = next(path for path in own if path.name == "exam.ipynb")
    assert other[exam] != first[exam] and first[exam.parents[1] / "ada/exam.ipynb"] != first[exam]
    assert any(b"image/png" in each for each in first.values())


def test_all_students_have_the_same_points_and_minutes():
    plan = exams.plan(SECRET, "1234567", 9)
    assert {lesson for lesson, _ in plan} == set("1234567") and len(set(plan)) == 9
    sums = {
        tuple((each.exercise.points, each.exercise.minutes) for each in of(str(k), plan=plan))
        for k in range(9)
    }
    assert len(sums) == 1


def test_the_command_says_how_long_it_takes(tmp_path, capsys):
    command = [
        "instructor",
        "variants",
        str(tmp_path / "out"),
        "--secret",
        str(tmp_path / "s"),
        "--alike",
    ]
    assert cli.main([*command, "--lessons", "5", "--questions", "3"]) == 0
    exercises = [bank.BANK["5"][kind](random.Random(0), "q1").exercise for kind in bank.BANK["5"]]
    points, minutes = sum(each.points for each in exercises), sum(each.minutes for each in exercises)
    assert f"{points} points, {minutes} minutes each." in capsys.readouterr().out
    title = json.loads((tmp_path / "out/hand-out/everybody/exam.ipynb").read_text())["cells"][0]["source"]
    assert f"3 questions, {points} points, {minutes} minutes." in "".join(title)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--lessons", "0-2"], "on the lessons 1 to 7; not on 0"),
        (["--lessons", "5", "--questions", "4"], "these lessons have 1 to 3 kinds"),
    ],
)
def test_what_cannot_be_asked_is_said(options, said, tmp_path, capsys):
    secret = ["--secret", str(tmp_path / "secret.txt")]
    assert cli.main(["instructor", "variants", str(tmp_path / "out"), *secret, "--alike", *options]) == 1
    assert said in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_lessons_are_numbers(capsys):
    with pytest.raises(SystemExit):
        cli.main(["instructor", "variants", "out", "--secret", "s", "--alike", "--lessons", "three"])
    assert "names no lessons" in capsys.readouterr().err


def test_nothing_is_overwritten_and_names_must_name_folders(tmp_path, capsys):
    students, out = tmp_path / "students.txt", tmp_path / "out"
    command = [
        "instructor",
        "variants",
        str(out),
        "--secret",
        str(tmp_path / "s"),
        "--students",
        str(students),
    ]
    command += ["--lessons", "5", "--questions", "1"]
    for names in ("", "ada\nada\n", "ada\n../ben\n", f"{variants.EVERYBODY}\nada\n"):
        students.write_text(names)
        assert cli.main(command) == 1 and not out.exists()
        assert "name" in capsys.readouterr().err
    students.write_text("ada\n\n ben \n")
    assert cli.main(command) == 0
    assert sorted(path.name for path in (out / "hand-out").iterdir()) == ["ada", "ben"]
    assert cli.main(command) == 1 and "not empty" in capsys.readouterr().err


def test_a_key_that_is_none_and_one_of_another_version_are_refused(tmp_path):
    variants.write(tmp_path / "out", ["ada"], SECRET, "5", 2)
    key = tmp_path / "out" / "instructor" / variants.KEY
    assert list(variants.read_key(key)) == ["ada"]
    kept = key.read_text()
    for text in (
        "",
        "[]",
        "{}",
        json.dumps({"variants": {"ada": {"token": "V0g|5:shape", "statements": ""}}}),
    ):
        key.write_text(text)
        with pytest.raises(variants.VariantError, match="no key"):
            variants.read_key(key)
    key.write_text(re.sub(r'"statements": "\w', '"statements": "x', kept))
    with pytest.raises(variants.VariantError, match="another version"):
        variants.read_key(key)


def handed_in(folder, learner, notebook):
    path = folder / learner / "exam.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook))


def test_the_grader_marks_each_learner_by_the_questions_in_the_key(tmp_path, capsys):
    try:
        sandbox.available()
    except sandbox.NoSandbox:
        pytest.skip("no sandbox can be had on this machine")
    # As answer sheets they are handed in: of oneself, of somebody else, and by somebody whom the key lacks.
    variants.write(tmp_path / "exam", ["ada", "ben", "cem"], SECRET, "1234567", len(KINDS))
    sheets = {
        path.stem: json.loads(path.read_text()) for path in (tmp_path / "exam/instructor").glob("*.ipynb")
    }
    for learner, sheet in ("ada", "ada"), ("cem", "ada"), ("dora", "ada"):
        handed_in(tmp_path / "in", learner, sheets[sheet])
    handed_in(tmp_path / "in", "ben", json.loads((tmp_path / "exam/hand-out/ben/exam.ipynb").read_text()))
    key = tmp_path / "exam" / "instructor" / variants.KEY
    command = ["grade", str(tmp_path / "in"), "--out", str(tmp_path / "marks"), "--variants", str(key)]
    assert cli.main(command) == 0
    assert "3 of them new" in capsys.readouterr().out
    results = [json.loads(path.read_text()) for path in (tmp_path / "marks" / "results").glob("*.json")]
    found = {each["learner"]: each for each in results}
    assert found["ada"]["score"] == found["ada"]["points"] > 100
    assert {row["status"] for row in found["ben"]["exercises"]} == {"not attempted"}
    assert found["cem"]["score"] < 5  # a letter or a small number may agree
    assert "no variant for dora" in found["dora"]["reason"]
    drawn_from = exams.token(SECRET, "ada", EVERYTHING).split("|")[0]
    assert not [path for path in (tmp_path / "marks").rglob("*") if drawn_from in str(path)]


def test_the_same_for_all_is_marked_for_all(tmp_path):
    try:
        sandbox.available()
    except sandbox.NoSandbox:
        pytest.skip("no sandbox can be had on this machine")
    command = [
        "instructor",
        "variants",
        str(tmp_path / "exam"),
        "--secret",
        str(tmp_path / "secret"),
        "--alike",
    ]
    assert cli.main([*command, "--lessons", "3,7", "--questions", "3"]) == 0
    sheet = json.loads((tmp_path / "exam/instructor/everybody.ipynb").read_text())
    for learner in "ada", "ben":
        handed_in(tmp_path / "in", learner, sheet)
    key = tmp_path / "exam" / "instructor" / variants.KEY
    assert (
        cli.main(["grade", str(tmp_path / "in"), "--out", str(tmp_path / "marks"), "--variants", str(key)])
        == 0
    )
    results = [json.loads(path.read_text()) for path in (tmp_path / "marks" / "results").glob("*.json")]
    assert [each["score"] == each["points"] for each in results] == [True, True]
