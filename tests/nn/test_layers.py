"""Layers in a model: buffers, lists, freezing, the table of a model."""

import copy
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autodiff import Tensor, gradients, no_grad


def everything(rng=None):
    """A model with one of every kind of layer, for images (1, 8, 8)."""
    return nn.Sequential(
        nn.Conv2D(1, 4, 3, rng=rng), nn.BatchNorm(4), nn.ReLU(), nn.MaxPool(2), nn.LeakyReLU(),
        nn.Conv2D(4, 4, 2, rng=rng), nn.ELU(), nn.AveragePool(2), nn.GELU(), nn.Flatten(),
        nn.LayerNorm(4), nn.Maxout(4, 6, 3, rng=rng), nn.Softplus(), nn.Dropout(0.5, rng=rng),
        nn.Tanh(), nn.Affine(6, 3, rng=rng), nn.Sigmoid(), nn.Softmax(),
    )  # fmt: skip


IMAGES = np.random.default_rng(1).random((5, 1, 8, 8))


def test_gradients_reach_every_parameter():
    model = everything(np.random.default_rng(0))
    nn.CrossEntropy()(model(IMAGES), [0, 1, 2, 0, 1]).backward()
    assert all(np.any(p.grad) for p in model.parameters())
    assert all(p.grad.dtype == np.float32 for p in model.parameters())


def test_one_seed_one_model_and_one_output():
    outputs = []
    for _ in range(2):
        nn.seed(3)
        outputs.append(everything()(IMAGES).numpy())
    np.testing.assert_array_equal(*outputs)


@given(
    sizes=st.lists(st.integers(1, 5), min_size=2, max_size=4),
    batch=st.lists(st.integers(0, 3), max_size=2).map(tuple),
    activation=st.sampled_from([nn.Sigmoid, nn.Tanh, nn.ReLU, nn.ELU, nn.GELU, nn.Softplus]),
    bias=st.booleans(),
)
def test_affine_networks_of_all_sizes(sizes, batch, activation, bias):
    layers = []
    for a, b in itertools.pairwise(sizes):
        layers += [nn.Affine(a, b, bias=bias, dtype=float), activation()]
    model = nn.Sequential(*layers)
    x = np.random.default_rng(0).normal(size=(*batch, sizes[0]))
    y = model(x)
    assert y.shape == (*batch, sizes[-1])
    assert len(list(model.parameters())) == (len(sizes) - 1) * (2 if bias else 1)
    expected = x
    for layer in layers:
        if isinstance(layer, nn.Affine):
            expected = expected @ layer.weight.numpy() + (layer.bias.numpy() if bias else 0)
        else:
            expected = layer(expected)
    np.testing.assert_allclose(y.numpy(), expected, atol=1e-12)


# -- buffers -------------------------------------------------------------------------------


def test_buffers_are_saved_but_not_learned():
    model = nn.Sequential(nn.Affine(2, 2), nn.BatchNorm(2))
    names = ["1.running_mean", "1.running_var"]
    assert [name for name, _ in model.named_buffers()] == names
    assert not any(b.requires_grad for b in model.buffers())
    assert not {id(b) for b in model.buffers()} & {id(p) for p in model.parameters()}
    state = model.state_dict()
    assert list(state)[-2:] == names
    for _ in range(2):
        model(np.random.default_rng(0).normal(size=(4, 2)))
    assert (model.state_dict()[names[0]] != state[names[0]]).any()
    np.testing.assert_array_equal(state[names[0]], [0, 0])
    model.load_state_dict(state)
    np.testing.assert_array_equal(model[1].running_mean.numpy(), [0, 0])


def test_a_state_without_a_buffer_changes_nothing():
    model = nn.Sequential(nn.BatchNorm(2))
    state = model.state_dict()
    state["0.weight"] += 1
    del state["0.running_var"]
    with pytest.raises(ValueError, match=r"0\.running_var is missing"):
        model.load_state_dict(state)
    np.testing.assert_array_equal(model[0].weight.numpy(), [1, 1])


