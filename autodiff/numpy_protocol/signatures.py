"""Calls as NumPy's functions take them, made into calls as ours take them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from autodiff.graph import Recorded
from autodiff.numpy_protocol.refusals import refused_parameter

_POSITIONAL: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
no_value: Final[Any] = np._NoValue


class Translation:
    """How a call of a function of NumPy's is made one of ours.

    The arguments mean what NumPy says. Those that have NumPy's default are left out, and
    of the others those that ours does not take are refused by name.

    Parameters
    ----------
    theirs : function
        NumPy's.
    ours : function
        What takes its place.
    """

    def __init__(self, theirs: Callable[..., Any], ours: Callable[..., Any]) -> None:
        self.theirs = theirs
        self.ours = ours
        self.signature = _signature(theirs)
        self.taken = inspect.signature(ours).parameters
        self.takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in self.taken.values())
        self.is_variadic = any(  # an operation takes its inputs by position too
            p.kind is inspect.Parameter.VAR_POSITIONAL
            for p in (*self.signature.parameters.values(), *self.taken.values())
        )
        self.leading = 0
        for a, b in zip(self.signature.parameters.values(), self.taken.values(), strict=False):
            same = a.name == b.name or a.kind is inspect.Parameter.POSITIONAL_ONLY
            if not (same and a.kind in _POSITIONAL and b.kind in _POSITIONAL):
                break
            self.leading += 1

    def __call__(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """What ours gives for a call of theirs."""
        if len(args) <= self.leading and all(
            name in self.taken and value is not no_value for name, value in kwargs.items()
        ):
            return self.ours(*args, **kwargs)
        bound = self.signature.bind(*args, **kwargs).arguments  # NumPy has seen that they fit
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for name, value in bound.items():
            parameter = self.signature.parameters[name]
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                positional.extend(value)
            elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
                named.update(value)
            elif parameter.kind is inspect.Parameter.POSITIONAL_ONLY or (
                self.is_variadic and parameter.kind in _POSITIONAL
            ):
                positional.append(value)
            elif not _is_default(value, parameter.default):
                named[name] = value
        for name in named:
            if name not in self.taken and not self.takes_any:
                raise refused_parameter(self.theirs, name)
        return self.ours(*positional, **named)


_IN_C: Final[dict[Callable[..., Any], Callable[..., None]]] = {
    np.concatenate: lambda arrays, /, axis=0, out=None, *, dtype=None, casting="same_kind": None,
    np.dot: lambda a, b, out=None: None,
    np.inner: lambda a, b, /: None,
    np.vdot: lambda a, b, /: None,
    np.where: lambda condition, x=None, y=None, /: None,
    np.bincount: lambda x, /, weights=None, minlength=0: None,
}
"""The signatures of functions written in C, which not every version of NumPy says."""


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except ValueError:
        return inspect.signature(_IN_C[function])


def _is_default(value: Any, default: Any) -> bool:
    if value is default or value is no_value:
        return True
    if isinstance(value, Recorded) or default is inspect.Parameter.empty:
        return False
    return (
        type(value) is type(default) and isinstance(value, (str, int, float)) and (value == default)
    )


@cache
def translation(theirs: Callable[..., Any], ours: Callable[..., Any]) -> Translation:
    """The translation of calls of `theirs`, made once."""
    return Translation(theirs, ours)
