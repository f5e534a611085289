"""With this folder on PYTHONPATH it is as on a computer that has no Keras.

Nothing of it is found, and nothing is imported that claims to be it.
"""

import importlib.machinery

find = importlib.machinery.PathFinder.find_spec


def hiding(name, path=None, target=None):
    return None if name.partition(".")[0] in ("keras", "tensorflow", "jax") else find(name, path, target)


importlib.machinery.PathFinder.find_spec = hiding