def test_buffers_of_ones_own():
    class Counter(nn.Module):
        def __init__(self):
            self.calls = nn.Buffer(0)

        def forward(self, x):
            self.calls.written()[...] += 1
            return x

    counter = Counter()
    counter(counter(1))
    assert counter.state_dict() == {"calls": 2}
    other = copy.deepcopy(counter)
    counter(1)
    assert int(other.calls) == 2


def test_a_deep_copy_keeps_its_own_running_values_and_chance():
    model = everything(np.random.default_rng(0))
    copied = copy.deepcopy(model)
    np.testing.assert_array_equal(model(IMAGES).numpy(), copied(IMAGES).numpy())
    model(IMAGES)
    assert (model[1].running_mean.numpy() != copied[1].running_mean.numpy()).any()


# -- lists ---------------------------------------------------------------------------------


class Deep(nn.Module):
    def __init__(self, depth):
        self.layers = nn.ModuleList(nn.Affine(3, 3) for _ in range(depth))

    def forward(self, x):
        for layer in self.layers:
            x = x + nn.functional.relu(layer(x))
        return x


def test_a_module_list_owns_what_it_holds():
    model = Deep(3)
    assert [name for name, _ in model.named_parameters()][:2] == [
        "layers.0.weight",
        "layers.0.bias",
    ]
    assert len(model.layers) == 3
    model.layers.append(nn.Affine(3, 3, bias=False))
    assert len(list(model.parameters())) == 7
    assert model.layers[-1].bias is None
    assert model.layers[3].weight.name == "layers.3.weight"
    model(np.ones((2, 3))).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    assert not model.eval().layers[0].training
    with pytest.raises(TypeError, match="ModuleList: layer 4 is 3; expected a Module"):
        model.layers.append(3)
    with pytest.raises(NotImplementedError, match="ModuleList has no forward"):
        model.layers(1)


def test_parameters_know_their_name_however_the_model_grows():
    class Net(nn.Module):
        def __init__(self):
            self.head = nn.Sequential()
            self.head.append(nn.Affine(2, 2))
            self.body = nn.Sequential(nn.Sequential(nn.Affine(2, 2)), nn.ReLU())
            self.body[0].scale = nn.Parameter([1.0])

    net = Net()
    assert all(name == p.name for name, p in net.named_parameters())
    outer = nn.Sequential(net)
    assert all(name == p.name for name, p in outer.named_parameters())
    assert {name for name, _ in outer.named_parameters()} >= {"0.body.0.scale", "0.head.0.bias"}
    copied = copy.deepcopy(outer)
    copied[0].body.append(nn.Affine(1, 1))
    assert all(name == p.name for name, p in copied.named_parameters())
    assert len(outer[0].body) == 2


def named_apart(model):
    return [name for name, p in model.named_parameters() if p.name != name]


def test_names_follow_what_is_moved():
    model = nn.Module()
    model.a, model.b = nn.Affine(2, 2), nn.Affine(2, 2)
    model.a, model.b = model.b, model.a
    assert not named_apart(model)
    held = model.a
    del model.a
    model.c = held
    assert not named_apart(model)
    model.first = nn.Affine(1, 1)
    model.layers = nn.ModuleList([model.first, nn.Affine(1, 1)])
    assert not named_apart(model)
    model.decoder = nn.Affine(2, 2)
    model.decoder.weight = model.b.weight
    assert not named_apart(model)
    part = copy.deepcopy(model.layers)
    part.append(nn.Affine(1, 1))
    part[0].scale = nn.Parameter([1.0])
    assert not named_apart(part)
    assert not named_apart(model)


def test_a_child_may_hold_its_parent():
    parent, child = nn.Module(), nn.Affine(1, 1)
    parent.child = child
    child.parent = parent
    parent.me = parent
    assert [name for name, _ in parent.named_parameters()] == ["child.weight", "child.bias"]
    assert not named_apart(parent)
    assert child(np.ones((1, 1))).shape == (1, 1)


