"""The table of operations, from their declarations: ``python -m docs.tables`` writes it.

Rules and definitions are read on symbols, so they are the ones that compute.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import nn  # noqa: F401  # registers its operations
from autodiff import Tensor, primitives
from autodiff.numpy_protocol.functions import numpy_functions
from autodiff.op import Op, registry
from autodiff.reverse import reachable
from autodiff.testing.strategies.operations import has_domain
from tests.operations import ORDERS
from viz.symbolic import Symbol

PAGE = Path(__file__).with_name("operations.md")

HEAD = """# The operations

Every operation, as it declares itself. This page is written by `python -m docs.tables`, and a test
sees to it that it is true.

*Rule* is what arrives at each input for a gradient g = ∂L/∂y that arrives at the output: the one
rule that is run on arrays, on Tensors for higher orders and forward mode, and here on symbols. In
it, y is the result, and a subscript an axis. Broadcasting and its undoing do not show, and axes
and indices are those of one of the operation's test cases. *Definition* says a fused operation in
parts: `with autodiff.primitives():` records those. *Orders* are those in which its gradient is
compared with differences, over all of its cases. [The table of kinks](kinks.md) has the values at
the kinks.

The registry can be asked as this page does:

```python
from autodiff.op import registry
import nn

print({"exp", "matmul", "sigmoid"} <= {cls.name for cls in registry})
```

```text
True
```
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *sections()]) + "\n"


def sections() -> Iterator[str]:
    """A table for each module that declares operations."""
    modules: dict[str, list[type[Op]]] = {}
    for cls in registry:
        modules.setdefault(cls.__module__, []).append(cls)
    for module in sorted(modules):
        yield f"## `{module}`\n"
        yield "| operation | NumPy | computes | rule | definition | kinks | orders |"
        yield "|---|---|---|---|---|---|---|"
        for cls in sorted(modules[module], key=lambda cls: cls.name):
            cells = map(_escaped, row(cls))
            yield f"| {' | '.join(cells)} |"
        yield ""


def row(cls: type[Op]) -> list[str]:
    """What the table says of an operation."""
    op, inputs = example(cls)
    names = argument_names(op, len(inputs))
    return [
        f"`{cls.name}`",
        numpy_name(cls),
        op.expression(*names),
        "; ".join(rule(op, inputs, names)),
        definition(op, inputs, names),
        kinks(cls),
        ", ".join(map(str, ORDERS)),
    ]


def example(cls: type[Op]) -> tuple[Op, tuple[Any, ...]]:
    """The first of the cases whose first input is as much of a matrix as any."""
    rng = np.random.default_rng(0)
    if has_domain(cls):
        return cls(), tuple(domain.sample(rng, ()) for domain in cls.domain)
    cases = list(cls.cases(rng))
    return max(cases, key=lambda case: _telling(case[1][0].shape))


def _telling(shape: tuple[int, ...]) -> tuple[bool, bool, bool]:
    return math.prod(shape) > 1, len(shape) == 2, len(set(shape)) == len(shape)


def argument_names(op: Op, count: int) -> list[str]:
    """The names of the inputs; a, b, c where they would be taken for g or y."""
    names = ["x", "y"][:count]
    if not isinstance(op.forward, np.ufunc):
        names = list(inspect.signature(op.forward).parameters)
    if len(names) != count or {"g", "y"} & set(names):
        return list("abcdefhi"[:count])
    return names


def rule(op: Op, inputs: Sequence[Any], names: Sequence[str]) -> list[str]:
    """What the vjp sends to each input."""
    symbols = [Symbol(name, x) for name, x in zip(names, inputs, strict=True)]
    y = op.forward(*inputs)
    residual = None
    if op.saves.residual:
        y, residual = y
        if op.residual is not None:
            residual = op.residual(*symbols)
    several = isinstance(y, (tuple, list))
    g: Any = tuple(Symbol(f"g{i}", part) for i, part in enumerate(y)) if several else Symbol("g", y)
    saved: list[Any] = [symbols[i] for i in op.saves.inputs(len(inputs))]
    if op.saves.output:
        saved.append(
            tuple(Symbol(f"y{i}", part) for i, part in enumerate(y)) if several else Symbol("y", y)
        )
    if op.saves.residual:
        saved.append(residual)
    entries = [entry() if callable(entry) else entry for entry in op.vjp(g, *saved)]
    return ["none" if entry is None else _text(entry) for entry in entries]


def definition(op: Op, inputs: Sequence[Any], names: Sequence[str]) -> str:
    """What the operation is in parts."""
    if op.definition is None:
        return ""
    symbols = [Symbol(name, x) for name, x in zip(names, inputs, strict=True)]
    with primitives():
        result = op.definition(*symbols)
    text = ", ".join(map(_text, result)) if isinstance(result, tuple) else _text(result)
    return ", then ".join(steps(op, inputs)) if text == op.expression(*names) else text


def steps(op: Op, inputs: Sequence[Any]) -> list[str]:
    """The operations that the definition records, in order."""
    leaves = [Tensor(x, requires_grad=x.dtype.kind == "f") for x in inputs]
    with primitives():
        y = op(*leaves)
    return [node.op.name for node in reversed(reachable(y.node)) if node.op is not None]


def kinks(cls: type[Op]) -> str:
    """What its docstring says of kinks."""
    text = " ".join((inspect.getdoc(cls) or "").partition("\n\nParameters")[0].split())
    found = re.search(r"Kinks?: (.*?)\.(?: |$)", text)
    return found[1] if found else "none"


def numpy_name(cls: type[Op]) -> str:
    """The function of NumPy's that it stands for."""
    functions = [cls.numpy] if cls.numpy is not None else []
    functions += [f for f in numpy_functions if f.__name__ == cls.name]
    if not functions:
        return ""
    function = functions[0]
    module = getattr(function, "__module__", None) or "numpy"
    return f"`{module.replace('numpy', 'np', 1)}.{function.__name__}`"


def _text(value: Any) -> str:
    return value.text if isinstance(value, Symbol) else str(value)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
