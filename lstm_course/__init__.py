"""A hands-on course on LSTM networks: the helper package behind the notebooks.

check, hint, solution, proven    an exercise: is the answer right, and if not, why
keep                             right answers go into a module of one's own
check_report                     what can be checked of a project of one's own
guess, surprises                 what you expect of an experiment, and what came of it
progress                         what is done, and what is next
setup                            the first line of every lesson
show                             a figure with its description
explore                          what moves when a slider moves
"""

from importlib import import_module

__version__ = "0.1.0"  # the package is built with it, and a test compares all other places

# name: module that holds it, or that it is
_EXPORTS = {
    "check": "learner.checking",
    "check_report": "learner.reporting",
    "explore": "explore",
    "guess": "learner.predictions.asking",
    "hint": "learner.checking",
    "keep": "learner.library",
    "progress": "learner.logbook",
    "proven": "learner.checking",
    "setup": "learner.setup",
    "show": "plots.showing",
    "solution": "learner.checking",
    "surprises": "learner.predictions.surprises",
}
__all__ = ["__version__", *_EXPORTS]  # noqa: PLE0604 - names all of them


def __getattr__(name):
    # Loaded on first use, so that importing a NumPy part costs nothing else.
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_EXPORTS[name]}")
    return module if name == _EXPORTS[name] else getattr(module, name)


def __dir__():
    # What completion offers: not the tools that the course is made with.
    return __all__
