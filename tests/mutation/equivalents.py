"""Mutants that compute the same as the original, by name: those listed in equivalents.toml."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
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
        Why no test can, or need, tell it from the original: a sentence.
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


_LIST: Final = Path(__file__).with_name("equivalents.toml")

EQUIVALENTS: Final = [
    Equivalent(entry["function"], entry["operator"], after, entry["reason"])
    for entry in tomllib.loads(_LIST.read_text("utf-8"))["equivalent"]
    for after in entry["after"]
]
"""All of them."""
