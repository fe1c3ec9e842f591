"""The examples in the docstrings print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import autodiff
import nn
import viz

MODULES = sorted(
    module.name
    for package in (autodiff, nn, viz)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    globals_ = {**vars(autodiff), **vars(nn)}
    failed, _ = doctest.testmod(importlib.import_module(name), extraglobs=globals_)
    assert failed == 0


def test_some_docstrings_have_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [
        test
        for name in MODULES
        for test in finder.find(importlib.import_module(name))
        if test.examples
    ]
    assert len(found) >= 3
