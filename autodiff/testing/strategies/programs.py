"""Random programs: graphs with fan-out, shared parts, broadcasting and everything else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from hypothesis import event, reject
from hypothesis import strategies as st

from autodiff.domain import NONZERO, POSITIVE, REALS, UNIT
from autodiff.testing.strategies.choices import Choices, Operand, scaled
from autodiff.testing.strategies.program import Program, Statement, packages
from autodiff.testing.strategies.shapes import broadcasting_to, shapes
from autodiff.testing.strategies.table import table
from autodiff.testing.strategies.tensors import arrays
from autodiff.typing import Array, Shape

LARGEST: Final = 48
"""How many elements a value of a program has at most."""

_DOMAINS: Final = (REALS, POSITIVE, NONZERO, UNIT)


@st.composite
def programs(
    draw: st.DrawFn,
    /,
    min_operations: int = 5,
    max_operations: int = 50,
    *,
    smooth: bool = False,
) -> Program:
    """Random programs.

    Parameters
    ----------
    min_operations, max_operations : int
        How many instructions are drawn. A program may have fewer: one in a hundred does
        nothing, those that the result does not need are left out, and when an example shrinks,
        all do nothing that do not matter.
    smooth : bool
        Leave out what has kinks. Otherwise such an operation (abs, max, relu …) gets operands
        that stay clear of them.

    Returns
    -------
    SearchStrategy of Program
        Of one to four inputs, of at most three dimensions. Its result is the last value that
        nothing else uses, or all such values in one axis.

    Notes
    -----
    A result whose largest element is above 8 or below 0.01 is scaled by a power of two. A
    program is rejected where rounding grows in it, or differences cannot tell its slopes: less
    than one in ten. Such rejections are counted as an event.
    """
    whole = draw(shapes(max_side=3))
    inputs = tuple(
        draw(arrays(shape, domain=domain, layout="C", read_only=False))
        for shape, domain in draw(_inputs(whole))
    )
    instructions = table(smooth)
    count = draw(st.integers(min_operations, max_operations))
    codes = st.tuples(
        st.integers(0, len(instructions) - 1),
        st.integers(0, 15),
        st.integers(0, 15),
        st.integers(0, 255),
    )
    builder = _Builder(inputs)
    for code, *choices in draw(st.lists(codes, min_size=count, max_size=count)):
        # One that finds nothing to work on gives way to the next that does.
        for instruction in instructions[code:] + instructions[1:code] if code else ():
            if builder.add(instruction(Choices(builder.values, *choices))):
                break
        else:
            builder.values.append(None)
    program = builder.program()
    if not is_well_conditioned(program):
        event("a program was rejected: ill-conditioned")
        reject()
    return program


@st.composite
def _inputs(draw: st.DrawFn, /, whole: Shape) -> list[tuple[Shape, Any]]:
    """Shapes that broadcast to `whole`, of it or its axes the other way round, and domains."""
    one = st.tuples(broadcasting_to(whole), st.sampled_from(_DOMAINS))
    other = st.tuples(broadcasting_to(whole[::-1]), st.sampled_from(_DOMAINS))
    return [draw(one), *draw(st.lists(one | other, max_size=3))]


class _Builder:
    """Statements and the values that they have for the inputs.

    Parameters
    ----------
    inputs : sequence of ndarray
        The inputs of the program.
    """

    def __init__(self, inputs: Sequence[Array]) -> None:
        named = [Operand(f"x{i}", x) for i, x in enumerate(inputs)]
        self.values: list[Operand | None] = [*named]
        self._inputs = tuple(inputs)
        self._statements: list[Statement] = []
        self._names: dict[str, Any] = {v.text: v.array for v in named}

    def add(self, expression: str | None) -> bool:
        """Add a statement, unless the value of its expression is large, infinite, or only 0."""
        if expression is None:
            return False
        self._names.update(packages(expression))
        with np.errstate(all="ignore"):
            array = eval(expression, self._names)
        top = np.abs(array).max(initial=0)
        if array.size > LARGEST or array.ndim > 4 or not 0 < top < math.inf:
            return False
        if not 0.01 <= top <= 8:
            expression, array = scaled(Operand(expression, array), -math.frexp(top)[1])
        statement = Statement(f"v{len(self._statements)}", expression)
        self._statements.append(statement)
        self._names[statement.name] = array
        self.values.append(Operand(statement.name, array))
        return True

    def program(self) -> Program:
        """The program that returns what nothing else uses."""
        used = {name for statement in self._statements for name in statement.operands}
        ends = [s.name for s in self._statements if s.name not in used] or ["x0"]
        joined = f"ad.concatenate([{', '.join(f'ad.ravel({end})' for end in ends)}])"
        return Program(self._inputs, tuple(self._statements), ends[0] if len(ends) == 1 else joined)


def is_well_conditioned(program: Program) -> bool:
    """Whether rounding stays small in a program, and differences say what its slopes are.

    A change of the inputs by 10⁻¹⁴ must change its value by less than 10⁻¹⁰, and along a
    random direction fourth-order differences of step 10⁻³ and of a third of that must agree
    to 10⁻⁹: else it is too curved for them, or a kink is near. The engine's own gradients are
    not asked, which may be what is wrong.
    """
    rng = np.random.default_rng(0)
    value = program(*program.inputs)
    weights = rng.normal(size=value.shape)
    moved = program(*(x * (1 + 1e-14 * rng.choice([-1.0, 1.0], x.shape)) for x in program.inputs))
    if not np.abs(moved - value).max() <= 1e-10:
        return False
    directions = [rng.normal(size=x.shape) for x in program.inputs]

    def at(t: float) -> float:
        moved = (x + t * v for x, v in zip(program.inputs, directions, strict=True))
        return float(np.sum(weights * program(*moved)))

    def slope(h: float) -> float:
        return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)

    with np.errstate(all="ignore"):
        coarse, fine = slope(1e-3), slope(1e-3 / 3)
    return abs(coarse - fine) <= 1e-9 * (1 + abs(fine))
