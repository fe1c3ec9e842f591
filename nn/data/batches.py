"""Walks through samples in mini-batches."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autodiff.typing import Array
from nn.data.augmentation import Augmentation
from nn.data.samples import paired
from nn.random import generator


class Batches:
    """Mini-batches of inputs and targets; each walk through them takes a new order.

    Inputs and targets are not copied, what a walk yields is.

    Parameters
    ----------
    inputs, targets : array_like, shapes (samples, …)
    batch_size : int
        Samples in a batch, at least 1; the last batch takes what is left.
    shuffle : bool
        Whether samples come in a new random order each time, or as they are.
    drop_last : bool
        Leave out a last batch that is not full.
    augment : callable, or sequence of callables
        Applied to the inputs of each batch, one after the other: functions of the inputs and
        a generator, such as `Shift(2)`.
    rng : numpy.random.Generator, optional
        Of the order and of what augments; by default that of `nn.seed` as it is when a walk
        begins.

    Raises
    ------
    TypeError
        If the batch size is not an integer, or something is to augment that cannot be called.
    ValueError
        If the lengths differ, there are no samples, the batch size is below 1, or every batch
        would be left out.

    Examples
    --------
    >>> from nn.data import Batches
    >>> batches = Batches([[0.0], [0.5], [1.0]], [0, 1, 2], batch_size=2, shuffle=False)
    >>> for inputs, targets in batches:
    ...     print(inputs.tolist(), targets)
    [[0.0], [0.5]] [0 1]
    [[1.0]] [2]
    """

    def __init__(
        self,
        inputs: Any,
        targets: Any,
        batch_size: int = 100,
        *,
        shuffle: bool = True,
        drop_last: bool = False,
        augment: Augmentation | Sequence[Augmentation] = (),
        rng: np.random.Generator | None = None,
    ) -> None:
        self.inputs, self.targets = paired(inputs, targets, "Batches")
        try:
            self.batch_size = operator.index(batch_size)
        except TypeError:
            raise TypeError(f"Batches: batch_size {batch_size!r}; expected an integer") from None
        if self.batch_size < 1:
            raise ValueError(f"Batches: batch_size {batch_size}; expected at least 1")
        if drop_last and self.samples < self.batch_size:
            raise ValueError(
                f"Batches: {self.samples} samples fill no batch of {self.batch_size}, and "
                f"drop_last=True leaves it out; give a smaller batch_size"
            )
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.augment: tuple[Augmentation, ...] = (augment,) if callable(augment) else tuple(augment)
        for step in self.augment:
            if not callable(step):
                raise TypeError(
                    f"Batches: augment has {step!r}; expected functions of (inputs, rng)"
                )
        generator(rng)  # refuses what is none
        self.rng = rng

    def __repr__(self) -> str:
        return f"Batches({self.samples} samples, batch_size={self.batch_size})"

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return len(self.inputs)

    def __len__(self) -> int:
        if self.drop_last:
            return self.samples // self.batch_size
        return -(-self.samples // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        rng = generator(self.rng)
        order = rng.permutation(self.samples) if self.shuffle else np.arange(self.samples)
        for number in range(len(self)):
            batch = order[number * self.batch_size : (number + 1) * self.batch_size]
            inputs = self.inputs[batch]
            for step in self.augment:
                inputs = step(inputs, rng)
            yield inputs, self.targets[batch]
