"""The lecture layout keeps its promises for any graph of up to 60 vertices."""

import copy
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

import autodiff as ad
import viz
from tests.viz.programs import NAMES, arrow_faults, diagrams, faults, laid_out, quiet, wobble
from viz.lecture import lay_out
from viz.lecture.placed import placed, spline
from viz.lecture.skeleton import Skeleton
from viz.rendering.render import find, render

some = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
few = settings(some, max_examples=15)


def drawn(diagram):
    """Everything in the picture as Graphviz draws it, by name, and what Graphviz said."""
    source = placed(laid_out(diagram), diagram.structure, diagram.appearance)
    source = source.replace("{", "{\n\tnotranslate=true", 1)
    command = [*find(), "-Kneato", "-n2", "-Tjson0"]
    done = subprocess.run(command, input=source.encode(), capture_output=True, check=True)
    said = [line for line in done.stderr.decode().splitlines() if "Fontconfig" not in line]
    return json.loads(done.stdout), "\n".join(said)


@some
@given(diagrams(framed=False, largest=20))
def test_nothing_lies_on_anything_and_the_main_chain_is_straight(diagram):
    assume(len(diagram.structure.vertices) <= 60)
    layout = laid_out(diagram)
    assert faults(diagram, layout) == []
    assert wobble(diagram.structure, layout, diagram.appearance.direction) < 0.5


@some
@given(diagrams(framed=True))
def test_nothing_lies_on_anything_with_frames_either(diagram):
    assume(len(diagram.structure.vertices) <= 60)
    layout = laid_out(diagram)
    overlaps = [fault for fault in faults(diagram, layout) if not fault[0].startswith("arrow")]
    assert overlaps == []
    assert set(layout.frames) in (set(), set(range(len(diagram.structure.groups))))


@few
@given(diagrams(largest=16))
def test_arrows_are_parallel_and_go_from_border_to_border(diagram):
    found = {kind for kind, _ in arrow_faults(diagram, laid_out(diagram))}
    assert found <= {"merging"}  # which more than a few lines from one side may do


@few
@given(diagrams())
def test_graphviz_draws_everything_where_we_think_without_a_word(diagram):
    layout = laid_out(diagram)
    picture, said = drawn(diagram)
    assert said == ""
    nodes = {node["name"]: node for node in picture["objects"]}
    expected = layout.boxes | layout.margins
    for count, run in enumerate(layout.runs):
        if run.value_box:
            expected[f"{run.id}-{count}-value"] = run.value_box
        if run.gradient_box:
            expected[f"{run.id}-{count}-gradient"] = run.gradient_box
    texts = set(expected) - set(layout.boxes) - {"legend-"}
    for name, box in expected.items():
        x, y = map(float, nodes[name]["pos"].split(","))
        assert (x, y) == pytest.approx(box.center, abs=0.02, rel=1e-4), name
        if name in texts:
            assert 72 * float(nodes[name]["width"]) <= box.width + 1.5, nodes[name]["label"]
            assert 72 * float(nodes[name]["height"]) <= box.height + 1, nodes[name]["label"]
    assert all("pos" in edge for edge in picture["edges"])
    count = sum(1 + run.flows for run in layout.runs)
    assert len(picture["edges"]) == count


@few
@given(diagrams())
def test_a_layout_changes_nothing_in_the_structure(diagram):
    before = copy.deepcopy(diagram.structure)
    laid_out(diagram)
    assert diagram.structure == before


def test_every_step_has_everything_in_its_place():
    x = ad.Tensor(2.0, requires_grad=True, name="x")
    y = ad.exp(x * x) + x * 3.0

    def positions(step):
        picture, _ = drawn(viz.backward_flow(y, step=step))
        items = [*picture["objects"], *picture["edges"]]
        return [(item.get("name", item.get("id")), item["pos"]) for item in items]

    steps = viz.backward_flow(y).steps
    assert steps > 3
    assert all(positions(step) == positions(steps) for step in range(steps))


PROGRAM = """
import autodiff as ad, viz, sys
from viz.lecture import lay_out
from viz.lecture.placed import placed
from viz.rendering.render import render
x, w = (ad.Tensor(v, requires_grad=True, name=n) for v, n in ((2.0, "x"), (3.0, "가중치")))
with ad.scope("a"):
    y = ad.sin(x * w) + x * x
d = viz.backward_flow([y, y * w])
layout = lay_out(d.structure, d.appearance, lambda s: render(s, "json0"))
sys.stdout.buffer.write((placed(layout, d.structure, d.appearance) + d.tikz()).encode())
"""


