"""What users call: the graph of a result, and the reverse pass into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from autodiff import Tensor
from autodiff.backward import seed_for
from autodiff.typing import Array
from viz.appearance import Appearance, Direction
from viz.diagram import Diagram
from viz.request import Detail, Request, whole
from viz.themes import ThemeName


def graph(
    y: Tensor | Sequence[Tensor],
    *,
    detail: Detail = "operation",
    depth: int | None = None,
    values: bool | None = None,
    expressions: bool = False,
    shapes: bool | None = None,
    constants: bool = True,
    names: Mapping[str, Any] | None = None,
    fold: bool = True,
    title: str = "",
    theme: ThemeName = "light",
    direction: Direction = "LR",
) -> Diagram:
    """Draw the graph that was recorded for `y`.

    Parameters
    ----------
    y : Tensor or sequence of Tensor
        Results of recorded operations.
    detail : {"operation", "primitive", "module"}
        What becomes a circle or a box: each operation as it was recorded; each primitive, as in
        the lectures, with fused operations replaced by their definitions; or each layer, with
        its shapes and the number of its parameters.
    depth : int, optional
        How many levels of modules are opened: what lies deeper is in one box. 0 draws the whole
        model as a box. All by default; with ``detail="module"``, all but the innermost.
    values : bool, optional
        Whether values are written: numbers, small arrays as tables, mean and range of large
        ones, as far as they are still there. By default they are, except for modules.
    expressions : bool
        Whether each value's expression is written.
    shapes : bool, optional
        Whether shapes are written. By default they are for modules.
    constants : bool
        Whether constants are drawn.
    names : mapping of str to object, optional
        What Tensors and arrays are called: ``names=locals()`` gives them the names that they
        have in your program; those that begin with an underscore are passed over. A name of a
        Tensor's own is second to it.
    fold : bool
        Whether equal layers in a row, at least three, are drawn once and marked ×N: with
        ``detail="module"``, and without expressions. What differs from block to block is left
        out, or given as a range.
    title : str
        Above the diagram.
    theme : {"light", "dark", "print"}
        Colours; "print" needs none.
    direction : {"LR", "TB"}
        From left to right, or from top to bottom.

    Returns
    -------
    Diagram
        Shows itself in a notebook; ``.save("graph.svg")`` writes a picture, ``.source`` is DOT.

    Raises
    ------
    TypeError
        If `y` is no Tensor, nothing was recorded for it, or an option is of another kind.
    ValueError
        If `y` is an empty list, or an option is none of those above.
    """
    request = Request(
        roots=_roots(y, "viz.graph"),
        detail=detail,
        depth=depth,
        values=detail != "module" if values is None else values,
        expressions=expressions,
        shapes=detail == "module" if shapes is None else shapes,
        constants=constants,
        names=names,
        fold=fold,
        appearance=_appearance("viz.graph", title, theme, direction),
        caller="viz.graph",
    )
    return request.diagram()


def backward_flow(
    y: Tensor | Sequence[Tensor],
    gradient: Any = None,
    *,
    detail: Detail = "operation",
    depth: int | None = None,
    values: bool | None = None,
    gradients: bool = True,
    expressions: bool | None = None,
    shapes: bool | None = None,
    constants: bool = True,
    names: Mapping[str, Any] | None = None,
    fold: bool = True,
    step: int | None = None,
    color: Literal["gradient"] | None = None,
    title: str = "",
    theme: ThemeName = "light",
    direction: Direction = "LR",
) -> Diagram:
    """Draw the reverse pass into the graph of `y`: values forward, gradients back.

    Thin arrows carry the values, thick ones beside them what the chain rule sends back along
    each edge; where a value fans out, what comes back is added up. The walk is a separate one:
    nothing is released, and no ``.grad`` is changed. What an earlier ``backward()`` has
    released is drawn with its shape and dtype alone.

    Parameters
    ----------
    y : Tensor or sequence of Tensor
        Where the walk starts.
    gradient : array_like, optional
        ∂L/∂y for a loss L that follows, in the shape of `y`. By default the gradients are those
        of `y` itself if it is one number, and unknown if not: expressions and shapes alone.
    values, gradients : bool
        Whether numbers are written above the arrows forward, and below those back. Without
        `gradients`, the expressions are those of a loss L that follows: they begin with ∂L/∂y,
        unless `y` is called L or loss itself.
    expressions : bool, optional
        Whether the expressions of the chain rule are written, read off the rules themselves and
        simplified. By default they are in diagrams of up to 60 vertices without modules'
        boxes.
    step : int, optional
        Draws the first so many steps of the reverse pass, with everything in its place: for
        slides. 0 draws no gradient; ``diagram.steps`` is the number of all.
    color : {"gradient"}, optional
        Fills circles and boxes by the size of their gradient (root mean square), with a legend:
        of the parameters for layers that have some, else of the result.
    detail, depth, shapes, constants, names, fold, title, theme, direction
        As for `graph`.

    Returns
    -------
    Diagram
        As for `graph`; ``str(diagram)`` is the reverse pass as a text table.

    Raises
    ------
    TypeError
        If `y` is no Tensor, nothing was recorded for it, or an option is of another kind.
    ValueError
        If `gradient` has another shape than `y`, there are not so many steps, `y` is an empty
        list, or an option is none of those above.
    """
    caller = "viz.backward_flow"
    roots = _roots(y, caller)
    if color not in (None, "gradient"):
        raise ValueError(f'{caller}: color={color!r}; expected "gradient" or None')
    appearance = _appearance(caller, title, theme, direction, step, color is not None)
    request = Request(
        roots=roots,
        detail=detail,
        depth=depth,
        values=detail != "module" if values is None else values,
        expressions=detail != "module" and depth is None if expressions is None else expressions,
        shapes=detail == "module" if shapes is None else shapes,
        constants=constants,
        names=names,
        fold=fold,
        appearance=appearance,
        caller=caller,
        gradients=gradients,
        seeds=_seeds(roots, gradient, caller),
        may_drop_expressions=expressions is None,
        is_given=gradient is not None,
    )
    diagram = request.diagram()
    if step is not None and not 0 <= whole(step, "step", caller) <= diagram.steps:
        raise ValueError(
            f"{caller}: step={step}; the reverse pass takes {diagram.steps} steps: expected a "
            f"number from 0 to {diagram.steps}"
        )
    return diagram


def _roots(y: Any, caller: str) -> Sequence[Tensor]:
    roots = [y] if isinstance(y, Tensor) else y
    if not isinstance(roots, (list, tuple)) or not all(isinstance(r, Tensor) for r in roots):
        raise TypeError(
            f"{caller}: {type(y).__name__}; expected a Tensor, the result of a computation (as "
            f"model(x) is), or several of them in a list"
        )
    if not roots:
        raise ValueError(f"{caller}: an empty list; expected at least one Tensor")
    for root in roots:
        if root.node is None:
            raise TypeError(
                f"{caller}: nothing was recorded for this Tensor; compute it from Tensors with "
                f"requires_grad=True, outside no_grad()"
            )
    return list(dict.fromkeys(roots))


def _seeds(roots: Sequence[Tensor], gradient: Any, caller: str) -> list[Array | None]:
    """∂L/∂root for each of them; None for an array of which it is not known."""
    if gradient is None:
        return [seed_for(root, None, caller) if root.size == 1 else None for root in roots]
    if len(roots) > 1:
        raise ValueError(f"{caller}: gradient is for a single Tensor, {len(roots)} were given")
    return [seed_for(roots[0], gradient, caller)]


def _appearance(
    caller: str,
    title: str,
    theme: ThemeName,
    direction: Direction,
    step: int | None = None,
    coloured: bool = False,
) -> Appearance:
    if not isinstance(title, str):
        raise TypeError(f"{caller}: title={title!r}; expected text")
    for name, value, expected in (
        ("theme", theme, get_args(ThemeName)),
        ("direction", direction, get_args(Direction)),
    ):
        if value not in expected:
            raise ValueError(f"{caller}: {name}={value!r}; expected one of {expected}")
    return Appearance(theme, title, direction, step, coloured)
