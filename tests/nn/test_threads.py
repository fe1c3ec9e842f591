"""Samples shared out between threads."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from autodiff import Tensor, gradients
from nn import functional as F
from nn.functional import convolution, max_pooling, threads
from nn.functional.windows import Windows
from tests.operations import reference


@pytest.fixture(params=[1, 2, 3])
def count(request, monkeypatch):
    """So many threads, for whatever there is to do."""
    pytest.importorskip("threadpoolctl", reason="without it one thread does all")
    monkeypatch.setattr(threads, "_blas_threads", lambda: request.param)
    monkeypatch.setattr(threads, "_WORTH", 0)
    monkeypatch.setattr(threads, "_ALONE", 0)
    return request.param


@pytest.mark.parametrize("samples", [0, 1, 2, 5, 100])
def test_each_sample_is_in_one_share(count, samples):
    shares = threads.share_out(samples, 1, lambda share: list(range(samples))[share])
    assert [sample for share in shares for sample in share] == list(range(samples))
    assert len(shares) == max(1, min(count, samples))


def test_shares_are_worked_on_at_once(count):
    """Each waits until all have begun, which one thread could not do for two."""
    barrier = threading.Barrier(count, timeout=20)
    threads.share_out(100, 1, lambda share: barrier.wait())


@pytest.mark.parametrize("failing", [0, 2])
def test_an_error_comes_out_once_all_have_finished(count, failing):
    finished = []

    def work(share):
        if share.start <= failing * 2 < share.stop:
            raise ValueError(f"share from {share.start}")
        finished.append(share)

    with pytest.raises(ValueError, match="share from"):
        threads.share_out(6, 1, work)
    assert len(finished) == count - 1


def test_the_blas_computes_alone_meanwhile_and_as_before_afterwards(count):
    blas = threads._blas()
    with blas.limit(limits=2):
        before = [library.num_threads for library in blas.lib_controllers]
        during = threads.share_out(
            4, 1, lambda share: [library.num_threads for library in blas.lib_controllers]
        )
        assert [library.num_threads for library in blas.lib_controllers] == before
    if count > 1:
        assert during == [[1] * len(before)] * count


def test_of_two_callers_the_second_computes_alone(count):
    blas = threads._blas()
    inside, may_end = threading.Event(), threading.Event()
    first = threading.Thread(
        target=threads.share_out, args=(1, 1, lambda share: inside.set() or may_end.wait(20))
    )
    with blas.limit(limits=2):
        pass  # nobody else decides on the BLAS
    before = [library.num_threads for library in blas.lib_controllers]
    first.start()
    assert inside.wait(20)
    assert threads.share_out(6, 1, lambda share: share) == [slice(0, 6)] or count == 1
    may_end.set()
    first.join()
    assert [library.num_threads for library in blas.lib_controllers] == before


def test_a_share_within_a_share(count):
    inner = threads.share_out(4, 1, lambda share: threads.share_out(2, 1, lambda part: part))
    assert inner[0] == [slice(0, 2)]


def test_where_nothing_new_can_begin_one_thread_does_all(count, monkeypatch):
    def refuse(_):
        raise RuntimeError("cannot schedule new futures after interpreter shutdown")

    if count > 1:
        monkeypatch.setattr(threads, "_pool", refuse)
        assert threads.share_out(6, 1, lambda share: share) == [slice(0, 6)]


def test_error_states_hold_in_all_shares(count):
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        threads.share_out(6, 1, lambda share: np.log(np.arange(6.0)[::-1])[share])
    with np.errstate(divide="ignore"):
        shares = threads.share_out(6, 1, lambda share: np.log(np.zeros(6)[share]))
    assert all(np.isneginf(share).all() for share in shares)


def test_second_order_through_products(count):
    """The rule is read on a constant x and a Tensor g."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 4))
    w, b = Tensor(rng.normal(size=(4, 3)), requires_grad=True), np.zeros(3)
    (slope,) = gradients((F.affine(x, w, b) ** 2).sum(), [w], create_graph=True)
    (second,) = gradients(slope.sum(), [w])
    np.testing.assert_allclose(second, 2 * x.T @ x @ np.ones((4, 3)), rtol=1e-12)


def test_products_are_those_of_matmul(count, monkeypatch):
    rng = np.random.default_rng(count)
    x, y = rng.normal(size=(7, 4)), rng.normal(size=(4, 5)).astype(np.float32)
    for alone, begun in ((0, True), (0, False), (2**18, True)):
        monkeypatch.setattr(threads, "_ALONE", alone)
        monkeypatch.setattr(threads, "_begun", begun)
        z = threads.product(x, y)
        assert z.dtype == float
        np.testing.assert_allclose(z, x @ y, rtol=1e-12)
        np.testing.assert_allclose(threads.product(x.T, x), x.T @ x, rtol=1e-12)
        assert threads.product(x[:0], y).shape == (0, 5)
        with pytest.raises(ValueError, match="mismatch"):
            threads.product(x, x)


def test_little_work_is_not_shared_out(monkeypatch):
    monkeypatch.setattr(threads, "_blas_threads", lambda: 2)
    assert threads.share_out(10, 100, lambda share: share) == [slice(0, 10)]


def test_convolutions_and_poolings_are_the_same(count):
    rng = np.random.default_rng(count)
    windows, shape, kernel = Windows((2,), (1,), ((1, 0),), (1,)), (7, 2, 4), (3, 2, 2)
    x, w, b, g = (rng.normal(size=s) for s in (shape, kernel, 3, (7, 3, 4)))
    for op, inputs in (
        (convolution.Convolution(windows, 1, True), (x, w, b)),
        (convolution.ConvolutionInputGradient(windows, 1, (4,)), (g, w)),
        (convolution.ConvolutionWeightGradient(windows), (x, g)),
        (max_pooling.MaxPooling(windows), (x,)),
        (max_pooling.PutInWindows(windows, rng.integers(0, 2, (7, 3, 4)), (4,)), (g,)),
    ):
        np.testing.assert_allclose(op(*inputs), *reference(op, inputs), rtol=1e-12, atol=1e-13)


FORKED = """
import os
from nn.functional import threads
threads._blas_threads = lambda: 2
share = lambda: threads.share_out(2 ** 20, 2 ** 30, lambda share: share.start)
assert share() == [0, 2 ** 19]
if (child := os.fork()) == 0:
    os._exit(share() != [0, 2 ** 19])
assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_forked_process_has_threads_of_its_own():
    pytest.importorskip("threadpoolctl", reason="without it one thread does all")
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORKED], check=True, timeout=60)
