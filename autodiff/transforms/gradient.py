"""The gradient of a function that gives a number."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff.transforms.evaluation import Evaluation, evaluate, positions_of, values_of


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives ∂f/∂x.

    Parameters
    ----------
    f : callable
        Of Tensors; gives a single number. Its arguments may be floating numbers, arrays,
        Tensors, and lists, tuples and dictionaries of them; those that are not differentiated
        may be anything.
    argnums : int or sequence of int
        With respect to which of its arguments.

    Returns
    -------
    callable
        Takes what `f` takes and gives the gradient with respect to the argument, built like
        it, zeros where f does not depend on it; a tuple of gradients if `argnums` is a
        sequence. In arrays; in Tensors where an argument, or something else that f computes
        with, is being recorded: so it can be differentiated again.

    Raises
    ------
    TypeError
        If `f` is no function, an argument to be differentiated holds something that is not
        floating, or there is no such argument.
    ValueError
        If `f` gives anything but a single number.

    Examples
    --------
    >>> cube = lambda x: x * x * x
    >>> print(grad(cube)(2.0), grad(grad(cube))(2.0))
    12.0 12.0
    """
    both = _value_and_grad(f, argnums, "grad")
    return named(lambda *xs, **options: both(*xs, **options)[1], "grad", f)


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that gives the value f(x) and ∂f/∂x, for the price of one evaluation.

    Parameters
    ----------
    f : callable
        Of Tensors; gives a single number.
    argnums : int or sequence of int
        With respect to which of its arguments.

    Returns
    -------
    callable
        Takes what `f` takes and gives (value, gradient); see `grad`.

    Raises
    ------
    TypeError, ValueError
        As `grad`.
    """
    return named(_value_and_grad(f, argnums, "value_and_grad"), "value_and_grad", f)


def _value_and_grad(f: Callable[..., Any], argnums: Any, caller: str) -> Callable[..., Any]:
    check_function(f, caller)

    def both(*arguments: Any, **options: Any) -> tuple[Any, Any]:
        positions = positions_of(argnums, len(arguments), caller)
        called = functools.partial(f, **options) if options else f
        evaluation = evaluate(called, arguments, positions, caller)
        y = the_number(evaluation, caller)
        with evaluation.differentiated():
            found = evaluation.pull_back([np.ones_like(values_of(y))], evaluation.linked)
        gradients = evaluation.like_arguments(found)
        return evaluation.value(), gradients if isinstance(argnums, Sequence) else gradients[0]

    return both


def the_number(evaluation: Evaluation, caller: str) -> Any:
    """What the function gave, where that is a single number.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if len(evaluation.ys) != 1 or evaluation.ys[0] is not evaluation.result:
        raise ValueError(
            f"{caller}: the function gave {type(evaluation.result).__name__}; expected one number"
        )
    (y,) = evaluation.ys
    if values_of(y).size != 1:
        raise ValueError(
            f"{caller}: the function gave shape {values_of(y).shape}; expected one number: write "
            f".sum() or .mean() in it, or jacobian or vjp in place of {caller}"
        )
    return y


def check_function(f: Any, caller: str) -> None:
    """Refuse what cannot be called.

    Raises
    ------
    TypeError
        If `f` is no function.
    """
    if not callable(f):
        raise TypeError(
            f"{caller}: {type(f).__name__} was given; expected a function, as in "
            f"{caller}(lambda x: x * x)"
        )


def named(derivative: Callable[..., Any], caller: str, f: Callable[..., Any]) -> Callable[..., Any]:
    """`derivative` with a name that says of which function it is."""
    name = f"{caller}({getattr(f, '__name__', type(f).__name__)})"
    derivative.__name__ = derivative.__qualname__ = name
    derivative.__doc__ = f"{name}: see `autodiff.{caller}`."
    return derivative
