"""The numbers of the lecture on training better, and on convolution."""


def table(matrix, form="g"):
    """The rows of a matrix, as they are printed."""
    return " ".join(f"{value:{form}}" for row in matrix for value in row)


def test_convolution_1d(lesson):
    run = lesson("convolution_1d")
    assert run.says("kernel w 1 2 4 impulse x 0 0 1 0 0")
    for name in ("flipped, Σ x[i − k] w[k]", "np.convolve(x, w)", "conv1d(x, w, flip_kernel=True)"):
        assert run.says(f"{name} 0 0 1 2 4 0 0"), name
        assert run.says(f"{name} 1 5 10 14 9 18 20"), name
    for name in ("not flipped, Σ x[i + k] w[k]", "np.correlate(x, w)", "conv1d(x, w)"):
        assert run.says(f"{name} 0 0 4 2 1 0 0"), name
        assert run.says(f"{name} 4 14 7 11 24 12 5"), name
    assert run.pictures == ["convolution_1d.svg"]


def test_padding(lesson):
    run = lesson("padding")
    for name, p, outputs in (
        ("full", 2, "7 numbers 4 14 7 11 24 12 5"),  # grows
        ("same", 1, "5 numbers 14 7 11 24 12"),  # as long as the input
        ("valid", 0, "3 numbers 7 11 24"),  # no border
    ):
        assert run.says(f"{name}, p = {p} {outputs}")
        assert run.says(f'np.correlate(x, w, "{name}") {outputs}')
        assert run.says(f'conv1d(x, w, padding="{name}") {outputs}')
    assert run.says("on an image of 6 × 8 full 8 × 10 same 6 × 8 valid 4 × 6")
    assert run.pictures == ["padding.svg"]


def test_output_size(lesson):
    run = lesson("output_size")
    rows = [line.split() for line in run.printed.splitlines() if line.split()[:1] != ["n"]]
    rows = [list(map(int, row)) for row in rows if len(row) == 7]
    assert len(rows) >= 8
    for n, p, m, s, formula, library, left_over in rows:
        places = [start for start in range(0, n + 2 * p, s) if start + m <= n + 2 * p]
        assert formula == library == len(places), (n, p, m, s)
        assert left_over == n + 2 * p - (places[-1] + m)
    assert any(row[-1] for row in rows), "nowhere is anything rounded down"
    assert run.says("28 0 5 1 24 24")
    assert run.says("227 0 11 4 55 55")
    assert run.says("formula 12, nn.MaxPool 12")


def test_convolution_2d(lesson):
    run = lesson("convolution_2d")
    for name, matrix in {
        "image X": [[2, 1, 2], [5, 0, 1], [1, 7, 3]],
        "kernel W": [[0.5, 0.7, 0.4], [0.3, 0.4, 0.1], [0.5, 1, 0.5]],
        "turned kernel Wʳ": [[0.5, 1, 0.5], [0.1, 0.4, 0.3], [0.4, 0.7, 0.5]],
    }.items():
        assert run.says(f"{name} {table(matrix, '.1f')}"), name
    for names, matrix in {
        ("true convolution, stride 1", "conv2d(X, W, padding=1, flip_kernel=True)"): [
            [4.6, 3.7, 1.6],
            [8.7, 10.6, 7.8],
            [7.5, 6.8, 2.9],
        ],
        ("true convolution, stride 2", "conv2d(…, stride=2, flip_kernel=True)"): [
            [4.6, 1.6],
            [7.5, 2.9],
        ],
        ("not flipped, stride 1", "conv2d(X, W, padding=1)"): [
            [5.9, 4.2, 2.1],
            [8.3, 13.1, 8.8],
            [4.6, 6.3, 4.0],
        ],
    }.items():
        for name in names:
            assert run.says(f"{name} {table(matrix, '.1f')}"), name
    assert run.says("0.4 · 2 + 0.3 · 1 + 0.7 · 5 + 0.5 · 0 = 4.6")
    assert run.pictures == ["convolution_2d.svg"]


def test_pooling(lesson):
    run = lesson("pooling")
    for name, image, mean in (
        (
            "X₁",
            [
                [10, 255, 125, 0, 170, 100],
                [70, 255, 105, 25, 25, 70],
                [255, 0, 150, 0, 10, 10],
                [0, 255, 10, 10, 150, 20],
                [70, 15, 200, 100, 95, 0],
                [25, 25, 100, 20, 0, 60],
            ],
            [[147.5, 63.75, 91.25], [127.5, 42.5, 47.5], [33.75, 105, 38.75]],
        ),
        (
            "X₂",
            [
                [100, 100, 100, 50, 100, 50],
                [95, 255, 100, 125, 125, 170],
                [80, 40, 10, 10, 125, 150],
                [255, 30, 150, 20, 120, 125],
                [30, 30, 150, 100, 70, 70],
                [70, 30, 100, 200, 70, 95],
            ],
            [[137.5, 93.75, 111.25], [101.25, 47.5, 130], [40, 137.5, 76.25]],
        ),
    ):
        largest = table([[255, 125, 170], [255, 150, 150], [70, 200, 95]])
        assert run.says(f"{name} {table(image)} {name}, max {largest}")
        assert run.says(f"max_pool({name}, 2) {largest}")
        assert run.says(f"{name}, mean {table(mean, '.2f')}")
        assert run.says(f"average_pool({name}, 2) {table(mean, '.2f')}")
    assert run.says("max pooling the same: True; mean pooling the same: False")
    assert run.pictures == ["pooling.svg"]
