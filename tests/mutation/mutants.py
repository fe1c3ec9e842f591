"""Mutants: a function with one place changed."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

from tests.mutation.operators import OPERATORS
from tests.mutation.targets import Target


@dataclass(frozen=True)
class Mutant:
    """A function with one place changed.

    Parameters
    ----------
    target : Target
        The function.
    operator : str
        What kind of change.
    line : int
        In the file.
    before, after : str
        The statement around the change.
    code : code
        Of the whole function.
    """

    target: Target
    operator: str
    line: int
    before: str
    after: str
    code: CodeType


def mutants_of(target: Target) -> Iterator[Mutant]:
    """Every operator at every place where it applies; the same change only once."""
    tree = target.tree()
    seen = {ast.unparse(tree)}
    for statement, holder, node in _places(tree):
        before, original = _header(statement), holder.node
        for name, operator in OPERATORS.items():
            for replacement in operator(node):
                holder.node = ast.copy_location(replacement, node)
                text = ast.unparse(tree)
                if text not in seen:
                    seen.add(text)
                    changed = replacement if node is statement else statement
                    code = target.compiled(tree)
                    yield Mutant(target, name, node.lineno, before, _header(changed), code)
                holder.node = original


class _Holder:
    """Where a node stands in its parent: reading gives it, writing replaces it."""

    def __init__(self, parent: ast.AST, field: str, position: int | None) -> None:
        self._parent, self._field, self._position = parent, field, position

    @property
    def node(self) -> Any:
        value = getattr(self._parent, self._field)
        return value if self._position is None else value[self._position]

    @node.setter
    def node(self, node: ast.AST) -> None:
        if self._position is None:
            setattr(self._parent, self._field, node)
        else:
            getattr(self._parent, self._field)[self._position] = node


def _places(
    parent: Any, statement: ast.AST | None = None
) -> Iterator[tuple[ast.AST, _Holder, Any]]:
    """The statements and expressions of a function's body, each with the statement around it.

    Errors are left out: what they say is no part of the rule.
    """
    for field in ("body",) if isinstance(parent, ast.FunctionDef) else parent._fields:
        if field == "annotation":
            continue
        value = getattr(parent, field, None)
        for position, node in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(node, ast.AST) or _is_silent(node):
                continue
            around = node if isinstance(node, ast.stmt) else statement
            if isinstance(node, (ast.stmt, ast.expr)):
                holder = _Holder(parent, field, position if isinstance(value, list) else None)
                assert around is not None
                yield around, holder, node
            yield from _places(node, around)


def _is_silent(node: ast.AST) -> bool:
    """Whether a node computes nothing: an error, a documentation string."""
    match node:
        case ast.Raise() | ast.Assert() | ast.JoinedStr():
            return True
        case ast.Expr(ast.Constant()):
            return True
    return False


def _header(statement: ast.AST) -> str:
    """The statement on one line, without the statements inside it."""
    text = ast.unparse(statement)
    return text.partition(":\n")[0] + ":" if ":\n" in text else text
