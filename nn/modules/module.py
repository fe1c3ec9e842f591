"""Module, Parameter and Buffer: models as objects that own what they learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, ValuesView
from typing import Any, Self

import numpy as np

from autodiff import Tensor, scope
from autodiff.typing import Array, is_array, own_real_array


class Parameter(Tensor):
    """A Tensor that a model learns: it always wants a gradient, and is named by its owner.

    Parameters
    ----------
    data : array_like
        Initial values, floating. Copied.
    dtype : dtype, optional
        That of `data` by default.
    name : str, optional
        Until a Module owns it.
    """

    __slots__ = ()

    def __init__(self, data: Any, *, dtype: Any = None, name: str | None = None) -> None:
        super().__init__(data, requires_grad=True, dtype=dtype, name=name)

    def _role(self) -> str:
        return "parameter"


class Buffer(Tensor):
    """A Tensor that belongs to a model but is not learned: a running mean, a fixed table.

    It wants no gradient, and is saved and restored with the parameters.

    Parameters
    ----------
    data : array_like
        Initial values. Copied.
    dtype : dtype, optional
        That of `data` by default.
    """

    __slots__ = ()

    def __init__(self, data: Any, *, dtype: Any = None) -> None:
        super().__init__(data, dtype=dtype)


def _cast(x: Any, dtype: Any) -> Any:
    """An array or list of numbers in `dtype`; anything else (a Tensor, a mask, None) as it is."""
    array = np.asarray(x) if isinstance(x, (list, tuple)) else x
    if isinstance(x, Tensor) or not is_array(array) or array.dtype.kind not in "fiu":
        return x
    return array.astype(dtype, copy=False)


class Module:
    """A part of a model.

    Subclass it, assign Parameters, Buffers and Modules to attributes, and write ``forward``.
    Calling a module enters a scope of its name, so that diagrams know what belongs to it. Arrays of
    numbers among its arguments are cast to the dtype of the parameters.

    Attributes
    ----------
    training : bool
        Whether the model is being trained; `train` and `eval` set it.
    """

    training: bool = True
    _label: str | None = None

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module computes."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute ``forward`` within the scope of this module."""
        if not all(isinstance(x, Tensor) for x in inputs):
            dtype = next((p.dtype for p in self.parameters()), None)
            if dtype is not None:
                inputs = tuple(_cast(x, dtype) for x in inputs)
        with scope(self._label or type(self).__name__):
            return self.forward(*inputs, **options)

    def __setattr__(self, name: str, value: Any) -> None:
        parts = value.values() if isinstance(value, dict) else value
        if isinstance(parts, (list, tuple, set, ValuesView)) and any(
            isinstance(part, (Module, Parameter, Buffer)) for part in parts
        ):
            raise TypeError(
                f"{type(self).__name__}.{name}: what a {type(value).__name__} holds would not be "
                f"found and not be trained; write ModuleList(…), or one attribute for each"
            )
        super().__setattr__(name, value)
        if isinstance(value, Module):
            value._label = f"{name}:{type(value).__name__}"
        if isinstance(value, (Module, Parameter)):
            for path, parameter in self.named_parameters():
                parameter.name = path

    # -- what it owns ---------------------------------------------------------------------

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules assigned to attributes, by name."""
        return ((name, value) for name, value in vars(self).items() if isinstance(value, Module))

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """The module itself (named "") and all within it, once each, by dotted name."""
        seen: set[int] = set()
        stack: list[tuple[str, Module]] = [(prefix, self)]
        while stack:
            path, module = stack.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield path, module
            stack.extend(
                reversed([(f"{path}.{n}" if path else n, m) for n, m in module.children()])
            )

    def _named(self, kind: type[Tensor]) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for path, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, kind) and id(value) not in seen:
                    seen.add(id(value))
                    yield (f"{path}.{name}" if path else name), value

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """All parameters, once each, by dotted name."""
        return self._named(Parameter)

    def parameters(self) -> Iterator[Parameter]:
        """All parameters, once each."""
        return (parameter for _, parameter in self.named_parameters())

    def named_buffers(self) -> Iterator[tuple[str, Buffer]]:
        """All buffers, once each, by dotted name."""
        return self._named(Buffer)

    def buffers(self) -> Iterator[Buffer]:
        """All buffers, once each."""
        return (buffer for _, buffer in self.named_buffers())

    def freeze(self, frozen: bool = True) -> Self:
        """Let the parameters stay as they are: they want no gradient until ``freeze(False)``."""
        for parameter in self.parameters():
            parameter.requires_grad = not frozen
        return self

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def train(self, mode: bool = True) -> Self:
        """Set `training` here and in all modules within."""
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set `training` to False here and in all modules within."""
        return self.train(False)

    # -- saving and restoring -------------------------------------------------------------

    def _state(self) -> dict[str, Tensor]:
        return {**dict(self.named_parameters()), **dict(self.named_buffers())}

    def state_dict(self) -> dict[str, Array]:
        """Copies of the arrays of all parameters and buffers, by dotted name."""
        return {name: tensor.numpy().copy() for name, tensor in self._state().items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set all parameters and buffers to what `state_dict` gave.

        Raises
        ------
        ValueError
            If a name is missing or unknown, or a shape differs. Nothing is changed then.
        TypeError
            If something is no array of real numbers. Nothing is changed then.
        """
        own = self._state()
        problems = [f"{name} is missing" for name in own.keys() - state.keys()]
        problems += [f"{name} is unknown" for name in state.keys() - own.keys()]
        problems += [
            f"{name} has shape {np.shape(state[name])}, expected {tensor.shape}"
            for name, tensor in own.items()
            if name in state and np.shape(state[name]) != tensor.shape
        ]
        if problems:
            raise ValueError(f"load_state_dict: {'; '.join(sorted(problems))}")
        # All of them first: one that is no array of real numbers must change nothing either.
        arrays = {
            name: own_real_array(state[name], tensor.dtype, f"load_state_dict: {name}")
            for name, tensor in own.items()
        }
        for name, tensor in own.items():
            tensor.written()[...] = arrays[name]

    def __repr__(self) -> str:
        lines = [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in self.children()]
        inside = "".join(f"\n  {line}" for line in lines)
        count = sum(parameter.size for parameter in self.parameters())
        return f"{type(self).__name__}({self.extra()}{inside}{chr(10) if inside else ''})" + (
            f"  # {count:,} parameters" if count else ""
        )

    def extra(self) -> str:
        """What the repr shows between the parentheses."""
        return ""
