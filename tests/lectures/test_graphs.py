"""The graphs of the lecture "Deep learning basics": their expressions and numbers."""

import pytest


def test_addition_graph(lesson):
    run = lesson("addition_graph")
    assert run.says("∂L/∂z 1.3")
    assert run.says("∂L/∂x 1.3")
    assert run.says("∂L/∂y 1.3")
    assert run.says("+ x x ∂L/∂z 2")
    assert run.says("+ y y ∂L/∂z /")
    assert run.pictures == ["addition_graph.svg"]


def test_multiplication_graph(lesson):
    run = lesson("multiplication_graph")
    assert run.says("∂L/∂x = ∂L/∂z · y 3.9")  # 1.3 · 3
    assert run.says("∂L/∂y = ∂L/∂z · x 2.6")  # 1.3 · 2
    assert run.says("× x x ∂L/∂z · y")
    assert run.says("× y y ∂L/∂z · x")
    assert run.pictures == ["multiplication_graph.svg"]


def test_line_graph(lesson):
    run = lesson("line_graph")
    assert run.says("f = wx + b 13")
    assert run.says("∂L/∂b = ∂L/∂f 0.5")
    assert run.says("∂L/∂w = ∂L/∂f · x 2.5")
    assert run.says("∂L/∂x = ∂L/∂f · w 1 step")
    assert run.says("+ b b ∂L/∂f 3")
    assert run.says("× w w ∂L/∂f · x")
    assert run.says("× x x ∂L/∂f · w")
    assert run.pictures == ["line_graph.svg", "line_graph_numbers.svg"]


def test_sigmoid_graph(lesson):
    run = lesson("sigmoid_graph")
    assert run.says("y = σ(1) 0.7311")
    assert run.says("by the graph 0.1966")
    assert run.says("y² · exp(−x) 0.1966")
    assert run.says("y · (1 − y) 0.1966")
    steps = ["/ + 1 + exp(−x) −∂L/∂y · y² 3", "+ exp exp(−x) −∂L/∂y · y² 4"]
    steps += ["exp × −x −∂L/∂y · y² · exp(−x)", "× x x ∂L/∂y · y² · exp(−x)"]
    assert all(run.says(step) for step in steps)
    assert run.pictures == ["sigmoid_graph.svg", "sigmoid_graph_at_once.svg"]
    at_once = (run.folder / "sigmoid_graph_at_once.svg").read_text(encoding="utf-8")
    assert "∂L/∂y · y · (1 − y)" in at_once


def test_softmax_graph(lesson):
    run = lesson("softmax_graph")
    # exp(0.3), exp(2.9), exp(4.0) over their sum, 74.1221
    assert run.says("y = softmax(a) 0.0182 0.2452 0.7366")
    assert run.says("L = −log y₃ 0.3057")
    for way in ("through the parts", "at once", "y − t"):
        assert run.says(f"{way} 0.0182 0.2452 −0.2634")
    table = run.printed[run.printed.index("step") :].splitlines()[2:]
    backwards = [line.split("  ")[2].strip() for line in table if line[:1].isdigit()]
    assert [name.split()[0] for name in backwards] == (
        ["L", "×", "Σ", "×", "log", "×", "×", "/", "Σ", "total", "exp"]
    )
    assert run.pictures == ["softmax_graph.svg", "softmax_graph_at_once.svg"]
    assert "y − t" in (run.folder / "softmax_graph_at_once.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(("x", "f", "slope"), [("−1.5", 0, 0), ("0.0", 0, 0), ("2.0", 2, 0.7)])
def test_relu_exercise(lesson, x, f, slope):
    run = lesson("relu_exercise")
    assert run.says(f"{x} {f:.1f} 0.7 {slope:.1f}")
    assert run.says("∂L/∂f where f > 0, else 0")
    assert run.pictures == ["relu_exercise.svg"]


def test_parabola_exercise(lesson):
    run = lesson("parabola_exercise")
    assert run.says("f = wx² + b 53")
    assert run.says("∂L/∂w = ∂L/∂f · x² 12.5")  # 0.5 · 25
    assert run.says("∂L/∂x = ∂L/∂f · 2wx 10")  # 0.5 · 20
    assert run.says("∂L/∂b = ∂L/∂f 0.5")
    assert run.says("× w w ∂L/∂f · x²")
    assert run.says("^ x x 2 · ∂L/∂f · w · x")
    assert run.says("+ b b ∂L/∂f")
    assert run.pictures == ["parabola_exercise.svg"]
