"""The pages of the API reference: ``python -m docs.write_reference`` writes them.

Which names there are is asked of the packages, what they are is said by their docstrings: each
page has a table of names with their first sentences, and below it what Sphinx reads of each.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from autodiff.op import Op

FOLDER = Path(__file__).with_name("reference")

PACKAGES = (
    "autodiff",
    "autodiff.testing",
    "autodiff.testing.strategies",
    "nn",
    "nn.functional",
    "nn.initialisers",
    "nn.schedules",
    "nn.data",
    "viz",
    "viz.plots",
)
"""What has a page; `OPERATIONS` has one too."""

OPERATIONS = "autodiff.ops"
"""Where those names of `autodiff` come from that have a page of their own."""

GROUPS = {
    "autodiff": {
        "autodiff.tensor": "The Tensor",
        "autodiff.transforms": "Derivatives",
        "autodiff.numerical": "Derivatives",
        "autodiff.modes": "Modes",
        "autodiff": "Operations of your own",
    },
    "nn": {
        "nn.modules": "Layers",
        "nn.modules.losses": "Losses",
        "nn.optimizers": "Optimizers",
        "nn": "Training",
    },
}
"""Of a package with many names: the headings, by how the names of modules begin."""


@dataclass(frozen=True)
class Entry:
    """A public name.

    Attributes
    ----------
    package : str
        Where it is imported from.
    name : str
        What it is called there.
    value : object
        What it is.
    """

    package: str
    name: str
    value: Any

    @property
    def module(self) -> str:
        """Where it is defined."""
        kind = type(self.value) if isinstance(self.value, Op) else self.value
        return str(getattr(kind, "__module__", None) or self.package)

    @property
    def docstring(self) -> str:
        """What is said of it; of a constant, the text below its definition."""
        if inspect.isroutine(self.value) or isinstance(self.value, (type, Op, ModuleType)):
            return inspect.getdoc(self.value) or ""
        return text_below(self.package, self.name)

    @property
    def summary(self) -> str:
        """The first sentence of the docstring."""
        paragraph = " ".join(self.docstring.partition("\n\n")[0].split())
        return escaped(re.split(r"(?<=[^.]\.) (?=[A-Z`(−])", paragraph)[0])

    def directive(self) -> list[str]:
        """What Sphinx is to read."""
        if isinstance(self.value, Op):
            return self._described("function", f"{self.name}{_arguments(self.value)}")
        if isinstance(self.value, type):
            options = [":members:"]
            if self.package == "autodiff":  # a Tensor has most of its methods from its bases
                options += [":inherited-members:", ":exclude-members: over, result_type"]
            elif self.value.__base__ is not object:
                options.append(":show-inheritance:")
            return [f".. autoclass:: {self.name}", *(f"   {option}" for option in options), ""]
        if inspect.isroutine(self.value):
            return [f".. autofunction:: {self.name}", ""]
        return self._described("data", self.name)

    def _described(self, kind: str, signature: str) -> list[str]:
        lines = ["", *escaped(self.docstring).splitlines(), ""]
        return [f".. py:{kind}:: {signature}", *(f"   {line}".rstrip() for line in lines)]


def entries(package: str) -> list[Entry]:
    """The public names of a package: those that it lists, or else those that it defines."""
    module = importlib.import_module(package)
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == package
    ]
    found = [Entry(package, name, getattr(module, name)) for name in names]
    found = [entry for entry in found if not isinstance(entry.value, ModuleType)]
    return found + [Entry(package, _path(base), base) for base in _bases(found)]


def _bases(found: list[Entry]) -> list[type]:
    """The bases of nn's classes that have no public name, but parameters to tell of."""
    classes = [entry.value for entry in found if isinstance(entry.value, type)]
    bases = {base: None for cls in classes for base in cls.__mro__ if base not in classes}
    return [base for base in bases if base.__module__.startswith("nn.modules.")]


