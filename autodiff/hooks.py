"""Hooks: functions that see a Tensor's gradient on its way back, and may replace it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff.graph import Node, Recorded
from autodiff.typing import Value, is_array

Hook = Callable[[Any], Any]
"""Takes a gradient; gives one to go on with, or None to leave it as it is."""


class HookHandle:
    """What ``register_hook`` gives: the way to take the hook away again."""

    __slots__ = ("_hook", "_hooks")

    def __init__(self, hooks: list[Hook], hook: Hook) -> None:
        self._hooks = hooks
        self._hook = hook

    def remove(self) -> None:
        """Take the hook away; nothing happens if it is gone already."""
        for position, hook in enumerate(self._hooks):
            if hook is self._hook:
                del self._hooks[position]
                return


def add_hook(node: Node, function: Hook) -> HookHandle:
    """Let `function` see the gradient of `node` in every walk.

    Raises
    ------
    TypeError
        If it cannot be called.
    """
    if not callable(function):
        raise TypeError(
            f"register_hook: {type(function).__name__} was given; expected a function of the "
            f"gradient"
        )
    notes = node.annotate()
    if notes.hooks is None:
        notes.hooks = []

    def hook(gradient: Any) -> Any:  # one of its own, so that one function may be added twice
        return function(gradient)

    notes.hooks.append(hook)
    return HookHandle(notes.hooks, hook)


def hooked(node: Node, cotangent: Value) -> Value:
    """The gradient of `node` after its hooks.

    Raises
    ------
    TypeError, ValueError
        If a hook gives something that is no gradient of the same shape.
    """
    assert node.notes is not None
    for hook in tuple(node.notes.hooks or ()):
        seen = cotangent
        if isinstance(seen, np.ndarray):  # others may hold the same array: not to be written
            seen = seen.view()
            seen.flags.writeable = False
        given = hook(seen)
        if given is not None and given is not seen:
            cotangent = _replacement(given, cotangent, node)
    return cotangent


def _replacement(given: Any, cotangent: Value, node: Node) -> Value:
    if isinstance(given, Recorded):
        value: Any = given if isinstance(cotangent, Recorded) else given._array
    else:
        value = given if is_array(given) else np.asarray(given)
    if value.dtype.kind not in "fiub":
        raise TypeError(
            f"a hook of {node.describe()} gave {type(given).__name__}; expected a gradient, or None"
        )
    if value.shape != node.shape:
        raise ValueError(
            f"a hook of {node.describe()} gave shape {value.shape}; expected {node.shape}"
        )
    return value if value.dtype == node.dtype else value.astype(node.dtype)
