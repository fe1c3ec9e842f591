"""Right rules must pass: ``python -m tests.false_alarms`` draws 10,000 checks of the registry.

Each draw is an operation, arguments in its domain, and a seed for the check; every operation
comes as often as another. It prints what failed, what met kinks, and how long a check takes.
"""

import argparse
import collections
import time
import warnings

import numpy as np

from autodiff.testing import GradientError, KinkWarning, UncheckableError, check_gradients
from autodiff.testing.strategies.operations import has_domain
from tests.operations import OPERATIONS


def shapes(rng, count):
    """Shapes that broadcast: cut from the left, and 1 in places."""
    full = tuple(int(n) for n in rng.integers(1, 4, size=rng.integers(0, 4)))
    return [
        tuple(n if rng.random() < 0.8 else 1 for n in full[rng.integers(0, len(full) + 1) :])
        for _ in range(count)
    ]


def draws(seed):
    """Operations with arguments, without end."""
    rng = np.random.default_rng(seed)
    while True:
        for cls in OPERATIONS:
            if has_domain(cls):
                drawn = shapes(rng, len(cls.domain))
                pairs = zip(cls.domain, drawn, strict=True)
                yield cls(), tuple(domain.sample(rng, shape) for domain, shape in pairs)
            else:
                cases = list(cls.cases(rng))
                yield cases[int(rng.integers(len(cases)))]


def outcome(op, inputs, seed, order=1):
    """What a check says: "right", "kink", "wrong" or "unchecked", and its text."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            check_gradients(op, *inputs, seed=seed, order=order)
        except GradientError as error:
            return "wrong", str(error)
        except UncheckableError as error:
            return "unchecked", str(error)
    kinks = [str(w.message) for w in said if issubclass(w.category, KinkWarning)]
    return ("kink", kinks[0]) if kinks else ("right", "")


def main(arguments=None):
    """Draw, check, count."""
    parser = argparse.ArgumentParser(prog="false_alarms", description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--order", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    counts = collections.Counter()
    begin = time.perf_counter()
    for number, (op, inputs) in zip(range(options.draws), draws(options.seed), strict=False):
        said, text = outcome(op, inputs, number, options.order)
        counts[said] += 1
        if said != "right":
            print(f"{said}: draw {number}, {op!r}: {text}")
    seconds = time.perf_counter() - begin
    each = seconds / max(options.draws, 1)
    print(f"{dict(counts)} in {seconds:.0f} s, {each * 1e3:.1f} ms each")
    return counts["wrong"]


if __name__ == "__main__":
    raise SystemExit(min(main(), 1))
