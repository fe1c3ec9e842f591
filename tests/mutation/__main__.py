"""``python -m tests.mutation``; see the package."""

import argparse
import os
import sys
import time
from collections.abc import Sequence

# Before NumPy is loaded: a process with threads of its own cannot be forked safely.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")

from tests.mutation.equivalents import EQUIVALENTS
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.report import described, obsolete, survivors, table
from tests.mutation.suite import TESTS, Suite, Verdict
from tests.mutation.targets import ENGINE, targets_of
from tests.operations import OPERATIONS


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    names = options.operation or [*(cls.__name__ for cls in OPERATIONS), ENGINE]
    chosen = [cls for cls in OPERATIONS if cls.__name__ in names]
    unknown = set(names) - {ENGINE, *(cls.__name__ for cls in chosen)}
    if unknown:
        known = ", ".join([*(cls.__name__ for cls in OPERATIONS), ENGINE])
        print(f"no operation is called {', '.join(sorted(unknown))}; expected some of: {known}")
        return 2
    # All operations, so that a function that several share is tried with the tests of all.
    targets = [
        target
        for target in targets_of(OPERATIONS, engine=True)
        if not set(names).isdisjoint(target.operations)
    ]
    mutants = [mutant for target in targets for mutant in mutants_of(target)]
    if options.list:
        print("\n".join(map(described, mutants)))
        return 0
    return _try(mutants, options.tests, options.jobs)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description="Make rules wrong, and see the tests fail."
    )
    parser.add_argument(
        "--operation", action="append", help=f"a class, or {ENGINE!r}; may be repeated; else all"
    )
    parser.add_argument("--list", action="store_true", help="print the mutants, try none")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default: 2)")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="files of tests to use instead")
    return parser.parse_args(arguments)


def _try(mutants: list[Mutant], tests: Sequence[str], jobs: int) -> int:
    verdicts: dict[Mutant, Verdict] = {}
    broken: list[str] = []

    def use(suite: Suite) -> None:
        operations = {name: None for mutant in mutants for name in mutant.target.operations}
        for name, verdict in suite.unchanged(operations, jobs):
            if verdict is not Verdict.SURVIVED:
                broken.append(f"the tests of {name}: {verdict.value}")
        if not broken:
            for mutant, verdict in suite.verdicts(mutants, jobs):
                verdicts[mutant] = verdict
                if len(verdicts) % 100 == 0:
                    print(f"{len(verdicts)} of {len(mutants)} tried", file=sys.stderr, flush=True)
        broken.extend(suite.failures)

    start = time.monotonic()
    Suite.collect(tests, use)
    if broken:
        print("without any mutant, these tests fail already:", *broken, sep="\n  ")
        return 2
    in_order = {mutant: verdicts[mutant] for mutant in mutants}
    print(table(in_order, EQUIVALENTS))
    left = survivors(in_order, EQUIVALENTS)
    if left:
        print("\nno test kills:", *map(described, left), sep="\n")
    stale = list(obsolete(in_order, EQUIVALENTS))
    if stale:
        print("\nno longer an equivalent:")
        for equivalent, why in stale:
            print(f"  {why}: {equivalent}")
    print(f"\n{time.monotonic() - start:.0f} s", file=sys.stderr)
    return 1 if left or stale else 0


if __name__ == "__main__":
    sys.exit(main())
