"""Instructions that move elements: shaping, indexing, joining, selecting."""

from __future__ import annotations

from collections.abc import Callable

from autodiff.testing.strategies.choices import Choices, Instruction, fit_together
from autodiff.typing import Array, Shape


def of_one(text: Callable[[str, Shape, Choices], str | None], min_dims: int = 0) -> Instruction:
    """An instruction on one value of at least so many dimensions, from its name and shape."""

    def instruction(choices: Choices) -> str | None:
        x = choices.operand(lambda x: x.ndim >= min_dims)
        return None if x is None else text(x.text, x.array.shape, choices)

    return instruction


def _axis(shape: Shape, choices: Choices) -> int:
    """An axis, counted from either end."""
    return choices.pick(range(-len(shape), len(shape)))


def _reshape(x: str, shape: Shape, choices: Choices) -> str:
    options: list[object] = [-1, (*shape[::-1],), (1, *shape)]
    if shape:
        options.append((-1, shape[0]))
    return f"ad.reshape({x}, {choices.pick(options)})"


def _transpose(x: str, shape: Shape, choices: Choices) -> str:
    order = choices.pick((None, (*range(1, len(shape)), 0), (-1, *range(len(shape) - 1))))
    return f"ad.transpose({x})" if order is None else f"ad.transpose({x}, {order})"


def _broadcast_to(x: str, shape: Shape, choices: Choices) -> str:
    length = choices.pick((2, 3))
    stretched = tuple(length if n == 1 else n for n in shape)
    if choices.pick((True, False)):
        stretched = (length, *stretched)
    return f"ad.broadcast_to({x}, {stretched})"


def _flip(x: str, shape: Shape, choices: Choices) -> str:
    if choices.pick((True, False)):
        return f"ad.flip({x}, {_axis(shape, choices)})"
    return f"ad.flip({x})"


def _roll(x: str, shape: Shape, choices: Choices) -> str:
    shift = choices.pick((1, -1, 2))
    axis = f", {_axis(shape, choices)}" if choices.pick((True, False)) else ""
    return f"ad.roll({x}, {shift}{axis})"


def _part(n: int, choices: Choices) -> str:
    """A basic index into an axis of length n."""
    return choices.pick(("0", ":", "-1", "::-1", "1:" if n > 1 else ":", "::2", "None, :"))


def _getitem(x: str, shape: Shape, choices: Choices) -> str:
    return f"{x}[{', '.join(_part(n, choices) for n in shape) or '...'}]"


def _places(n: int, choices: Choices) -> str:
    """Places along an axis of length n, most of them not all different."""
    return str(choices.pick(([0, n - 1, 0], [n - 1], [0, 0], [*range(n), -1])))


def _fancy(x: str, shape: Shape, choices: Choices) -> str:
    places = _places(shape[0], choices)
    if len(shape) == 1 or choices.pick((False, True)):
        return f"{x}[{places}]"
    if choices.pick((False, True)):
        return f"{x}[:, {_places(shape[1], choices)}]"
    mask = f"np.arange({shape[1]}) % 2 == 0"
    return f"{x}[:, {mask}]"


def _take(x: str, shape: Shape, choices: Choices) -> str:
    axis = _axis(shape, choices)
    return f"ad.take({x}, {_places(shape[axis], choices)}, axis={axis})"


