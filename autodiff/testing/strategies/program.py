"""A program: a straight line of statements that is its own Python text."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any, Final

from autodiff.typing import Array, Value

_NAME: Final = re.compile(r"\b[xv]\d+\b")
_PACKAGE: Final = re.compile(r"(?<![\w.])([a-z]\w*)\.(?=[a-z])")
_SHORT: Final = {"np": "numpy", "ad": "autodiff"}


def packages(text: str) -> dict[str, ModuleType]:
    """The packages that `text` names, by the names it has for them: np, ad, others their own."""
    named = set(_PACKAGE.findall(text))
    names = [*(name for name in _SHORT if name in named), *sorted(named - set(_SHORT))]
    return {name: importlib.import_module(_SHORT.get(name, name)) for name in names}


@dataclass(frozen=True)
class Statement:
    """``name = expression``.

    Attributes
    ----------
    name : str
        What it gives a value to: ``v0``, ``v1``, …
    expression : str
        In NumPy, autodiff and the names of other values.
    """

    name: str
    expression: str

    @property
    def operands(self) -> tuple[str, ...]:
        """The values that the expression names: inputs and earlier results."""
        return tuple(dict.fromkeys(_NAME.findall(self.expression)))

    def __str__(self) -> str:
        return f"{self.name} = {self.expression}"


@dataclass(frozen=True, eq=False, repr=False)
class Program:
    """A function of arrays or Tensors that prints itself as Python.

    Attributes
    ----------
    inputs : tuple of ndarray
        Arguments to call it on, float64.
    statements : tuple of Statement
        What it does, one operation after the other.
    result : str
        The expression that it returns.

    Examples
    --------
    >>> import numpy as np
    >>> from autodiff.testing.strategies import Program, Statement
    >>> program = Program((np.array([0.5, 2.0]),), (Statement("v0", "ad.square(x0)"),), "v0")
    >>> program(*program.inputs)
    array([0.25, 4.  ])
    >>> print(program.source())
    import numpy as np
    import autodiff as ad
    from autodiff.testing import check_gradients
    <BLANKLINE>
    def program(x0):
        v0 = ad.square(x0)
        return v0
    <BLANKLINE>
    x0 = np.array([0.5, 2.0])
    check_gradients(program, x0)
    <BLANKLINE>
    """

    inputs: tuple[Array, ...]
    statements: tuple[Statement, ...]
    result: str

    def __call__(self, *inputs: Value) -> Value:
        """Run it: on arrays an array, on Tensors a Tensor."""
        return self._function(*inputs)

    def __len__(self) -> int:
        return len(self.statements)

    @cached_property
    def _function(self) -> Any:
        names: dict[str, Any] = dict(packages(self.function()))
        exec(compile(self.function(), "<program>", "exec"), names)
        return names["program"]

    def _names(self) -> str:
        return ", ".join(f"x{i}" for i in range(len(self.inputs)))

    def function(self) -> str:
        """The Python text of the function alone."""
        lines = [*map(str, self.statements), f"return {self.result}"]
        return f"def program({self._names()}):\n" + "".join(f"    {line}\n" for line in lines)

    def source(self) -> str:
        """Python to paste: the imports, the function, its inputs, and a check of its gradients."""
        function = self.function()
        needed = packages(f"np.array, {function}")
        imports = "".join(
            f"import {_SHORT[name]} as {name}\n" if name in _SHORT else f"import {name}\n"
            for name in needed
        )
        inputs = "".join(f"x{i} = {_literal(x)}\n" for i, x in enumerate(self.inputs))
        return (
            f"{imports}from autodiff.testing import check_gradients\n\n{function}\n{inputs}"
            f"check_gradients(program, {self._names()})\n"
        )

    def __repr__(self) -> str:
        count = len(self)
        return f"# a program of {count} instruction{'s'[: count != 1]}:\n{self.source()}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Print without indentation, so that an example in a report can be pasted."""
        printer.text(repr(self))


def _literal(x: Array) -> str:
    """Python that gives `x` to the bit: ``tolist`` prints every float64 exactly."""
    if x.size:
        return f"np.array({x.tolist()!r})"
    return f"np.zeros({x.shape!r})"
