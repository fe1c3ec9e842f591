"""Why backpropagation: the gradient of a network by differences and by the chain rule.

``python -m examples.gradient_check`` computes the gradient of the loss of the lectures' two-layer
network (784 → 50 → 10, 39,760 variables, float64, a batch of 100) both ways: by two forward passes
for each variable, and by one forward and one backward pass. It says how far the two are apart and
how long each took. The images are random numbers: what is in them does not matter here. It takes
a minute or two.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np

from examples.models import TwoLayerNet
from examples.options import whole

REPEATS = 50


def main(arguments: Sequence[str] | None = None) -> None:
    """Compute both, compare, time."""
    parser = argparse.ArgumentParser(prog="gradient_check", description=__doc__.splitlines()[0])
    parser.add_argument("--pixels", type=whole(1), default=784, help="of an image")
    parser.add_argument("--hidden", type=whole(1), default=50, help="hidden units")
    parser.add_argument("--seed", type=whole(0), default=0, help="of all that is random")
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    model = TwoLayerNet((options.pixels,), options.hidden, dtype=np.float64, rng=rng)
    x, t = rng.random((100, options.pixels)), rng.integers(0, 10, 100)

    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        exact = model.gradient(x, t)
        times.append(time.perf_counter() - begin)
    short = float(np.median(times))

    begin = time.perf_counter()
    numerical = model.numerical_gradient(x, t, h=1e-4)
    long = time.perf_counter() - begin

    for name, a in exact.items():
        difference = np.abs(a - numerical[name]).max() / np.abs(a).max()
        print(f"{name:8}  {a.shape!s:10}  max|a − n| / max|a| = {difference:.1e}")
    count = sum(a.size for a in exact.values())
    print(
        f"\n{count:,} variables: by differences {long:.1f} s, by backpropagation "
        f"{short * 1e3:.2f} ms: {long / short:,.0f} times as long"
    )


if __name__ == "__main__":
    main()
