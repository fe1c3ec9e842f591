"""What an operation is: a forward computation, one rule for its gradient, and its tests' inputs.

A subclass of `Op` declares everything that is known of an operation; the function, the
override of NumPy's function, the diagram's symbol and the tests all come from it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final, Self

import numpy as np

from autodiff import notation
from autodiff.graph import Node, Recorded
from autodiff.immutable import Immutable
from autodiff.recording import Recording
from autodiff.saves import Saves
from autodiff.typing import Array, Value
from autodiff.writes import numbers

Gradients = tuple[Value | Callable[[], Value] | None, ...]
"""What a rule returns: per input a value, a function that gives it, or None."""

Case = tuple["Op", tuple[Any, ...]]
"""An operation and the arguments to test it on."""

registry: list[type[Op]] = []
"""Every operation of the project's own packages, in the order of definition."""

_OWN_PACKAGES: Final = ("autodiff", "nn")


def _arity(cls: type[Recording]) -> int | None:
    """How many inputs ``forward`` takes; None if that varies, or is not to be seen."""
    forward: Any = cls.forward
    if isinstance(forward, np.ufunc):
        return forward.nin
    code = getattr(forward, "__code__", None)
    if code is None or forward.__defaults__ or code.co_flags & inspect.CO_VARARGS:
        return None
    declared = next(vars(base)["forward"] for base in cls.__mro__ if "forward" in vars(base))
    return int(code.co_argcount) - (not isinstance(declared, staticmethod))


def _tensor_as_parameter(
    cls: type[Op], parameters: tuple[Any, ...], named: dict[str, Any]
) -> TypeError:
    """The error for a parameter that is a Tensor; parameters are given by place or by name."""
    places = zip(inspect.signature(cls).parameters, parameters, strict=False)
    given = {**dict(places), **named}
    name = next((n for n, value in given.items() if isinstance(value, Recorded)), "a parameter")
    return TypeError(
        f"{cls.name}: {name} is a Tensor, but no gradient goes to it; give its value: "
        f"{name}.item(), or {name}.numpy()"
    )