def test_other_attributes_cost_nothing_and_may_be_anything():
    """Calling a model looks at its modules and parameters, not into what else it holds."""

    class Table(dict):
        def values(self):
            walks.append(1)
            return super().values()

    walks = []
    model = nn.Affine(3, 2)
    circle = []
    circle.append(circle)
    model.circle = circle
    model.table = Table(a=1)
    before = len(walks)
    model(np.ones((1, 3)))
    assert len(walks) == before


@pytest.mark.parametrize("name", ["a.b", "__metadata__"])
def test_names_that_no_file_could_hold(name):
    with pytest.raises(ValueError, match="a part cannot be called"):
        setattr(nn.Module(), name, nn.Parameter([1.0]))


def test_booleans_are_numbers_for_a_layer():
    image = np.ones((2, 1, 3, 3), bool)
    assert nn.Conv2D(1, 1, 2)(image).dtype == np.float32
    assert nn.BatchNorm(2)([[True, False], [False, True]]).dtype == np.float32
    assert nn.Tanh()(np.ones(2, np.uint8)).dtype == np.float64
    assert nn.Step()(np.ones(2, np.uint8)).dtype == np.float64


@pytest.mark.parametrize(
    "use",
    [
        nn.Flatten(), nn.Dropout(), nn.Softmax(), nn.Sigmoid(), nn.MaxPool(1),
        lambda x: nn.MSE()(x, x),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dtype", [complex, object, str])
def test_what_is_no_real_number_is_refused(use, dtype):
    with pytest.raises(TypeError, match=r"expected .*real"):
        use(np.ones((1, 1, 2, 2)).astype(dtype))


def test_a_deep_model_is_built_quickly_enough():
    """Names are given once, not in a walk through all of it for each layer."""
    walks = []

    class Watched(nn.Sequential):
        def named_parameters(self):
            walks.append(1)
            return super().named_parameters()

    Watched(*(nn.Affine(1, 1) for _ in range(50)))
    assert len(walks) == 1


def test_what_is_assigned_to_a_sequential_is_no_layer():
    class Net(nn.Sequential):
        def __init__(self):
            super().__init__(nn.Affine(2, 2), nn.ReLU())
            self.loss = nn.SoftmaxCE()
            self.extra_layer = nn.Affine(2, 5)

    net = Net()
    assert net(np.ones((3, 2))).shape == (3, 2)
    assert len(net) == len(list(net)) == 2
    assert len(list(net.parameters())) == 4
    net.append(nn.Affine(2, 1))
    assert net(np.ones((3, 2))).shape == (3, 1)


@pytest.mark.parametrize(
    "fill",
    [
        lambda layers: layers.append(nn.Affine(4, 4)),
        lambda layers: layers.append(("first", nn.Affine(4, 4))),
        lambda layers: layers.append([[nn.Affine(4, 4)]]),
        lambda layers: layers.append({"x": {"y": nn.Parameter([1.0])}}),
    ],
)
def test_a_list_that_is_filled_later_is_noticed(fill):
    class Net(nn.Module):
        def __init__(self):
            self.layers = []
            fill(self.layers)
            self.out = nn.Affine(4, 3)

        def forward(self, x):
            return self.out(x)

    with pytest.raises(TypeError, match=r"Net\.layers: .* write ModuleList"):
        nn.SGD(Net(), 0.1)
    with pytest.raises(TypeError, match=r"Net\.layers: .* write ModuleList"):
        Net()(np.ones((1, 4)))


def test_a_parameter_is_not_replaced_by_something_else():
    layer = nn.Affine(2, 2)
    layer(np.ones((1, 2))).sum().backward()
    with pytest.raises(TypeError, match=r"Affine\.weight is a Parameter, and a Tensor would not"):
        layer.weight -= 0.1 * layer.weight.grad
    with pytest.raises(TypeError, match="a ndarray would not take its place"):
        layer.weight = np.zeros((2, 2))
    norm = nn.BatchNorm(2)
    with pytest.raises(TypeError, match=r"BatchNorm\.running_mean is a Buffer"):
        norm.running_mean = np.zeros(2)
    assert len(list(layer.parameters())) == 2
    layer.weight.data -= 0.1 * layer.weight.grad
    layer.weight = nn.Parameter(np.zeros((2, 2)))
    assert layer.weight.name == "weight"
    layer.bias = None
    assert len(list(layer.parameters())) == 1


def test_integers_are_labels_or_indices_for_a_module_of_ones_own():
    class Embedding(nn.Module):
        def __init__(self):
            self.table = nn.Parameter(np.eye(3, dtype=np.float32))
            self.out = nn.Affine(3, 3)

        def forward(self, ids, t=None):
            scores = self.out(self.table[ids])
            return scores if t is None else nn.functional.softmax_cross_entropy(scores, t)

    model = Embedding()
    assert model(np.array([0, 2, 2])).shape == (3, 3)
    model([0, 1, 2], [0, 1, 2]).backward()
    model([0, 1, 2], t=np.array([0, 1, 2])).backward()
    assert nn.Affine(3, 2)(x=np.ones((1, 3))).dtype == np.float32
    assert nn.Affine(3, 2)(np.ones((1, 3), np.uint8)).dtype == np.float32


# -- freezing ------------------------------------------------------------------------------


def test_freezing():
    model = nn.Sequential(nn.Affine(2, 2), nn.Affine(2, 1))
    assert model[0].freeze() is model[0]
    y = model(np.ones((1, 2)))
    assert [p.requires_grad for p in model.parameters()] == [False, False, True, True]
    y.sum().backward()
    assert [p.grad is None for p in model.parameters()] == [True, True, False, False]
    assert model.unfreeze() is model
    assert [name for name, p in model.named_parameters() if p.name != name] == []
    model(np.ones((1, 2))).sum().backward()
    assert all(p.grad is not None for p in model.parameters())


# -- how a model shows itself --------------------------------------------------------------


def test_repr():
    model = nn.Sequential(
        nn.Conv2D(1, 6, (3, 2), stride=2, padding="same", dilation=2, bias=False),
        nn.Conv1D(4, 6, 3, groups=2, padding=1, flip_kernel=True),
        nn.MaxPool(2, stride=1, ceil_mode=True),
        nn.LayerNorm((2, 3)),
        nn.SoftmaxCE("sum"),
    )
    assert repr(model).splitlines() == [
        "Sequential(",
        "  (0): Conv2D(1, 6, 3×2, stride=2×2, padding='same', dilation=2×2, bias=False)"
        "  # 36 parameters",
        "  (1): Conv1D(4, 6, 3, padding=1, groups=2, flip_kernel=True)  # 42 parameters",
        "  (2): MaxPool(2, stride=1, ceil_mode=True)",
        "  (3): LayerNorm(2, 3)  # 12 parameters",
        "  (4): SoftmaxCE(reduction='sum')",
        ")  # 90 parameters",
    ]


def test_summary_of_the_lectures_network(capsys):
    nn.summary(nn.Sequential(nn.Affine(784, 50), nn.Sigmoid(), nn.Affine(50, 10)), (784,))
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["layer", "type", "output", "shape", "parameters"]
    assert rows[2] == ["0", "Affine", "(50,)", "39,250"]
    assert rows[3] == ["1", "Sigmoid", "(50,)", "0"]
    assert rows[4] == ["2", "Affine", "(10,)", "510"]
    assert rows[-1] == ["total", "39,760"]


def test_summary_changes_nothing(capsys):
    model = everything(np.random.default_rng(0))
    model[1].eval()
    model[5].freeze()
    before, modes = model.state_dict(), [m.training for _, m in model.named_modules()]
    chance = model[13].rng.bit_generator.state
    nn.summary(model, (1, 8, 8))
    out = capsys.readouterr().out
    assert ["11.affine", "Affine", "(18,)", "90"] in [line.split() for line in out.splitlines()]
    assert "(4, 6, 6)" in out
    assert f"{sum(p.size for p in model.parameters()):,}" in out.splitlines()[-2]
    assert [m.training for _, m in model.named_modules()] == modes
    assert model[13].rng.bit_generator.state == chance
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert all("forward" not in vars(m) for _, m in model.named_modules())
    assert all(p.grad is None for p in model.parameters())


def test_summary_counts_a_layer_that_is_used_twice_once(capsys):
    shared = nn.Affine(3, 3)

    class Twice(nn.Module):
        def __init__(self):
            self.layer = shared
            self.scale = nn.Parameter([2.0])

        def forward(self, x):
            return self.layer(self.layer(x)) * self.scale

    nn.summary(Twice(), (3,))
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[-1] for row in rows if row[0] in ("layer", "total")][1:] == ["12", "0", "13"]


def test_summary_says_what_is_frozen_and_what_is_not_used(capsys):
    class Net(nn.Module):
        def __init__(self):
            self.first = nn.Affine(3, 3).freeze()
            self.out = nn.Affine(3, 2)
            self.forgotten = nn.Affine(9, 9)

        def forward(self, x):
            return self.out(self.first(x))

    nn.summary(Net(), 3)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[4] == ["forgotten", "Affine", "not", "used", "90"]
    assert rows[-2] == ["total", "110"]
    assert rows[-1] == ["of", "these", "frozen", "12"]


def test_summary_of_several_outputs_and_of_a_forward_of_ones_own(capsys):
    class Two(nn.Module):
        def __init__(self):
            self.a, self.b = nn.Affine(4, 3), nn.Affine(4, 5)
            self.scale = nn.Parameter([1.0])

        def forward(self, x):
            return self.a(x), self.b(x) * self.scale

    model = Two()
    doubled = lambda x: nn.functional.affine(2 * x, model.a.weight)  # noqa: E731  # an attribute
    model.a.forward = doubled
    nn.summary(model, 4)
    assert "(3,), (5,)" in capsys.readouterr().out
    assert model.a.forward is doubled


def test_summary_restores_after_an_error(capsys):
    model = nn.Sequential(nn.Affine(3, 3))
    with pytest.raises(ValueError, match="affine"):
        nn.summary(model, (4,))
    assert model.training
    assert model(np.ones((1, 3))).shape == (1, 3)
    assert "forward" not in vars(model[0])


@pytest.mark.parametrize("size", [784, [784], (784,), np.int64(784)])
def test_summary_of_rows_of_numbers(size, capsys):
    nn.summary(nn.Affine(784, 10), size)
    assert "(10,)" in capsys.readouterr().out


# -- initialisers --------------------------------------------------------------------------


def test_initialisers_without_a_spread_by_links():
    rng = np.random.default_rng(0)
    uniform = nn.Affine(3, 2000, initialiser=nn.initialisers.FanInUniform(), rng=rng)
    weights = uniform.weight.numpy()
    assert 0.575 < np.abs(weights).max() <= 1 / np.sqrt(3)
    assert abs(weights.std() - 1 / 3) < 0.01  # a uniform's, (1/√3) / √3
    normal = nn.Affine(100, 100, initialiser=nn.initialisers.Normal(0.2), rng=rng)
    assert abs(normal.weight.numpy().std() - 0.2) < 0.005
    constant = nn.Conv2D(1, 2, 3, initialiser=nn.initialisers.Constant(0.5), dtype=float)
    assert (constant.weight.numpy() == 0.5).all()
    assert constant.weight.dtype == np.float64


def test_equal_weights_never_learn_to_differ():
    """Lectures, "Weight update"."""
    equal = nn.initialisers.Constant(0.3)
    model = nn.Sequential(
        nn.Affine(3, 4, initialiser=equal), nn.Sigmoid(), nn.Affine(4, 2, initialiser=equal)
    )
    rng = np.random.default_rng(0)
    optimizer = nn.SGD(model, 1.0)
    for _ in range(20):
        optimizer.zero_grad()
        nn.SoftmaxCE()(model(rng.normal(size=(9, 3))), rng.integers(0, 2, 9)).backward()
        optimizer.step()
    weights = model[0].weight.numpy()
    assert (weights != 0.3).any()
    np.testing.assert_allclose(weights, weights[:, :1] * np.ones((1, 4)), rtol=1e-5)


@pytest.mark.parametrize(
    ("initialiser", "error", "message"),
    [
        (nn.initialisers.He, TypeError, r"expected an instance, such as He\(\)"),
        ("he", TypeError, r"initialiser 'he'; expected an instance"),
        (lambda *_: np.ones(7, np.float32), ValueError, r"made weights \(7,\), expected \(2, 3\)"),
        (lambda *_: np.ones((2, 3)), TypeError, "made float64 weights, expected float32"),
    ],
)
def test_initialisers_that_are_none(initialiser, error, message):
    with pytest.raises(error, match=message):
        nn.Affine(2, 3, initialiser=initialiser)


@pytest.mark.parametrize(
    "use",
    [
        lambda rng: nn.Affine(1, 1, rng=rng),
        lambda rng: nn.Conv2D(1, 1, 1, rng=rng),
        lambda rng: nn.Dropout(rng=rng),
        lambda rng: nn.functional.dropout([1.0], rng=rng),
        lambda rng: nn.data.split([1, 2, 3], [1, 2, 3], (0.5, 0.5), rng=rng),
        lambda rng: nn.data.Batches([1], [1], rng=rng),
        lambda rng: list(nn.data.k_fold(4, 2, rng=rng)),
    ],
)
@pytest.mark.parametrize("rng", [0, 1, np.random.RandomState(0)])
def test_a_seed_is_no_generator(use, rng):
    """0 is as wrong as 1, and must not be taken for nothing."""
    with pytest.raises(
        TypeError, match=r"expected a Generator, such as numpy\.random\.default_rng"
    ):
        use(rng)


# -- layouts -------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_images_laid_out_in_any_order(order):
    """A transposed image is the same image: in value, in gradient, and once more."""
    back = np.argsort(order)
    images = np.random.default_rng(0).normal(size=(3, 2, 5, 6))
    strided = images.transpose(order).copy().transpose(back)
    assert strided.shape == images.shape
    rng = np.random.default_rng(0)
    layers = [
        nn.Conv2D(2, 4, 3, padding=1, groups=2, dtype=float, rng=rng), nn.MaxPool(2),
        nn.AveragePool(2), nn.BatchNorm(2, dtype=float), nn.LayerNorm((5, 6), dtype=float),
        nn.Flatten(), nn.Softmax(), nn.Sigmoid(),
    ]  # fmt: skip
    for layer in layers:
        found = []
        for x in (images, strided):
            t = Tensor(np.zeros(x.shape), requires_grad=True)
            t._array = x
            y = layer(t)
            (g,) = gradients((y * y).sum(), [t], create_graph=True)
            found.append([y.numpy(), g.numpy(), gradients((g * g).sum(), [t])[0]])
        for a, b in zip(*found, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


# -- higher derivatives and constants ------------------------------------------------------


@pytest.mark.parametrize("index", range(18))
def test_every_layer_is_differentiable_twice(index):
    """Gauss-Newton products and penalties on gradients go through every layer."""
    model = everything(np.random.default_rng(0)).eval()
    x = IMAGES
    with no_grad():
        for layer in list(model)[:index]:
            x = layer(x)
    t = Tensor(x, requires_grad=True)
    y = model[index](t)
    (g,) = gradients((y * y).sum(), [t], create_graph=True)
    penalty = (g * g).sum()
    (h,) = gradients(penalty, [t])
    assert h.shape == t.shape
    assert np.isfinite(h).all()
