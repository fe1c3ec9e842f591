"""Every instruction that a random program may have, from the registry of operations."""

from __future__ import annotations

import importlib
from functools import lru_cache
from inspect import isfunction
from typing import Any, Final

import numpy as np

from autodiff.domain import Reals
from autodiff.op import Op, registry
from autodiff.ops.elementwise import Elementwise
from autodiff.ops.reduction import Reduction
from autodiff.testing.strategies import instructions, rearrangements
from autodiff.testing.strategies.choices import Choices, Instruction
from autodiff.testing.strategies.operations import has_domain

_REDUCTIONS: Final = {
    "max": instructions.has_one_maximum,
    "min": instructions.has_one_minimum,
    "std": instructions.varies,
    "norm": instructions.is_long,
    **dict.fromkeys(("sum", "mean", "var", "prod", "logsumexp"), instructions.anything),
}
"""Which values a reduction is smooth at; of others nothing is known."""

_COMPARISONS: Final = ("maximum", "minimum")

_KINKED: Final = ("max", "min", *_COMPARISONS)


def nothing(choices: Choices) -> None:
    """The simplest instruction: what others shrink to."""
    return


def _spelling(cls: type[Op]) -> str | None:
    """How a program calls the operation of a class; None if it has no public name.

    The name belongs to the operation itself, or, where only an axis or a constant may be
    given besides, to the function that makes it.
    """
    path = ""
    for part in cls.__module__.split("."):
        path = f"{path}.{part}" if path else part
        found = getattr(importlib.import_module(path), cls.name, None)
        takes_one = not issubclass(cls, Elementwise) or len(cls.domain) == 1
        if isinstance(found, cls) or (isfunction(found) and takes_one):
            return f"ad.{cls.name}" if path == "autodiff" else f"{path}.{cls.name}"
    return None


def has_kinks(domains: tuple[Reals, ...], forward: Any) -> bool:
    """Whether a point that a domain keeps away from is a kink, and not a pole.

    At a pole the function is infinite; at a kink it has a value.
    """
    for position, domain in enumerate(domains):
        for point in domain.around if domain.gap else ():
            at = [np.array(0.5 if d is not domain else point) for d in domains]
            at[position] = np.array(point)
            with np.errstate(all="ignore"):
                if np.isfinite(forward(*at)).all():
                    return True
    return False


def _from_registry(cls: type[Op], smooth: bool) -> Instruction | None:
    if cls.name == "clip":
        return None if smooth else instructions.clip
    call = _spelling(cls)
    if call is None or (smooth and cls.name in _KINKED):
        return None
    if cls.name in _COMPARISONS:
        return instructions.comparison(call)
    if issubclass(cls, Elementwise) and has_domain(cls):
        if smooth and has_kinks(cls.domain, cls()):
            return None
        return instructions.elementwise(call, cls.domain)
    if issubclass(cls, Reduction) and cls.name in _REDUCTIONS:
        return instructions.reduction(call, _REDUCTIONS[cls.name])
    if cls.name in ("cumsum", "cumprod", "softmax", "log_softmax"):
        return instructions.along_axis(call)
    return None


@lru_cache(maxsize=4)
def _table(classes: tuple[type[Op], ...], smooth: bool) -> tuple[Instruction, ...]:
    found = (_from_registry(cls, smooth) for cls in classes)
    kinked = () if smooth else _ORDERED
    return (nothing, *(instruction for instruction in found if instruction), *_SHAPED, *kinked)


def table(smooth: bool) -> tuple[Instruction, ...]:
    """All instructions, nothing first; without those that have kinks where `smooth`.

    The operations of ``nn`` are among them once it is imported.
    """
    return _table(tuple(registry), smooth)


_ORDERED: Final = (
    instructions.along_axis("ad.sort", instructions.is_distinct),
    instructions.reduction("ad.median", instructions.is_distinct),
    instructions.reduction("ad.ptp", instructions.has_one_of_each),
)
"""The instructions that depend on the order of elements, which must not be close."""

_SHAPED: Final = (
    instructions.matmul,
    instructions.matmul,
    instructions.dot,
    instructions.outer,
    instructions.tensordot,
    instructions.einsum,
    instructions.of_square("ad.inv"),
    instructions.of_square("ad.det"),
    instructions.solve,
    rearrangements.reshape,
    rearrangements.ravel,
    rearrangements.transpose,
    rearrangements.swapaxes,
    rearrangements.moveaxis,
    rearrangements.expand_dims,
    rearrangements.squeeze,
    rearrangements.broadcast_to,
    rearrangements.flip,
    rearrangements.roll,
    rearrangements.getitem,
    rearrangements.getitem,
    rearrangements.fancy_getitem,
    rearrangements.take,
    rearrangements.index_update,
    rearrangements.concatenate,
    rearrangements.stack,
    rearrangements.split,
    rearrangements.halves,
    rearrangements.pad,
    rearrangements.tile,
    rearrangements.repeat,
    rearrangements.where,
    rearrangements.trace,
    rearrangements.diagonal,
)
"""The instructions whose operands must have shapes that suit each other."""
