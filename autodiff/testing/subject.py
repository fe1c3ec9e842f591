"""What is checked, as a function of a list of floating arrays: the variables."""

from __future__ import annotations

import contextlib
import copy
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff import trees
from autodiff.op import Op
from autodiff.reverse import reachable, reverse_pass
from autodiff.tensor import Tensor
from autodiff.testing.complex_step import as_outputs, plain_function
from autodiff.testing.errors import UncheckableError
from autodiff.transforms.evaluation import joined, pull_back
from autodiff.typing import Array


@dataclass(frozen=True)
class Variable:
    """Something that a gradient is taken to.

    Parameters
    ----------
    name : str
        What reports call it: ``"input 0 (x)"``, ``"parameter weight"``.
    array : ndarray
        Where.
    """

    name: str
    array: Array


class Subject:
    """A function of the arrays of its variables.

    Attributes
    ----------
    name : str
        What reports call it.
    variables : list of Variable
        What it is differentiated by.
    """

    name: str
    variables: list[Variable]

    def outputs(self, tensors: Sequence[Any]) -> list[Any]:
        """Its floating results as Tensors, for Tensors (one per variable)."""
        raise NotImplementedError

    def values(self) -> list[Array]:
        """The arrays of the variables."""
        return [variable.array for variable in self.variables]

    def plain(self, values: Sequence[Any]) -> list[Array]:
        """Its results on arrays that may be complex, if it is made of NumPy's functions alone."""
        raise TypeError(f"{self.name} is computed on Tensors")

    def evaluate(self, values: Sequence[Array]) -> list[Array]:
        """Its results as arrays."""
        return [y._array for y in self.outputs(leaves(values))]


def leaves(values: Sequence[Array]) -> list[Tensor]:
    """Tensors of copies of `values` that want gradients, laid out as they are in memory."""
    tensors = [Tensor(x, requires_grad=True) for x in values]
    for tensor, x in zip(tensors, values, strict=True):
        tensor._array = copied(x)
    return tensors


def copied(array: Array) -> Array:
    """A copy with the strides of `array`, and as writable: where a Tensor's own is contiguous."""
    low, high = np.lib.array_utils.byte_bounds(array)
    start = array.__array_interface__["data"][0] - low
    memory = np.zeros(high - low, np.uint8)
    copy: Array = np.ndarray(array.shape, array.dtype, memory, start, array.strides)
    copy[...] = array
    copy.flags.writeable = array.flags.writeable
    return copy


def others_found(subject: FunctionSubject) -> list[str]:
    """The Tensors that want gradients and that a function found by itself, in words."""
    xs = leaves(subject.values())
    roots = [y.node for y in subject.outputs(xs) if y.node is not None]
    nodes = dict.fromkeys(node for root in roots for node in reachable(root))
    own = {x.node for x in xs}
    return [
        f"{node.name or 'one'} of shape {node.shape}"
        for node in nodes
        if node.op is None and node not in own and node.notes is not None and node.notes.active
    ]


def gradient(subject: Subject, values: Sequence[Array], cotangents: Sequence[Array]) -> list[Array]:
    """The gradient of Σ cotangent · output to each variable, by the rules."""
    xs = leaves(values)
    return pull_back(subject.outputs(xs), cotangents, xs, create_graph=False)


def size_on_the_way(
    subject: Subject, values: Sequence[Array], cotangents: Sequence[Array]
) -> float:
    """The sizes of all cotangents on the way to the gradient: the largest of each, summed."""
    recorded = [
        (y, g)
        for y, g in zip(subject.outputs(leaves(values)), cotangents, strict=True)
        if y.node is not None
    ]
    root = joined([y for y, _ in recorded], [g for _, g in recorded])
    return sum(
        float(np.abs(value).max(initial=0.0))
        for _, _, sent in reverse_pass(root, np.ones(()))
        for value in sent
        if value is not None
    )


def parts(tree: Any) -> list[Any]:
    """The arrays, Tensors and numbers in a list, tuple or dictionary."""
    return [leaf for _, leaf in trees.leaves(tree)]


