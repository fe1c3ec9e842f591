"""Module, Parameter and Buffer: models as objects that own what they learn."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping, ValuesView
from typing import Any, ClassVar, Self

import numpy as np

from autodiff import Tensor, scope
from autodiff.modes import modes
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


def _holds_parts(value: Any) -> bool:
    """Whether a container holds something that a module would own, at any depth."""
    stack, seen = [value], set()
    while stack:
        container = stack.pop()
        if not isinstance(container, (dict, list, tuple, set, ValuesView)) or id(container) in seen:
            continue
        seen.add(id(container))
        for part in container.values() if isinstance(container, dict) else container:
            if isinstance(part, (Module, Parameter, Buffer)):
                return True
            stack.append(part)
    return False


class Module:
    """A part of a model.

    Subclass it, assign Parameters, Buffers and Modules to attributes, and write ``forward``.
    Calling a module enters a scope of its name, so that diagrams know what belongs to it. Arrays of
    floating numbers among its arguments are cast to the dtype of the parameters; integers, which
    may be labels or indices, are cast by the layers that compute with them.

    Attributes
    ----------
    training : bool
        Whether the model is being trained; `train` and `eval` set it.
    """

    training: bool = True
    casts_integers: ClassVar[bool] = False
    """Whether arrays of integers among the arguments are numbers like others."""

    _label: str | None = None
    _owner: Callable[[], Module | None] | None = None

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module computes."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute ``forward`` within the scope of this module."""
        for x in inputs:
            if not isinstance(x, Tensor):
                inputs = tuple(map(self._cast, inputs))
                break
        if options:
            options = {name: self._cast(x) for name, x in options.items()}
        mode = modes.get()
        if mode is not None and not mode.recording and not mode.anomaly:
            return self.forward(*inputs, **options)  # no node will ask for its scope
        with scope(self._label or type(self).__name__):
            return self.forward(*inputs, **options)

    def _cast(self, x: Any) -> Any:
        """An array or list of numbers in the dtype of the parameters; anything else as it is."""
        if isinstance(x, Tensor):
            return x
        array = np.asarray(x) if isinstance(x, (list, tuple)) else x
        if not is_array(array) or array.dtype.kind not in ("fiub" if self.casts_integers else "f"):
            return x
        dtype = self._dtype()
        if dtype is None:
            return x
        return array if array.dtype is dtype else array.astype(dtype, copy=False)

    def __setattr__(self, name: str, value: Any) -> None:
        self._refuse_container(name, value)
        before = vars(self).get(name)
        kind = next((k for k in (Parameter, Buffer) if isinstance(before, k)), None)
        if kind is not None and value is not None and not isinstance(value, kind):
            raise TypeError(
                f"{type(self).__name__}.{name} is a {kind.__name__}, and a {type(value).__name__} "
                f"would not take its place in the model; write module.{name}.data = …, or "
                f"module.{name} = {kind.__name__}(…)"
            )
        if isinstance(value, (Module, Parameter, Buffer)) and (
            "." in name or name.startswith("__")
        ):
            raise ValueError(f"{type(self).__name__}: a part cannot be called {name!r}")
        if isinstance(value, Module):
            self._hold(name, value)
        else:
            super().__setattr__(name, value)
        if isinstance(value, (Module, Parameter)):
            self._name_parameters()

    def _hold(self, name: str, module: Module) -> None:
        """Own a module, whose parameters are yet to be named."""
        super().__setattr__(name, module)
        module._label = f"{name}:{type(module).__name__}"
        if all(owner is not module for owner in self._owners()):
            module._owner = weakref.ref(self)

    def _refuse_container(self, name: str, value: Any) -> None:
        if _holds_parts(value):
            raise TypeError(
                f"{type(self).__name__}.{name}: what a {type(value).__name__} holds would not be "
                f"found and not be trained; write ModuleList(…), or one attribute for each"
            )

    def _owners(self) -> Iterator[Module]:
        """The module itself, then what it belongs to, and so on up to the whole model."""
        module: Module | None = self
        while module is not None:
            yield module
            owner = module._owner() if module._owner is not None else None
            held = owner is not None and any(value is module for value in vars(owner).values())
            module = owner if held else None

    def _dtype(self) -> np.dtype[Any] | None:
        """That of the first parameter."""
        # Like named_parameters(), at a tenth of its cost: every call with an array asks.
        modules, seen = [self], set()
        while modules:
            module = modules.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            within = []
            for value in vars(module).values():
                if isinstance(value, Parameter):
                    return value.dtype
                if isinstance(value, Module):
                    within.append(value)
            modules += reversed(within)
        return None

    def _name_parameters(self) -> None:
        """Let all parameters of the whole model know where they are."""
        *_, root = self._owners()
        for path, parameter in root.named_parameters():
            parameter.name = path

    def __getstate__(self) -> dict[str, Any]:
        # A copy has other owners.
        return {name: value for name, value in vars(self).items() if name != "_owner"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        for _, child in self.children():
            child._owner = weakref.ref(self)
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
                module._refuse_container(name, value)  # a list may have been filled since
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
        """Let the parameters stay as they are: they want no gradient until ``unfreeze()``.

        Running statistics are no parameters: they stay in evaluation mode.
        """
        for parameter in self.parameters():
            parameter.requires_grad = not frozen
        return self

    def unfreeze(self) -> Self:
        """Let the parameters be learned again."""
        return self.freeze(False)

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
