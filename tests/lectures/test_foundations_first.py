"""The numbers of the lecture "Deep learning basics", up to the chain rule."""

import re


def numbers(text):
    """All numbers in a text, in order."""
    return [float(word.replace("−", "-")) for word in re.findall(r"[−-]?\d+(?:\.\d+)?", text)]


def rows(run, heading):
    """The numbers of the lines below a heading, up to an empty line."""
    lines = run.printed.split(heading)[1].split("\n\n")[0].splitlines()[1:]
    return [numbers(line) for line in lines]


def test_vectors_and_matrices(lesson):
    run = lesson("vectors_and_matrices")
    assert run.says("scalar 0 axes")
    assert run.says("vector 1 axes")
    assert run.says("matrix 2 axes")
    assert run.says("tensor 3 axes")
    assert run.says("a + b [ 5. 9. 13.]")
    assert run.says("Σ a 12")
    assert run.says("a · b 68")
    assert run.says("∂(a · b)/∂a [3. 5. 7.]")
    assert run.says("L1 norm 7.0000, np.linalg.norm 7.0000")
    assert run.says("L2 norm 5.0000, np.linalg.norm 5.0000")
    assert run.says(f"L3 norm {(27 + 64) ** (1 / 3):.4f}")
    assert run.says(
        "[[5, 2], [4, 9], [10, -3]] + [[-11, 0], [7, 1], [-6, -8]] = [[-6, 2], [11, 10], [4, -11]]"
    )
    assert run.says("[[1, 2, 3], [4, 5, 6]] · [[7, 8], [9, 10], [11, 12]]")
    assert run.says("A @ B = [[58, 64], [139, 154]]")
    assert run.says("[[3, 5, 7], [4, 9, 8]] ∘ [[1, 6, 3], [0, 2, 9]]")
    assert run.says("A * B = [[3, 30, 21], [0, 18, 72]]")
    assert run.pictures == ["vectors_and_matrices.svg"]


def test_what_learning_is(lesson):
    run = lesson("what_learning_is")
    table = rows(run, "update  loss")
    updates, losses, wrong = (
        list(column) for column in zip(*(row[:3] for row in table), strict=True)
    )
    assert updates == [0, 1, 5, 100]
    assert losses == sorted(losses, reverse=True)
    assert wrong[0] >= 10
    assert wrong[-1] <= 1
    assert run.pictures == ["what_learning_is.svg"]


def test_perceptron(lesson):
    run = lesson("perceptron")
    table = rows(run, "x₁  x₂  x₁ + x₂ − 2")
    assert table == [
        # x₁, x₂, x₁ + x₂ − 2, with f(0) = 1, with f(0) = 0, AND
        [0, 0, -2, 0, 0, 0],
        [0, 1, -1, 0, 0, 0],
        [1, 0, -1, 0, 0, 0],
        [1, 1, 0, 1, 0, 1],
    ]
    assert run.says("A slide sets f(0) = 0, which breaks AND")
    assert run.pictures == ["perceptron.svg"]


def test_xor(lesson):
    run = lesson("xor")
    assert run.says("68,921 of them")  # 41³
    assert run.says("The best get 3 of the 4 points of XOR right.")
    table = rows(run, "x₁  x₂  h₁  h₂")
    assert table == [
        # x₁, x₂, h₁, h₂, the slide's y, the one turned round, XOR
        [0, 0, 1, 0, 1, 0, 0],
        [0, 1, 0, 0, 0, 1, 1],
        [1, 0, 1, 1, 0, 1, 1],
        [1, 1, 1, 0, 1, 0, 0],
    ]
    assert run.says("it is XNOR")
    assert run.says("y is 1, 1, 1, 1; it must be x ≥ 0")
    assert run.pictures == ["xor.svg"]
