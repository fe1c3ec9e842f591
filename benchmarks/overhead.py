"""What recording an operation costs: ``python -m benchmarks.overhead``.

Measures y = y * a + b, repeated 500 times on arrays of 10 elements, forward and backward
together, where x, a and b all want gradients: in this engine, written by hand in NumPy, and in
PyTorch, autograd and MyGrad where they are installed. The runs are interleaved, each in one
thread, and medians are compared, so that a busy machine disturbs all alike.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import time

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import numpy as np  # noqa: E402  # the number of threads is read at import

STEPS = 500
OPERATIONS = 2 * STEPS
SIZE = 10

_rng = np.random.default_rng(0)
X, A, B = _rng.normal(size=SIZE), 1 + _rng.normal(size=SIZE) / STEPS, _rng.normal(size=SIZE) / STEPS
SEED = _rng.normal(size=SIZE)


def by_hand():
    """The same arithmetic by explicit backpropagation."""

    def step():
        y, ys = X, []
        for _ in range(STEPS):
            ys.append(y)
            y = y * A + B
        g, ga, gb = SEED, np.zeros(SIZE), np.zeros(SIZE)
        for y in reversed(ys):
            gb += g
            ga += g * y
            g = g * A
        return g, ga, gb

    return step


def by_chainrule():
    """The engine of this project."""
    from autodiff import Tensor

    def step():
        x, a, b = (Tensor(v, requires_grad=True) for v in (X, A, B))
        y = x
        for _ in range(STEPS):
            y = y * a + b
        y.backward(SEED)
        return x.grad, a.grad, b.grad

    return step


def by_torch():
    """PyTorch, eager."""
    import torch

    torch.set_num_threads(1)
    seed = torch.from_numpy(SEED)

    def step():
        x, a, b = (torch.tensor(v, requires_grad=True) for v in (X, A, B))
        y = x
        for _ in range(STEPS):
            y = y * a + b
        y.backward(seed)
        return x.grad.numpy(), a.grad.numpy(), b.grad.numpy()

    return step


def by_mygrad():
    """MyGrad."""
    import mygrad

    def step():
        x, a, b = (mygrad.tensor(v) for v in (X, A, B))
        y = x
        for _ in range(STEPS):
            y = y * a + b
        y.backward(SEED)
        return x.grad, a.grad, b.grad

    return step


def by_autograd():
    """HIPS autograd."""
    from autograd import make_vjp

    def chain(x, a, b):
        y = x
        for _ in range(STEPS):
            y = y * a + b
        return y

    def step():
        vjp, _ = make_vjp(chain, argnum=(0, 1, 2))(X, A, B)
        return vjp(SEED)

    return step


ENGINES = {
    "chainrule": ("autodiff", by_chainrule),
    "by hand in NumPy": ("numpy", by_hand),
    "PyTorch": ("torch", by_torch),
    "MyGrad": ("mygrad", by_mygrad),
    "autograd": ("autograd", by_autograd),
}


def measure(repeats):
    """Microseconds an operation, per engine and repeat."""
    engines = {
        name: make() for name, (module, make) in ENGINES.items() if importlib.util.find_spec(module)
    }
    expected = engines["by hand in NumPy"]()
    for name, step in engines.items():  # also the warm-up
        for actual, right in zip(step(), expected, strict=True):
            np.testing.assert_allclose(actual, right, rtol=1e-9, err_msg=name)
    times = {name: [] for name in engines}
    for _ in range(repeats):
        for name, step in engines.items():
            start = time.perf_counter()
            step()
            times[name].append((time.perf_counter() - start) / OPERATIONS * 1e6)
    return times


def summary(times):
    """Median cost of each engine, and chainrule's share of it, repeat by repeat."""
    rows = {}
    for name, cost in times.items():
        shares = sorted(
            ours / theirs for ours, theirs in zip(times["chainrule"], cost, strict=True)
        )
        rows[name] = {
            "version": _version(ENGINES[name][0]),
            "microseconds": statistics.median(cost),
            "ratio": statistics.median(shares),
            "ratio_quartiles": [shares[len(shares) // 4], shares[3 * len(shares) // 4]],
        }
    return rows


def _version(module):
    if module in ("autodiff", "numpy"):
        return ""
    return importlib.metadata.version(module)


def main(arguments=None):
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="overhead", description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args(arguments)
    if options.repeats < 4:
        parser.error(f"--repeats {options.repeats}: at least 4 are needed for quartiles")
    if options.json and not os.access(os.path.dirname(options.json) or ".", os.W_OK):
        parser.error(f"--json {options.json}: the folder does not exist or cannot be written")
    rows = summary(measure(options.repeats))
    print(
        f"y = y * a + b, {STEPS} times, {SIZE} elements, forward and backward; "
        f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores, "
        f"one thread, {options.repeats} interleaved repeats"
    )
    print(f"{'':18} {'µs an operation':>16} {'chainrule / it':>15}   quartiles")
    for name, row in rows.items():
        low, high = row["ratio_quartiles"]
        label = f"{name} {row['version'].split('+')[0]}" if row["version"] else name
        print(
            f"{label:18} {row['microseconds']:16.2f} {row['ratio']:15.2f}   {low:.2f} to {high:.2f}"
        )
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=2)


if __name__ == "__main__":
    main()
