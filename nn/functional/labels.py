"""Class labels as the losses need them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff import Tensor
from autodiff.typing import Array, Shape


def one_hot(labels: Any, classes: int, dtype: Any = np.float32) -> Array:
    """Turn label k into a row of `classes` numbers: 1 at position k, 0 elsewhere.

    Parameters
    ----------
    labels : array_like of int, any shape
        From 0 to classes − 1.
    classes : int
        How many classes there are.
    dtype : dtype
        Of the result.

    Returns
    -------
    ndarray, shape (…, classes)

    Raises
    ------
    TypeError
        If the labels are not integers.
    ValueError
        If a label is out of range; the error names its place.

    Examples
    --------
    >>> one_hot(5, 10, dtype=int)
    array([0, 0, 0, 0, 0, 1, 0, 0, 0, 0])
    """
    return _one_hot(labels, classes, dtype, "one_hot")


def _one_hot(labels: Any, classes: int, dtype: Any, caller: str) -> Array:
    places = np.asarray(labels)
    if places.dtype.kind not in "iu":
        raise TypeError(f"{caller}: {places.dtype} labels; expected integers")
    hot: Array = np.arange(classes) == places[..., None]
    if np.count_nonzero(hot) != places.size:  # a label that is no class is nowhere hot
        outside = (places < 0) | (places >= classes)
        index = tuple(int(i) for i in np.argwhere(outside)[0])
        where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
        raise ValueError(
            f"{caller}: label {places[index]}{where}; {classes} classes are numbered 0 to "
            f"{classes - 1}"
        )
    return hot.astype(dtype)


def class_probabilities(labels: Any, shape: Shape, dtype: Any, caller: str) -> Array:
    """Labels as probabilities of the classes, in a new array.

    Parameters
    ----------
    labels : array_like
        Class indices of shape (…), or one-hot rows or probabilities of shape (…, classes).
    shape : tuple of int
        (…, classes), the shape of the predictions.
    dtype : dtype
        Of the result.
    caller : str
        Whom errors name.

    Raises
    ------
    TypeError
        If the labels want a gradient.
    ValueError
        If they do not fit, are out of range, or are no probabilities.
    """
    if isinstance(labels, Tensor):
        if labels.requires_grad:
            raise TypeError(f"{caller}: the labels want a gradient; give .numpy() of them")
        labels = labels.numpy()
    given = np.asarray(labels)
    if given.shape == shape[:-1] and given.dtype.kind in "iu":
        return _one_hot(given, shape[-1], dtype, caller)
    if given.shape != shape:
        raise ValueError(
            f"{caller}: predictions {shape}, labels {given.shape} of {given.dtype}; expected "
            f"integers of shape {shape[:-1]}, or probabilities of shape {shape}"
        )
    rows = np.array(given, dtype=dtype)
    if (rows < 0).any() or not np.allclose(rows.sum(axis=-1), 1, atol=1e-3):
        raise ValueError(
            f"{caller}: predictions and labels have shape {shape}, so that each row of labels "
            f"must be a probability distribution, and one is not"
        )
    rows /= rows.sum(axis=-1, keepdims=True)
    return rows
