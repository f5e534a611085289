"""What lesson 10 asks before its experiments."""

from lstm_course.learner.predictions.questions import Choice, Number, Order

_STEPS = ("1, the whole batch", "2, one product", "3 and 4, one tanh in columns", "5, nothing made")

QUESTIONS = (
    Number(
        "10-one-unit",
        "With one unit instead of 50: how many per cent of its time does the loop still take?",
        "def arithmetic(",
        "100 * ms['1 unit'] / ms['50 units']",
        " %",
        within=20,
    ),
    Number(
        "10-engine",
        "How many times as fast as the blackboard cell is the engine?",
        "batched, best =",
        "best",
        factor=2,
    ),
    Choice(
        "10-best-step",
        "Which of the steps from the blackboard to the engine brings the largest factor?",
        "batched, best =",
        _STEPS,
        f"{_STEPS}[np.argmax([slow / fast for slow, fast in zip([*ms.values()], [*ms.values()][1:5])])]",
    ),
    Number(
        "10-new-arrays",
        "All tricks stay, but each step makes new arrays: how many times as long does the engine take?",
        "one_by_one = middle.pop",
        "middle['nothing made']['32 sequences']",
        factor=1.4,
    ),
    Number(
        "10-blocks",
        "In arrays that are there: how many per cent of the time of single steps do blocks of 15 take?",
        "single[name] = np.array",
        "100 * single['arrays that are there'][lengths.index(15)]",
        " %",
        factor=1.5,
    ),
    Number(
        "10-recomputed",
        "From 100 steps to 1600: by what factor does the memory of an update grow, recomputed?",
        "def one_update(",
        "memory['recomputed', 1600] / memory['recomputed', 100]",
        factor=1.5,
    ),
    Order(
        "10-growth",
        "Sixteen times as many steps, sequences, units: in which order do they cost time, the least first?",
        "grown = race(",
        ("steps", "sequences", "units"),
        "[{'T': 'steps', 'N': 'sequences', 'H': 'units'}[name] for name in sorted(growth, key=growth.get)]",
    ),
    Choice(
        "10-smallest-number",
        "A gradient of 1 is multiplied by a forget gate of 0.73, 800 times in float32: where does it end?",
        "smallest = np.finfo",
        ("at exactly 0", "at the smallest number above 0", "far above the smallest number"),
        "('at exactly 0', 'at the smallest number above 0', 'far above the smallest number')["
        "int(min(2, np.cumprod(np.full(800, 0.73, 'float32'))[-1] / smallest))]",
    ),
    Number(
        "10-two-threads",
        "With two threads: at best how many times as fast is a layer of 50 units?",
        "shares[units] = ms",
        "best_speedup(shares[50], 2)",
        within=0.15,
    ),
    Number(
        "10-framework",
        "A training step with 200 units: how many times as long as Keras's does ours take?",
        'rivals["Keras"] = lambda',
        "ms['ours'] / ms['Keras']",
        factor=2,
    ),
)
