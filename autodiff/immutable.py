"""Values that are made of a few parameters and never change."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar, NoReturn, Self, dataclass_transform


class _Signature:
    """What ``inspect.signature`` and ``help`` ask a class for, made when they do."""

    def __get__(self, value: Immutable | None, cls: type[Immutable]) -> inspect.Signature:
        if value is not None or cls.__init__ is not Immutable.__init__:
            raise AttributeError("__signature__")  # inspect finds it by itself
        kinds: dict[str, Any] = {}
        for base in reversed(cls.__mro__):
            kinds |= inspect.get_annotations(base)
        either = inspect.Parameter.POSITIONAL_OR_KEYWORD
        none = inspect.Parameter.empty
        parameters = [
            inspect.Parameter(n, either, default=cls._defaults.get(n, none), annotation=kinds[n])
            for n in cls._parameters
        ]
        return inspect.Signature(parameters, return_annotation=None)


@dataclass_transform(frozen_default=True)
class Immutable:
    """A base of classes that declare their parameters by annotations, as dataclasses do.

    ``axis: int = 0`` in the body of a class is a parameter with a default; those of the bases
    come first, and what those annotate otherwise stays an attribute. Parameters are given by
    position or by name. Values of one class are equal where their parameters are, and refuse
    to be changed. One ``__init__`` serves all classes: dataclasses compile five methods for
    each, which would be half of the time that `autodiff` takes to import.

    A class with an ``__init__`` of its own, such as a dataclass, is left to itself.

    Parameters
    ----------
    eq : bool, optional
        In the head of a class: whether equal parameters make values equal. With False, for
        arrays among them, a value equals itself alone.
    """

    _parameters: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[dict[str, Any]] = {}

    __signature__: ClassVar[Any] = _Signature()

    def __init_subclass__(cls, eq: bool = True) -> None:
        super().__init_subclass__()
        if cls.__annotations__ and cls.__init__ is Immutable.__init__:
            known = {n for base in cls.__mro__[1:] for n in getattr(base, "__annotations__", ())}
            own = {n for n, kind in cls.__annotations__.items() if "ClassVar" not in str(kind)}
            cls._parameters += tuple(n for n in cls.__annotations__ if n in own - known)
            cls._defaults = {n: getattr(cls, n) for n in cls._parameters if hasattr(cls, n)}
        if not eq:
            cls.__eq__ = object.__eq__  # type: ignore[method-assign]  # said above
            cls.__hash__ = object.__hash__  # type: ignore[method-assign]  # said above

    def __init__(self, *values: Any, **named: Any) -> None:
        parameters = self._parameters
        if named or len(values) != len(parameters):
            values = self._completed(values, named)
        own = self.__dict__  # past __setattr__
        for name, value in zip(parameters, values):  # noqa: B905  # as many; strict takes time
            own[name] = value

    @classmethod
    def _is_declared(cls) -> bool:
        """Whether its instances are made of declared parameters."""
        return bool(cls._parameters) and cls.__init__ is Immutable.__init__

    @classmethod
    def _completed(cls, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        """The value of each parameter: those given by position, by name, and defaults."""
        defaults = cls._defaults
        try:
            rest = [
                named.pop(name) if name in named else defaults[name]
                for name in cls._parameters[len(given) :]
            ]
        except KeyError as missing:
            raise cls._misfit(f"{missing.args[0]} is missing") from None
        if named:
            raise cls._misfit(f"{next(iter(named))} is none of them, or given twice")
        if len(given) > len(cls._parameters):
            raise cls._misfit(f"{len(given)} were given")
        return (*given, *rest)

    @classmethod
    def _misfit(cls, problem: str) -> TypeError:
        takes = ", ".join(cls._parameters) or "no parameters"
        return TypeError(f"{cls.__name__}: takes {takes}; {problem}")

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self._parameters)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not self._is_declared():
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values()) if self._is_declared() else object.__hash__(self)

    def __replace__(self, **changes: Any) -> Self:
        """Another one, with some parameters changed; what ``copy.replace`` calls."""
        return type(self)(**{**vars(self), **changes})

    def __setattr__(self, name: str, value: Any) -> None:
        if self._is_declared():
            self._refuse_change(name)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if self._is_declared():
            self._refuse_change(name)
        super().__delattr__(name)

    def _refuse_change(self, name: str) -> NoReturn:
        raise AttributeError(f"{name}: {self!r} does not change; make another one")

    def __repr__(self) -> str:
        parameters = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({parameters})"