def _path(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def pages() -> Iterator[tuple[str, str]]:
    """Each page: its name, and the text."""
    for package in PACKAGES:
        found = entries(package)
        if package == "autodiff":
            operations = [entry for entry in found if entry.module.startswith(OPERATIONS)]
            found = [entry for entry in found if entry not in operations]
        yield package, _page(package, _first_line(package), _grouped(package, found))
        if package == "autodiff":
            title = "autodiff: operations"
            yield OPERATIONS, _page(package, _OPERATIONS, _families(operations), title)
    yield "index", _index()


_OPERATIONS = """The operations, most of them by NumPy's names: ``autodiff.exp(x)``, and
``numpy.exp(x)`` of a Tensor as well. :doc:`/operations` has the rule of each, and :doc:`/numpy`
says what differs from NumPy. In signatures, ``Value`` is a Tensor, an array or a number, and
``Axes`` one axis, several, or None for all."""


def _index() -> str:
    names = list(PACKAGES)
    names.insert(1, OPERATIONS)
    lines = [_heading("API reference", "="), ".. list-table::", "   :widths: 1 2", ""]
    for name in names:
        lines += [f"   * - :doc:`{name}`", f"     - {_first_line(name)}"]
    lines += ["", "All names, in alphabetical order: :ref:`genindex`.", ""]
    tree = [".. toctree::", "   :hidden:", "", *(f"   {name}" for name in names), ""]
    return "\n".join([*lines, *tree])


def _page(package: str, head: str, groups: dict[str, list[Entry]], title: str = "") -> str:
    lines = [_heading(title or package, "="), head, "", f".. currentmodule:: {package}", ""]
    if not title:
        lines[:0] = [f".. py:module:: {package}", ""]
    for group, members in groups.items():
        if group:
            lines.append(_heading(group, "-"))
        lines += [".. list-table::", "   :widths: 1 3", "   :class: names", ""]
        for entry in members:
            lines += [f"   * - :py:obj:`~{entry.name}`", f"     - {entry.summary}"]
        lines.append("")
        for entry in members:
            lines += entry.directive()
    return "\n".join(lines)


def _grouped(package: str, found: list[Entry]) -> dict[str, list[Entry]]:
    titles = GROUPS.get(package, {"": ""})
    groups: dict[str, list[Entry]] = {title: [] for title in titles.values()}
    for entry in found:
        start = max(filter(entry.module.startswith, titles), key=len)
        groups[titles[start]].append(entry)
    return groups


def _families(operations: list[Entry]) -> dict[str, list[Entry]]:
    """The operations by the module that declares them, which its first line describes."""
    groups: dict[str, list[Entry]] = {}
    for entry in sorted(operations, key=lambda entry: (entry.module, entry.name)):
        groups.setdefault(_first_line(entry.module).rstrip("."), []).append(entry)
    return groups


def _first_line(module: str) -> str:
    return escaped((importlib.import_module(module).__doc__ or "").partition("\n")[0])


def _heading(title: str, line: str) -> str:
    return f"{title}\n{line * len(title)}\n"


def _arguments(op: Op) -> str:
    """The inputs of an operation, as ``forward`` calls them."""
    forward: Any = op.forward
    names = ["x", "y"][: forward.nin] if hasattr(forward, "nin") else []
    names = names or list(inspect.signature(forward).parameters)
    return f"({', '.join(f'{name}: Value' for name in names)}) -> Tensor"


_VERBATIM_OR_MARK = re.compile(
    r"(^ *>>> .*?(?:\n\n|\Z)|``.+?``|`[^`]+`)|([|*]|(?<=\w)_(?!\w))", re.DOTALL | re.MULTILINE
)


def escaped(docstring: str) -> str:
    """A docstring for reStructuredText, where |x| and f(*xs) would be markup."""
    return _VERBATIM_OR_MARK.sub(_escape, docstring)


def _escape(found: re.Match[str]) -> str:
    return found[1] or f"\\{found[2]}"


def text_below(package: str, name: str) -> str:
    """The text below the definition of a constant, in one of the package's modules."""
    root = importlib.import_module(package.partition(".")[0]).__path__[0]
    for path in sorted(Path(root).rglob("*.py")):
        for node, below in itertools.pairwise(ast.parse(path.read_text(encoding="utf-8")).body):
            is_it = isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name
            if is_it and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                return inspect.cleandoc(str(below.value.value))
    return ""


def main() -> None:
    """Write all pages anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    for name, text in pages():
        (FOLDER / f"{name}.rst").write_text(text + "\n", encoding="utf-8")
    print(f"wrote {FOLDER}")


if __name__ == "__main__":
    main()