class FunctionSubject(Subject):
    """A function of Tensors, an operation or a module, at the inputs given.

    An operation on symmetric matrices is checked along changes that leave them symmetric.

    Parameters
    ----------
    function : callable
        What is checked.
    inputs : tuple
        Its arguments.
    dtype : dtype, optional
        That of all floating numbers, the parameters' and buffers' too; by default each has
        its own.
    """

    def __init__(self, function: Callable[..., Any], inputs: tuple[Any, ...], dtype: Any = None):
        self.name = name_of(function)
        self._dtype = dtype
        self._model, self._function = None, function
        owner = function if is_module(function) else getattr(function, "__self__", None)
        if is_module(owner):
            self._model = Model(owner, dtype)
            self._function = (
                self._model.module
                if owner is function
                else getattr(self._model.module, function.__name__)
            )
        self.variables = []
        names = _names(function, len(inputs))
        self._template = tuple(
            trees.replaced(
                x, iter([self._taken(f"input {i}{name}{path}", v) for path, v in trees.leaves(x)])
            )
            for i, (x, name) in enumerate(zip(inputs, names, strict=True))
        )
        self._given = len(self.variables)
        if self._model is not None:
            self.variables += self._model.variables

    def _taken(self, name: str, value: Any) -> Any:
        """What stands in the template for an argument: a variable, or what f gets each time."""
        if isinstance(value, Tensor):
            if value.dtype.kind != "f" or not value.requires_grad:
                return Tensor(value, dtype=self._dtype if value.dtype.kind == "f" else None)
            array = value._array
        elif isinstance(value, (np.ndarray, np.generic, float, complex)):
            array = np.asarray(value)
            if array.dtype.kind not in "fiub":
                raise TypeError(
                    f"check_gradients: {name} is of {array.dtype}; expected real numbers"
                )
            if array.dtype.kind != "f":
                return value.copy() if isinstance(value, np.ndarray) else value
            if self._model is not None and self._model.dtype is not None:
                array = array.astype(self._model.dtype)  # as a module does with arrays
        else:
            return value
        own = copied(array) if self._dtype in (None, array.dtype) else array.astype(self._dtype)
        self.variables.append(Variable(name, own))
        return self.variables[-1]

    def outputs(self, tensors: Sequence[Any]) -> list[Any]:
        """Its floating results as Tensors, for Tensors (one per variable)."""
        return [
            y for y in parts(self.call(tensors)) if isinstance(y, Tensor) and y.dtype.kind == "f"
        ]

    def call(self, values: Sequence[Any]) -> Any:
        """What the function gives with `values` in the place of its variables."""
        if self._model is not None:
            self._model.set(values[self._given :])
        return self._called(self._function, values)

    def _called(self, function: Callable[..., Any], values: Sequence[Any]) -> Any:
        if isinstance(function, Op) and function.symmetric:
            values = [(a + np.swapaxes(a, -1, -2)) * 0.5 for a in values]
        given = iter(values)
        arguments = trees.mapped(
            lambda x: next(given) if isinstance(x, Variable) else x, self._template
        )
        return function(*arguments)

    def constants(self) -> list[Array]:
        """The arrays among the arguments that are no variables: labels, indices."""
        found = (x._array if isinstance(x, Tensor) else x for x in parts(self._template))
        return [x for x in found if isinstance(x, np.ndarray)]

    def plain(self, values: Sequence[Any]) -> list[Array]:
        """Its results on arrays alone, which may be complex.

        Raises
        ------
        Exception
            Of any kind, if it does not compute on such arrays.
        """
        if self._model is not None:
            raise TypeError(f"{self.name} has parameters, which are Tensors")
        return as_outputs(self._called(plain_function(self._function), values))


def is_module(f: Any) -> bool:
    """Whether f owns parameters."""
    return hasattr(f, "named_parameters")


class Model:
    """A copy of a module whose parameters are variables; the module itself stays as it is.

    Parameters
    ----------
    module : Module
        Anything that has ``named_parameters()`` and can be copied.
    dtype : dtype, optional
        That of all it holds.
    """

    def __init__(self, module: Any, dtype: Any = None):
        self.module = copy.deepcopy(module)
        named = list(self.module.named_parameters())
        self._parameters = [tensor for _, tensor in named if tensor.requires_grad]
        self.variables = [
            Variable(f"parameter {name}", np.array(tensor.numpy(), dtype=dtype or tensor.dtype))
            for name, tensor in named
            if tensor.requires_grad
        ]
        buffers = getattr(self.module, "named_buffers", lambda: ())()
        held = [t for _, t in (*named, *buffers) if not t.requires_grad]
        self._held = [
            (t, np.array(t.numpy(), dtype=dtype if t.dtype.kind == "f" and dtype else t.dtype))
            for t in held
        ]
        self.dtype = named[0][1].dtype if named and dtype is None else dtype

    def set(self, values: Sequence[Any]) -> None:
        """Put Tensors in the place of the parameters, and buffers back to where they were."""
        for parameter, value in zip(self._parameters, values, strict=True):
            parameter._array, parameter.node = value._array, value.node
        for tensor, array in self._held:
            tensor._array = array.copy()


