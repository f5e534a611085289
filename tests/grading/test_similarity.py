"""Who has written the same is listed; who has only written what everybody writes is not."""

import helpers

from lstm_course.exercises import find
from lstm_course.grading.reports import class_picture
from lstm_course.grading.reports.similarity import of_earlier_years, similar

OWN = """def spectral_radius(matrix):
    # I first tried the power method here, then found that LAPACK does it all
    candidates = [complex(value) for value in np.linalg.eigvals(matrix)]
    largest_so_far = -1.0
    for candidate in candidates:
        size = (candidate.real ** 2 + candidate.imag ** 2) ** 0.5
        if size > largest_so_far:
            largest_so_far = size
    return largest_so_far
"""


def result(learner, text, name="spectral_radius"):
    return {"learner": learner, "id": "", "lesson": "02", "answers": {name: text}}


def test_a_copy_is_found_also_with_other_spaces_and_one_line_changed():
    others = [result(f"other{k}", find("spectral_radius").source) for k in range(10)]
    copied = OWN.replace("    return", "\n    return").replace("-1.0", "0")
    pairs = similar([*others, result("ada", OWN), result("bob", copied)])
    assert [(pair.learners, pair.exercises) for pair in pairs] == [(("ada", "bob"), ("spectral_radius",))]
    assert 0.6 <= pairs[0].share <= 1


def test_the_same_known_mistake_or_the_courses_answer_is_no_sign():
    exercise = find("state_jacobian")
    (transposed,) = [mistake for mistake in exercise.mistakes if mistake.name == "transposed"]
    wrong = exercise.text_with(transposed)
    texts = [exercise.source, exercise.source, wrong, wrong, OWN.replace("spectral_radius", "state_jacobian")]
    assert similar([result(f"learner{k}", text, "state_jacobian") for k, text in enumerate(texts)]) == []


RENAMED = (
    OWN.replace("candidates", "values").replace("candidate", "one").replace("largest_so_far", "m")
    .replace("size", "r").replace("complex(value) for value", "complex(k) for k")
    .replace("    # I first", "    # Yes,")
)  # fmt: skip


def test_other_names_for_its_variables_hide_no_copy():
    others = [result(f"other{k}", find("spectral_radius").source) for k in range(10)]
    docstring = RENAMED.replace("    # Yes,", '    """My own idea."""\n    # Yes,')
    (pair,) = similar([*others, result("ada", OWN), result("bob", docstring)])
    assert pair.learners == ("ada", "bob") and pair.share == 1


def test_a_copy_from_an_earlier_year_is_found_and_earlier_years_are_not_compared(tmp_path):
    for name, text in ("zoe", RENAMED), ("max", RENAMED), ("ida", find("spectral_radius").source):
        helpers.write_notebook(tmp_path / "2025" / name / "02.ipynb", "import numpy as np", text)
    earlier = list(of_earlier_years(tmp_path / "2025"))
    now = [result("ada", OWN), result("ben", find("spectral_radius").source)]
    found = {pair.learners for pair in similar(now, earlier)}
    assert found == {("2025: max", "ada"), ("2025: zoe", "ada")}
    page = class_picture.files([each | {"exercises": [], "reason": None, "path": "", "score": 0, "points": 1}
                                for each in now], earlier)  # fmt: skip
    assert "2025: zoe" in page["similar.csv"]
    assert "have a look before you think anything of it" in page["class.html"]


def test_what_python_cannot_read_is_compared_as_it_stands():
    broken = OWN.replace("return largest_so_far", "return largest_so_far)")
    (pair,) = similar([result("ada", broken), result("bob", broken), result("cleo", "def spectral_radius(")])
    assert pair.share == 1
