"""Callbacks: when they are called, what ends a training, and what stops it early."""

import math

import numpy as np
import pytest

import nn

NAN = math.nan


class Weights(nn.Module):
    """A parameter and a buffer that say in which epoch they were set."""

    def __init__(self):
        self.w = nn.Parameter(np.zeros(2))
        self.b = nn.Buffer(np.zeros(1))

    def forward(self, x):
        return (self.w * x).sum()

    def set(self, epoch):
        self.w.written()[...] = epoch
        self.b.written()[...] = -epoch


def simulated(stopping, values, metric="validation_loss"):
    """The epoch that ended a training with these values, and that of the weights at its end."""
    model = Weights()
    run = nn.Run(model, nn.SGD(model, 0.1), nn.History())
    stopping.on_train_begin(run)
    for epoch, value in enumerate(values, 1):
        model.set(epoch)
        run.history.rows.append({"epoch": epoch, "loss": 0.5, metric: value})
        if stopping.on_epoch_end(run):
            break
    else:
        epoch = None
    stopping.on_train_end(run)
    state = model.state_dict()
    assert state["w"][0] == state["w"][1] == -state["b"][0]
    return epoch, int(state["w"][0])


def train(callbacks, epochs=5, **options):
    model = nn.Affine(2, 2, rng=np.random.default_rng(0))
    rng = np.random.default_rng(1)
    data = rng.normal(size=(12, 2)), rng.integers(0, 2, 12)
    options = {"log": None, "metrics": [nn.accuracy], "rng": rng, **options}
    optimizer = nn.SGD(model, 0.1)
    return nn.fit(
        model, nn.SoftmaxCE(), optimizer, data, data, epochs=epochs, callbacks=callbacks, **options
    )


# -- any callbacks -------------------------------------------------------------------------


class Noting(nn.Callback):
    def __init__(self, notes, name, last=99):
        self.notes, self.name, self.last = notes, name, last

    def on_train_begin(self, run):
        self.notes.append((self.name, "begin", len(run.history)))

    def on_epoch_end(self, run):
        self.notes.append((self.name, "epoch", run.history.rows[-1]["epoch"]))
        return len(run.history) == self.last

    def on_train_end(self, run):
        self.notes.append((self.name, "end", len(run.history)))


def test_all_callbacks_are_called_in_their_order():
    notes = []
    train([Noting(notes, "a", last=2), Noting(notes, "b")])
    assert notes == [
        ("a", "begin", 0), ("b", "begin", 0),
        ("a", "epoch", 1), ("b", "epoch", 1),
        ("a", "epoch", 2), ("b", "epoch", 2),  # also where one before it ended the training
        ("a", "end", 2), ("b", "end", 2),
    ]  # fmt: skip


def test_callbacks_are_called_around_no_epochs():
    notes = []
    train([Noting(notes, "a")], epochs=0)
    assert notes == [("a", "begin", 0), ("a", "end", 0)]


def test_what_a_run_holds():
    runs = []
    history = train([runs.append], epochs=2)
    assert len(runs) == 2
    assert runs[0] is runs[1]
    assert runs[0].history is history
    assert isinstance(runs[0].model, nn.Affine)
    assert isinstance(runs[0].optimizer, nn.SGD)
    assert runs[0].optimizer.groups[0].parameters["weight"] is runs[0].model.weight


@pytest.mark.parametrize(
    ("answer", "epochs"),
    [(True, 3), (np.True_, 3), (False, 5), (np.False_, 5), (None, 5), (0.5, 5), ([1], 5)],
)
def test_a_function_that_returns_true_ends_the_training(answer, epochs):
    assert len(train([lambda run: answer if len(run.history) == 3 else None])) == epochs


def test_an_error_in_a_callback_comes_through():
    def failing(run):
        raise LookupError("of a callback")

    with pytest.raises(LookupError, match="of a callback"):
        train([failing])


# -- early stopping ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "values", "ended", "best"),
    [
        ({"patience": 2}, [5, 4, 4.5, 4.2, 1], 4, 2),
        ({"patience": 1}, [5, 4, 3, 2], None, 4),
        ({"patience": 1}, [3, 3, 2], 2, 1),
        ({"patience": 3}, [3, 4, 4, 2.9, 4, 4, 4, 1], 7, 4),
        ({"patience": 3}, [3, 4, 4, 2.9, 4, 4], None, 4),
        ({"patience": 1}, [9], None, 1),
        ({"patience": 2, "smallest_change": 0.5}, [5, 4.75, 4.5, 4], 3, 1),
        ({"patience": 2, "smallest_change": 0.5}, [5, 4.75, 4.25, 4, 3.75], 5, 3),
        ({"patience": 2, "mode": "max"}, [1, 2, 3, 2, 3], 5, 3),
        ({"patience": 1, "mode": "min"}, [-1, -2, -2], 3, 2),
        ({"patience": 2}, [NAN, 2, NAN, NAN], 4, 2),
        ({"patience": 2}, [2, NAN, 1, NAN, 1, 0], 5, 3),
        ({"patience": 2}, [NAN, NAN, 1], 2, 2),  # never a best: the last weights stay
        ({"patience": 2}, [math.inf, 3, math.inf, 4], 4, 2),
        ({"patience": 2}, [math.inf, math.inf], 2, 2),
    ],
)
def test_patience_by_hand(options, values, ended, best):
    assert simulated(nn.EarlyStopping(**options), values) == (ended, best)


