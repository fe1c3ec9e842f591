"""Products with the Jacobian, its transpose and the Hessian, none of which is ever formed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff.tensor import Tensor
from autodiff.transforms.evaluation import (
    Evaluation,
    cotangents_for,
    evaluate,
    is_linked,
    pull_back,
    values_of,
)
from autodiff.transforms.gradient import check_function, the_number


def vjp(f: Callable[..., Any], *xs: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value y = f(*xs), and the function u ↦ uᵀ ∂y/∂x: vector-Jacobian products.

    Parameters
    ----------
    f : callable
        Of Tensors; gives a Tensor, or a list, tuple or dictionary of them.
    *xs
        Its arguments: floating numbers, arrays, Tensors, and lists, tuples and dictionaries of
        them.

    Returns
    -------
    y
        What `f` gave, in arrays; in Tensors where something that f computes with is recorded.
    function
        Takes u, built like y, and gives a tuple with the product for each of `xs`, built like
        it. It may be called any number of times.

    Raises
    ------
    TypeError
        If something in `xs` is not floating.
    ValueError
        Of the function: if u is not shaped like y.

    Examples
    --------
    >>> y, back = vjp(lambda x: x * x, np.array([1.0, 2.0]))
    >>> back(np.array([1.0, 10.0]))
    (array([ 2., 40.]),)
    """
    check_function(f, "vjp")
    evaluation = evaluate(f, xs, range(len(xs)), "vjp")

    def back(cotangent: Any) -> tuple[Any, ...]:
        us = cotangents_for(evaluation.ys, evaluation.result, cotangent, "vjp")
        linked = evaluation.linked or is_linked(us)
        with evaluation.differentiated():
            return evaluation.like_arguments(evaluation.pull_back(us, linked))

    evaluation.finish()
    return evaluation.value(), back


def jvp(f: Callable[..., Any], xs: Sequence[Any], vs: Sequence[Any]) -> tuple[Any, Any]:
    """The value y = f(*xs) and its tangent (∂y/∂x) v: a Jacobian-vector product.

    From the same rules as the gradient: u ↦ uᵀ ∂y/∂x is linear, so that its own
    vector-Jacobian product with v is (∂y/∂x) v, wherever u is (Townsend, "A new trick for
    calculating Jacobian vector products", 2017). It costs two reverse passes.

    Parameters
    ----------
    f : callable
        Of Tensors; gives a Tensor, or a list, tuple or dictionary of them.
    xs : sequence
        Its arguments, as for `vjp`.
    vs : sequence
        A direction for each argument, built and shaped like it.

    Returns
    -------
    y
        What `f` gave.
    tangent
        Built and shaped like y. Both in arrays; in Tensors where something that f computes
        with is recorded, the tangent also where a direction is.

    Raises
    ------
    TypeError
        If something in `xs` is not floating, or `xs` or `vs` is no sequence.
    ValueError
        If the directions are not shaped like the arguments.

    Examples
    --------
    >>> y, tangent = jvp(lambda x: x * x, [np.array([1.0, 2.0])], [np.array([1.0, 10.0])])
    >>> tangent
    array([ 2., 40.])
    """
    check_function(f, "jvp")
    for name, given in (("xs", xs), ("vs", vs)):
        if not isinstance(given, (list, tuple)):
            raise TypeError(
                f"jvp: {name} is of type {type(given).__name__}; expected a list or tuple with one "
                f"entry per argument: jvp(f, [x], [v])"
            )
    evaluation = evaluate(f, xs, range(len(xs)), "jvp")
    directions = cotangents_for(evaluation.xs, list(xs), list(vs), "jvp")
    linked = evaluation.linked or is_linked(directions)
    with evaluation.differentiated():
        (tangents,) = push_forward(evaluation, [directions], linked)
    return evaluation.value(), evaluation.like_result(tangents)


def push_forward(
    evaluation: Evaluation, directions: Sequence[Sequence[Any]], create_graph: bool
) -> list[list[Any]]:
    """(∂y/∂x) v of each y, for each of several directions v."""
    # The values of u do not matter; none is 0, lest a rule should leave out what is. Hooks are not
    # called: they are for gradients, and what they make of them need not be linear.
    us = [
        Tensor(np.ones_like(values_of(y), dtype=_floating(y)), requires_grad=True)
        for y in evaluation.ys
    ]
    products = evaluation.pull_back(us, create_graph=True, hooks=False)
    return [pull_back(products, vs, us, create_graph) for vs in directions]


def _floating(y: Any) -> Any:
    dtype = values_of(y).dtype
    return dtype if dtype.kind == "f" else np.dtype(float)


def hvp(f: Callable[[Any], Any], x: Any, v: Any) -> Any:
    """(∂²f/∂x²) v: the product of the Hessian with a vector, without the Hessian.

    It is the gradient of ⟨∂f/∂x, v⟩ (Pearlmutter, "Fast exact multiplication by the
    Hessian", 1994), and costs about two gradients.

    Parameters
    ----------
    f : callable
        Of one argument; gives a single number.
    x
        Where: a floating number, an array, a Tensor, or a list, tuple or dictionary of them.
    v
        The direction, built and shaped like `x`.

    Returns
    -------
    Built and shaped like `x`.

    Raises
    ------
    TypeError, ValueError
        As `grad`; a ValueError too if `v` is not shaped like `x`.
    """
    check_function(f, "hvp")
    evaluation = evaluate(f, [x], [0], "hvp")
    y = the_number(evaluation, "hvp")
    directions = cotangents_for(evaluation.xs, x, v, "hvp")
    linked = evaluation.linked or is_linked(directions)
    with evaluation.differentiated():
        slopes = evaluation.pull_back([np.ones_like(values_of(y))], create_graph=True, hooks=False)
        products = pull_back(slopes, directions, evaluation.xs, linked, hooks=False)
    return evaluation.like_arguments(products)[0]
