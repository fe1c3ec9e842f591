"""What is written on the wires: values, expressions, shapes, gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from autodiff import notation
from autodiff.typing import Array
from viz.labels import Label, array_label, kind_label, number, rms, shape_label
from viz.tracing.expressions import NAMING, Expressions
from viz.tracing.trace import Operand, Quantity

TOO_LONG: Final = 80
"""An expression of more characters than this is left out, unless it defines a name."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is written in a diagram; see `viz.backward_flow`."""

    values: bool
    gradients: bool
    shapes: bool
    constants: bool
    backward: bool
    named_gradients: bool
    """Whether the gradients are those of the root itself, and so have a name like ∂f/∂x."""


class Inscriptions:
    """Writes the labels of a diagram.

    Parameters
    ----------
    content : Content
        What is to be written.
    expressions : Expressions or None
        Where they are to be written too.
    """

    def __init__(self, content: Content, expressions: Expressions | None) -> None:
        self._content = content
        self._expressions = expressions

    def value(self, quantity: Quantity, is_root: bool) -> Label:
        """``name = expression = number``, as far as these are known and wanted."""
        if quantity.kind == "constant" and not quantity.name:
            return Label()  # its vertex says it all
        content = self._content
        text = ""
        if quantity.call is not None and not is_root:
            text = " = ".join(filter(None, [quantity.name, self._expression(quantity)]))
        if content.values:
            label = quantity_label(quantity, text)
            if content.shapes and label.table:
                label = Label(f"{label.text} {shape_label(quantity.shape)}".strip(), label.table)
            return label
        if content.shapes:
            return Label(f"{text}\n{shape_label(quantity.shape)}".strip())
        if not text and self._expressions is not None:
            text = quantity.name or ""
        return Label(text)

    def _expression(self, quantity: Quantity) -> str:
        text = self._expressions.values.get(quantity, "") if self._expressions else ""
        return text if len(text) <= TOO_LONG else "…"

    def gradient(self, operands: Sequence[Operand]) -> Label:
        """What flows back along one edge, which several operands within a box may share."""
        if not any(operand.flows for operand in operands):
            return Label()
        quantity = operands[0].quantity
        array = sent_array(operands)
        text = None
        if self._expressions is not None and len(operands) == 1:
            text = self._expressions.sent.get(operands[0])
        total = self._total(quantity)
        is_whole = total is not None and total in (text, self._name_of_gradient(quantity))
        return self._gradient(quantity, array, text, is_whole)

    def whole_gradient(self, quantity: Quantity) -> Label:
        """All that flows back to a quantity."""
        return self._gradient(quantity, quantity.cotangent, self._total(quantity), is_whole=True)

    def seed(self, root: Quantity, array: Array | None) -> Label:
        """What the reverse pass starts with."""
        text = None
        if self._expressions is not None:
            text = "1" if self._expressions.known else self._expressions.cotangent(root)
        return self._gradient(root, array, text, is_whole=True)

    def _name_of_gradient(self, quantity: Quantity) -> str | None:
        return self._expressions.cotangent(quantity) if self._expressions else None

    def _total(self, quantity: Quantity) -> str | None:
        return self._expressions.gradients.get(quantity) if self._expressions else None

    def _gradient(
        self, quantity: Quantity, array: Array | None, text: str | None, is_whole: bool
    ) -> Label:
        """``∂f/∂x = expression = number``, as far as these are known and wanted."""
        content = self._content
        parts = self._gradient_parts(quantity, array, text, is_whole)
        is_choice = bool(parts) and notation.level(parts[-1]) == notation.CHOICE
        if is_choice and (parts[1:] or content.gradients):
            parts[-1] = f"({parts[-1]})"  # or "else 0 = 0" might be read together
        prefix = " = ".join(parts)
        if not content.gradients:
            return Label(prefix)
        if content.shapes and quantity.shape and not content.values:
            size = f"rms {number(rms(array))}" if array is not None else ""
            return Label("\n".join(filter(None, [prefix, size])))
        if array is not None:
            says_it = parts and not array.ndim and number(array[()]) == parts[-1]
            return Label(prefix) if says_it else array_label(array, prefix)
        if self._expressions is not None and not quantity.shape:
            return Label(prefix)
        return Label(f"{prefix}\n{kind_label(quantity.shape, quantity.dtype)}".strip())

    def _gradient_parts(
        self, quantity: Quantity, array: Array | None, text: str | None, is_whole: bool
    ) -> list[str]:
        expressions = self._expressions
        if expressions is None:
            return []
        parts = []
        is_named = quantity.name or len(expressions.values.get(quantity, "")) <= NAMING
        names_it = self._content.named_gradients or quantity in expressions.abbreviated
        if is_whole and names_it and is_named:
            parts.append(expressions.cotangent(quantity))
        # 0 · ∞ is written 0, but is not.
        agrees = text != "0" or array is None or not array.any()
        is_defined_here = is_whole and quantity in expressions.abbreviated
        if text and text not in parts and agrees and (len(text) <= TOO_LONG or is_defined_here):
            parts.append(text)
        return parts


def sent_array(operands: Sequence[Operand]) -> Array | None:
    """What flows back along an edge that operands share; None where it is not all known."""
    flowing = [operand.cotangent for operand in operands if operand.flows]
    known = [array for array in flowing if array is not None]
    return sum(known[1:], known[0]) if known and len(known) == len(flowing) else None


def quantity_label(quantity: Quantity, prefix: str = "") -> Label:
    """The values of a quantity; shape and dtype where they are gone."""
    if quantity.array is not None:
        return array_label(quantity.array, prefix)
    return Label(f"{prefix}\n{kind_label(quantity.shape, quantity.dtype)}".strip())
