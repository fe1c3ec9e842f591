"""The API reference has every public name, with what is said of it."""

import importlib
import inspect
import re

import pytest

from docs.write_reference import PACKAGES, Entry, entries, escaped, pages, text_below

PAGES = dict(pages())
DIRECTIVE = re.compile(r"^\.\. (?:auto|py:)(?:class|function|data):: ([\w.]+)", re.MULTILINE)


def described(package):
    """The names of a package that a page has a description of."""
    texts = [text for text in PAGES.values() if f".. currentmodule:: {package}\n" in text]
    return {name for text in texts for name in DIRECTIVE.findall(text)}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_public_name_is_missing(package):
    module = importlib.import_module(package)
    public = {
        name
        for name in getattr(module, "__all__", [])
        if not inspect.ismodule(getattr(module, name))
    }
    assert public <= described(package)


def test_what_users_import_has_a_page():
    packages = {"autodiff", "autodiff.testing", "autodiff.testing.strategies", "viz", "viz.plots"}
    assert packages | {"nn", "nn.functional", "nn.data"} <= set(PAGES)


def test_packages_without_a_list_have_what_they_define():
    assert {"Constant", "FanInUniform", "He", "Normal", "Xavier"} <= described("nn.initialisers")
    assert {"CosineDecay", "ExponentialDecay", "StepDecay"} <= described("nn.schedules")
    assert not {"Any", "dataclass", "math", "np"} & described("nn.initialisers")


@pytest.mark.parametrize("package", PACKAGES)
def test_public_modules_have_a_page_of_their_own(package):
    module = importlib.import_module(package)
    names = [name for name in getattr(module, "__all__", []) if name != "testing"]
    modules = {f"{package}.{n}" for n in names if inspect.ismodule(getattr(module, n))}
    assert modules <= set(PAGES)
    assert f"   {package}\n" in PAGES["index"]
    summary = re.escape((module.__doc__ or "").partition("\n")[0])
    assert re.search(rf"- :doc:`{package}`\n     - {summary}\n", PAGES["index"])


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_has_a_summary(package):
    page = "".join(PAGES.values())
    for entry in entries(package):
        assert entry.summary.endswith("."), entry.name
        assert f"`~{entry.name}`\n     - {entry.summary}\n" in page


def test_bases_whose_parameters_matter_are_described():
    assert {"nn.modules.losses.Loss", "nn.modules.losses.ClassLoss"} <= described("nn")


def test_operations_have_the_names_of_their_inputs():
    text = PAGES["autodiff.ops"]
    assert ".. py:function:: arctan2(x: Value, y: Value) -> Tensor" in text
    assert ".. py:function:: exp(x: Value) -> Tensor" in text
    assert "logits" not in text


def test_a_constant_is_described_by_the_text_below_it():
    assert text_below("autodiff", "OUTPUT").startswith("For `Op.saves`: the rule gets the output")
    assert text_below("nn.data", "Augmentation").startswith("A function of images")
    assert text_below("autodiff", "exp") == ""


@pytest.mark.parametrize(
    ("docstring", "escape"),
    [
        ("|x|, any shape", r"\|x\|, any shape"),
        ("y = f(*xs)", r"y = f(\*xs)"),
        ("validation_ and D_v", r"validation\_ and D_v"),
        ("with ``a | b`` and `c_`", "with ``a | b`` and `c_`"),
        (
            "a * b\n\nExamples\n--------\n>>> 2 * 3\n6",
            "a \\* b\n\nExamples\n--------\n>>> 2 * 3\n6",
        ),
        (">>> 2 * 3\n6\n\na * b", ">>> 2 * 3\n6\n\na \\* b"),
    ],
)
def test_plain_text_is_no_markup(docstring, escape):
    assert escaped(docstring) == escape


def test_a_summary_is_the_first_sentence():
    names = {entry.name: entry.summary for entry in entries("autodiff")}
    assert names["sqrt"] == "sqrt(x) = √x, x ≥ 0, any shape."
    assert names["abs"] == r"\|x\|, any shape."
    assert Entry("numpy", "pi", 3.14).summary == ""