def name_of(f: Any) -> str:
    """What reports call f."""
    if isinstance(f, Op):
        return repr(f)
    return getattr(f, "__name__", None) or type(f).__name__


def _names(f: Any, count: int) -> list[str]:
    """The names of f's arguments as ``" (x)"``, empty where they are not to be seen."""
    try:
        signature = inspect.signature(f.forward if isinstance(f, Op) or is_module(f) else f)
    except (TypeError, ValueError):
        return [""] * count
    names = [
        f" ({p.name})"
        for p in signature.parameters.values()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.name != "self"
    ]
    return (names + [""] * count)[:count]


class GradientSubject(Subject):
    """The gradient of a subject, as a function of its variables and of the cotangents.

    Parameters
    ----------
    subject : Subject
        The function differentiated.
    cotangents : sequence of ndarray
        Where they stand.
    """

    def __init__(self, subject: Subject, cotangents: Sequence[Array]):
        self.name = subject.name
        self._subject = subject
        self._count = len(subject.variables)
        named = [Variable(f"the cotangent of output {i}", g) for i, g in enumerate(cotangents)]
        self.variables = [*subject.variables, *named]

    def outputs(self, tensors: Sequence[Any]) -> list[Any]:
        """The gradients to the variables of the function."""
        xs, cotangents = tensors[: self._count], tensors[self._count :]
        with rules_on_tensors():
            return pull_back(self._subject.outputs(xs), cotangents, xs, create_graph=True)


@contextlib.contextmanager
def rules_on_tensors() -> Iterator[None]:
    """Where rules are read on Tensors: their errors say so."""
    try:
        yield
    except Exception as error:
        error.add_note(
            "check_gradients: forward mode and orders from 2 read rules on Tensors: write them in "
            "operators, NumPy's functions and operations, without writes into arrays; or check "
            'order=1 with modes=("reverse",) alone'
        )
        raise


def check_is_checkable(subject: FunctionSubject, tensors: Sequence[Tensor]) -> list[Array]:
    """Refuse a function in which nothing wants a gradient, or that gives no finite numbers.

    Returns
    -------
    list of ndarray
        The outputs.
    """
    name = subject.name
    if not tensors:
        raise UncheckableError(
            f"check_gradients: {name} has no input that wants a gradient: expected a floating "
            f"array or number, a Tensor with requires_grad=True, or a module with parameters"
        )
    for variable in subject.variables:
        if not np.isfinite(variable.array).all():
            raise UncheckableError(f"check_gradients: {variable.name} of {name} is not finite")
    result = subject.call(tensors)
    ys = [y for y in parts(result) if isinstance(y, Tensor) and y.dtype.kind == "f"]
    if not ys:
        kinds = sorted({type(y).__name__ for y in parts(result)})
        raise UncheckableError(
            f"check_gradients: {name} gave {', '.join(kinds) or 'nothing'} for Tensors; expected "
            f"a floating Tensor (were values taken out by .numpy() or .item()?)"
        )
    for y in ys:
        if not np.isfinite(y._array).all():
            raise UncheckableError(
                f"check_gradients: {name} gives values that are not finite here; check it at "
                f"another point"
            )
    nodes = [y.node for y in ys if y.node is not None]
    if not nodes:
        raise UncheckableError(
            f"check_gradients: the result of {name} has no node: nothing in it wants a gradient "
            f"(was it computed under no_grad(), or detached?)"
        )
    used = {node for root in nodes for node in reachable(root)}
    if used.isdisjoint(x.node for x in tensors):
        raise UncheckableError(
            f"check_gradients: the result of {name} depends on none of its inputs"
        )
    return [y._array for y in ys]
