"""Mutants that compute the same as the original, or what nobody promised, by name.

Each says of which function it is ("Tanh.vjp", as the report prints it), of which operator, and
what the changed statement reads, where "…" stands for anything; and why no test can, or need,
tell it from the original.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.mutation.mutants import Mutant


@dataclass(frozen=True)
class Equivalent:
    """A mutant that need not be killed.

    Parameters
    ----------
    function : str
        As the report names it.
    operator : str
        As the report names it.
    after : str
        The changed statement, as the report prints it; "…" stands for anything.
    reason : str
        A sentence.
    """

    function: str
    operator: str
    after: str
    reason: str

    def names(self, mutant: Mutant) -> bool:
        """Whether this is the mutant, or one of the mutants, that is meant."""
        pattern = ".*".join(map(re.escape, self.after.split("…")))
        return (
            mutant.target.name == self.function
            and mutant.operator == self.operator
            and re.fullmatch(pattern, mutant.after) is not None
        )


def _all(function: str, operator: str, reason: str, *after: str) -> Iterator[Equivalent]:
    return (Equivalent(function, operator, text, reason) for text in after)


_UNTAKEN: Final = "What stands in the branch that is not taken is any harmless number."
_CONTINUOUS: Final = "At the bound itself both branches have the same value."
_ONLY_ONE: Final = "The axis has length 1: its first element is its last."
_AS_TRUE: Final = "−1 is as true as 1."
_REPLACED: Final = "Every window has its place, so that nothing of the first values stays."
_MINUS_ZERO: Final = "−0 equals 0."

EQUIVALENTS: Final = (
    # -- arithmetic, elementwise -----------------------------------------------------------
    *_all(
        "Power._slope",
        "branches",
        "0 · x¹ is 0 as well, if x is finite.",
        "return y * x ** np.where(y == 0, 1, y - 1)",
    ),
    *_all(
        "Power._slope",
        "off by one",
        _UNTAKEN,
        "return np.where(y == 0, 0, y * x ** np.where(y == 0, 2, y - 1))",
        "return np.where(y == 0, 0, y * x ** np.where(y == 0, 0, y - 1))",
    ),
    *_all("Sign.vjp", "sign", _MINUS_ZERO, "return (-np.zeros_like(g),)"),
    # -- reduction -------------------------------------------------------------------------
    *_all("Spread.freedom", "comparison", _CONTINUOUS, "return n if n >= 0 else 0"),
    *_all(
        "Std.vjp",
        "off by one",
        _UNTAKEN,
        "scale = np.where(flat, 0, scale / np.where(flat, 2, s))",
    ),
    *_all(
        "Logsumexp.forward",
        "off by one",
        "Any finite number will do where the largest element is infinite.",
        "top = np.where(np.isfinite(top), top, 1)",
        "top = np.where(np.isfinite(top), top, -1)",
    ),
    *_all(
        "Logsumexp.vjp",
        "off by one",
        "All of x is −∞ then, and x − y for any finite y.",
        "y = np.where(y == -math.inf, 1, y)",
        "y = np.where(y == -math.inf, -1, y)",
    ),
    # -- indexing --------------------------------------------------------------------------
    *_all(
        "indexing.is_basic",
        "sign",
        _AS_TRUE,
        "return -(not any((hasattr(part, 'dtype') for part in index)))",
    ),
    *_all(
        "indexing.is_basic",
        "entry",
        "What is done for any index is right for a basic one, only slower.",
        "return None",
    ),
    *_all("IndexUpdate._stays", "sign", _AS_TRUE, "return -True"),
    *_all(
        "IndexUpdate._stays",
        "swapped function",
        "Whatever is read of it has been written before.",
        "last = np.ones_like(y, dtype=int)",
    ),
    # -- linalg, scan ----------------------------------------------------------------------
    *_all(
        "Matmul._left",
        "off by one",
        _ONLY_ONE,
        "return np.matmul(g[..., None, :], columns)[..., -1, :]",
    ),
    *_all(
        "Matmul._right",
        "off by one",
        _ONLY_ONE,
        "return np.matmul(rows, g[..., None])[..., -1]",
    ),
    *_all(
        "Norm.vjp",
        "off by one",
        "For p = 1 the general formula has the same value, by a longer way.",
        "if self.ord == 0:",
    ),
    *_all(
        "Norm.vjp",
        "off by one",
        _UNTAKEN,
        "length = np.where(y == 0, 2, y)",
        "return (self.stretch(scale, x.shape) * np.sign(x)"
        " * np.where(x == 0, 2, np.abs(x)) ** (self.ord - 1),)",
    ),
    *_all(
        "scan._adjoint_recurrence",
        "swapped function",
        "The first coefficient multiplies y₋₁, which is 0.",
        "following = np.concatenate([np.zeros_like(a[:1]), np.flip(a, 0)[:-1]])",
    ),
    # -- activations -----------------------------------------------------------------------
    *_all("Step.vjp", "sign", _MINUS_ZERO, "return (-np.zeros_like(g),)"),
    *_all(
        "Sigmoid.forward",
        "comparison",
        "At 0 exp(−|x|) is 1 too.",
        "return np.where(x > 0, 1, small) / (1 + small)",
    ),
    *_all(
        "LeakyReLU.forward",
        "comparison",
        _CONTINUOUS,
        "return np.where(x >= 0, x, self.negative_slope * x)",
    ),
    *_all(
        "ELU.forward",
        "comparison",
        _CONTINUOUS,
        "return np.where(x >= 0, x, self.alpha * np.expm1(np.minimum(x, 0)))",
    ),
    *_all(
        "ELU.forward",
        "off by one",
        _UNTAKEN,
        "return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 1)))",
    ),
    *_all(
        "ELU.vjp",
        "comparison",
        _CONTINUOUS,
        "return (np.where(x > 0, g, g * self.alpha * np.exp(np.where(x >= 0, 0, x))),)",
    ),
    *_all(
        "ELU.vjp",
        "off by one",
        _UNTAKEN,
        "return (np.where(x > 0, g, g * self.alpha * np.exp(np.where(x > 1, 0, x))),)",
        "return (np.where(x > 0, g, g * self.alpha * np.exp(np.where(x > 0, 1, x))),)",
        "return (np.where(x > 0, g, g * self.alpha * np.exp(np.where(x > 0, -1, x))),)",
    ),
    *_all("ELU.definition", "comparison", _CONTINUOUS, "negative = where(x >= 0, 0, x)"),
    *_all(
        "ELU.definition",
        "off by one",
        _UNTAKEN,
        "negative = where(x > 1, 0, x)",
        "negative = where(x > 0, 1, x)",
        "negative = where(x > 0, -1, x)",
    ),
    # -- pooling ---------------------------------------------------------------------------
    *_all(
        "MaxPooling.forward",
        "off by one",
        "A wider integer holds the same places.",
        "places = np.zeros_like(y, dtype=np.uint8 if len(others) < 255 else np.int64)",
    ),
    *_all(
        "TakeFromWindows.forward",
        "swapped function",
        _REPLACED,
        "y = np.ones_like(x, shape=self.places.shape)",
    ),
    *_all("TakeFromWindows.definition", "off by one", _REPLACED, "y: Value = 1", "y: Value = -1"),
    # -- classification --------------------------------------------------------------------
    *_all(
        "SoftmaxCrossEntropy.forward",
        "off by one",
        "It is multiplied by t, which is 0 there.",
        "losses = t * np.where(np.equal(t, 0), 1, np.log(total) - shifted)",
        "losses = t * np.where(np.equal(t, 0), -1, np.log(total) - shifted)",
    ),
    # -- the reverse pass ------------------------------------------------------------------
    *_all(
        "backward._large",
        "sign",
        _AS_TRUE,
        "return -any(map(_large, saved))",
        "return -(getattr(saved, 'size', 1) > SMALL)",
    ),
    *_all(
        "backward._large",
        "off by one",
        "What has no size is small, however it is counted.",
        "return getattr(saved, 'size', 2) > SMALL",
        "return getattr(saved, 'size', 0) > SMALL",
    ),
    *_all(
        "reverse._broadcasts_to",
        "sign",
        _AS_TRUE,
        "return -(all((n == 1 for n in shape[:extra])) and"
        " all((n in (1, m) for n, m in zip(shape[extra:], target[lead:], strict=True))))",
    ),
    *_all(
        "reverse.check_saved",
        "comparison",
        "Nodes and writes are numbered together: no two numbers are equal.",
        "if writes.last_write(array) >= node.number:",
    ),
    *_all(
        "reverse.reverse_pass",
        "comparison",
        "Adding in place saves an array; Tensors make a new one all the same.",
        "if create_graph:",
    ),
    *_all(
        "reverse.saved_tensors",
        "off by one",
        "The residual is the last of what was saved, and all that is left then.",
        "values.append(rest.pop(-1) if op.residual is None else op.residual(*inputs))",
    ),
)
"""All of them."""
