"""Random programs, and what must hold of the figure of any of them."""

import contextlib
import itertools
import math
import warnings

import numpy as np
from hypothesis import strategies as st

import autodiff as ad
import viz
from viz.lecture import lay_out
from viz.rendering.render import render

NAMES = [
    "x",
    "w",
    "b",
    "θ",
    "ŷ",
    "입력",
    "학습률",
    "a_long_name",
    'q"<|>\\',
    "line\nbreak",
    "end",
    "node",
]
TITLES = [
    "",
    "A title",
    "제목: 역전파",
    "A title that is much longer than the diagram below it " * 2,
]
NUMBERS = [1.5, -2.0, 3.0, 123456.0, -1e-9]
UNARY = [ad.exp, ad.sin, ad.negative, ad.square, ad.log]
BINARY = [ad.add, ad.multiply, ad.subtract]


@contextlib.contextmanager
def quiet():
    """Nothing is said of NaN and infinity, which are wanted here."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@st.composite
def programs(draw, largest=14, framed=True, alarmed=True):
    """A list of results, made of few or many operations."""
    leaves = []
    shapes = draw(st.sampled_from([[()], [(), (3,)], [(2, 3), (3,), ()], [(9, 8), ()]]))
    names = draw(st.permutations(NAMES))
    for i in range(draw(st.integers(1, 4))):
        shape = draw(st.sampled_from(shapes))
        value = np.full(shape, draw(st.sampled_from(NUMBERS if alarmed else [0.5, 1.5, 2.0])))
        leaves.append(ad.Tensor(value, requires_grad=True, name=names[i]))
    values = list(leaves)
    with contextlib.ExitStack() as scopes, quiet():
        opened = 0
        for _ in range(draw(st.integers(1, largest))):
            if framed and draw(st.integers(0, 3)) == 0:
                if opened < 2:
                    title = draw(st.sampled_from(["block", "층 1", 'q"\\', "0:Affine"]))
                    scopes.enter_context(ad.scope(title))
                    opened += 1
                else:
                    scopes.close()
                    opened = 0
            values.append(_apply(draw, values, alarmed))
    used = {id(parent) for value in values if value.node for parent in value.node.parents}
    ends = [v for v in values if id(v.node) not in used and not any(v is leaf for leaf in leaves)]
    return ends[-3:]


def _apply(draw, values, alarmed):
    def one():  # the last ones more often than others
        return values[-1 - min(draw(st.integers(0, 6)), len(values) - 1)]

    kind = draw(st.integers(0, 9))
    if kind < 3:
        chosen = UNARY if alarmed else UNARY[1:4]
        return draw(st.sampled_from(chosen))(one())
    if kind < 6:
        return draw(st.sampled_from(BINARY))(one(), one())
    if kind == 6:
        x = one()
        return x * x
    if kind == 7:
        return one() * draw(st.sampled_from(NUMBERS[:3]))
    if kind == 8:
        x = one()
        return x + np.full(x.shape, 0.5)
    parts = [ad.sum(one()) for _ in range(draw(st.integers(2, 5)))]
    return ad.sum(ad.stack(parts))


@st.composite
def diagrams(draw, **options):
    """Diagrams of such programs."""
    roots = draw(programs(**options))
    common = {
        "direction": draw(st.sampled_from(["LR", "TB"])),
        "title": draw(st.sampled_from(TITLES)),
        "values": draw(st.booleans()),
        "shapes": draw(st.booleans()),
        "constants": draw(st.integers(0, 3)) > 0,
    }
    with quiet():
        if draw(st.integers(0, 4)) == 0:
            return viz.graph(roots, expressions=draw(st.booleans()), **common)
        color = draw(st.sampled_from([None, None, "gradient"]))
        gradients = draw(st.booleans())
        return viz.backward_flow(roots, gradients=gradients, color=color, **common)


def laid_out(diagram):
    """Its lecture layout."""
    return lay_out(diagram.structure, diagram.appearance, lambda source: render(source, "json0"))


def faults(diagram, layout):
    """What is wrong in a figure, as pairs of kind and place."""
    found = []
    texts = dict(_texts(layout))
    for (a, one), (b, other) in itertools.combinations(texts.items(), 2):
        if one.overlaps(other):
            found.append(("text on text", f"{a} {b}"))
    for (a, one), (b, other) in itertools.combinations(layout.boxes.items(), 2):
        if one.overlaps(other):
            found.append(("vertex on vertex", f"{a} {b}"))
    for (a, one), (b, other) in itertools.product(texts.items(), layout.boxes.items()):
        if one.overlaps(other):
            found.append(("text on vertex", f"{a} {b}"))
    for run in layout.runs:
        for segment in run.segments():
            found += [
                ("arrow on text", f"{run.id} {n}")
                for n, b in texts.items()
                if b.is_crossed(*segment)
            ]
            found += [
                ("arrow on vertex", f"{run.id} {n}")
                for n, b in layout.boxes.items()
                if n not in (run.tail, run.head) and b.is_crossed(*segment)
            ]
    for group, frame in layout.frames.items():
        found += _frame_faults(diagram.structure, layout, group, frame)
    return found


def _texts(layout):
    for i, run in enumerate(layout.runs):
        if run.value_box:
            yield f"{run.id}-{i}-value", run.value_box
        if run.gradient_box:
            yield f"{run.id}-{i}-gradient", run.gradient_box
    for name, box in layout.alarms.items():
        yield f"{name}-alarm", box
    yield from layout.margins.items()


def _frame_faults(structure, layout, group, frame):
    vertices = {v.id: v for v in structure.vertices}
    for name, box in layout.boxes.items():
        is_in = group in structure.path(vertices[name].group)
        if is_in and not _contains(frame, box):
            yield "member outside frame", f"{name} {group}"
        if not is_in and frame.overlaps(box):
            yield "stranger in frame", f"{name} {group}"
    for name, box in _texts(layout):
        if frame.overlaps(box) and not _contains(frame, box):
            yield "text on border", f"{name} {group}"
    for other, box in layout.frames.items():
        if other == group:
            continue
        if group in structure.path(other):
            if not _contains(frame, box):
                yield "frame not in frame", f"{other} {group}"
        elif other not in structure.path(group) and frame.overlaps(box):
            yield "frame on frame", f"{other} {group}"


def _contains(outer, inner):
    return (
        outer.left <= inner.left + 0.01
        and inner.right <= outer.right + 0.01
        and outer.bottom <= inner.bottom + 0.01
        and inner.top <= outer.top + 0.01
    )


def wobble(structure, layout, direction):
    """How far the main chain is from straight, in points."""
    across = 0 if direction == "TB" else 1
    return max(
        (
            abs(layout.boxes[a].center[across] - layout.boxes[b].center[across])
            for a, b in structure.main.items()
        ),
        default=0.0,
    )


def arrow_faults(diagram, layout):
    """What is wrong with the arrows themselves."""
    kinds = {vertex.id: vertex.kind for vertex in diagram.structure.vertices}
    for run in layout.runs:
        for line, tail, head in (
            (run.forward, run.tail, run.head),
            (run.backward, run.head, run.tail),
        ):
            if not line:
                continue
            if math.dist(line[-2], line[-1]) < 10:
                yield "short", f"{run.id} {math.dist(line[-2], line[-1]):.1f}"
            for name, point in ((tail, line[0]), (head, line[-1])):
                if name in layout.fans:
                    if point not in layout.fans[name]:
                        yield "off the dot", run.id
                elif not is_on_border(layout.boxes[name], kinds[name], point):
                    yield "off the border", f"{run.id} {name}"
        if run.flows:
            back = run.backward[::-1]
            if len(back) != len(run.forward):
                yield "other bends", run.id
                continue
            pairs = list(
                zip(itertools.pairwise(run.forward), itertools.pairwise(back), strict=True)
            )
            pairs = pairs[run.tail in layout.fans : len(pairs) - (run.head in layout.fans)]
            if any(abs(_angle(*one) - _angle(*other)) > 1e-6 for one, other in pairs):
                yield "not parallel", run.id
    for one, other in itertools.combinations(layout.runs, 2):
        arriving = sum(run.head == one.head for run in layout.runs)
        if one.head == other.head and one.head not in layout.fans and arriving < 5:
            tips = [one.forward[-1], *one.backward[:1]], [other.forward[-1], *other.backward[:1]]
            near = min(math.dist(a, b) for a, b in itertools.product(*tips))
            if near < 2.5:
                yield "merging", f"{one.id} {other.id} {near:.1f}"


def is_on_border(box, kind, point):
    x, y = point[0] - box.center[0], point[1] - box.center[1]
    if kind == "operation":
        return math.isclose(math.hypot(2 * x / box.width, 2 * y / box.height), 1, abs_tol=1e-3)
    return math.isclose(max(abs(2 * x / box.width), abs(2 * y / box.height)), 1, abs_tol=1e-3)


def _angle(start, end):
    return math.atan2(end[1] - start[1], end[0] - start[0])
