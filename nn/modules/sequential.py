"""Modules one after another."""

from __future__ import annotations

from typing import Any

from nn.modules.module import Module
from nn.modules.module_list import ModuleList


class Sequential(ModuleList):
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
        super().__init__(layers)

    def forward(self, x: Any) -> Any:
        """Apply the layers in order."""
        for layer in self:
            x = layer(x)
        return x
