"""All peers compute the same, and one that does not is found out."""

import numpy as np
import pytest

from benchmarks.agreement import DisagreementError, check, check_timed, compare
from benchmarks.peers import PEERS, by_hand, chainrule_
from benchmarks.workers import WorkerError, tell_all, workers
from benchmarks.workloads import WORKLOADS, workload


@pytest.mark.parametrize("name", [name for name in PEERS if name != "chainrule"])
def test_peers_agree_with_chainrule(name):
    peer = PEERS[name]
    if missing := peer.missing():
        pytest.skip(f"{', '.join(missing)}, of the extra for benchmarks, is not installed")
    with workers([PEERS["chainrule"], peer], threads=1) as started:
        for row in peer.workloads:
            check(started, row)
            tell_all(started, "make", name=row, changes={})
            check_timed(started, row)


@pytest.mark.parametrize("peer", [by_hand, chainrule_], ids=["by hand", "chainrule"])
@pytest.mark.parametrize("name", ["two_layer", "three_layer"])
def test_steps_lower_the_loss_and_can_be_undone(peer, name):
    run = peer.RUNS[name](workload(name, batch=10))
    run.step()
    first, *_ = (array.copy() for array in run.results())
    for _ in range(20):
        run.step()
    assert run.results()[0] < 0.9 * first
    run.reset()
    run.step()
    assert run.results()[0] == first


def test_each_row_has_its_makers():
    assert set(chainrule_.RUNS) == set(PEERS["chainrule"].workloads) == set(WORKLOADS)
    assert set(by_hand.RUNS) == set(PEERS["by_hand"].workloads)


@pytest.mark.parametrize("name", [name for name in WORKLOADS if name != "chain"])
def test_the_arrays_of_a_network(name):
    row = WORKLOADS[name]
    arrays = [row.images(), *row.parameters()]
    assert {array.dtype.name for array in arrays} == {"float32"}
    assert all(
        (a == b).all() for a, b in zip(arrays, [row.images(), *row.parameters()], strict=True)
    )
    shapes = [tuple(parameter.shape) for parameter in chainrule_.network(row).parameters()]
    assert [array.shape for array in row.parameters()] == shapes
    assert row.images().shape == (row.batch, *row.image)
    assert row.labels().shape == (row.batch,)


def results(**changes):
    arrays = [np.array(2.0), np.array([1.0, -3.0])]
    return {"reference": [array.copy() for array in arrays], "other": arrays}


def test_equal_results_agree():
    both = results()
    both["other"][1] = both["other"][1] * (1 + 1e-12)
    compare(both, "float64")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda arrays: [arrays[0], arrays[1] * (1 + 1e-6)], "array 1: .* by 1.0e-06"),
        (lambda arrays: [arrays[0]], "1 arrays; reference has 2"),
        (lambda arrays: [arrays[0], arrays[1][:, None]], r"float64 \(2, 1\); expected"),
        (lambda arrays: [arrays[0], arrays[1].astype("float32")], "float32 .* expected float64"),
        (lambda arrays: [arrays[0] * np.nan, arrays[1]], "array 0: not all elements are finite"),
    ],
    ids=["values", "number", "shape", "dtype", "nan"],
)
def test_what_differs_is_told(spoil, message):
    both = results()
    both["other"] = spoil(both["other"])
    with pytest.raises(DisagreementError, match=f"^other.*{message}"):
        compare(both, "float64")


def test_values_that_are_random_are_not_compared():
    both = results()
    both["other"][1] = both["other"][1] + 1
    compare(both, "float64", values=1)
    both["other"][0] = both["other"][0] + 1
    with pytest.raises(DisagreementError, match="array 0"):
        compare(both, "float64", values=1)


def test_what_goes_wrong_in_a_worker_is_told():
    with workers([PEERS["by_hand"]], threads=1) as started:
        with pytest.raises(WorkerError, match=r"(?s)by hand in NumPy.*KeyError: 'deep_conv'"):
            started["by_hand"].ask("make", name="deep_conv", changes={})
        assert started["by_hand"].ask("make", name="chain", changes={})["seconds"] > 0


def test_a_worker_that_is_gone_is_told():
    with workers([PEERS["by_hand"]], threads=1) as started:
        started["by_hand"]._process.kill()
        started["by_hand"]._process.wait()
        with pytest.raises(WorkerError, match="ended by itself, with status"):
            started["by_hand"].ask("make", name="chain", changes={})
