"""What of NumPy does not take Tensors, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np

from autodiff.numpy_protocol.functions import numpy_functions, numpy_methods
from autodiff.numpy_protocol.plain import PLAIN

PARAMETERS: Final = {
    "out": "a Tensor cannot be written into an array, since the array would lose its gradient; "
    "give the result a name",
    "where": "what stands where it is False is not defined; write autodiff.where(mask, result, x)",
    "dtype": "the result has the dtype of the Tensors; write .astype(dtype)",
    "casting": "the dtypes of real numbers are promoted as NumPy's operators do; "
    "write .astype(dtype)",
    "order": 'the memory layout of Tensors is not chosen; only order="C" and "F" have a meaning, '
    "in reshape and ravel",
    "copy": "a Tensor is never written in place, so that copies are not asked for",
    "subok": "Tensors are no subclass of np.ndarray",
    "device": "arrays are in the memory of their own library",
    "overwrite_input": "a Tensor is never written in place",
    **dict.fromkeys(("bias", "ddof"), "it has no effect; leave it out"),
    "newshape": "it is called shape",
    "interpolation": "it is called method",
    "weights": "weighted quantiles jump from one element to another",
    "hermitian": "write np.linalg.eigh for a symmetric matrix",
    "signature": "the loop is chosen by the dtypes",
}
"""What NumPy's functions take and ours do not, and why, or what to write."""

_WRITES: Final = "a Tensor is never written in place; write x = autodiff.index_update(x, index, v)"
_JUMPS: Final = (
    "it jumps at every multiple, and has no useful gradient; for its values alone "
    "write it with tensor.numpy()"
)
_INTEGERS: Final = "it is for integers alone; give it tensor.numpy(), of integers"
_SETS: Final = "which elements are equal has no derivative; give it tensor.numpy()"
_COUNTS: Final = "counts have no derivative; give it tensor.numpy()"
_COMPLEX: Final = "its results are complex numbers, which are not supported"
_POLYNOMIALS: Final = "of polynomials np.polyval and np.vander take Tensors"
_FILES: Final = "save the array: give it tensor.numpy()"

HINTS: Final[dict[str, str]] = {
    **dict.fromkeys(("put", "fill_diagonal", "place", "putmask"), _WRITES),
    "copyto": "an array has no place for a gradient; write autodiff.broadcast_to(tensor, shape), "
    "also for np.full and np.full_like, or x = autodiff.index_update(x, index, v)",
    "put_along_axis": _WRITES,
    **dict.fromkeys(("fmod", "divmod", "remainder", "floor_divide"), _JUMPS),
    "modf": "write np.trunc(t) and t - np.trunc(t)",
    "frexp": "its exponents have no derivative; give it tensor.numpy()",
    **dict.fromkeys(
        ("nextafter", "spacing"), "the grid of floating numbers has no derivative; give it .numpy()"
    ),
    **dict.fromkeys(
        (
            *("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_count", "invert", "gcd", "lcm"),
            *("left_shift", "right_shift", "packbits", "unpackbits"),
            *("ravel_multi_index", "unravel_index"),
        ),
        _INTEGERS,
    ),
    **dict.fromkeys(
        (
            *("unique", "unique_all", "unique_counts", "unique_inverse", "unique_values"),
            *("union1d", "intersect1d", "setdiff1d", "setxor1d"),
        ),
        _SETS,
    ),
    **dict.fromkeys(("histogram", "histogram2d", "histogramdd", "histogram_bin_edges"), _COUNTS),
    **dict.fromkeys(("save", "savez", "savez_compressed", "savetxt"), _FILES),
    **dict.fromkeys(
        ("poly", "polyadd", "polyder", "polydiv", "polyint", "polymul", "polysub"), _POLYNOMIALS
    ),
    "polyfit": "write np.linalg.lstsq(np.vander(x, degree + 1), y), or solve the normal equations",
    "roots": _COMPLEX,
    "sort_complex": f"{_COMPLEX}; write np.sort",
    "angle": "of a real number it is 0 or π; write np.where(t < 0, np.pi, 0)",
    "linalg.eig": f"{_COMPLEX}; write np.linalg.eigh for a symmetric matrix",
    "linalg.eigvals": f"{_COMPLEX}; write np.linalg.eigvalsh for a symmetric matrix",
    "trim_zeros": "how many zeros there are depends on the values; slice it: t[start:stop]",
    "ix_": "a Tensor is no index; give it tensor.numpy(), of integers",
}
"""What to write instead of functions that do not take Tensors."""

_METHODS: Final = {
    "at": _WRITES,
    "reduceat": "write np.add.reduce for each slice, and autodiff.stack",
    "reduce": "write the operation in a loop, or one that is there: "
    "add, multiply, maximum, minimum, fmax, fmin, logaddexp, hypot",
    "accumulate": "write the operation in a loop and autodiff.stack, or np.cumsum, np.cumprod",
    "outer": "write the function on x[:, None] and y, which broadcast",
}


def name_of(function: Callable[..., Any], method: str = "__call__") -> str:
    """What follows ``np.`` in the name of a function of NumPy's."""
    if isinstance(function, np.ufunc):
        return function.__name__ if method == "__call__" else f"{function.__name__}.{method}"
    module = function.__module__.partition(".")[2]
    return f"{module}.{function.__name__}" if module else function.__name__


def supported() -> Iterable[str]:
    """The names of all functions of NumPy's that take Tensors."""
    return {name_of(f) for f in {*numpy_functions, *PLAIN}}


def refusal(function: Callable[..., Any], method: str = "__call__") -> str:
    """Why `function` does not take Tensors, and what to write."""
    name = name_of(function, method)
    if name.startswith("fft."):
        return f"np.{name} does not take Tensors: {_COMPLEX}"
    hint = HINTS.get(name)
    if method != "__call__":
        offered = [m for f, m in numpy_methods if f is function and m != method]
        hint = _METHODS.get(method, "write it with the operations of autodiff")
        if offered:
            hint += f" (np.{function.__name__} has {', '.join(offered)})"
    if hint is not None:
        return f"np.{name} does not take Tensors: {hint}"
    if name in set(supported()):  # as array.clip asks for a ufunc of the name of np.clip
        return f"array.{name} does not take Tensors: write np.{name}(array, …)"
    import difflib  # for this message alone

    near = difflib.get_close_matches(name, sorted(supported()), n=3, cutoff=0.5)
    nearest = f"the nearest that do are {', '.join(f'np.{n}' for n in near)}; or " if near else ""
    return (
        f"np.{name} does not take Tensors: {nearest}give it tensor.numpy(), for its value alone, "
        f"or write it with the operations of autodiff, for its derivative too"
    )


def refused_parameter(function: Callable[..., Any], name: str) -> TypeError:
    """The error for an argument of NumPy's that is not supported."""
    reason = PARAMETERS.get(name, "it is not supported on Tensors")
    return TypeError(f"np.{name_of(function)} on a Tensor: {name}: {reason}")
