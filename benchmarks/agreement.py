"""Whether all peers compute the same: a benchmark of something else would be worthless.

It is asked in float64, where nothing but a mistake can make a difference, and without dropout,
which is random; and again of the runs that are timed, in the dtype that they are timed in.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.workers import tell_all
from benchmarks.workloads import WORKLOADS, Network

STEPS = 3
TOLERANCE = {"float64": 1e-8, "float32": 1e-4}
"""Relative to the largest element of an array."""


class DisagreementError(AssertionError):
    """Two peers came to different results."""


def compare(results, dtype, values=None):
    """Raise `DisagreementError` unless all peers' arrays are the same.

    Parameters
    ----------
    results : dict of str to list of array
        By peer; the first one is what the others are compared with.
    dtype : str
        That all arrays must have.
    values : int, optional
        How many of the arrays are compared element by element; all by default. Of the others,
        shapes and dtypes are.
    """
    (reference, expected), *others = results.items()
    for name, arrays in (reference, expected), *others:
        if len(arrays) != len(expected):
            raise DisagreementError(
                f"{name}: {len(arrays)} arrays; {reference} has {len(expected)}"
            )
        for number, (actual, right) in enumerate(zip(arrays, expected, strict=True)):
            what = f"{name}, array {number}"
            if actual.dtype != dtype or actual.shape != right.shape:
                raise DisagreementError(
                    f"{what}: {actual.dtype} {actual.shape}; expected {dtype} {right.shape}"
                )
            if not np.isfinite(actual).all():
                raise DisagreementError(f"{what}: not all elements are finite")
            if values is not None and number >= values:
                continue
            error = np.abs(actual - right).max() / np.abs(right).max()
            if error > TOLERANCE[dtype]:
                raise DisagreementError(
                    f"{what}: {reference} has other elements, by {error:.1e} of the largest"
                )


def check(workers, name):
    """Let these workers do some steps of a workload in float64, and compare what they have.

    Parameters
    ----------
    workers : dict of str to Worker
        All compute this workload.
    name : str
        Of the workload.
    """
    if isinstance(WORKLOADS[name], Network):
        changes = {"dtype": "float64", "dropout": 0.0, "batch": min(WORKLOADS[name].batch, 20)}
    else:
        changes = {"dtype": "float64", "operations": 100}
    tell_all(workers, "make", name=name, changes=changes)
    compare(_results(workers, STEPS), "float64")


def check_timed(workers, name):
    """Compare the first loss, or prediction, of the runs that will be timed.

    They have made their runs and done no step. Of the parameters, which rounding moves apart, only
    dtype and shape are compared; of the loss too where dropout makes it random.
    """
    row = WORKLOADS[name]
    values = None
    if isinstance(row, Network) and row.optimizer:
        values = 0 if row.dropout else 1
    compare(_results(workers, 1), row.dtype, values)


def _results(workers, steps):
    """The arrays of all workers after some steps."""
    with tempfile.TemporaryDirectory() as folder:
        files = {name: str(Path(folder, f"{name}.npz")) for name in workers}
        for name, worker in workers.items():
            worker.tell("results", steps=steps, file=files[name])
        for worker in workers.values():
            worker.answer()
        return {name: _arrays(file) for name, file in files.items()}


def _arrays(file):
    with np.load(file, allow_pickle=False) as saved:
        return [saved[f"arr_{number}"] for number in range(len(saved.files))]