@pytest.mark.parametrize(
    ("metric", "values", "ended", "best"),
    [
        ("validation_accuracy", [0.5, 0.7, 0.6, 0.7], 4, 2),
        ("accuracy", [0.5, 0.4, 0.6, 0.3, 0.2], 5, 3),
        ("loss", [0.5, 0.4, 0.6, 0.7], 4, 2),
        ("other_loss", [0.5, 0.4, 0.6, 0.7], 4, 2),
    ],
)
def test_small_losses_are_better_and_large_values_of_all_else(metric, values, ended, best):
    stopping = nn.EarlyStopping(metric, patience=2)
    assert simulated(stopping, values, metric) == (ended, best)
    assert stopping.best == values[best - 1]
    assert stopping.best_epoch == best


def test_a_minimum_of_what_is_no_loss():
    stopping = nn.EarlyStopping("mistakes", patience=1, mode="min")
    assert simulated(stopping, [3, 2, 2], "mistakes") == (3, 2)


def test_the_best_values_are_none_before():
    stopping = nn.EarlyStopping(patience=2)
    assert (stopping.best, stopping.best_epoch) == (math.inf, 0)
    simulated(stopping, [NAN, NAN])
    assert (stopping.best, stopping.best_epoch) == (math.inf, 0)
    assert nn.EarlyStopping("accuracy").best == -math.inf


def test_a_second_training_starts_afresh():
    stopping = nn.EarlyStopping(patience=2)
    assert simulated(stopping, [1, 2, 3]) == (3, 1)
    assert simulated(stopping, [9, 8, 9, 9]) == (4, 2)
    assert stopping.best == 8
    assert simulated(stopping, [NAN, NAN]) == (2, 2)


def test_a_second_fit_starts_afresh():
    stopping = nn.EarlyStopping("loss", patience=2, mode="max")
    first = train([stopping], epochs=20)
    assert len(first) == 2 + stopping.best_epoch
    best = stopping.best
    second = train([stopping], epochs=20)
    assert [row["loss"] for row in second.rows] == [row["loss"] for row in first.rows]
    assert stopping.best == best


def test_a_resumed_training_goes_on_with_its_patience():
    values = [3, 2, 4, 5, 6]
    first, second = nn.EarlyStopping(patience=3), nn.EarlyStopping(patience=3)
    model = Weights()
    run = nn.Run(model, nn.SGD(model, 0.1), nn.History())
    first.on_train_begin(run)
    for epoch, value in enumerate(values, 1):
        if epoch == 4:
            second.load_state_dict(first.state_dict())
            second.on_train_begin(run)
        model.set(epoch)
        run.history.rows.append({"epoch": epoch, "validation_loss": value})
        ended = (second if epoch >= 4 else first).on_epoch_end(run)
        assert ended == (epoch == 5)
    second.on_train_end(run)
    assert model.w.numpy().tolist() == [2, 2]


def test_an_unknown_metric_says_what_there_is():
    with pytest.raises(
        ValueError,
        match="there is no f1; the history has epoch, seconds, loss, accuracy, validation_loss, "
        "validation_accuracy",
    ):
        train([nn.EarlyStopping("f1", mode="max"), lambda run: pytest.fail("after an epoch")])


@pytest.mark.parametrize(
    "options",
    [
        {"patience": 0},
        {"patience": -1},
        {"mode": "least"},
        {"smallest_change": -0.1},
        {"smallest_change": NAN},
    ],
)
def test_arguments_out_of_range(options):
    with pytest.raises(ValueError, match="EarlyStopping: patience"):
        nn.EarlyStopping(**options)


def test_the_best_weights_and_buffers_of_a_training():
    kept = []
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Affine(3, 4, rng=rng), nn.BatchNorm(4), nn.Affine(4, 2, rng=rng))
    data = rng.normal(size=(20, 3)), rng.integers(0, 2, 20)
    stopping = nn.EarlyStopping("validation_loss", patience=3)
    history = nn.fit(
        model,
        nn.SoftmaxCE(),
        nn.SGD(model, 1.0),
        data,
        (rng.normal(size=(20, 3)), rng.integers(0, 2, 20)),
        epochs=100,
        callbacks=[stopping, lambda run: kept.append(run.model.state_dict())],
        rng=rng,
        log=None,
    )
    losses = history["validation_loss"]
    best = int(np.argmin(losses))
    assert len(history) == best + 1 + 3 < 100
    assert (stopping.best_epoch, stopping.best) == (best + 1, losses[best])
    for name, array in model.state_dict().items():
        assert array.tobytes() == kept[best][name].tobytes()
        assert array.tobytes() != kept[-1][name].tobytes()


@pytest.mark.parametrize("metric", ["mean_absolute_error", "f1"])
def test_which_values_are_better_is_not_guessed(metric):
    with pytest.raises(ValueError, match=f"are small or large values of {metric} better"):
        nn.EarlyStopping(metric)
