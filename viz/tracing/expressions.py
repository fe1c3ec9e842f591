"""The chain rule of a trace, read off the rules that compute it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from autodiff import notation
from autodiff.reverse import sum_to
from viz.symbolic import Symbol
from viz.tracing.naming import Names
from viz.tracing.trace import Call, Operand, Quantity, Trace

NAMING: Final = 14
"""A gradient is named after an expression of at most so many characters: ∂f/∂(w · x)."""

LONG: Final = 36
"""An expression of more characters than this gets a name where it is used."""

WHOLE: Final = 50
"""Where a rule gives more than this, all parts of it get names that are longer than `PART`."""

PART: Final = 8


class Expressions:
    """The expressions of a trace.

    Parameters
    ----------
    made : Trace
        All of whose leaves and roots have names.
    names : Names
        Of its quantities; intermediate ones are named where an expression gets long.
    outer : str
        What is differentiated: the L of ∂L/∂x.
    known : bool
        Whether ∂L/∂root is the number 1, and not a symbol.

    Attributes
    ----------
    values : dict of Quantity to str
        What each result is in terms of what it was computed from.
    sent : dict of Operand to str
        What flows back along each edge.
    gradients : dict of Quantity to str
        All that flows back to a quantity, summed.
    abbreviated : set of Quantity
        Those whose gradient is used by its name.
    known : bool
        As given.
    """

    def __init__(self, made: Trace, names: Names, outer: str, known: bool) -> None:
        self.values: dict[Quantity, str] = {}
        self.sent: dict[Operand, str] = {}
        self.gradients: dict[Quantity, str] = {}
        self.abbreviated: set[Quantity] = set()
        self.known = known
        self._names = names
        self._outer = outer
        self._symbols: dict[Quantity, Any] = {}
        self._arrived: dict[Quantity, Any] = {}
        self._residuals: dict[Call, tuple[str, str]] = {}
        self._outputs: dict[Call, list[Any]] = {}
        with np.errstate(all="ignore"):  # examples may lie outside of a domain
            for call in made.calls:
                self._forward(call)
            self._tell_apart(made)
            for root in made.roots:
                self._seed(root)
            for call in reversed(made.calls):
                self._backward(call)

    @property
    def notes(self) -> list[str]:
        """What the names of residuals stand for."""
        return [f"{name} = {meaning}" for name, meaning in self._residuals.values()]

    def cotangent(self, quantity: Quantity) -> str:
        """∂L/∂quantity, as a name."""
        name = quantity.name or self.values[quantity]
        return f"∂{self._outer}/∂{notation.within(name, notation.ATOM)}"

    def _tell_apart(self, made: Trace) -> None:
        """Name results of one expression: their gradients are not named after it."""
        counts = Counter(self.values.values())
        counts.update(quantity.name for quantity in made.all_quantities() if quantity.name)
        for quantity, text in self.values.items():
            if not quantity.name and counts[text] > 1 and len(text) <= NAMING:
                self._name(quantity)

    def _name(self, quantity: Quantity) -> None:
        """Give a quantity a name, which is written in its place from now on."""
        name = self._names.name(quantity)
        symbol = self._symbols[quantity] = Symbol(name, _example(quantity))
        if quantity.call in self._outputs:
            self._outputs[quantity.call][quantity.index] = symbol

    # -- forward --------------------------------------------------------------------------

    def _forward(self, call: Call) -> None:
        results = self._apply(call)
        if any(len(result.text) > LONG for result in results):
            for operand in call.operands:
                quantity = operand.quantity
                if quantity.call is not None and not quantity.name:
                    self._name(quantity)
            results = self._apply(call)
        outputs = list(results)
        for quantity in call.results:
            symbol = results[quantity.index]
            self.values[quantity] = symbol.text
            if quantity.name:
                symbol = outputs[quantity.index] = Symbol(quantity.name, _example(quantity))
            self._symbols[quantity] = symbol
        self._outputs[call] = outputs

    def _apply(self, call: Call) -> Sequence[Symbol]:
        arguments = [self._symbol(operand.quantity) for operand in call.operands]
        try:
            result: Any = call.op(*arguments)
        except Exception:  # an operation of a user's own, which reads on arrays alone
            texts = [getattr(argument, "text", "…") for argument in arguments]
            text = call.op.expression(*texts)
            count = max(quantity.index for quantity in call.results) + 1
            examples = {quantity.index: _example(quantity) for quantity in call.results}
            return [Symbol(text, examples.get(i, np.ones(()))) for i in range(count)]
        if isinstance(result, tuple):
            return result
        if result.number_value is not None:  # x − x says more than 0, and may be NaN
            text = call.op.expression(*(getattr(x, "text", str(x)) for x in arguments))
            result = Symbol(text, _example(call.results[0]))
        return (result,)

    def _symbol(self, quantity: Quantity) -> Any:
        """The symbol of a quantity; a constant without a name stays what it is."""
        if quantity not in self._symbols:
            symbol: Any = _example(quantity)
            if quantity.name:
                symbol = Symbol(quantity.name, symbol)
            elif quantity.kind == "constant" and symbol.ndim == 0 and quantity.array is not None:
                symbol = symbol.item()
            self._symbols[quantity] = symbol
        return self._symbols[quantity]

    # -- backward -------------------------------------------------------------------------

    def _seed(self, root: Quantity) -> None:
        example = _example(root)
        if self.known:
            self._arrived[root] = Symbol.number(1, example)
        else:
            self._arrived[root] = Symbol(self.cotangent(root), example)

    def _backward(self, call: Call) -> None:
        if not any(quantity in self._arrived for quantity in call.results):
            return
        sent = self._sent(call)
        if any(symbol is not None and len(symbol.text) > WHOLE for symbol in sent):
            self._name_around(call)
            sent = self._sent(call)
        for symbol, operand in zip(sent, call.operands, strict=True):
            quantity = operand.quantity
            if not operand.flows:
                continue
            if symbol is None:
                symbol = self._abbreviated(quantity)
            else:
                self.sent[operand] = symbol.text
            before = self._arrived.get(quantity)
            self._arrived[quantity] = symbol if before is None else before + symbol
            self.gradients[quantity] = self._arrived[quantity].text

    def _sent(self, call: Call) -> list[Any]:
        """What the rule of a call sends to each operand; None where nothing is known of it."""
        arrived: list[Any] = [None] * len(self._outputs[call])
        for quantity in call.results:
            arrived[quantity.index] = self._cotangent_symbol(quantity)
        cotangent = tuple(arrived) if call.node.shape is None else arrived[0]
        try:
            entries: Sequence[Any] = call.op.vjp(cotangent, *self._saved(call))
            return [
                self._fit(entry, call, operand) if operand.flows else None
                for entry, operand in zip(entries, call.operands, strict=True)
            ]
        except Exception:  # a rule of a user's own, which looks at values
            return [None] * len(call.operands)

    def _cotangent_symbol(self, quantity: Quantity) -> Any:
        """What arrived at a quantity, under a name where it is long."""
        symbol = self._arrived.get(quantity)
        if symbol is None:
            return None
        self.gradients[quantity] = symbol.text
        if len(symbol.text) <= LONG and quantity not in self.abbreviated:
            return symbol
        return self._abbreviated(quantity)

    def _abbreviated(self, quantity: Quantity) -> Symbol:
        """∂L/∂quantity, by name, for what is written elsewhere."""
        self._name(quantity)
        self.abbreviated.add(quantity)
        return Symbol(self.cotangent(quantity), _example(quantity))

    def _name_around(self, call: Call) -> None:
        """Give names to what a call takes and gives, and to what arrived there."""
        for quantity in [*call.results, *(operand.quantity for operand in call.operands)]:
            if quantity.call is not None and len(self.values[quantity]) > PART:
                self._name(quantity)
        for quantity in call.results:
            arrived = self._arrived.get(quantity)
            if arrived is not None and len(arrived.text) > PART:
                self._abbreviated(quantity)

    def _saved(self, call: Call) -> list[Any]:
        """What the rule of a call gets, as symbols."""
        inputs = [self._symbol(operand.quantity) for operand in call.operands]
        saves = call.op.saves
        saved = [inputs[position] for position in saves.inputs(len(inputs))]
        if saves.output:
            outputs = tuple(self._outputs[call])
            saved.append(outputs if call.node.shape is None else outputs[0])
        if saves.residual:
            saved.append(self._residual(call, inputs))
        return saved

    def _residual(self, call: Call, inputs: Sequence[Any]) -> Any:
        op = call.op
        residual = call.node.saved[-1] if op.residual is None else op.residual(*inputs)  # type: ignore[index]  # a released one is an error like others
        if op.residual_name is None or not isinstance(residual, (Symbol, np.ndarray)):
            return residual
        meaning = op.residual_expression(*(getattr(x, "text", "…") for x in inputs))
        # A rule may be read again with shorter names: what was said of it is said anew.
        name = self._residuals[call][0] if call in self._residuals else None
        name = name or self._names.free(op.residual_name)
        self._residuals[call] = name, meaning
        return Symbol(name, np.broadcast_to(np.ones((), residual.dtype), residual.shape))

    def _fit(self, entry: Any, call: Call, operand: Operand) -> Any:
        """What a rule gave for an operand, with broadcasting undone."""
        value = entry() if callable(entry) else entry
        if value is None:
            return None
        shape = operand.quantity.shape
        if not isinstance(value, Symbol):
            array = np.broadcast_to(value, shape)
            same = array.size and (array == array.flat[0]).all()
            return Symbol.number(array.flat[0], array) if same else None
        if value.shape != shape and call.op.broadcasts:
            value = sum_to(value, shape)
        return value


def _example(quantity: Quantity) -> Any:
    """An array of its shape and dtype: of a constant its values, else ones that take no memory."""
    if quantity.kind == "constant" and quantity.array is not None:
        return quantity.array
    return np.broadcast_to(np.ones((), quantity.dtype), quantity.shape)
