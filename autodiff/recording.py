"""How a call of an operation becomes a node of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

import numpy as np

from autodiff.anomaly import check_outputs, watched
from autodiff.graph import SMALL, Node, Recorded
from autodiff.modes import modes
from autodiff.saves import (
    INPUTS,
    NOTHING,
    OUTPUT,
    Needs,
    Saves,
    all_small,
    needed_inputs,
    small_constants,
)
from autodiff.typing import Array, is_array, kind_of
from autodiff.writes import compare_exposures, exposures, numbers

if TYPE_CHECKING:
    from autodiff.op import Op
    from autodiff.tensor import Tensor


class Symbolic:
    """Base of values that operations are read with instead of computed on."""

    __slots__ = ()

    def apply(self, op: Op, inputs: Sequence[Any]) -> Any:
        """What `op` gives for `inputs`, one of which is this."""
        raise NotImplementedError

    def choose(self, x: Any, y: Any) -> Any:
        """``where(self, x, y)``."""
        raise NotImplementedError


_new: Final = object.__new__
_ndarray: Final = np.ndarray
_float64: Final = np.dtype(np.float64)
_float32: Final = np.dtype(np.float32)
_NUMBERS: Final = frozenset({float, int, bool})
_RESTATED: Final = (
    *(ValueError, TypeError, IndexError),
    *(np.exceptions.AxisError, np.linalg.LinAlgError),
)


class Recording:
    """What can be called on Tensors; `Op` says what the attributes and methods mean."""

    name: str
    symbol: str
    saves: ClassVar[Saves] = NOTHING
    broadcasts: ClassVar[bool] = False
    elementwise: ClassVar[bool] = False
    needs: ClassVar[Needs] = None
    definition: ClassVar[Any] = None
    symmetric: ClassVar[bool] = False

    _traits: ClassVar[tuple[Saves, bool, bool, int | None]] = (NOTHING, False, False, None)
    _registered: ClassVar[bool] = False

    def forward(self, *inputs: Any) -> Any:
        """Compute the output from arrays and numbers; by `numpy` unless a subclass says how."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def explain(self, shapes: Sequence[tuple[int, ...]], error: Exception) -> str:
        """What was wrong with inputs of these shapes."""
        return f"{self.name}: {', '.join(map(str, shapes))}: {error}"

    def _outputs(self, parent: Node, outputs: tuple[Array, ...], small: bool) -> tuple[Any, ...]:
        """Several outputs as Tensors, each with a node over `parent`."""
        raise NotImplementedError

    def __call__(self, *inputs: Any) -> Tensor:
        """Compute, and record where an input wants a gradient.

        Returns
        -------
        Tensor
            A tuple of them where the operation has several outputs. An array where no input
            is a Tensor, as NumPy would give it.
        """
        saves, elementwise, selective, arity = self._traits
        if arity == 2:  # as in most operations; the loop below, unrolled
            try:
                x, y = inputs
            except ValueError:
                raise self._miscounted(inputs, arity) from None
            if isinstance(x, Recorded):
                first, first_node = x._array, x.node
            else:
                first, first_node = x if type(x) in _NUMBERS else self._constant(x), None
            if isinstance(y, Recorded):
                second, second_node = y._array, y.node
            else:
                second, second_node = y if type(y) in _NUMBERS else self._constant(y), None
            arrays: tuple[Any, ...] = (first, second)
            parents: tuple[Node | None, ...] = (first_node, second_node)
            constants = first_node is None or second_node is None
        else:
            if arity is not None and len(inputs) != arity:
                raise self._miscounted(inputs, arity)
            values: list[Any] = []
            nodes: list[Node | None] = []
            for x in inputs:
                if isinstance(x, Recorded):
                    values.append(x._array)
                    nodes.append(x.node)
                else:
                    values.append(x if type(x) in _NUMBERS else self._constant(x))
                    nodes.append(None)
            arrays, parents = tuple(values), tuple(nodes)
            constants = None in parents
        if constants and not any(parents):
            return self._unrecorded(inputs, arrays)  # type: ignore[no-any-return]  # an array, as said above
        scope = None
        if (mode := modes.get()) is not None:
            if not mode.recording:
                return self._unrecorded(inputs, arrays)  # type: ignore[no-any-return]  # a Tensor
            if mode.primitives and self.definition is not None:
                return self.definition(*_operands(inputs, arrays))  # type: ignore[no-any-return]  # a Tensor
            if mode.anomaly:
                return watched(self, inputs, mode)  # type: ignore[no-any-return]  # a Tensor
            scope = mode.scope
        if exposures:
            compare_exposures()

        try:
            output = self.forward(*arrays)
        except Exception as error:
            if self._is_restated(error):
                raise self._restated(arrays, error) from None
            error.add_note(self._note(arrays))
            raise
        residual, several = None, False
        if type(output) is not _ndarray:
            output, residual = self._unpack(output)
            several = type(output) is tuple

        node = _new(Node)
        node.number = next(numbers)
        node.op = self  # type: ignore[assignment]  # every Recording is an Op
        node.parents = parents
        node.scope = scope
        node.notes = None
        if several:
            return self._record_outputs(node, arrays, output, residual)  # type: ignore[no-any-return]  # Tensors
        node.shape = output.shape
        node.dtype = dtype = output.dtype
        if dtype is not _float64 and dtype is not _float32 and dtype.kind != "f":
            self._refuse_dtype(dtype)
        if output.size <= SMALL and (elementwise or all_small(arrays)):
            node.inputs = arrays
            node.output = output
        else:
            node.inputs = small_constants(arrays, parents) if constants else ()
            node.output = None
        lean = selective and constants
        if saves is INPUTS:
            node.saved = needed_inputs(self.needs, arrays, parents) if lean else arrays
        elif saves is NOTHING:
            node.saved = ()
        elif saves is OUTPUT:
            node.saved = (output,)
        else:
            if saves.residual and residual is None:
                self._unpack(output)  # says that forward gave none
            kept = needed_inputs(self.needs, arrays, parents) if lean else arrays
            node.saved = saves.collect(kept, output, residual)
        tensor = _new(Recorded.result_type)
        tensor._array = output
        tensor.node = node
        return tensor  # type: ignore[return-value]  # result_type is Tensor once it exists

    def _miscounted(self, inputs: Sequence[Any], arity: int) -> TypeError:
        return TypeError(f"{self.name}: takes {arity} inputs, {len(inputs)} were given")

    def _constant(self, x: Any) -> Any:
        """A constant operand as something NumPy computes with; complex and objects refused."""
        if type(x) is _ndarray and x.dtype.kind in "fiub":  # nearly always
            return x
        if isinstance(x, Symbolic):
            return x
        if isinstance(x, (list, tuple)) and any(isinstance(e, Recorded) for e in x):
            raise TypeError(f"{self.name}: a list of Tensors; write autodiff.stack(list)")
        if isinstance(x, np.ndarray) and hasattr(x, "mask"):  # np.ma itself is slow to import
            raise TypeError(f"{self.name}: a masked array; write .filled(value), or autodiff.where")
        if isinstance(x, np.matrix):
            raise TypeError(f"{self.name}: a matrix of np.matrix; write np.asarray(matrix)")
        keeps_its_kind = type(x) is np.ndarray or not isinstance(x, np.ndarray)
        array = x if is_array(x) and keeps_its_kind else np.asarray(x)
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"{self.name}: {kind_of(x, array)} operand; expected a Tensor, or an array or "
                f"number that is real"
            )
        return array

    def _unpack(self, y: Any) -> tuple[Any, Any]:
        """Output and residual of `forward`; scalars and duck arrays come here too."""
        residual = None
        if self.saves.residual:
            if not isinstance(y, tuple) or len(y) != 2:
                raise TypeError(
                    f"{self.name}: forward gave {type(y).__name__}; with RESIDUAL it must return "
                    f"(output, residual)"
                )
            y, residual = y
        if type(y) is _ndarray:
            return y, residual
        if isinstance(y, (tuple, list)):
            return tuple(map(self._output, y)), residual
        return self._output(y), residual

    def _output(self, y: Any) -> Any:
        if isinstance(y, (np.generic, int, float)):
            return np.asarray(y)
        if not is_array(y):
            raise TypeError(f"{self.name}: forward gave {type(y).__name__}; expected an array")
        return y

    def _unrecorded(self, inputs: Sequence[Any], arrays: Sequence[Any]) -> Any:
        """The result alone: a Tensor without a node, an array, or a symbol."""
        gives_tensor = False
        for x in inputs:
            if isinstance(x, Recorded):
                gives_tensor = True
            elif isinstance(x, Symbolic):
                return x.apply(self, inputs)  # type: ignore[arg-type]  # an Op
        if not gives_tensor and all(type(a) in _NUMBERS for a in arrays):
            arrays = tuple(map(np.asarray, arrays))
        try:
            y = self.forward(*arrays)
        except Exception as error:
            if self._is_restated(error):
                raise self._restated(arrays, error) from None
            error.add_note(self._note(arrays))
            raise
        if type(y) is not _ndarray:
            y, _ = self._unpack(y)
        if not gives_tensor:
            return y
        if (mode := modes.get()) is not None and mode.anomaly:
            check_outputs(self, inputs, y if type(y) is tuple else (y,), mode)
        if type(y) is tuple:
            return tuple(Recorded.over(array, None) for array in y)
        return Recorded.over(y, None)

    def _record_outputs(
        self, node: Node, arrays: Sequence[Any], outputs: tuple[Array, ...], residual: Any
    ) -> Any:
        """Finish the node of an operation with several outputs, each a node over it."""
        node.shape = None
        node.dtype = None
        node.output = None
        small = all_small(arrays) and all_small(outputs)
        node.inputs = arrays if small else small_constants(arrays, node.parents)
        node.saved = self.saves.collect(arrays, outputs, residual)
        return self._outputs(node, outputs, small)

    def _is_restated(self, error: Exception) -> bool:
        return self._registered and type(error) in _RESTATED

    def _restated(self, arrays: Sequence[Any], error: Exception) -> Exception:
        """What the error says, with the operation and the shapes it failed on."""
        return type(error)(self.explain([np.shape(a) for a in arrays], error))

    def _note(self, arrays: Sequence[Any]) -> str:
        return f"in {self.name} of shapes {', '.join(str(np.shape(a)) for a in arrays)}"

    def _refuse_dtype(self, dtype: np.dtype[Any]) -> NoReturn:
        raise TypeError(
            f"{self.name}: the result is {dtype}, which carries no gradient; "
            f"call .detach() on the Tensor first"
        )


def _operands(inputs: Sequence[Any], arrays: Sequence[Any]) -> list[Any]:
    """What a definition is run on: Tensors as they are, constants as arrays of the result's dtype.

    A definition may compute with a constant alone, where a number would become float64.
    """
    dtype = np.result_type(*arrays)
    return [
        x if isinstance(x, Recorded) else np.asarray(a, dtype) if type(a) in _NUMBERS else a
        for x, a in zip(inputs, arrays, strict=True)
    ]
