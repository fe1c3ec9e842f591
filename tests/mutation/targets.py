"""What is mutated: the functions that make up an operation, and those of the reverse pass."""

import ast
import inspect
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Final

from autodiff import backward, reverse
from autodiff.op import Op, Output

METHODS: Final = ("vjp", "residual", "forward", "definition")
"""Where an operation says what it computes; the rest describes it."""

ENGINE: Final = "engine"
"""What the reverse pass is called among the operations."""

_OWN_PACKAGES: Final = ("autodiff", "nn")


@dataclass(frozen=True)
class Target:
    """A function to be mutated.

    Parameters
    ----------
    function : function
        The function.
    operations : tuple of str
        The operations that consist of it.
    """

    function: FunctionType
    operations: tuple[str, ...]

    @property
    def name(self) -> str:
        """Where it stands: "Tanh.vjp", "scan._adjoint_recurrence"."""
        return f"{self.owner}.{self.function.__name__}"

    @property
    def owner(self) -> str:
        """Its class, or its module."""
        scope = self.function.__qualname__.rpartition(".")[0]
        return scope or self.function.__module__.rpartition(".")[2]

    @property
    def file(self) -> Path:
        return Path(inspect.getfile(self.function))

    def tree(self) -> ast.FunctionDef:
        """Its syntax tree, with the line numbers of its file."""
        lines, first = inspect.getsourcelines(self.function)
        (tree,) = ast.parse(textwrap.dedent("".join(lines))).body
        assert isinstance(tree, ast.FunctionDef)
        return ast.increment_lineno(tree, first - 1)

    def compiled(self, tree: ast.FunctionDef) -> CodeType:
        """The code of a tree in its place, closures and all."""
        body: list[ast.stmt] = [tree]
        for scope in reversed(self.function.__qualname__.split(".")[:-1]):
            body = [ast.ClassDef(scope, [], [], body, [], type_params=[])]
        future = ast.ImportFrom("__future__", [ast.alias("annotations")], 0)
        module = ast.fix_missing_locations(ast.Module([future, *body], []))
        code = compile(module, str(self.file), "exec", dont_inherit=True)
        return next(c for c in _codes(code) if c.co_qualname == self.function.__qualname__)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def targets_of(operations: list[type[Op]], engine: bool) -> list[Target]:
    """The functions that these operations consist of, in the order of the files."""
    users: defaultdict[FunctionType, list[str]] = defaultdict(list)
    for cls in operations:
        for function in _functions_of(cls):
            users[function].append(cls.__name__)
    if engine:
        for function in _functions_of_the_engine():
            users[function].append(ENGINE)
    targets = [Target(function, tuple(names)) for function, names in users.items()]
    return sorted(targets, key=lambda t: (str(t.file), t.function.__code__.co_firstlineno))


def _functions_of(cls: type[Op]) -> list[FunctionType]:
    """What an operation's methods call of its own class, module and parameters, and themselves."""
    found: dict[FunctionType, None] = {}
    waiting = [f for name in METHODS if (f := _method(cls, name)) is not None]
    while waiting:
        function = waiting.pop()
        if function not in found:
            found[function] = None
            waiting.extend(_called(cls, function))
    return list(found)


def _functions_of_the_engine() -> Iterator[FunctionType]:
    for module in (reverse, backward):
        for function in vars(module).values():
            if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                yield function
    yield Output.vjp  # type: ignore[misc]  # a plain function on its class


def _method(cls: type, name: str) -> FunctionType | None:
    """A method written in the project's packages, by whichever class."""
    found = inspect.getattr_static(cls, name, None)
    if isinstance(found, property):
        found = found.fget
    found = getattr(found, "__func__", found)
    if not isinstance(found, FunctionType) or found.__qualname__.startswith(("Op.", "Recording.")):
        return None
    return found if found.__module__.partition(".")[0] in _OWN_PACKAGES else None


def _called(cls: type[Op], function: FunctionType) -> Iterator[FunctionType]:
    """The methods and the functions of its module that a function refers to."""
    classes = [cls, *_parameter_classes(cls)]
    if "." in function.__qualname__:
        classes.append(function.__globals__[function.__qualname__.partition(".")[0]])
    for node in ast.walk(Target(function, ()).tree()):
        match node:
            case ast.Attribute(attr=name):
                yield from (m for c in classes if (m := _method(c, name)) is not None)
            case ast.Name(id=name) if name not in function.__code__.co_varnames:
                other = function.__globals__.get(name)
                if isinstance(other, FunctionType) and other.__module__ == function.__module__:
                    yield other


def _parameter_classes(cls: type[Op]) -> list[type]:
    """The project's own classes among the types of an operation's parameters."""
    known: dict[str, object] = {}
    for base in reversed(cls.__mro__):  # a parameter may be that of a base in another module
        known |= vars(sys.modules[base.__module__])
    types = [known.get(p.annotation) for p in inspect.signature(cls).parameters.values()]
    return [t for t in types if isinstance(t, type) and t.__module__.startswith(_OWN_PACKAGES)]
