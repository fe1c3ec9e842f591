"""Einstein summation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from autodiff.numpy_protocol.functions import implements
from autodiff.op import Case, Gradients, Op
from autodiff.saves import INPUTS, OTHERS, RESIDUAL
from autodiff.typing import Shape, Value, as_integers

if TYPE_CHECKING:
    from autodiff.tensor import Tensor

LOWERCASE: Final = "abcdefghijklmnopqrstuvwxyz"
UPPERCASE: Final = LOWERCASE.upper()
LETTERS: Final = LOWERCASE + UPPERCASE
"""What axes are called; `string` has them too, but takes long to import."""


class Einsum(Op):
    """Sums of products over named axes, as in "ij,jk->ik".

    Parameters
    ----------
    inputs : tuple of str
        Per operand, one letter per axis. A letter may be repeated: the diagonal.
    output : str
        The letters that stay.
    """

    inputs: tuple[str, ...]
    output: str

    numpy = np.einsum
    saves = INPUTS | RESIDUAL
    broadcasts = True
    needs = OTHERS

    def forward(self, *operands: Any) -> Any:
        subscripts = f"{','.join(self.inputs)}->{self.output}"
        shapes = [np.shape(operand) for operand in operands]
        # With three operands or more, an order of contraction is worth finding.
        return np.einsum(subscripts, *operands, optimize=len(operands) > 2), shapes

    def vjp(self, g: Value, *saved: Value) -> Gradients:
        *operands, shapes = saved
        return tuple(
            lambda i=i: self._gradient(i, g, operands, shapes) for i in range(len(operands))
        )

    def _gradient(
        self, position: int, g: Value, operands: Sequence[Value], shapes: Sequence[Shape]
    ) -> Value:
        """∂L/∂operand: g times the other operands, summed over what the operand lacks.

        A letter that the operand has twice is told apart by an identity matrix, so that
        only the diagonal gets something; one that nothing else has in full length is summed
        in the operand alone: a factor of ones brings it back.
        """
        others = [i for i in range(len(operands)) if i != position]
        inputs = [self.output, *(self.inputs[i] for i in others)]
        factors = [g, *(operands[i] for i in others)]
        lengths: dict[str, int] = {}
        for letters, factor in zip(inputs, factors, strict=True):
            for letter, length in zip(letters, np.shape(factor), strict=True):
                lengths[letter] = max(length, lengths.get(letter, 0))
        unused = iter(sorted(set(LETTERS) - set(lengths) - set(self.inputs[position])))
        target = ""
        for letter, length in zip(self.inputs[position], shapes[position], strict=True):
            if letter in target:
                twin = next(unused)
                inputs.append(letter + twin)
                factors.append(np.diag(np.ones_like(g, shape=length)))
                target += twin
                continue
            if lengths.get(letter, -1) < length:
                inputs.append(letter)
                factors.append(np.ones_like(g, shape=length))
            target += letter
        return np.einsum(f"{','.join(inputs)}->{target}", *factors, optimize=len(factors) > 2)

    def expression(self, *arguments: str) -> str:
        return f"einsum({','.join(self.inputs)}->{self.output}; {', '.join(arguments)})"

    def explain(self, shapes: Sequence[Shape], error: Exception) -> str:
        pairs = ", ".join(
            f"{letters} {shape}" for letters, shape in zip(self.inputs, shapes, strict=True)
        )
        return f"einsum: {pairs} -> {self.output}: axes of one letter must be equally long, or 1"

    @classmethod
    def cases(cls, rng: np.random.Generator) -> Iterator[Case]:
        for inputs, output, shapes in (
            (("ij", "jk"), "ik", ((2, 3), (3, 2))),
            (("ij",), "ji", ((2, 3),)),
            (("ij",), "", ((2, 3),)),
            (("ii",), "i", ((3, 3),)),
            (("ii",), "", ((3, 3),)),
            (("iij", "j"), "ji", ((2, 2, 3), (3,))),
            (("iii",), "i", ((2, 2, 2),)),
            (("i", "i"), "", ((3,), (1,))),
            (("ij", "ij"), "j", ((1, 3), (2, 3))),
            (("i", "j"), "", ((2,), (3,))),
            (("ij", "jk", "kl"), "il", ((2, 3), (3, 2), (2, 2))),
            (("i", "i", "i"), "i", ((3,), (3,), (3,))),
            (("bij", "bjk"), "bik", ((2, 2, 3), (2, 3, 2))),
            (("ij", "j"), "i", ((2, 0), (0,))),
            (("", "i"), "i", ((), (3,))),
            (("ij",), "i", ((2, 1),)),
            (("ij",), "i", ((2, 0),)),
        ):
            yield cls(inputs, output), tuple(rng.normal(size=shape) for shape in shapes)


@implements(np.einsum)
def einsum(*operands: Any, optimize: Any = None) -> Tensor:
    """Sum products of the operands over named axes.

    Parameters
    ----------
    *operands
        Subscripts, and as many Tensors or arrays as there are terms in them: one letter per
        axis, operands separated by commas, an optional ``->output``, and ``...`` for axes that
        broadcast. Without ``->`` the letters that occur once stay, in alphabetical order.
        Or each operand followed by a list of numbers in place of letters, and perhaps a list
        for the output.
    optimize : optional
        Taken for NumPy's sake: an order of contraction is found where one matters.

    Raises
    ------
    ValueError
        If terms and operands do not match.
    """
    if not operands:
        raise ValueError("einsum: nothing was given; expected subscripts such as 'ij,jk->ik'")
    subscripts, *operands = operands if isinstance(operands[0], str) else _lettered(operands)  # type: ignore[assignment]  # a list
    inputs, output = _explicit(subscripts, [np.ndim(operand) for operand in operands])
    return Einsum(inputs, output)(*operands)


def _lettered(operands: Sequence[Any]) -> tuple[Any, ...]:
    """Operands with lists of numbers after them, as subscripts and operands."""
    arrays, lists = operands[: len(operands) // 2 * 2 : 2], operands[1::2]
    given = [n for numbers in operands[len(arrays) * 2 :] for n in numbers]
    given += [n for numbers in lists for n in numbers]
    labels = {as_integers(n) for n in given if n is not Ellipsis}
    if not all(isinstance(n, int) and 0 <= n < 52 for n in labels):
        raise ValueError(f"einsum: axes numbered {sorted(labels)}; expected numbers from 0 to 51")
    # Letters sort as the numbers do, upper case first: the output that is implied depends on it.
    alphabet = LOWERCASE if max(labels, default=0) < 26 else UPPERCASE + LOWERCASE

    def letters(numbers: Sequence[Any]) -> str:
        return "".join("..." if n is Ellipsis else alphabet[n] for n in numbers)

    output = f"->{letters(operands[-1])}" if len(operands) % 2 else ""
    return (",".join(map(letters, lists)) + output, *arrays)


def _explicit(subscripts: str, ndims: Sequence[int]) -> tuple[tuple[str, ...], str]:
    """The terms with a letter for every axis, and the output they imply if none is given."""
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    unknown = set(left + output) - set(LETTERS + ",.")
    strange = {k for k in output.replace("...", "") if output.count(k) > 1 or k not in left}
    if unknown or strange:
        raise ValueError(
            f"einsum: {subscripts!r}: {''.join(sorted(unknown or strange))!r} "
            + ("is no letter" if unknown else "must occur once in the output, and in a term")
        )
    if len(terms) != len(ndims):
        raise ValueError(
            f"einsum: {subscripts!r} has {len(terms)} terms, but {len(ndims)} operands were given"
        )
    spare = [letter for letter in LETTERS if letter not in subscripts]
    widths = [
        ndim - len(term.replace("...", "")) if "..." in term else 0
        for term, ndim in zip(terms, ndims, strict=True)
    ]
    if min(widths) < 0 or any(
        "..." not in term and len(term) != ndim for term, ndim in zip(terms, ndims, strict=True)
    ):
        raise ValueError(
            f"einsum: {subscripts!r} does not fit operands of {', '.join(map(str, ndims))} "
            f"dimensions"
        )
    stretch = "".join(spare[: max(widths)])
    inputs = tuple(
        term.replace("...", stretch[len(stretch) - width :])
        for term, width in zip(terms, widths, strict=True)
    )
    if arrow:
        if stretch and "..." not in output:
            raise ValueError(f"einsum: {subscripts!r}: the output lacks the ... of the terms")
        return inputs, output.replace("...", stretch)
    letters = Counter(left.replace(",", "").replace("...", ""))
    return inputs, stretch + "".join(sorted(k for k, n in letters.items() if n == 1))
