"""Modules one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nn.modules.module import Module


class Sequential(Module):
    """Each layer's output is the next one's input.

    Parameters
    ----------
    *layers : Module
        In order. Their names are "0", "1", …

    Examples
    --------
    >>> model = Sequential(Affine(784, 50), Sigmoid(), Affine(50, 10))
    """

    def __init__(self, *layers: Module) -> None:
        for index, layer in enumerate(layers):
            if not isinstance(layer, Module):
                hint = "; write Sequential(*layers)" if isinstance(layer, (list, tuple)) else ""
                raise TypeError(
                    f"Sequential: layer {index} is {layer!r}; expected a Module, such as "
                    f"Sigmoid(){hint}"
                )
            setattr(self, str(index), layer)

    def forward(self, x: Any) -> Any:
        """Apply the layers in order."""
        for layer in self:
            x = layer(x)
        return x

    def __iter__(self) -> Iterator[Module]:
        return (layer for _, layer in self.children())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, index: int) -> Module:
        return list(self)[index]
