"""The tests, collected once; each mutant is tried on them in a process of its own."""

import gc
import os
import resource
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from types import CodeType
from typing import Any, Final

import pytest
from hypothesis import Phase, settings

from tests.mutation.mutants import Mutant
from tests.mutation.targets import Target

SECONDS: Final = 20
"""How much of the processor's time a test may take: the slowest takes two seconds."""

_MEMORY: Final = 2**32

_BROKEN: Final = 3
"""The exit status of a process in which the tests could not be run."""

TESTS: Final = (
    "tests/autodiff/test_operations.py",
    "tests/autodiff/test_kinks.py",
    "tests/autodiff/test_edges.py",
    "tests/autodiff/test_composites.py",
    "tests/autodiff/test_graph.py",
    "tests/autodiff/test_op.py",
    "tests/autodiff/test_tensor.py",
    "tests/autodiff/test_order.py",
    "tests/autodiff/test_linear_algebra.py",
    "tests/autodiff/test_spectra.py",
    "tests/autodiff/test_anomaly.py",
    "tests/autodiff/test_hooks.py",
    "tests/autodiff/transforms",
    "tests/nn/test_functional.py",
    "tests/nn/test_convolution.py",
    "tests/nn/test_layers.py",
    "tests/viz/test_symbolic.py::test_is_simplified",
)
"""What is run unless other files are named."""


class Verdict(Enum):
    """What the tests said of a function."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"


class Suite:
    """A plugin of pytest that hands the collected tests over instead of running them all.

    Parameters
    ----------
    use : function
        What to do, once the tests are there.
    """

    def __init__(self, use: Callable[["Suite"], None]) -> None:
        self._use = use
        self._items: list[pytest.Item] = []
        self._trying = False
        self.failures: list[str] = []

    @classmethod
    def collect(cls, paths: Iterable[str], use: Callable[["Suite"], None]) -> None:
        """Collect the tests in these files, and `use` them."""
        quiet = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:xdist"]
        plain = ["--assert=plain", "--capture=no", "-o", "addopts="]
        suite = cls(use)
        status = pytest.main([*quiet, *plain, *paths], plugins=[suite])
        if not suite._items:
            raise RuntimeError(f"no tests could be collected from {', '.join(paths)}: {status!r}")

    # -- pytest's hooks -------------------------------------------------------------------

    def pytest_collection(self) -> None:
        """Draw as the suite does; but one failure is enough, and need not be simple."""
        settings.register_profile(
            "mutation",
            settings.get_profile(settings.get_current_profile_name()),
            phases=[Phase.explicit, Phase.generate],
            report_multiple_bugs=False,
        )
        settings.load_profile("mutation")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._items = session.items
        _run(self._items[0])  # what the first test has to set up, no forked process has to
        self._use(self)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is None or call.excinfo.errisinstance(pytest.skip.Exception):
            return
        if self._trying:
            os._exit(1)
        self.failures.append(f"{item.nodeid}: {call.excinfo.exconly()}")

    # -- which tests ----------------------------------------------------------------------

    def own_tests(self, target: Target) -> list[pytest.Item]:
        """The tests of the operations that consist of a function."""
        return [item for item in self._items if _operation(item) in target.operations]

    def other_tests(self, targets: Iterable[Target]) -> dict[Target, list[pytest.Item]]:
        """The tests of no operation that run each of the functions: they are run to see it."""
        codes = {target.function.__code__: target for target in targets}
        tests: dict[Target, list[pytest.Item]] = {target: [] for target in codes.values()}
        for item in self._items:
            if _operation(item) is None:
                for code in _called(codes, lambda item=item: _run(item)):
                    tests[codes[code]].append(item)
        return tests

    # -- what they say --------------------------------------------------------------------

    def verdicts(self, mutants: Sequence[Mutant], jobs: int) -> Iterator[tuple[Mutant, Verdict]]:
        """Try each mutant, so many at a time: on its own tests, then on others that run it."""
        tests = {mutant.target: self.own_tests(mutant.target) for mutant in mutants}
        left = []
        for mutant, verdict in self._tried(mutants, tests, jobs):
            if verdict is Verdict.SURVIVED:
                left.append(mutant)
            else:
                yield mutant, verdict
        if left:
            tests = self.other_tests({mutant.target: None for mutant in left})
            if self.failures:
                return
            yield from self._tried(left, tests, jobs)

    def unchanged(self, operations: Iterable[str], jobs: int) -> Iterator[tuple[str, Verdict]]:
        """Try each operation as it is, which its own tests must let pass."""
        tests: defaultdict[str | None, list[pytest.Item]] = defaultdict(list)
        for item in self._items:
            tests[_operation(item)].append(item)
        trials = ((name, lambda name=name: self._run_all(tests[name])) for name in operations)
        return _in_processes(trials, jobs)

    def _tried(
        self, mutants: Iterable[Mutant], tests: Mapping[Target, list[pytest.Item]], jobs: int
    ) -> Iterator[tuple[Mutant, Verdict]]:
        def trial(mutant: Mutant) -> None:
            mutant.target.function.__code__ = mutant.code
            self._run_all(tests[mutant.target])

        trials = ((mutant, lambda mutant=mutant: trial(mutant)) for mutant in mutants)
        return _in_processes(trials, jobs)

    def _run_all(self, tests: Iterable[pytest.Item]) -> None:
        """Run tests up to the first failure, which ends this process."""
        self._trying = True
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.RLIM_INFINITY))
        for item in tests:
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            _run(item)


def _run(item: pytest.Item) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


def _operation(item: pytest.Item) -> str | None:
    """The operation that a test is about: its parameter ``cls``."""
    callspec: Any = getattr(item, "callspec", None)
    cls = callspec and callspec.params.get("cls")
    return cls.__name__ if isinstance(cls, type) else None


def _called(codes: Iterable[CodeType], run: Callable[[], None]) -> list[CodeType]:
    """Which of these functions `run` calls."""
    called: dict[CodeType, None] = {}

    def note(frame: Any, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in codes:
            called[frame.f_code] = None

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return list(called)


def _in_processes(
    trials: Iterable[tuple[Any, Callable[[], None]]], jobs: int
) -> Iterator[tuple[Any, Verdict]]:
    """Run each trial in a forked process; it survives if it comes to its end."""
    gc.freeze()  # so that what is there is not copied into the forked processes
    running: dict[int, Any] = {}
    for subject, trial in trials:
        if len(running) == jobs:
            yield _ended(running)
        if not (process := os.fork()):
            _be_tried(trial)
        running[process] = subject
    while running:
        yield _ended(running)


def _be_tried(trial: Callable[[], None]) -> None:
    """What a forked process does: its status says how it went."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        trial()
    except BaseException:  # of ours: a test that fails has ended the process before
        os._exit(_BROKEN)
    os._exit(0)


def _ended(running: dict[int, Any]) -> tuple[Any, Verdict]:
    process, status = os.wait()
    subject = running.pop(process)
    if status == 0:
        return subject, Verdict.SURVIVED
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _BROKEN:
        raise RuntimeError(f"{subject}: could not be tried")
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
        return subject, Verdict.TIMED_OUT
    return subject, Verdict.KILLED
