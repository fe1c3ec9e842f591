"""The table of NumPy's functions in docs/numpy.md.

``python -m tests.numpy_table`` prints it.
"""

import numpy as np

from autodiff.numpy_protocol.functions import numpy_functions, numpy_methods
from autodiff.numpy_protocol.plain import PLAIN


def public_names():
    """The names in numpy, numpy.linalg and numpy.fft, with what they name."""
    for prefix, module in (("", np), ("linalg.", np.linalg), ("fft.", np.fft)):
        for name in sorted(dir(module)):
            if not name.startswith("_"):
                yield f"{prefix}{name}", getattr(module, name)


def is_known(value, table):
    """Whether `value` is a function in `table`."""
    try:
        return value in table
    except TypeError:  # not hashable: no function
        return False


def names_of(table):
    """The public names of the functions in `table`."""
    return [name for name, value in public_names() if is_known(value, table)]


def offered():
    """The names of what differentiates, and of what answers in plain arrays."""
    refused = {"remainder", "mod", "floor_divide"}
    return [n for n in names_of(numpy_functions) if n not in refused], names_of(PLAIN)


def table():
    """The table of docs/numpy.md."""
    differentiated, plain = offered()
    methods = sorted(f"{f.__name__}.{method}" for f, method in numpy_methods)
    outer = "outer of every binary one but float_power and ldexp"
    rows = [
        ("differentiate", differentiated),
        (
            "methods of ufuncs that differentiate",
            [*methods, outer],
        ),
        ("answer in plain arrays and numbers", plain),
    ]
    lines = ["| | |", "|---|---|"]
    lines += [f"| {title} | {' '.join(f'`{name}`' for name in names)} |" for title, names in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
