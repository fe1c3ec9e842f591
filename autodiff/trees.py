"""Nested lists, tuples and dictionaries of arrays: how parameters are handed to a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def leaves(tree: Any) -> Iterator[tuple[str, Any]]:
    """What stands in `tree`, each with where: ``[0]['w']``.

    Lists, tuples (named ones too) and dictionaries are containers, all else is a leaf.
    """
    if isinstance(tree, dict):
        for key, value in tree.items():
            for path, leaf in leaves(value):
                yield f"[{key!r}]{path}", leaf
    elif isinstance(tree, (list, tuple)):
        for index, value in enumerate(tree):
            for path, leaf in leaves(value):
                yield f"[{index}]{path}", leaf
    else:
        yield "", tree


def replaced(tree: Any, values: Iterator[Any]) -> Any:
    """A tree like `tree` with the next of `values` in the place of each leaf."""
    if isinstance(tree, dict):
        from copy import copy  # which few trees need

        like = copy(tree)  # of its own class, which may need more than its items to be made
        for key, value in tree.items():
            like[key] = replaced(value, values)
        return like
    if isinstance(tree, (list, tuple)):
        parts = [replaced(value, values) for value in tree]
        if isinstance(tree, list):
            return parts
        return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)
    return next(values)


def mapped(f: Callable[[Any], Any], tree: Any) -> Any:
    """A tree like `tree` with f(leaf) in the place of each leaf."""
    return replaced(tree, (f(leaf) for _, leaf in leaves(tree)))


def paired(tree: Any, other: Any, caller: str) -> list[tuple[Any, Any]]:
    """The leaves of two trees that are built alike, in pairs.

    Raises
    ------
    ValueError
        If they are not.
    """
    places, others = list(leaves(tree)), list(leaves(other))
    at = dict(others)
    if at.keys() != dict(places).keys():
        raise ValueError(
            f"{caller}: arrays at {_written(others)} were given for arrays at {_written(places)}; "
            f"the two must be built alike"
        )
    return [(leaf, at[path]) for path, leaf in places]


def _written(places: list[tuple[str, Any]]) -> str:
    return ", ".join(path or "the top" for path, _ in places) or "no place"
