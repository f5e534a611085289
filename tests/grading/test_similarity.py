"""Who has written the same is listed; who has only written what everybody writes is not."""

from lstm_course.exercises import find
from lstm_course.grading.reports.similarity import similar

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
    assert 0.75 <= pairs[0].share <= 1


def test_the_same_known_mistake_or_the_courses_answer_is_no_sign():
    exercise = find("state_jacobian")
    (transposed,) = [mistake for mistake in exercise.mistakes if mistake.name == "transposed"]
    wrong = exercise.text_with(transposed)
    texts = [exercise.source, exercise.source, wrong, wrong, OWN.replace("spectral_radius", "state_jacobian")]
    assert similar([result(f"learner{k}", text, "state_jacobian") for k, text in enumerate(texts)]) == []
