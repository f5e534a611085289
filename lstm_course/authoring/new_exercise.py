"""A first draft of an exercise: its object, its two cells in the lesson, and a right answer for the tests.

The draft doubles a number. It is complete, so that it can be proven at once and stays proven while its author
puts one thing after the other in its place.
"""

import keyword
import re
from string import Template

from lstm_course.common.trouble import Trouble

__all__ = ["DraftError", "write"]

_OBJECT = Template('''

# TODO: what it is about


def $name(x):
    """TODO: what it computes: x (T,) -> (T,)."""
    return 2 * x


$constant = Exercise(
    reference=$name,
    title="TODO: a few words",
    lesson="$lesson",
    section="$section",
    points=1,
    minutes=5,
    returns=("TODO: name of what is returned",),
    probes=lambda rng: [
        Probe((rng.normal(size=7),)),
        Probe((rng.normal(size=1),), "for a single number"),
    ],
    hints=(
        "TODO: where to begin.",
        "TODO: what it comes down to.",
        "TODO: nearly the answer.",
    ),
    mistakes=edits(r"""
        not doubled: TODO: what is wrong, and why it matters.
            {"2 * x": "x"}
        squared: TODO: what is wrong, and why it matters.
            {"2 * x": "x**2"}
    """),
)
''')
_CELLS = Template('''
**Exercise.** TODO: what is to be written.

```{code-cell} ipython3
:tags: [exercise]

def $name(x):
    """TODO: what it computes: x (T,) -> (T,)."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
```

```{code-cell} ipython3
:tags: [check]

check($name)
```
''')
_RIGHT = Template("""

@right("$name")
def ${name}_as_a_sum(x):
    return x + x
""")
# A cell or another fenced block, in which a line with # is no heading, or a heading.
_PART = re.compile(r"^```(?P<fenced>.*?)^```\n|^##+ (?P<heading>[^\n]*)$", re.MULTILINE | re.DOTALL)


class DraftError(Trouble):
    """No draft can be made; the message says why in a sentence."""


def write(root, name, lesson, taken=()):
    """Write the draft of an exercise into the sources of the course.

    Args:
        root: pathlib.Path of the clone.
        name: of the function, which is the exercise's.
        lesson: number of the lesson, "3" or "03".
        taken: ids of the exercises that there are.

    Returns:
        List of sentences: what was written where.

    Raises:
        DraftError: when the name is none or taken, or the lesson has no exercises to stand beside.
    """
    lesson = lesson.zfill(2)
    module = root / f"lstm_course/exercises/lessons/lesson{lesson}.py"
    sources = sorted((root / "solutions").glob(f"{lesson}_*.md"))
    if not name.isidentifier() or keyword.iskeyword(name) or name != name.lower():
        raise DraftError(f"{name!r} is no name for a function: small letters, digits and _ are.")
    if name in taken:
        raise DraftError(f"There is an exercise {name!r} already.")
    if not module.is_file() or not sources:
        raise DraftError(f"Lesson {lesson} has no exercises that this one could stand beside.")
    text = sources[0].read_text(encoding="utf-8")
    section, end = _place(text, sources[0].name)
    words = {"name": name, "constant": name.upper(), "lesson": lesson, "section": section}
    answers = root / f"tests/right_answers/lesson{lesson}.py"
    _append(module, _OBJECT.substitute(words))
    before, after = text[:end].rstrip("\n") + "\n", "\n" * (end < len(text)) + text[end:]
    sources[0].write_text(before + _CELLS.substitute(words) + after, encoding="utf-8")
    _append(answers, _RIGHT.substitute(words))
    return [
        f"{module.relative_to(root)} ends with the exercise: reference, probes, hints and two mistakes.",
        f"{sources[0].relative_to(root)} has its two cells at the end of “{section}”.",
        f"{answers.relative_to(root)} ends with a right answer in another style.",
        f"Now put your own in place of each TODO; `lstm-course exercises {name}` proves what there is.",
    ]


def _place(text, name):
    """The last section of a lesson that has a check, and where it ends: (heading, position)."""
    section, checked, places = "", False, []
    for part in _PART.finditer(text):
        if part["heading"] is None:
            checked |= part["fenced"].startswith("{code-cell} ipython3\n:tags: [check")
            continue
        if checked:
            places.append((section, part.start()))
        section, checked = part["heading"], False
    if checked:
        places.append((section, len(text)))
    if places:
        return places[-1]
    raise DraftError(f"{name} has no section with a check that this one could follow.")


def _append(path, text):
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n" + text, encoding="utf-8")
