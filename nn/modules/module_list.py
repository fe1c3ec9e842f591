"""Several modules under one name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nn.modules.module import Module


class ModuleList(Module):
    """Modules that a module of your own calls as it likes: a list that owns what it holds.

    Parameters
    ----------
    modules : iterable of Module
        In order. Their names are "0", "1", …; what is assigned to an attribute is owned too, but
        is none of the list.

    Examples
    --------
    >>> class Deep(Module):
    ...     def __init__(self, depth):
    ...         self.layers = ModuleList(Affine(50, 50) for _ in range(depth))
    ...
    ...     def forward(self, x):
    ...         for layer in self.layers:
    ...             x = x + relu(layer(x))
    ...         return x
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        for index, module in enumerate(modules):
            self._put(index, module)
        self._name_parameters()

    def append(self, module: Module) -> None:
        """Add a module at the end."""
        self._put(len(self), module)
        self._name_parameters()

    def _put(self, index: int, module: Module) -> None:
        if not isinstance(module, Module):
            hint = "; write Sequential(*layers)" if isinstance(module, (list, tuple)) else ""
            raise TypeError(
                f"{type(self).__name__}: layer {index} is {module!r}; expected a Module, such "
                f"as Sigmoid(){hint}"
            )
        self._hold(str(index), module)

    def __iter__(self) -> Iterator[Module]:
        parts = vars(self).items()
        return iter([m for name, m in parts if name.isdigit() and isinstance(m, Module)])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, index: int) -> Module:
        return list(self)[index]
