"""What a rule needs of its input, checked where the rule is run: the identity, or an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autodiff.domain import invertible
from autodiff.op import Case, Gradients, Op
from autodiff.ops.solving import SQUARE
from autodiff.typing import Shape, Value


class Proviso(Op, abstract=True):
    """What it is given, unless a rule would divide by 0 with it.

    Parameters
    ----------
    of : str
        Whose rule it is.
    """

    of: str

    def check(self, x: Any, tolerance: Any) -> None:
        """Raise a LinAlgError that says what is wrong with `x`, if anything is.

        Parameters
        ----------
        x : array
            Values in the last axis.
        tolerance : array
            What two values in a row may differ by and be equal but for rounding; its last axis
            has length 1.
        """
        raise NotImplementedError

    def forward(self, x: Any) -> Any:
        if x.size:
            rounding = x.shape[-1] * float(np.finfo(x.dtype).eps)
            self.check(x, rounding * np.max(np.abs(x), axis=-1, keepdims=True))
        return x.copy()

    def vjp(self, g: Value) -> Gradients:
        return (g,)

    def explain(self, shapes: Sequence[Shape], error: Exception) -> str:
        return str(error)

    def lacks_rank(self) -> str:
        return (
            f"{self.of}: the matrix has not full rank: some of its vectors may point anywhere, "
            f"and have no gradient"
        )

    def expression(self, *arguments: str) -> str:
        return arguments[0]

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in ((4,), (2, 3), (1,), (0,), (2, 0)):
            steps = rng.uniform(0.5, 1, shape)
            yield cls("eigh"), (np.cumsum(steps, axis=-1),)


class Distinct(Proviso):
    """Values of which no two in a row are equal; a LinAlgError says which are."""

    def check(self, x: Any, tolerance: Any) -> None:
        ordered = np.sort(x, axis=-1)
        gaps = ordered[..., 1:] - ordered[..., :-1]
        if bool(np.any(gaps <= tolerance)):
            twice = ordered[..., 1:][gaps <= tolerance][0]
            raise np.linalg.LinAlgError(
                f"{self.of}: two of its values are equal, about {float(twice):.6g}: their vectors "
                f"may be turned within their plane, and have no gradient (the values alone have "
                f"one, of first order)"
            )


class Nonzero(Proviso):
    """Values of which none is 0; a LinAlgError says so."""

    def check(self, x: Any, tolerance: Any) -> None:
        if bool(np.any(np.abs(x) <= tolerance)):
            raise np.linalg.LinAlgError(self.lacks_rank())


class Independent(Proviso):
    """Upper triangles whose columns are independent; a LinAlgError says that some are not.

    An element on the diagonal is what the columns before leave of its own, and rounding that of
    its own column: one that is small as a whole is no obstacle.
    """

    def forward(self, x: Any) -> Any:
        if x.size:
            rounding = x.shape[-1] * float(np.finfo(x.dtype).eps)
            rest = np.abs(np.diagonal(x, axis1=-2, axis2=-1))
            if bool(np.any(rest <= rounding * np.max(np.abs(x), axis=-2))):
                raise np.linalg.LinAlgError(self.lacks_rank())
        return x.copy()

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for shape in SQUARE:
            yield cls("qr"), (np.triu(invertible(rng, shape)),)
