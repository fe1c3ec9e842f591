"""Names for what the user has not named."""

from __future__ import annotations

import inspect
import itertools
from collections import Counter
from collections.abc import Iterator

from autodiff.notation import subscript
from autodiff.ops.arithmetic import Binary
from viz.labels import visible
from viz.tracing.trace import Quantity, Trace


class Names:
    """Gives every leaf and root of a trace a name, and further ones on demand.

    Parameters of a model are called by the last part of their name where that says which one
    is meant, else with the number of their layer as a subscript: weight₀ for 0.weight, which a
    formula would take for a number. Inputs without a name are x, parameters w, results y, with
    numbers where there are several, constant arrays c; intermediate results are v₁, v₂, …
    (Baydin et al., "Automatic differentiation in machine learning: a survey", 2018).
    """

    def __init__(self, made: Trace) -> None:
        quantities = made.all_quantities()
        for quantity in quantities:
            quantity.name = visible(quantity.name).strip() if quantity.name else None
        _shorten([q for q in quantities if q.kind == "parameter" and q.name])
        self._taken = {quantity.name for quantity in quantities if quantity.name}
        self._tell_apart([quantity for quantity in quantities if quantity.name])
        self._count = 0
        # The y of y − t, which no result must be called beside it.
        self._residuals = {call.op.residual_name for call in made.calls} - self._taken
        results = [quantity for quantity in made.roots if quantity.kind == "result"]
        self._name_all(results, "L" if "y" in self._residuals else "y")
        self._name_all([q for q in quantities if q.kind == "input"], "x")
        self._name_all([q for q in quantities if q.kind == "parameter"], "w")
        self._name_all([q for q in quantities if q.kind == "constant" and q.shape], "c")

    def _name_all(self, quantities: list[Quantity], letter: str) -> None:
        unnamed = [quantity for quantity in quantities if not quantity.name]
        if len(unnamed) == 1 and letter not in self._taken | self._residuals:
            unnamed[0].name = letter
            self._taken.add(letter)
            return
        names = self._numbered(letter)
        for quantity in unnamed:
            quantity.name = next(names)

    def _tell_apart(self, quantities: list[Quantity]) -> None:
        """Number those of the same name: w₁, w₂; or an expression would take them for one."""
        counts = Counter(quantity.name for quantity in quantities)
        numbered = {name: self._numbered(str(name)) for name, count in counts.items() if count > 1}
        for quantity in quantities:
            if quantity.name in numbered:
                quantity.name = next(numbered[quantity.name])

    def _numbered(self, letter: str) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            name = letter + subscript(number)
            if name not in self._taken:
                self._taken.add(name)
                yield name

    def name(self, quantity: Quantity) -> str:
        """What the quantity is called; v₁, v₂, … where it has no name yet."""
        while not quantity.name:
            self._count += 1
            name = "v" + subscript(self._count)
            if name not in self._taken:
                quantity.name = name
                self._taken.add(name)
        return quantity.name

    def free(self, name: str) -> str:
        """`name` itself, primed until nothing else has it."""
        while name in self._taken:
            name += "′"
        self._taken.add(name)
        return name


def _shorten(parameters: list[Quantity]) -> None:
    """The last part of a path, where it is the only one; else numbers as subscripts: weight₀."""
    paths = [str(parameter.name) for parameter in parameters]
    for shorten in (_subscripted, _last):
        shorter = [shorten(path) for path in paths]
        counts = Counter(shorter)
        for parameter, name in zip(parameters, shorter, strict=True):
            if counts[name] == 1:
                parameter.name = name


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _subscripted(path: str) -> str:
    """A path whose only number, as in 0.weight, is an index of its last part."""
    parts = path.split(".")
    numbers = [part for part in parts[:-1] if part.isdecimal()]
    if len(numbers) != 1:
        return path
    words = [part for part in parts if not part.isdecimal()]
    return ".".join(words) + subscript(int(numbers[0]))


def name_constants(made: Trace) -> None:
    """Call arrays without a name, such as labels, what the definitions of operations call them."""
    taken = {quantity.name for quantity in made.all_quantities()}
    found: dict[str, dict[Quantity, None]] = {}
    for call in made.calls:
        if call.op.definition is None or isinstance(call.op, Binary):
            continue
        names = list(inspect.signature(call.op.definition).parameters)
        if len(names) != len(call.operands):
            continue
        for name, operand in zip(names, call.operands, strict=True):
            quantity = operand.quantity
            if quantity.kind == "constant" and quantity.shape and not quantity.name:
                found.setdefault(name, {}).setdefault(quantity)
    for letter, quantities in found.items():
        is_sole = len(quantities) == 1 and letter not in taken
        numbered = (letter + subscript(number) for number in itertools.count(1))
        names_left = iter([letter]) if is_sole else (n for n in numbered if n not in taken)
        for quantity in quantities:
            if not quantity.name:  # it may be known to two operations
                quantity.name = next(names_left)
                taken.add(quantity.name)