def test_every_process_gives_the_same():
    results = set()
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, check=True
        )
        results.add(done.stdout)
    assert len(results) == 1


AWKWARD = [*NAMES, "graph", "edge", "subgraph", "legend", "title", "notes", "frame_0", "cluster_0"]


@pytest.mark.parametrize(
    "name", [*AWKWARD, "end\\", '"', "a\\nb", "<b>x</b>", "]; x -> y [", "//", "#"]
)
def test_any_name_of_a_tensor_a_frame_and_a_title(name):
    with ad.scope(name):
        x = ad.Tensor(2.0, requires_grad=True, name=name)
        y = x * x + 1.0
    for direction in ("LR", "TB"):
        diagram = viz.backward_flow(y, title=name, direction=direction)
        layout = laid_out(diagram)
        assert faults(diagram, layout) == []
        assert len(layout.frames) == 1
        _, said = drawn(diagram)
        assert said == ""
        skeleton = Skeleton(diagram.structure, direction)
        for framed in (False, True):
            answer = json.loads(render(skeleton.source(framed), "json0"))
            names = {thing["name"] for thing in answer["objects"] if "bb" not in thing}
            assert set(skeleton.sizes) <= names


def test_alarms_have_room_in_both_directions():
    x = ad.Tensor(np.array([-1.0, 2.0]), requires_grad=True, name="x")
    with quiet():
        y = ad.sum(ad.where(x > 0, ad.log(x), x * x))
    for direction in ("LR", "TB"):
        diagram = viz.backward_flow(y, direction=direction)
        layout = laid_out(diagram)
        assert layout.alarms
        assert faults(diagram, layout) == []
        picture, _ = drawn(diagram)
        nodes = {node["name"]: node for node in picture["objects"]}
        for name, box in layout.alarms.items():
            assert 72 * float(nodes[f"{name}-alarm"]["width"]) <= box.width
            x_, y_ = map(float, nodes[f"{name}-alarm"]["pos"].split(","))
            assert (x_, y_) == pytest.approx(box.center, abs=0.02, rel=1e-4)


def test_a_reader_of_the_layout_sees_margins_apart():
    x = ad.Tensor(2.0, requires_grad=True, name="x")
    diagram = viz.backward_flow(ad.exp(x), color="gradient", title="A title " * 20)
    layout = laid_out(diagram)
    legend, title = layout.margins["legend-"], layout.margins["title-"]
    assert not legend.overlaps(title)
    assert legend.left > max(box.right for box in layout.boxes.values())
    assert title.bottom > max(box.top for box in layout.boxes.values())


def test_a_line_as_a_spline():
    pos = spline([(0.0, 0.0), (30.0, 0.0), (30.0, 40.0)], head=10.0)
    assert pos == "e,30,40 0,0 10,0 20,0 30,0 30,10 30,20 30,30"
    assert not re.search("e,", spline([(0.0, 0.0), (30.0, 0.0)], head=0.0))


def test_lay_out_asks_for_a_placement_once_without_frames():
    x = ad.Tensor(2.0, requires_grad=True, name="x")
    diagram = viz.backward_flow(ad.exp(x * x))
    asked = []

    def place(source):
        asked.append(source)
        return render(source, "json0")

    lay_out(diagram.structure, diagram.appearance, place)
    assert len(asked) == 1


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_lines_that_come_in_from_one_side_stay_apart(direction):
    x = ad.Tensor(np.ones(3), requires_grad=True, name="x")
    y = ad.sum(ad.stack([ad.sum(x) for _ in range(4)]))
    diagram = viz.backward_flow(y, direction=direction)
    layout = laid_out(diagram)
    assert faults(diagram, layout) == []
    assert list(arrow_faults(diagram, layout)) == []


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_neighbours_with_alarms_keep_their_distance(direction):
    leaves = [ad.Tensor(-2.0, requires_grad=True, name=name) for name in "abcd"]
    with quiet():
        logarithms = [ad.log(leaf) for leaf in leaves]
        y = ad.sum(ad.stack(logarithms))
        diagram = viz.graph(y, direction=direction, values=False)
    layout = laid_out(diagram)
    assert len(layout.alarms) == 4
    assert faults(diagram, layout) == []
