"""From what was asked for to a diagram: trace, differentiate, name, draw."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from autodiff import Tensor
from autodiff.typing import Array
from viz.appearance import Appearance
from viz.diagram import LARGEST, LECTURE, Diagram
from viz.drawing import Drawing
from viz.folding import fold as fold_repeated
from viz.inscriptions import Content
from viz.structure import Structure
from viz.tracing.expansion import expand
from viz.tracing.expressions import Expressions
from viz.tracing.flow import differentiate
from viz.tracing.naming import Names, name_constants
from viz.tracing.trace import Quantity, Trace, trace

Detail: TypeAlias = Literal["primitive", "operation", "module"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """All that was asked for; see `viz.backward_flow`."""

    roots: Sequence[Tensor]
    detail: Detail
    depth: int | None
    values: bool
    expressions: bool
    shapes: bool
    constants: bool
    names: Mapping[str, Any] | None
    fold: bool
    appearance: Appearance
    caller: str
    gradients: bool = False
    seeds: Sequence[Array | None] | None = None
    """∂L/∂root of each root; None where the reverse pass is not drawn."""
    may_drop_expressions: bool = False
    is_given: bool = False
    """Whether these are gradients of a loss that follows."""

    def __post_init__(self) -> None:
        if self.detail not in get_args(Detail):
            raise ValueError(
                f"{self.caller}: detail={self.detail!r}; expected one of {get_args(Detail)}"
            )
        if self.depth is not None and whole(self.depth, "depth", self.caller) < 0:
            raise ValueError(f"{self.caller}: depth={self.depth}; expected 0 or more")
        if self.names is not None and not (
            isinstance(self.names, Mapping) and all(isinstance(name, str) for name in self.names)
        ):
            kind = type(self.names).__name__
            raise TypeError(
                f"{self.caller}: names is a {kind}; expected a mapping of text (names) to Tensors "
                f"and arrays, such as locals()"
            )

    def diagram(self) -> Diagram:
        """Trace, differentiate, name, draw."""
        made = trace(self.roots, self.names)
        if self.seeds is not None:
            differentiate(made, self.seeds)
        coarser = None
        is_coarse = self.detail == "module" or all(call.scope is None for call in made.calls)
        if len(made.calls) > LARGEST and not is_coarse:
            coarser = replace(self, detail="module", **_BY_MODULE).diagram
        name_constants(made)
        if self.detail == "primitive":
            made = expand(made)
        return Diagram(self._structure(made), self.appearance, coarser)

    def _structure(self, made: Trace) -> Structure:
        names = Names(made)
        outer, is_own = self._outer(made.roots)
        expressions = None
        leaves = sum(quantity.call is None for quantity in made.all_quantities())
        is_small = leaves + len(made.calls) + len(made.roots) <= LECTURE
        if self.expressions and (is_small or not self.may_drop_expressions):
            expressions = Expressions(made, names, outer, is_own)
        content = Content(
            values=self.values,
            gradients=self.gradients,
            shapes=self.shapes,
            constants=self.constants,
            backward=self.seeds is not None,
            named_gradients=self.gradients and is_own,
        )
        known = zip(made.roots, self.seeds or (), strict=False)
        seeds = {root: seed for root, seed in known if seed is not None}
        is_module = self.detail == "module"
        drawing = Drawing(made, names, expressions, content, is_module, self.depth, seeds)
        structure = drawing.structure()
        if expressions is not None and self.seeds is not None and len(made.roots) > 1:
            total = " + ".join(str(root.name) for root in made.roots)
            structure.notes.insert(0, f"{outer} = {total}")
        if self.fold and is_module and expressions is None:  # they speak of what is not drawn then
            fold_repeated(structure, self.appearance.coloured)
        return structure

    def _outer(self, roots: Sequence[Quantity]) -> tuple[str, bool]:
        """What the gradients are of, and whether that is the root itself."""
        if len(roots) > 1 or self.is_given:
            return "L", False
        root = roots[0]
        is_loss = root.name in ("L", "loss")
        count = int(np.prod(root.shape))
        if count == 1 and (self.gradients or is_loss):
            return str(root.name), True
        return ("J" if is_loss else "L"), False


_BY_MODULE: dict[str, Any] = {
    "values": False,
    "expressions": False,
    "shapes": True,
}


def whole(value: Any, name: str, caller: str) -> int:
    """A whole number given for the parameter of that name."""
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{caller}: {name}={value!r}; expected a whole number") from None
