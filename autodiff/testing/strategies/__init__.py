"""Hypothesis strategies: arrays, Tensors, arguments of operations, and whole programs.

Hypothesis draws the structure (shapes, layouts, which operation comes next); the values come
from a drawn seed. So ties and zeros are there where they are asked for and nowhere else,
large arrays cost one draw, and what fails still shrinks.
"""
# ruff: noqa: E402  # that hypothesis is missing must be said before it is imported

from autodiff.extra import import_extra

import_extra("hypothesis", "testing", "autodiff.testing.strategies")

from autodiff.testing.strategies.layouts import LAYOUTS, laid_out
from autodiff.testing.strategies.operations import arguments, calls
from autodiff.testing.strategies.profiles import register_profiles
from autodiff.testing.strategies.program import Program, Statement
from autodiff.testing.strategies.programs import programs
from autodiff.testing.strategies.shapes import shapes
from autodiff.testing.strategies.tensors import arrays, broadcastable, tensors

__all__ = [
    "LAYOUTS",
    "Program",
    "Statement",
    "arguments",
    "arrays",
    "broadcastable",
    "calls",
    "laid_out",
    "programs",
    "register_profiles",
    "shapes",
    "tensors",
]
