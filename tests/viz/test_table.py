"""The reverse pass as text."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
import viz
from autodiff import Tensor
from tests.viz.graphs import edges, programs


def leaf(data, name=None):
    return Tensor(data, requires_grad=True, name=name)


def width(text):
    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1
        for c in text
    )


def rows(diagram):
    """The cells of each row, cut where the columns of the header begin."""
    lines = str(diagram).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("─"))
    lengths = [len(part) for part in lines[start].split("  ")]
    cells = []
    for line in lines[start - 1 : start] + lines[start + 1 :]:
        row, rest = [], line
        for length in lengths:
            cell, taken = "", 0
            while rest and taken < length:
                cell, taken, rest = cell + rest[0], taken + width(rest[0]), rest[1:]
            row.append(cell.strip())
            rest = rest[2:]
        cells.append(row)
    return cells


def test_the_lecture_on_xy():
    x, y = leaf(2.0), leaf(3.0)
    z = x * y
    assert rows(viz.backward_flow(z, names=locals())) == [
        ["step", "from", "to", "value", "gradient"],
        ["1", "z", "×", "6", "∂z/∂z = 1"],
        ["2", "×", "x", "2", "∂z/∂x = y = 3"],
        ["2", "×", "y", "3", "∂z/∂y = x = 2"],
    ]


def test_sums_where_values_fan_out():
    x = leaf(3.0, "x")
    y = ad.exp(x) + x
    diagram = viz.backward_flow(y, names={"y": y}, expressions=False)
    e = f"{np.exp(3):.4g}"
    assert rows(diagram)[1:] == [
        ["1", "y", "+", f"{np.exp(3) + 3:.4g}", "1"],
        ["2", "+", "x", "3", "1"],
        ["2", "+", "exp", e, "1"],
        ["3", "exp", "x", "3", e],
        ["3", "total", "x", "3", f"{np.exp(3) + 1:.4g}"],
    ]


def test_a_graph_lists_its_edges_in_the_order_of_computing():
    x = leaf(2.0, "x")
    diagram = viz.graph(ad.exp(x) * 3)
    assert [row[:2] for row in rows(diagram)] == [
        ["from", "to"],
        ["x", "exp"],
        ["exp", "×"],
        ["3", "×"],
        ["×", rows(diagram)[-1][1]],
    ]


@settings(max_examples=25)
@given(programs())
def test_one_row_for_each_edge_and_each_sum_in_order(program):
    root = program.run()[2]
    diagram = viz.backward_flow(root, expressions=False)
    body = [row for row in rows(diagram)[1:] if row[0].isdecimal()]
    back = [row for row in body if row[1] != "total"]
    assert len(back) == len(edges(diagram.source, backward=True))
    steps = [int(row[0]) for row in body]
    assert steps == sorted(steps)
    assert steps[-1] == diagram.steps
    fans = [w for w in diagram.structure.wires if sum(use.flows for use in w.uses) > 1]
    assert len(body) - len(back) >= len(fans)


def test_only_the_steps_that_have_come_have_gradients():
    x = leaf(2.0, "x")
    y = ad.exp(x) * x
    for step in range(4):
        table = rows(viz.backward_flow(y, step=step))[1:]
        assert all((int(row[0]) <= step) == bool(row[4]) for row in table)


NAMES = st.text(
    st.sampled_from('ab가나ㄱ漢字かなﾊﾝ，é́|\n\t\\"<>×−∂'), min_size=1, max_size=8
).filter(str.strip)


@settings(max_examples=60)
@given(st.lists(NAMES, min_size=2, max_size=4, unique=True))
def test_columns_are_aligned(names):
    total = leaf(1.0, "start")
    for name in names:
        total = total + leaf(2.0, name)
    lines = str(viz.graph(total)).splitlines()
    rule = lines[1]
    starts = [i for i, c in enumerate(rule) if c == "─" and (i == 0 or rule[i - 1] == " ")]
    for line in lines[2:]:
        position, boundaries = 0, {}
        for character in line:
            boundaries.setdefault(position, character)
            position += width(character)
        assert position <= len(rule)
        for start in starts[1:]:
            if start < position:
                assert start in boundaries, "a letter straddles the edge of a column"
                before = boundaries.get(start - 1, " ")
                assert before == " "
    assert len(lines) == 2 * len(names) + 3


def test_wide_letters():
    y = leaf(2.0) * leaf(3.0, "가중치")
    lines = str(viz.backward_flow(y, names={"손실값": y})).splitlines()
    assert len({width(line[: line.index("∂")]) for line in lines[2:]}) == 1


@pytest.mark.parametrize("title", ["", "한 뉴런", "two\nlines"])
def test_title_and_notes_stand_around_the_table(title):
    y = leaf([[1.0, 2.0]], "z")
    from nn.functional import softmax_cross_entropy

    diagram = viz.backward_flow(softmax_cross_entropy(y, np.array([0])), title=title)
    lines = str(diagram).splitlines()
    assert "\n".join(lines).startswith(title)
    assert lines[-1] == diagram.structure.notes[-1]
    assert lines[-1].endswith("= softmax(z)")
