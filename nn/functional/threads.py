"""Samples shared out between threads.

A product for one image is too small to be shared out by a BLAS, but the images are many: they go
to as many threads as the BLAS was given (``OPENBLAS_NUM_THREADS``, ``threadpool_limits``), and
meanwhile each of them computes its products alone. The threads of OpenBLAS wait busily for the
next product, some 30 ms long, and take the processors away; so it is kept to one thread for small
products of fully connected layers too, and where there are convolutions, large ones are shared out
like these. It takes threadpoolctl (the extra ``train``) to tell the BLAS; without it, one thread
goes through all samples, and products are left to the BLAS.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from threading import Lock
from typing import Any, Final, TypeVar

import numpy as np

from autodiff.typing import Value

_T = TypeVar("_T")

_WORTH: Final = 2**24
"""From how many operations on sharing out is worth its price, about 0.1 ms."""

_ALONE: Final = 2**18
"""Up to how many operations a BLAS computes a product by one thread in any case."""


def share_out(samples: int, operations: int, work: Callable[[slice], _T]) -> list[_T]:
    """What `work` gives for each share of the samples, in their order.

    Parameters
    ----------
    samples : int
        How many there are.
    operations : int
        How many multiplications there are, in all.
    work : callable
        Of a slice of samples.
    """
    if operations > _ALONE and _turn.acquire(blocking=False):
        try:
            if (available := _blas_threads()) > 1:
                threads = max(1, min(available, samples)) if operations >= _WORTH else 1
                with _blas().limit(limits=1):
                    return _shared_out(samples, threads, work)
        finally:
            _turn.release()
    return [work(slice(0, samples))]


def _shared_out(samples: int, threads: int, work: Callable[[slice], _T]) -> list[_T]:
    global _begun
    bounds = [samples * i // threads for i in range(threads + 1)]
    own, *others = (slice(*pair) for pair in itertools.pairwise(bounds))
    try:
        # In a context like this one: of np.errstate, for one.
        futures = [_pool(threads - 1).submit(copy_context().run, work, s) for s in others]
    except RuntimeError:  # the interpreter is about to end, and begins nothing new
        return [work(slice(0, samples))]
    _begun = _begun or threads > 1
    try:
        first = work(own)
    finally:  # nobody writes into an array any more once an error is out
        for future in futures:
            future.exception()
    return [first, *(future.result() for future in futures)]


_turn = Lock()
"""One caller shares out at a time: of two, the second to end would leave the BLAS as the first
had set it. Others compute alone."""


_begun = False
"""Whether samples were ever shared out."""


def product(x: Value, y: Value) -> Value:
    """The product x y; of a small one the BLAS is kept to one thread.

    A large one is left to all threads of the BLAS, unless samples are shared out: then the rows
    of x are too.
    """
    if type(x) is not np.ndarray or type(y) is not np.ndarray or not x.ndim == y.ndim == 2:
        return np.matmul(x, y)
    rows, columns = x.shape[0], y.shape[1]
    operations = x.size * columns
    if operations <= _ALONE or (operations >= _WORTH and not _begun) or _blas_threads() <= 1:
        return np.matmul(x, y)
    z = np.empty((rows, columns), np.result_type(x, y))
    share_out(rows, operations, lambda some: np.matmul(x[some], y, out=z[some]))
    return z


def _blas_threads() -> int:
    blas = _blas()
    if blas is None:
        return 1
    return min((library.num_threads for library in blas.lib_controllers), default=1)


@cache
def _blas() -> Any:
    """The BLAS that NumPy computes with, to be told how many threads to use; None if unknown."""
    try:
        from threadpoolctl import ThreadpoolController
    except ModuleNotFoundError:
        return None
    return ThreadpoolController().select(user_api="blas")


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="chainrule")


def _begin_anew() -> None:
    """The threads do not live on in a forked process, which makes its own."""
    global _turn
    _turn = Lock()
    _pool.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