class Op(Recording, Immutable):
    """An operation: subclass it to add one.

    An instance is immutable and holds parameters only (an axis, a stride, a copy of an
    index), nothing of a call. Calling it computes, and records where an input is a Tensor
    that wants a gradient: a Tensor among the inputs gives a Tensor, arrays alone give an
    array.

    Parameters are declared by annotations in the body of the class, ``axis: int = 0``, as
    `Immutable` says; a frozen dataclass, or an ``__init__`` of its own, is as good.

    Attributes
    ----------
    name : str
        How errors and expressions call it; from the class name unless given.
    symbol : str
        What its circle shows in a diagram.
    saves : Saves
        What the rule gets besides the cotangent: a combination of ``INPUTS``,
        ``INPUTS[i]``, ``OUTPUT`` and ``RESIDUAL``, or ``NOTHING``. With ``RESIDUAL``,
        `forward` returns ``(output, residual)``.
    broadcasts : bool
        Whether the inputs broadcast, so that gradients are summed back to their shapes.
    elementwise : bool
        Whether no input has more elements than the output.
    needs : None, OTHERS or tuple of tuple of int
        Which inputs the gradient to each input needs. None: all that are kept; ``OTHERS``:
        all but itself, as in a product; or per input their positions. An input that no
        wanted gradient needs is not kept: the rule gets None in its place, and must not
        touch it but in a function that is called only where that gradient is wanted.
    symmetric : bool
        Whether the input is taken for symmetric matrices, of which one triangle is read. The
        gradient is symmetric then, and agrees with differences along symmetric directions.
    numpy : function or None
        NumPy's function of the same meaning.
    """

    numpy: ClassVar[Any] = None

    residual: ClassVar[Any] = None
    """Where the residual varies with the inputs: ``residual(self, *inputs)`` computes it in
    plain operators, and is run again on Tensors and symbols."""

    residual_name: ClassVar[str | None] = None
    """What diagrams call the residual, where it is one array that has a name of its own."""

    definition: ClassVar[Any] = None
    """Where the operation is fused: ``definition(self, *inputs)`` says it in primitives."""

    def __init_subclass__(cls, abstract: bool = False, eq: bool = True) -> None:
        super().__init_subclass__(eq=eq)
        if "name" not in cls.__dict__:
            cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        if not isinstance(cls.saves, Saves):
            raise TypeError(
                f"{cls.__name__}: saves = {cls.saves!r}; expected INPUTS, INPUTS[i], OUTPUT, "
                f"RESIDUAL, combinations of them by |, or NOTHING"
            )
        if not abstract and not hasattr(cls, "symbol"):
            cls.symbol = cls.name
        if cls.residual is not None and (cls.saves.positions is not None):
            raise TypeError(f"{cls.__name__}: a method residual needs saves = INPUTS | RESIDUAL")
        if cls.__dict__.get("numpy") is not None and "forward" not in cls.__dict__:
            cls.forward = staticmethod(cls.numpy)  # type: ignore[method-assign]  # the same call
        # One look-up instead of four in __call__.
        cls._traits = (cls.saves, cls.elementwise, cls.needs is not None, _arity(cls))
        if not abstract and cls.__module__.partition(".")[0] in _OWN_PACKAGES:
            registry.append(cls)
            cls._registered = True

    def __new__(cls, *parameters: Any, **named: Any) -> Self:
        """A new operation; a parameter that is a Tensor is refused."""
        for parameter in (*parameters, *named.values()) if named else parameters:
            if isinstance(parameter, Recorded):
                raise _tensor_as_parameter(cls, parameters, named)
        return object.__new__(cls)

    # -- what a subclass declares ---------------------------------------------------------

    def vjp(self, g: Value, *saved: Value) -> Gradients:
        """The vector-Jacobian product: from g = ∂L/∂output, ∂L/∂input for each input.

        Written in operators, NumPy functions and operations, without a look at values,
        so that it reads on arrays, Tensors and symbols alike.
        """
        raise NotImplementedError(f"{type(self).__name__} has no vjp")

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        """Operations of this class and arguments to test them on."""
        raise NotImplementedError(f"{cls.__name__} has no cases")

    def expression(self, *arguments: str) -> str:
        """The operation applied to `arguments`, as text."""
        return notation.call(self.name, *arguments)

    def residual_expression(self, *arguments: str) -> str:
        """What the residual is, for inputs written as `arguments`, as text."""
        return f"residual of {self.name}"

    def _outputs(self, parent: Node, outputs: tuple[Array, ...], small: bool) -> tuple[Any, ...]:
        return Output.tensors(parent, outputs, small)

    def __repr__(self) -> str:
        parameters = ", ".join(f"{key}={value!r}" for key, value in vars(self).items())
        return f"{self.name}({parameters})" if parameters else self.name


class Output(Op, abstract=True):
    """One of the outputs of an operation that has several: the identity on it.

    Parameters
    ----------
    index : int
        Which output.
    count : int
        How many there are.
    of : str
        The name of the operation.
    """

    index: int
    count: int

    def __init__(self, index: int, count: int, of: str) -> None:
        vars(self).update(index=index, count=count, name=f"{of}[{index}]")

    def forward(self, *inputs: Any) -> Any:  # noqa: D102  # described in Op
        return inputs[self.index]

    def expression(self, *arguments: str) -> str:  # noqa: D102  # described in Op
        return f"{arguments[0]}[{self.index}]"

    def vjp(self, g: Value, *saved: Value) -> Gradients:  # noqa: D102  # described in Op
        return (g,)

    @classmethod
    def tensors(cls, parent: Node, outputs: tuple[Array, ...], small: bool) -> tuple[Any, ...]:
        """The outputs as Tensors, each with a node over that of the operation."""
        assert parent.op is not None
        tensors = []
        for index, array in enumerate(outputs):
            node = object.__new__(Node)
            node.number = next(numbers)
            node.op = cls(index, len(outputs), parent.op.name)
            node.parents = (parent,)
            node.saved = node.inputs = ()
            node.output = array if small else None
            node.shape = array.shape
            node.dtype = array.dtype
            node.scope = parent.scope
            node.notes = None
            # An output of places, as of a sort, carries no gradient.
            tensors.append(Recorded.over(array, node if array.dtype.kind == "f" else None))
        return tuple(tensors)
