"""The script itself: it ends well where the tests are good, and can fail where they are not."""

import subprocess
import sys

import pytest

from tests.mutation.equivalents import EQUIVALENTS, Equivalent
from tests.mutation.mutants import mutants_of
from tests.mutation.report import obsolete, survivors, table
from tests.mutation.suite import Verdict
from tests.mutation.targets import ENGINE, targets_of
from tests.operations import OPERATIONS

USELESS = """
import pytest
from tests.operations import OPERATIONS

@pytest.mark.parametrize("cls", OPERATIONS)
def test_nothing(cls):
    assert {condition}
"""


def run(*arguments):
    command = [sys.executable, "-m", "tests.mutation", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def tanh():
    """The mutants of one rule."""
    (target,) = (t for t in targets_of(OPERATIONS, engine=False) if t.name == "Tanh.vjp")
    return list(mutants_of(target))


def test_no_mutant_of_tanh_survives():
    done = run("--operation", "Tanh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no test kills" not in done.stdout


def test_useless_tests_kill_nothing(tmp_path, tanh):
    (tmp_path / "test_useless.py").write_text(USELESS.format(condition="cls"))
    done = run("--operation", "Tanh", "--tests", tmp_path / "test_useless.py")
    assert done.returncode == 1
    for mutant in tanh:
        assert f"+ {mutant.after}\n" in done.stdout


def test_tests_that_fail_by_themselves_say_nothing(tmp_path):
    (tmp_path / "test_failing.py").write_text(USELESS.format(condition="not cls"))
    done = run("--operation", "Tanh", "--tests", tmp_path / "test_failing.py")
    assert done.returncode == 2
    assert "the tests of Tanh" in done.stdout


def test_an_unknown_operation_is_refused():
    done = run("--operation", "Tahn")
    assert done.returncode == 2
    assert "Tahn" in done.stdout


def test_mutants_of_a_rule(tanh):
    assert {(mutant.operator, mutant.after) for mutant in tanh} >= {
        ("sign", "return (-(g * (1 - y * y)),)"),
        ("sign", "return (g * (1 + y * y),)"),
        ("dropped factor", "return (1 - y * y,)"),
        ("dropped factor", "return (g * (1 - y),)"),
        ("swapped operands", "return (g * (y * y - 1),)"),
        ("off by one", "return (g * (2 - y * y),)"),
        ("entry", "return (None,)"),
    }
    assert len({mutant.after for mutant in tanh}) == len(tanh)
    assert all(mutant.before == "return (g * (1 - y * y),)" for mutant in tanh)


def test_code_of_a_mutant_is_the_changed_function(tanh):
    (negated,) = (m for m in tanh if m.after == "return (-(g * (1 - y * y)),)")
    assert type(negated.target.function)(negated.code, {})(None, 2.0, 3.0) == (16.0,)


def test_every_rule_is_mutated():
    names = {target.name for target in targets_of(OPERATIONS, engine=True)}
    for cls in OPERATIONS:
        assert cls.vjp.__qualname__ in names
    assert {"reverse.sum_to", "reverse.reverse_pass", "backward.backward", "Output.vjp"} <= names


def test_functions_that_rules_share_are_tried_with_the_tests_of_all():
    users = {target.name: target.operations for target in targets_of(OPERATIONS, engine=True)}
    assert set(users["selection._chosen"]) == {"Maximum", "Minimum"}
    assert {"Cumprod", "LinearRecurrence"} == set(users["scan._adjoint_recurrence"])
    assert {"Convolution", "MaxPooling"} <= set(users["Windows.positions"])
    assert users["reverse.sum_to"] == (ENGINE,)


def test_survivors_are_those_without_a_name(tanh):
    verdicts = dict.fromkeys(tanh, Verdict.KILLED)
    verdicts[tanh[0]] = verdicts[tanh[1]] = Verdict.SURVIVED
    name = Equivalent("Tanh.vjp", tanh[0].operator, tanh[0].after, "None.")
    assert survivors(verdicts, [name]) == [tanh[1]]
    assert table(verdicts, [name]).splitlines()[-1].split() == [
        *("total", str(len(tanh)), str(len(tanh) - 2), "0", "1", "1")
    ]


def test_equivalents_do_not_outlive_their_mutants(tanh):
    verdicts = dict.fromkeys(tanh, Verdict.KILLED) | {tanh[0]: Verdict.SURVIVED}
    right, killed = (Equivalent("Tanh.vjp", m.operator, m.after, "None.") for m in tanh[:2])
    gone = Equivalent("Tanh.vjp", "sign", "return (g * (1 − … * z),)", "None.")
    elsewhere = Equivalent("Cosh.vjp", "sign", "…", "None.")
    found = list(obsolete(verdicts, [right, killed, gone, elsewhere]))
    assert found == [(killed, "a test kills it"), (gone, "there is no such mutant")]


def test_equivalents_have_reasons():
    for equivalent in EQUIVALENTS:
        assert equivalent.reason.endswith(".")
