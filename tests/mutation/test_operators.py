"""Each operator on a line of source: what it makes of it, and nothing else."""

import ast

import pytest

from tests.mutation.operators import OPERATORS

TABLE = [
    ("sign", "x + y", ["x - y"]),
    ("sign", "x - y", ["x + y"]),
    ("sign", "-x", ["x"]),
    ("sign", "x += y", ["x -= y"]),
    ("sign", "return g", ["return -g"]),
    (
        "sign",
        "return (-g, None, lambda: g)",
        [
            "return (g, None, lambda: g)",
            "return (-g, None, lambda: -g)",
        ],
    ),
    ("dropped factor", "x * y", ["x", "y"]),
    ("dropped factor", "x / y", ["x"]),
    ("dropped factor", "x ** y", ["x"]),
    ("swapped operands", "x - y", ["y - x"]),
    ("swapped operands", "x / y", ["y / x"]),
    ("swapped operands", "x @ y", ["y @ x"]),
    ("swapped operands", "np.matmul(x, y)", ["np.matmul(y, x)"]),
    ("swapped operands", "x + y", []),
    ("axis", "f(x, axis=1)", ["f(x, axis=0)", "f(x, axis=None)"]),
    ("axis", "f(x, axis=0)", ["f(x, axis=-1)", "f(x, axis=None)"]),
    ("axis", "f(x, axis=(0, *rest))", ["f(x, axis=(*rest,))", "f(x, axis=(0,))"]),
    ("axis", "f(x, axis=self.axis)", ["f(x)", "f(x, axis=0)"]),
    ("axis", "f(x, keepdims=True)", ["f(x, keepdims=not True)"]),
    ("dropped transpose", "x.T", ["x"]),
    ("dropped transpose", "np.swapaxes(x, -1, -2)", ["x"]),
    ("dropped transpose", "flip(x, 0)", ["x"]),
    ("dropped transpose", "x.reshape(shape)", ["x"]),
    ("off by one", "2", ["3", "1"]),
    ("off by one", "0", ["1", "-1"]),
    ("off by one", "True", []),
    ("slice bound", "x[1:n:2]", [":n:2", "1::2", "1:n"]),
    ("slice bound", "slice(a, None)", ["slice(None, None)"]),
    ("scaled", "0.5", ["1.0"]),
    ("comparison", "x > 0", ["x >= 0", "x < 0"]),
    ("comparison", "x == 0", ["x != 0"]),
    ("comparison", "x is None", ["x is not None"]),
    ("comparison", "x and y", ["x or y"]),
    ("comparison", "not x", ["x"]),
    ("= for +=", "x += y", ["x = y"]),
    ("= for +=", "np.add.at(y, index, g)", ["y[index] = g"]),
    ("swapped function", "np.cos(x)", ["np.sin(x)"]),
    ("swapped function", "x.sum()", ["x.mean()"]),
    ("swapped function", "all(x)", ["any(x)"]),
    ("entry", "return (x, y)", ["return (None, y)", "return (x, None)", "return (y, x)"]),
    ("entry", "return x", ["return None"]),
    ("branches", "np.where(c, x, y)", ["np.where(c, y, x)", "x", "y"]),
    ("branches", "x if c else y", ["y if c else x"]),
]


@pytest.mark.parametrize(("operator", "source", "expected"), TABLE)
def test_table(operator, source, expected):
    function = ast.parse(f"def f():\n    {source}").body[0]
    before = ast.dump(function)
    found = (list(OPERATORS[operator](node)) for node in ast.walk(function.body[0]))
    mutated = [ast.unparse(new) for new in next(filter(None, found), [])]
    assert mutated == expected
    assert ast.dump(function) == before


def test_every_operator_is_in_the_table():
    assert {row[0] for row in TABLE} == set(OPERATORS)
