"""What became of the mutants, as text."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.mutation.equivalents import Equivalent
from tests.mutation.mutants import Mutant
from tests.mutation.suite import Verdict

Verdicts = Mapping[Mutant, Verdict]


def named(mutant: Mutant, equivalents: Iterable[Equivalent]) -> bool:
    """Whether a mutant is a named equivalent."""
    return any(equivalent.names(mutant) for equivalent in equivalents)


def survivors(verdicts: Verdicts, equivalents: Sequence[Equivalent]) -> list[Mutant]:
    """The mutants that no test killed, and that are no named equivalents."""
    return [
        mutant
        for mutant, verdict in verdicts.items()
        if verdict is Verdict.SURVIVED and not named(mutant, equivalents)
    ]


def obsolete(
    verdicts: Verdicts, equivalents: Iterable[Equivalent]
) -> Iterator[tuple[Equivalent, str]]:
    """The equivalents that name no mutant, or one that a test kills, and which of the two.

    Only those whose function was mutated can be told.
    """
    tried = {mutant.target.name for mutant in verdicts}
    for equivalent in equivalents:
        if equivalent.function not in tried:
            continue
        meant = {verdict for mutant, verdict in verdicts.items() if equivalent.names(mutant)}
        if not meant:
            yield equivalent, "there is no such mutant"
        elif meant != {Verdict.SURVIVED}:
            yield equivalent, "a test kills it"


def table(verdicts: Verdicts, equivalents: Sequence[Equivalent]) -> str:
    """A row for each class or module whose functions were mutated, and their sum."""
    rows: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for mutant, verdict in verdicts.items():
        kind = verdict.value
        if verdict is Verdict.SURVIVED and named(mutant, equivalents):
            kind = "equivalent"
        for owner in (mutant.target.owner, "total"):
            rows[owner].update(["mutants", kind])
    rows["total"] = rows.pop("total", Counter())
    columns = ("mutants", "killed", "timed out", "equivalent", "survived")
    width = max(map(len, rows))
    lines = ["  ".join([" " * width, *columns])]
    for owner, counts in rows.items():
        numbers = (f"{counts[column]:{len(column)}}" for column in columns)
        lines.append("  ".join([owner.ljust(width), *numbers]))
    return "\n".join(lines)


def described(mutant: Mutant) -> str:
    """Where a mutant is and what was changed, as a difference of two lines."""
    place = f"{mutant.target.file.name}:{mutant.line}"
    lines = (f"{mutant.target.name}, {mutant.operator} ({place})", mutant.before, mutant.after)
    return "\n".join(map("".join, zip(("  ", "  - ", "  + "), lines, strict=True)))
