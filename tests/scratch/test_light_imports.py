"""The networks need NumPy and nothing else: not at import, not at work."""

import subprocess
import sys

HEAVY = ("tensorflow", "keras", "pandas", "sklearn", "matplotlib", "tqdm", "IPython", "scipy")


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_loads_nothing_heavy():
    assert run("import sys, lstm_course.scratch; "
               f"print([name for name in {HEAVY} if name in sys.modules])") == "[]"


def test_import_is_quick():
    code = """
import time, numpy
began = time.perf_counter()
import lstm_course.scratch
print(time.perf_counter() - began)
"""
    assert min(float(run(code)) for _ in range(3)) < 0.3          # seconds beyond NumPy


def test_training_works_where_nothing_else_is_installed():
    assert run(f"""
import sys
for name in {HEAVY}:
    sys.modules[name] = None
import numpy as np
from lstm_course.scratch import *
model = Sequential([LSTM(1, 4, seed=0), LastStep(), Dense(4, 1, seed=0)])
x = np.ones((8, 5, 1))
fit(model, x, x[:, 0], loss=mean_squared_error, epochs=2)
try:
    from_keras(None)
except ImportError as error:
    print(error)
""") == "Keras is not installed, expected TensorFlow with Keras 3"
