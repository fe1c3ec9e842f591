"""The numbers of the lecture "Deep learning basics"."""


def test_sigmoid_graph(lesson):
    run = lesson("sigmoid_graph")
    assert run.says("y = σ(1) 0.7311")
    assert run.says("by the graph 0.1966")
    assert run.says("y² · exp(−x) 0.1966")
    assert run.says("y · (1 − y) 0.1966")
    assert "∂L/∂y · y² · exp(−x)" in run.printed
    assert run.pictures == ["sigmoid_graph.svg"]
