"""Samples in disjoint parts: training, validation and test sets, and cross-validation."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autodiff.typing import Array
from nn.data.samples import paired
from nn.random import generator


def split(
    inputs: Any,
    targets: Any,
    fractions: Sequence[float] = (0.8, 0.1, 0.1),
    *,
    stratified: bool = False,
    rng: np.random.Generator | None = None,
) -> tuple[tuple[Array, Array], ...]:
    """Shuffle samples and share them out: disjoint parts that together are everything.

    Parameters
    ----------
    inputs, targets : array_like, shapes (samples, …)
    fractions : sequence of float
        The share of each part, positive; together 1. Numbers of samples are rounded by the
        largest remainder.
    stratified : bool
        Keep the share of each class in each part, to within one sample.
    rng : numpy.random.Generator, optional
        Of the order; by default that of `nn.seed`.

    Returns
    -------
    tuple of (ndarray, ndarray)
        Inputs and targets of each part.

    Raises
    ------
    TypeError
        If the classes to be stratified are not integers.
    ValueError
        If the lengths differ, the fractions are none, a part would be empty, or the classes to
        be stratified are not 1-d.

    Examples
    --------
    >>> from nn.data import split
    >>> train, validation, test = split([[k] for k in range(20)], range(20))
    >>> [len(targets) for _, targets in (train, validation, test)]
    [16, 2, 2]
    """
    inputs, targets = paired(inputs, targets, "split")
    shares = np.asarray(fractions, dtype=float)
    if shares.ndim != 1 or not (shares > 0).all() or not abs(shares.sum() - 1) <= 1e-9:
        raise ValueError(
            f"split: fractions {fractions!r}; expected positive numbers that sum to 1, such as "
            f"(0.8, 0.1, 0.1)"
        )
    classes = _classes(targets, "split") if stratified else np.zeros(len(targets), dtype=int)
    order = generator(rng).permutation(len(targets))
    part_of = _deal(classes[order], shares)
    parts = [order[part_of == part] for part in range(len(shares))]
    for position, part in enumerate(parts):
        if len(part) == 0:
            raise ValueError(
                f"split: {len(targets)} samples in fractions {fractions!r} leave part {position} "
                f"empty; give more samples, or a larger fraction"
            )
    return tuple((inputs[part], targets[part]) for part in parts)


def k_fold(
    targets: Any,
    folds: int = 5,
    *,
    stratified: bool = False,
    shuffle: bool = True,
    rng: np.random.Generator | None = None,
) -> Iterator[tuple[Array, Array]]:
    """Indices for cross-validation: each sample is in the validation set of one fold.

    Parameters
    ----------
    targets : int or array_like, shape (samples, …)
        How many samples there are, or their targets.
    folds : int
        At least 2. Their sizes differ by at most 1.
    stratified : bool
        Spread each class over the folds so that its counts differ by at most 1, too.
    shuffle : bool
        Whether folds are drawn at random, or are runs of neighbours (of each class).
    rng : numpy.random.Generator, optional
        Of the order; by default that of `nn.seed`.

    Returns
    -------
    iterator of (ndarray, ndarray) of int
        Indices for training and for validation, for each fold.

    Raises
    ------
    TypeError
        If the classes to be stratified are not integers.
    ValueError
        If there are fewer samples than folds, or the classes to be stratified are not 1-d.

    Examples
    --------
    >>> from nn.data import k_fold
    >>> for train, validation in k_fold(5, folds=2, shuffle=False):
    ...     print(train, validation)
    [3 4] [0 1 2]
    [0 1 2] [3 4]
    """
    try:
        folds = operator.index(folds)
    except TypeError:
        raise TypeError(
            f"k_fold: folds is of type {type(folds).__name__}; expected how many, and before it "
            f"the targets alone"
        ) from None
    if np.ndim(targets) == 0:
        if stratified:
            raise ValueError(
                f"k_fold: stratified folds need the class of each sample; targets is {targets!r}"
            )
        classes = np.zeros(operator.index(targets), dtype=int)
    else:
        classes = _classes(targets, "k_fold") if stratified else np.zeros(len(targets), dtype=int)
    if not 2 <= folds <= len(classes):
        raise ValueError(
            f"k_fold: {folds} folds of {len(classes)} samples; expected at least 2 folds, and no "
            f"more than samples"
        )
    order = np.arange(len(classes))
    if shuffle:
        order = generator(rng).permutation(order)
    fold_of = _deal(classes[order], np.full(folds, 1 / folds))
    return ((order[fold_of != fold], order[fold_of == fold]) for fold in range(folds))


def _classes(targets: Any, caller: str) -> Array:
    """Targets that are class labels; an error that names `caller` where they are not."""
    labels = np.asarray(targets)
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"{caller}: {labels.dtype} targets; stratified=True expects integer class labels"
        )
    if labels.ndim != 1:
        raise ValueError(
            f"{caller}: targets {labels.shape}; stratified=True expects one class label for each "
            f"sample, of shape (samples,)"
        )
    return labels


def _deal(classes: Array, shares: Array) -> Array:
    """The part of each sample, so that each part gets its share of each class.

    A class is dealt in whole samples: of each part's share the whole number first, then what
    is left over, a sample each, to the parts that most lack samples by then. The parts' sizes
    come out right so, even if each class is small.
    """
    part_of = np.empty(len(classes), dtype=int)
    lack = np.zeros(len(shares))
    for label in np.unique(classes):
        members = np.flatnonzero(classes == label)
        exact = shares / shares.sum() * len(members)
        sizes = exact.astype(int)
        lack += exact - sizes
        left_over = len(members) - sizes.sum()
        neediest = np.argsort(-lack, kind="stable")[:left_over]
        sizes[neediest] += 1
        lack[neediest] -= 1
        part_of[members] = np.repeat(np.arange(len(shares)), sizes)
    return part_of