def index_update(choices: Choices) -> str | None:
    """A copy of one value in which another replaces a row, or every other one."""
    x = choices.operand(lambda x: x.ndim > 0)
    if x is None:
        return None
    shape = x.array.shape
    index, part = choices.pick(
        [
            ("0", shape[1:]),
            ("slice(None, None, 2)", ((shape[0] + 1) // 2, *shape[1:])),
            ("[-1]", (1, *shape[1:])),
        ]
    )
    y = choices.operand(
        lambda y: (
            y.ndim <= len(part)
            and all(n in (1, m) for n, m in zip(y.shape[::-1], part[::-1], strict=False))
        ),
        1,
    )
    return None if y is None else f"ad.index_update({x.text}, {index}, {y.text})"


def concatenate(choices: Choices) -> str | None:
    """Two values joined along an axis in which they may differ."""
    x = choices.operand(lambda x: x.ndim > 0)
    if x is None:
        return None
    axis = _axis(x.array.shape, choices)

    def others(y: Array) -> list[int]:
        return [n for i, n in enumerate(y.shape) if i != axis % y.ndim]

    y = choices.operand(lambda y: y.ndim == x.array.ndim and others(y) == others(x.array), 1)
    return None if y is None else f"ad.concatenate([{x.text}, {y.text}], axis={axis})"


def stack(choices: Choices) -> str | None:
    """Two values of one shape side by side."""
    x = choices.operand(lambda x: True)
    assert x is not None
    y = choices.operand(lambda y: y.shape == x.array.shape, 1)
    axis = choices.pick(range(-x.array.ndim - 1, x.array.ndim + 1))
    return None if y is None else f"ad.stack([{x.text}, {y.text}], axis={axis})"


def _split(x: str, shape: Shape, choices: Choices) -> str | None:
    axis = _axis(shape, choices)
    if shape[axis] < 2:
        return None
    return f"ad.split({x}, [1], axis={axis})[{choices.pick((0, 1))}]"


def halves(choices: Choices) -> str | None:
    """The sum of two parts of one value: both outputs of a split are used."""
    x = choices.operand(lambda x: x.ndim > 0 and x.shape[-1] % 2 == 0)
    return None if x is None else f"ad.add(*ad.split({x.text}, 2, axis=-1))"


def _pad(x: str, shape: Shape, choices: Choices) -> str:
    mode = choices.pick(("", ", mode='edge'"))
    return f"ad.pad({x}, {choices.pick(((1, 0), 1, (0, 1)))}{mode})"


def _tile(x: str, shape: Shape, choices: Choices) -> str:
    return f"ad.tile({x}, {choices.pick((2, (2, 1), (1, 2)))})"


def _repeat(x: str, shape: Shape, choices: Choices) -> str:
    return f"ad.repeat({x}, 2, axis={_axis(shape, choices)})"


def where(choices: Choices) -> str | None:
    """One of two values here, the other there, by a mask along the last axis."""
    x = choices.operand(lambda x: True)
    assert x is not None
    y = choices.operand(lambda y: fit_together(x.array.shape, y.shape), 1)
    if y is None:
        return None
    length = max((x.array.shape or (1,))[-1], (y.array.shape or (1,))[-1])
    mask = f"np.arange({length}) % 2 == {choices.pick((0, 1))}"
    return f"ad.where({mask}, {x.text}, {y.text})"


reshape = of_one(_reshape)
ravel = of_one(lambda x, shape, choices: f"ad.ravel({x})")
transpose = of_one(_transpose, 2)
swapaxes = of_one(lambda x, s, c: f"ad.swapaxes({x}, {_axis(s, c)}, {_axis(s, c)})", 2)
moveaxis = of_one(lambda x, s, c: f"ad.moveaxis({x}, {_axis(s, c)}, {_axis(s, c)})", 2)
expand_dims = of_one(lambda x, s, c: f"ad.expand_dims({x}, {_axis((*s, 1), c)})")
squeeze = of_one(lambda x, s, c: f"ad.squeeze({x})" if 1 in s else None)
broadcast_to = of_one(_broadcast_to)
flip = of_one(_flip, 1)
roll = of_one(_roll, 1)
getitem = of_one(_getitem)
fancy_getitem = of_one(_fancy, 1)
take = of_one(_take, 1)
split = of_one(_split, 1)
pad = of_one(_pad, 1)
tile = of_one(_tile)
repeat = of_one(_repeat, 1)
trace = of_one(lambda x, s, c: f"ad.trace({x}, offset={c.pick((0, 1))})", 2)
diagonal = of_one(lambda x, s, c: f"ad.diagonal({x}, offset={c.pick((0, -1))})", 2)
