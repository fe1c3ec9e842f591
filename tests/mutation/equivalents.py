"""Mutants that compute the same as the original, or what nobody promised, by name.

Each says of which function it is ("Tanh.vjp", as the report prints it), of which operator, and
what the changed statement reads, where "…" stands for anything; and why no test can, or need,
tell it from the original.
"""

import re
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


EQUIVALENTS: Final[tuple[Equivalent, ...]] = ()
