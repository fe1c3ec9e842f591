"""The public check: a function's gradient against differences, and all that it promises."""

from __future__ import annotations

import itertools
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff.modes import recording
from autodiff.testing.directions import Kinks, check_directions
from autodiff.testing.errors import (
    GradientError,
    KinkWarning,
    UncheckableError,
    UncheckedWarning,
)
from autodiff.testing.precision import check_keeps_float64, check_precision
from autodiff.testing.properties import check_properties, cotangents_like
from autodiff.testing.smallest import smallest_failing
from autodiff.testing.subject import FunctionSubject, GradientSubject, name_of, others_found

MODES = ("reverse", "forward")


def check_gradients(
    f: Callable[..., Any],
    *inputs: Any,
    order: int = 1,
    modes: Sequence[str] = MODES,
    directions: int = 3,
    rtol: float = 1e-7,
    seed: int | np.random.Generator = 0,
) -> None:
    """Check the derivatives of a function against differences, and what else they promise.

    Along random directions in each input, and element by element where all inputs together
    have at most 64 elements, the gradient is compared with central differences of fourth order
    in float64, for random cotangents of both signs. Where `f` is written in NumPy's functions
    alone and is analytic, a complex step takes the place of the differences.

    Compared without differences: gradients in float32 with those in float64; a second walk with
    the first, bit for bit; zero cotangents with zeros; sums and multiples of cotangents with
    those of gradients; a Tensor used several times with the sum over its uses. No rule may write
    into what it is given or change dtypes on the way, and no two gradients share memory.

    Parameters
    ----------
    f : callable
        A function of Tensors that gives a Tensor or several, of any shape; an `Op`, one's own
        too; a module or a method of one, whose parameters are checked with its inputs. It must be
        deterministic.
    *inputs
        The arguments of `f`: floating arrays, numbers and Tensors with ``requires_grad=True``
        are checked, also within lists, tuples and dictionaries. What is not floating, and
        Tensors that want no gradient, are handed on. Nothing that is given is changed.
    order : int
        Up to which order: 2 checks the gradient of the gradient too.
    modes : sequence of {"reverse", "forward"}
        Vector-Jacobian products, Jacobian-vector products, or both.
    directions : int
        How many random directions for each input, each with another cotangent.
    rtol : float
        The relative error allowed in float64.
    seed : int or Generator
        Of directions and cotangents.

    Raises
    ------
    GradientError
        An AssertionError: a derivative is wrong. It says where, gives both numbers and their
        ratio, what they look like, and the smallest inputs found that fail.
    UncheckableError
        A ValueError: nothing wants a gradient, `f` is not deterministic or not finite here, or
        there are kinks in every direction.
    TypeError, ValueError
        If an argument is none of the above.

    Warns
    -----
    KinkWarning
        If some directions could not be checked: a kink lies within the smallest step, or
        rounding drowns the differences. Within a test by hypothesis it is an event, not a
        warning, and an example of which nothing could be checked is rejected.
    UncheckedWarning
        If the function found Tensors by itself, in its closure, say, that want gradients.

    Examples
    --------
    >>> from autodiff.testing import check_gradients
    >>> check_gradients(lambda x, w: tanh(x @ w), np.ones((2, 3)), np.eye(3))
    """
    _check_arguments(f, order, modes, directions, rtol)
    try:
        rng = np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise ValueError(
            f"check_gradients: seed {seed!r}; expected an integer from 0, or a Generator"
        ) from None

    def check(*given: Any) -> Kinks:
        with recording():
            return _checked(f, given, order, modes, directions, rtol, rng)

    try:
        kinks = check(*inputs)
    except GradientError as error:
        # hypothesis shrinks what it draws by itself
        smaller = "" if _drawn() else smallest_failing(check, inputs, str(error))
        raise GradientError(f"{error}{smaller}") from None
    _say(kinks)
    with recording():
        others = others_found(FunctionSubject(f, inputs))
    if others:
        warnings.warn(
            f"check_gradients: {name_of(f)} found Tensors by itself that want gradients, which are "
            f"not checked: {', '.join(others[:5])}{', …' if len(others) > 5 else ''}; give them as "
            f"arguments, or the module that owns them",
            UncheckedWarning,
            stacklevel=2,
        )


def _check_arguments(f: Any, order: Any, modes: Any, directions: Any, rtol: Any) -> None:
    if not callable(f) or isinstance(f, type):
        raise TypeError(
            f"check_gradients: {f!r}; expected a function, a module, or an instance of an Op"
        )
    for name, number in (("order", order), ("directions", directions)):
        if isinstance(number, bool) or not hasattr(number, "__index__") or number < 1:
            raise ValueError(f"check_gradients: {name} {number!r}; expected an integer from 1")
    if isinstance(modes, str) or not modes or not set(modes) <= set(MODES):
        raise ValueError(f"check_gradients: modes {modes!r}; expected some of {MODES}")
    if not 0 < rtol < 1:
        raise ValueError(f"check_gradients: rtol {rtol!r}; expected a number between 0 and 1")


def _checked(
    f: Callable[..., Any],
    inputs: tuple[Any, ...],
    order: int,
    modes: Sequence[str],
    directions: int,
    rtol: float,
    rng: np.random.Generator,
) -> Kinks:
    single: Any = FunctionSubject(f, inputs)
    double: Any = FunctionSubject(f, inputs, np.float64)
    check_keeps_float64(double)
    check_properties(single, rng)
    kinks = Kinks()
    for current in itertools.count(1):
        check_directions(double, current, modes, directions, rtol, rng, kinks)
        cotangents = cotangents_like(single.evaluate(single.values()), rng)
        check_precision(single, double, cotangents, current, kinks)
        if current == order:
            return kinks
        single = GradientSubject(single, cotangents)
        double = GradientSubject(double, [g.astype(np.float64) for g in cotangents])
    raise AssertionError("the orders never end")


def _drawn() -> bool:
    """Whether this is an example of a test by hypothesis."""
    hypothesis: Any = sys.modules.get("hypothesis")
    return hypothesis is not None and bool(hypothesis.currently_in_test_context())


def _say(kinks: Kinks) -> None:
    if not kinks.places:
        return
    text = kinks.described()
    if _drawn():
        hypothesis: Any = sys.modules["hypothesis"]
        hypothesis.event("check_gradients: a kink, or ill-conditioned")
        if not kinks.checked:
            hypothesis.reject()
    elif kinks.checked:
        warnings.warn(text, KinkWarning, stacklevel=3)
    else:
        raise UncheckableError(f"{text}; nothing could be checked: choose another point")
