"""Training as one call: what a plain loop does, and all around it."""

import io
import os
import re
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping

import numpy as np
import pytest

import nn
from autodiff import Tensor
from nn.callbacks import EachEpoch
from nn.data import Batches, Shift
from nn.random import generator
from tests.readme import ROOT


def bits(tree):
    """The tree with all numbers as their bits: NaN equals itself, and −0 is not 0."""
    if isinstance(tree, Mapping):
        return {key: bits(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [bits(value) for value in tree]
    if isinstance(tree, np.ndarray):
        return tree.dtype.str, tree.shape, tree.tobytes()
    return tree.hex() if isinstance(tree, float) else tree


def without_seconds(history):
    return bits([{n: v for n, v in row.items() if n != "seconds"} for row in history.rows])


def samples(count=30, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, 1, 4, 4)), rng.integers(0, 3, count)


def network(seed=1):
    nn.seed(seed)
    return nn.Sequential(
        nn.Flatten(), nn.Affine(16, 8), nn.BatchNorm(8), nn.ReLU(), nn.Dropout(0.3), nn.Affine(8, 3)
    )


def fitted(model=None, epochs=3, optimizer=None, train=None, **options):
    """The model, the optimizer and the history of a training."""
    model = model or network()
    optimizer = optimizer or nn.Adam(model, 0.01)
    options = {"log": None, "progress": False, "batch_size": 8, **options}
    train = samples() if train is None else train
    history = nn.fit(model, nn.SoftmaxCE(), optimizer, train, epochs=epochs, **options)
    return model, optimizer, history


class Line(nn.Module):
    """Gives w x, with w = 1 at first: small enough to compute by hand."""

    def __init__(self):
        self.w = nn.Parameter(np.ones(()))

    def forward(self, x):
        return Tensor(x) * self.w


def mean_square(prediction, targets):
    return ((prediction - targets) ** 2).mean()


def line(train, epochs=1, rate=1e-30, **options):
    """The rows of a training of a Line, of which the default rate leaves w at 1."""
    model = Line()
    options = {"log": None, "batch_size": 2, **options}
    return nn.fit(model, mean_square, nn.SGD(model, rate), train, epochs=epochs, **options)


X = np.array([1.0, 2, 3, 4, 5])


@pytest.fixture(autouse=True)
def _the_seed_of_nn():
    before = generator().bit_generator.state
    yield
    generator().bit_generator.state = before


# -- what it computes ----------------------------------------------------------------------


@pytest.mark.parametrize("own", [True, False])
def test_a_plain_loop_gives_the_same_bits(own):
    def data():
        rng = np.random.default_rng(5) if own else None
        return Batches(*samples(), 8, augment=Shift(1), rng=rng)

    x, y = samples(20, seed=1)
    model = network()
    optimizer = nn.Adam(model, nn.schedules.StepDecay(0.02, 5, 0.5))
    loss = nn.SoftmaxCE()
    batches = data()
    model.train()
    for _ in range(4):
        for inputs, targets in batches:
            optimizer.zero_grad()
            loss(model(inputs), targets).backward()
            optimizer.step()

    other = network()
    same = nn.Adam(other, nn.schedules.StepDecay(0.02, 5, 0.5))
    fitted(other, 4, same, data(), validation=(x, y), metrics=[nn.accuracy])
    assert bits(other.state_dict()) == bits(model.state_dict())
    assert bits(same.state_dict()) == bits(optimizer.state_dict())


def test_a_pair_is_shuffled_by_the_generator_given_or_that_of_nn():
    first = fitted(train=samples(), rng=np.random.default_rng(3))
    batches = Batches(*samples(), 8, rng=np.random.default_rng(3))
    assert bits(fitted(train=batches)[0].state_dict()) == bits(first[0].state_dict())
    second, third = fitted(), fitted(train=Batches(*samples(), 8))
    assert bits(second[0].state_dict()) == bits(third[0].state_dict())
    assert bits(second[0].state_dict()) != bits(first[0].state_dict())


def test_means_are_over_samples_also_where_the_last_batch_is_smaller():
    def first(prediction, targets):
        return float(prediction[0])

    batches = Batches(X, 0 * X, 2, shuffle=False)
    history = line(batches, validation=(X[:3], 0 * X[:3]), metrics=[first])
    (row,) = history.rows
    assert list(row) == [
        "epoch", "seconds", "loss", "first", "validation_loss", "validation_first",
    ]  # fmt: skip
    assert row["epoch"] == 1
    assert row["loss"] == (1 + 4 + 9 + 16 + 25) / 5
    assert row["first"] == (2 * 1 + 2 * 3 + 1 * 5) / 5
    assert row["validation_loss"] == pytest.approx((1 + 4 + 9) / 3, rel=1e-15)
    # Of what a metric of all samples is, no mean over batches would tell.
    assert row["validation_first"] == 1
    found = nn.evaluate(Line(), mean_square, (X, 0 * X), [first], batch_size=4)
    assert found == {"loss": 11.0, "first": 1}


def test_the_rows_are_those_of_each_epoch_by_hand():
    """One sample x = 1 with target 0: the loss is w², and w ← w − 2 · 0.25 w = w / 2."""
    history = line((np.ones(1), np.zeros(1)), 4, 0.25, validation=(np.ones(1), np.zeros(1)))
    assert history["epoch"] == [1, 2, 3, 4]
    assert history["loss"] == [1, 1 / 4, 1 / 16, 1 / 64]
    assert history["validation_loss"] == [1 / 4, 1 / 16, 1 / 64, 1 / 256]


def test_seconds_are_those_of_the_epoch():
    def slow(prediction, targets):
        time.sleep(0.02)
        return 0.0

    begin = time.perf_counter()
    history = line((X, X), 2, batch_size=5, validation=(X, X), metrics=[slow])
    passed = time.perf_counter() - begin
    assert all(seconds >= 0.04 for seconds in history["seconds"])
    assert sum(history["seconds"]) <= passed


def test_any_batches_do():
    """A list of pairs, of arrays or Tensors, and the same data walked through again."""
    batches = [(Tensor(X[:2]), 0 * X[:2]), (X[2:], Tensor(0 * X[2:]))]
    assert line(batches, 2)["loss"] == [11.0, 11.0]


def test_no_epochs():
    model, optimizer, history = fitted(epochs=0)
    assert len(history) == 0
    assert not history.interrupted
    assert bits(model.state_dict()) == bits(network().state_dict())
    assert optimizer.updates == 0


def test_less_than_no_epochs_are_refused():
    with pytest.raises(ValueError, match="epochs -1; expected at least 0"):
        fitted(epochs=-1)


def test_nothing_to_train_on():
    with pytest.raises(ValueError, match="no samples"):
        line([])
    with pytest.raises(ValueError, match="no samples"):
        nn.evaluate(Line(), mean_square, [])
    with pytest.raises(ValueError, match="no samples"):
        line((X, X), validation=[])


# -- what it leaves alone ------------------------------------------------------------------


def modes(model):
    return [module.training for _, module in model.named_modules()]


@pytest.mark.parametrize("failing", [False, True])
def test_each_module_is_in_the_mode_it_was_in(failing):
    model = network()
    for module in (model, model[1], model[4]):
        module.training = False
    before = modes(model)
    assert len(set(before)) == 2
    seen = []

    def watching(prediction, targets):
        seen.append(modes(model))
        if failing and len(seen) == 5:
            raise RuntimeError("from a metric")
        return 0.0

    if failing:
        with pytest.raises(RuntimeError, match="from a metric"):
            fitted(model, validation=samples(), metrics=[watching])
    else:
        fitted(model, 1, validation=samples(), metrics=[watching])
        assert len(seen) == 5
    assert modes(model) == before
    for number, shown in enumerate(seen):  # 4 batches of training, then all of validation
        assert set(shown) == {number < 4}
    with pytest.raises(ValueError, match="no samples"):
        nn.evaluate(model, nn.SoftmaxCE(), [])
    assert modes(model) == before


def test_evaluation_changes_nothing_and_draws_nothing():
    model = network()
    before = bits(model.state_dict()), generator().bit_generator.state
    wants = []

    def watching(prediction, targets):
        wants.append(prediction.requires_grad)
        return nn.SoftmaxCE()(prediction, targets)

    nn.evaluate(model, watching, samples(), batch_size=8)
    assert (bits(model.state_dict()), generator().bit_generator.state) == before
    assert wants == [False] * 4
    assert all(parameter.grad is None for parameter in model.parameters())


def test_evaluation_is_that_of_the_whole_data_at_once():
    model = fitted()[0].eval()
    x, y = samples()
    scores = model(x).numpy()
    log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    found = nn.evaluate(model, nn.SoftmaxCE(), (x, y), [nn.accuracy], batch_size=7)
    assert found["loss"] == pytest.approx(-np.mean(log_p[np.arange(30), y]), rel=1e-5)
    assert found["accuracy"] == pytest.approx(np.mean(scores.argmax(axis=1) == y), rel=1e-12)


# -- the log -------------------------------------------------------------------------------


def test_a_line_an_epoch(capsys):
    fitted(epochs=10, validation=samples(), metrics=[nn.accuracy], log=print, progress=True)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    figure = r"\d+\.\d{4}"
    for number, text in enumerate(lines, 1):
        assert re.fullmatch(
            rf"\d\d:\d\d:\d\d  epoch {number:>2}/10  loss {figure}  accuracy {figure}  "
            rf"validation loss {figure}  validation accuracy {figure}  \(\d+\.\d s\)",
            text,
        )


def test_the_figures_of_a_line():
    lines = []
    line((X, 0 * X), 1, batch_size=5, validation=(2 * X, 0 * X), log=lines.append)
    assert re.fullmatch(
        r"[\d:]{8}  epoch 1/1  loss 11\.0000  validation loss 44\.0000  \(0\.\d s\)", lines[0]
    )
    assert len(lines) == 1


# -- resumed -------------------------------------------------------------------------------


def test_a_checkpoint_that_is_there_is_not_overwritten(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(b"precious")
    model = network()
    before = bits(model.state_dict())
    with pytest.raises(FileExistsError, match=r"checkpoint\.safetensors.*resume=True"):
        fitted(model, checkpoint=path)
    assert path.read_bytes() == b"precious"
    with pytest.raises(ValueError, match=r"checkpoint\.safetensors"):
        fitted(model, checkpoint=path, resume=True)
    assert path.read_bytes() == b"precious"
    assert bits(model.state_dict()) == before


def batches_of_their_own():
    return Batches(*samples(), 8, rng=np.random.default_rng(5))


@pytest.mark.parametrize("at", [1, 2, 4])
def test_a_training_goes_on_with_more_epochs(tmp_path, at):
    path = tmp_path / "checkpoint.safetensors"
    options = {"validation": samples(20, 1), "checkpoint": path, "resume": True}
    fitted(epochs=at, train=batches_of_their_own(), **options)
    lines = []
    nn.seed(99)
    resumed = fitted(network(7), 5, train=batches_of_their_own(), log=lines.append, **options)
    assert lines.pop(0) == f"going on after epoch {at}, from {path}"
    assert [re.search(r"epoch (\d)/5", text)[1] for text in lines] == [
        str(number) for number in range(at + 1, 6)
    ]
    whole = fitted(epochs=5, train=batches_of_their_own(), validation=samples(20, 1))
    assert bits(resumed[0].state_dict()) == bits(whole[0].state_dict())
    assert bits(resumed[1].state_dict()) == bits(whole[1].state_dict())
    assert without_seconds(resumed[2]) == without_seconds(whole[2])


def test_validation_that_is_shuffled_goes_on_too(tmp_path):
    """The order of samples decides the last bits of their mean, and that when to stop."""
    path = tmp_path / "checkpoint.safetensors"

    def validation():
        noise = [lambda images, rng: images + rng.normal(size=images.shape)]
        return Batches(*samples(20, 1), 8, augment=noise, rng=np.random.default_rng(9))

    fitted(epochs=2, validation=validation(), checkpoint=path)
    _, _, resumed = fitted(epochs=4, validation=validation(), checkpoint=path, resume=True)
    _, _, whole = fitted(epochs=4, validation=validation())
    assert without_seconds(resumed) == without_seconds(whole)


def test_a_learning_rate_that_a_callback_sets_goes_on_too(tmp_path):
    """A number takes the place of a schedule, in a run that is resumed as well."""
    path = tmp_path / "checkpoint.safetensors"

    def train(epochs, **options):
        def slower(run):
            if len(run.history) == 2:
                run.optimizer.learning_rate = 0.0005

        model = network()
        optimizer = nn.Adam(model, nn.schedules.ExponentialDecay(0.1, 0.9))
        fitted(model, epochs, optimizer, callbacks=[slower], **options)
        return optimizer.learning_rate, bits(model.state_dict())

    train(3, checkpoint=path)
    assert train(5, checkpoint=path, resume=True) == train(5)


def test_a_training_that_was_ended_early_is_over(tmp_path):
    path = tmp_path / "checkpoint.safetensors"

    def options():
        return {
            "callbacks": [nn.EarlyStopping("loss", patience=2, mode="max")],
            "checkpoint": path,
            "resume": True,
        }

    first = fitted(epochs=50, **options())
    assert len(first[2]) < 50
    before = path.read_bytes()
    lines = []
    again = fitted(network(7), 50, log=lines.append, **options())
    assert len(again[2]) == len(first[2])
    assert bits(again[2].rows) == bits(first[2].rows)
    assert bits(again[0].state_dict()) == bits(first[0].state_dict())
    assert path.read_bytes() == before
    assert lines[0] == f"the training was over after epoch {len(first[2])}, from {path}"
    assert not any("/50" in text for text in lines)


def test_a_checkpoint_is_that_of_the_last_epoch(tmp_path):
    """After each epoch, when its callbacks are through."""
    path = tmp_path / "checkpoint.safetensors"
    seen = []

    def watching(run):
        seen.append(path.exists() and path.read_bytes())

    model, _, history = fitted(epochs=3, callbacks=[watching], checkpoint=path)
    assert seen[0] is False
    assert len({seen[1], seen[2], path.read_bytes()}) == 3
    other, read = network(7), nn.History()
    assert nn.load_checkpoint(path, other, nn.Adam(other, 0.5), read, [EachEpoch(print)]) is False
    assert bits(other.state_dict()) == bits(model.state_dict())
    assert bits(read.rows) == bits(history.rows)


# -- interrupted ---------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["metric", "validation", "callback", "data"])
def test_an_interrupt_returns_the_epochs_that_are_over(tmp_path, monkeypatch, place):
    tqdm = pytest.importorskip("tqdm")
    bars = []

    class Shown(tqdm.tqdm):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **{**options, "disable": False, "file": io.StringIO()})
            self.open = True
            bars.append(self)

        def close(self):
            self.open = False
            super().close()

    monkeypatch.setattr("tqdm.tqdm", Shown)
    path = tmp_path / "checkpoint.safetensors"
    calls = []
    lines = []

    def log(text):
        assert not any(bar.open for bar in bars)
        lines.append(text)

    def interrupt(here, count):
        calls.append(here)
        if here == place and calls.count(here) == count:
            raise KeyboardInterrupt

    def metric(prediction, targets):
        whole = len(prediction) == 30  # of validation; a batch has 8 at most
        interrupt("validation" if whole else "metric", 3 if whole else 10)
        return 0.0

    class Data:
        def __iter__(self):
            for batch in Batches(*samples(), 8):
                interrupt("data", 11)
                yield batch

    model = network()
    before = modes(model.eval())
    _, _, history = fitted(
        model,
        train=Data(),
        validation=samples(),
        metrics=[metric],
        callbacks=[lambda run: interrupt("callback", 3)],
        epochs=10,
        checkpoint=path,
        progress=True,
        log=log,
    )
    epochs = 3 if place == "callback" else 2  # 4 batches an epoch
    assert history.interrupted
    assert history["epoch"] == list(range(1, epochs + 1))
    assert len(lines) == epochs + 1
    assert "interrupted" in lines[-1]
    assert len(bars) == 3
    assert modes(model) == before
    read = nn.History()
    other = network(7)
    nn.load_checkpoint(path, other, nn.Adam(other, 0.1), read, [EachEpoch(print)])
    assert bits(read.rows) == bits(history.rows[:2])


def test_an_interrupted_training_can_be_resumed(tmp_path):
    path = tmp_path / "checkpoint.safetensors"

    def train(interrupted=False, **options):
        calls = []

        def metric(prediction, targets):
            calls.append(prediction)
            if interrupted and len(calls) == 11:
                raise KeyboardInterrupt
            return 0.0

        return fitted(epochs=5, metrics=[metric], checkpoint=path, **options)

    assert train(interrupted=True)[2].interrupted
    model, _, history = train(resume=True)
    assert not history.interrupted
    path.unlink()
    whole, _, expected = train()
    assert bits(model.state_dict()) == bits(whole.state_dict())
    assert without_seconds(history) == without_seconds(expected)


def test_the_best_weights_are_restored_after_an_interrupt():
    def interrupt(run):
        if len(run.history) == 4:
            raise KeyboardInterrupt

    kept = []
    stopping = nn.EarlyStopping("loss", patience=10, mode="max")
    callbacks = [stopping, lambda run: kept.append(bits(run.model.state_dict())), interrupt]
    model, _, history = fitted(epochs=20, callbacks=callbacks)
    assert len(history) == len(kept) == 4
    assert bits(model.state_dict()) == kept[stopping.best_epoch - 1]
    assert stopping.best_epoch < 4


SCRIPT = """
import signal, sys
import numpy as np
import nn

signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored in a background job
rng = np.random.default_rng(0)
x, y = rng.normal(size=(400, 20)), rng.integers(0, 3, 400)
model = nn.Sequential(nn.Affine(20, 30), nn.BatchNorm(30), nn.ReLU(), nn.Affine(30, 3))
optimizer = nn.Adam(model)
history = nn.fit(
    model, nn.SoftmaxCE(), optimizer, (x, y), (x, y), epochs=10**6, batch_size=10,
    metrics=[nn.accuracy], checkpoint=sys.argv[1],
)
print("epochs", len(history), history.interrupted, flush=True)
read = nn.History()
nn.load_checkpoint(sys.argv[1], model, optimizer, read)
print("read", len(read), flush=True)
"""


@pytest.mark.parametrize("delay", [0.0, 0.007, 0.15])
def test_ctrl_c_ends_it_cleanly(tmp_path, delay):
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    pytest.importorskip("tqdm")
    path = tmp_path / "checkpoint.safetensors"
    here, there = os.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=there,
        text=True,
        bufsize=1,
    )
    os.close(there)
    shown = []

    def listen():
        try:
            while data := os.read(here, 4096):
                shown.append(data)
        except OSError:  # the other end is closed
            pass

    listener = threading.Thread(target=listen)
    listener.start()
    lines = [process.stdout.readline(), process.stdout.readline()]
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    listener.join()
    os.close(here)
    terminal = b"".join(shown).decode()
    assert process.returncode == 0, terminal
    assert "Traceback" not in terminal
    lines += output.splitlines()
    *_, interrupted, done, read = lines
    count = int(re.fullmatch(r"epochs (\d+) True", done)[1])
    assert count >= 2
    assert sum(" loss " in text for text in lines) == count
    assert interrupted == f"interrupted after {count} epochs"
    assert int(read.split()[1]) in (count - 1, count)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert "epoch 1/1000000" in terminal
    assert re.search(r"\r *\r$", terminal)  # the line of the bar is empty again


# -- accuracy ------------------------------------------------------------------------------


SCORES = np.array([[0.1, 0.9, 0.0], [5.0, 1.0, 2.0], [-3.0, -2.0, -1.0], [0.0, 1.0, 0.5]])


@pytest.mark.parametrize("tensor", [False, True])
@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([1, 0, 2, 1], 1.0),
        ([1, 0, 2, 2], 0.75),
        ([0, 1, 1, 2], 0.0),
        (np.eye(3)[[1, 1, 2, 0]], 0.5),
        ([[0.2, 0.7, 0.1], [0.4, 0.3, 0.3], [0.3, 0.4, 0.3], [1, 0, 0]], 0.5),
        (np.array([1, 0, 2, 1], np.uint8), 1.0),
    ],
)
def test_accuracy_of_indices_and_of_one_hot_rows(labels, expected, tensor):
    prediction = Tensor(SCORES, requires_grad=True) if tensor else SCORES
    found = nn.accuracy(prediction, labels)
    assert type(found) is float
    assert found == expected
    assert nn.accuracy(prediction, Tensor(np.asarray(labels, float))) == expected


def test_accuracy_of_one_sample_and_of_many_axes():
    assert nn.accuracy(SCORES[0], 1) == 1.0
    assert nn.accuracy(SCORES[0], 0) == 0.0
    assert nn.accuracy([0.1, 0.9], [0, 1]) == 1.0
    assert nn.accuracy(SCORES.reshape(2, 2, 3), [[1, 0], [0, 1]]) == 0.75
    assert nn.accuracy(SCORES.reshape(2, 2, 3), np.eye(3)[[[1, 0], [0, 0]]]) == 0.5


@pytest.mark.parametrize(
    ("prediction", "labels"),
    [
        (SCORES, [1, 0, 2]),
        (SCORES, np.eye(2)[[0, 1, 0, 1]]),
        (SCORES, [[1], [0], [2], [1]]),
        (SCORES, 1),
        (SCORES[0], [1, 0]),
        (0.5, 1),
        (np.zeros((0, 3)), np.zeros(0, int)),
        (np.zeros((3, 0)), np.zeros(3, int)),
    ],
)
def test_accuracy_of_what_does_not_fit(prediction, labels):
    shape = re.escape(str(np.shape(prediction)))
    with pytest.raises(ValueError, match=rf"accuracy: a prediction of shape {shape}"):
        nn.accuracy(prediction, labels)


def test_names_that_two_columns_would_have_are_refused_at_once():
    def loss(prediction, target):
        return 0.0

    for metrics in ([loss], [nn.accuracy, nn.accuracy], [lambda y, t: 0.0, lambda y, t: 1.0]):
        with pytest.raises(ValueError, match="metrics: two columns would be called"):
            fitted(epochs=1, metrics=metrics)


def test_a_metric_may_be_an_object_that_is_called():
    class Share:
        def __call__(self, prediction, target):
            return 0.25

    _, _, history = fitted(epochs=1, metrics=[Share()])
    assert history["Share"] == [0.25]


def test_a_checkpoint_in_no_folder_is_refused_before_any_work(tmp_path):
    lines = []
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        fitted(epochs=1, checkpoint=tmp_path / "none" / "run.safetensors", log=lines.append)
    assert lines == []


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (iter([(X, X)]), TypeError, "list_iterator cannot be walked through again and again"),
        (((x, x) for x in [X]), TypeError, "generator cannot be walked through again and again"),
        (lambda: [(X, X)], TypeError, "data of type function cannot be walked through"),
        ([X, X], ValueError, "holds no batches"),
        ((X, X, X), ValueError, r"a tuple of 3; expected \(inputs, targets\)"),
        (X, ValueError, "holds no batches"),
    ],
)
def test_data_in_other_forms_is_refused_before_any_work(data, error, message):
    for options in ({}, {"validation": data}):
        model = Line()
        with pytest.raises(error, match=message):
            fitted(model, 1, nn.SGD(model, 0.1), (X, X) if options else data, **options)
        assert model.w.item() == 1


def test_a_single_metric_and_a_single_callback():
    seen = []
    _, _, history = fitted(epochs=2, metrics=nn.accuracy, callbacks=lambda run: seen.append(run))
    assert "accuracy" in history.columns
    assert len(seen) == 2
    stopping = nn.EarlyStopping("loss")
    fitted(epochs=1, callbacks=stopping)
    assert stopping.best_epoch == 1


@pytest.mark.parametrize("epochs", [2.5, "3", None])
def test_epochs_are_whole(epochs):
    with pytest.raises(TypeError, match="integer"):
        fitted(epochs=epochs)


def test_an_optimizer_of_another_model_is_refused():
    with pytest.raises(ValueError, match="the optimizer updates no parameter of this model"):
        fitted(network(), 1, nn.SGD(network(), 0.1))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"resume": True}, ValueError, "resume=True needs checkpoint="),
        ({"metrics": ["accuracy"]}, TypeError, "'accuracy' cannot be called"),
        ({"metrics": "accuracy"}, TypeError, "'accuracy' cannot be called"),
        ({"callbacks": [3]}, TypeError, "3 is no callback"),
    ],
)
def test_options_that_are_none(options, error, message):
    with pytest.raises(error, match=message):
        fitted(epochs=1, **options)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (lambda m: (m, nn.SoftmaxCE, nn.Adam(m)), "the loss is <class .*; expected a function"),
        (lambda m: (m, "ce", nn.Adam(m)), "the loss is 'ce'"),
        (
            lambda m: (m, nn.SoftmaxCE(), nn.Adam),
            "the optimizer is <class .*; expected one, such",
        ),
        (lambda m: (None, nn.SoftmaxCE(), nn.Adam(m)), "the model is None; expected a Module"),
    ],
)
def test_roles_that_are_mistaken(arguments, message):
    with pytest.raises(TypeError, match=message):
        nn.fit(*arguments(network()), samples(), epochs=1, log=None)


def test_a_frozen_model_is_refused_and_learns_again_later():
    model = network().freeze()
    with pytest.raises(ValueError, match=r"all parameters are frozen; write model\.unfreeze"):
        fitted(model, 1)
    before = bits(model.state_dict())
    fitted(model.unfreeze(), 1)
    assert bits(model.state_dict()) != before


def test_the_log_says_how_a_training_went(tmp_path):
    lines = []
    stopping = nn.EarlyStopping("loss", patience=1, mode="max")
    fitted(epochs=9, callbacks=stopping, log=lines.append)
    end = stopping.best_epoch + 1
    assert lines[-2] == f"ended by EarlyStopping('loss', patience=1) after epoch {end}"
    assert lines[-1].startswith(f"the weights are those of epoch {stopping.best_epoch}, with the")


def test_divergence_is_named():
    lines = []
    with np.errstate(all="ignore"):
        nn.fit(
            model := Line(), mean_square, nn.SGD(model, 1e200), (X, X + 1), epochs=3,
            log=lines.append,
        )  # fmt: skip
    assert any("no number any more: a smaller learning rate may help" in text for text in lines)
    assert all(len(text) < 100 for text in lines)


def test_predictions_of_a_trained_model():
    model = network().train()
    before = bits(model.state_dict()), generator().bit_generator.state
    x, _ = samples()
    scores = nn.predict(model, x, batch_size=7)
    assert type(scores) is np.ndarray
    assert (bits(model.state_dict()), generator().bit_generator.state) == before
    assert model.training
    np.testing.assert_allclose(scores, model.eval()(x).numpy(), rtol=1e-5)
    with pytest.raises(ValueError, match="no samples"):
        nn.predict(model, x[:0])


def test_how_things_show_themselves():
    model, optimizer, history = fitted(epochs=2)
    assert (
        repr(optimizer) == f"Adam(learning_rate=0.01, {len(list(model.parameters()))} parameters)"
    )
    assert repr(history).startswith("History of 2 epochs, the last one: epoch 2, seconds ")
    assert repr(nn.History()) == "History()"
    assert repr(Batches(*samples(), 8)) == "Batches(30 samples, batch_size=8)"


class TwoHeads(nn.Module):
    def __init__(self):
        self.a, self.b = nn.Affine(1, 2), nn.Affine(1, 2)

    def forward(self, x):
        x = x["x"] if isinstance(x, dict) else x
        return self.a(x), self.b(x)


def both(prediction, targets):
    return nn.SoftmaxCE()(prediction[0], targets) + nn.SoftmaxCE()(prediction[1], targets)


def test_several_outputs_and_inputs_by_name():
    x, y = np.ones((10, 1), np.float32), np.arange(10) % 2
    model = TwoHeads()
    history = nn.fit(model, both, nn.SGD(model, 0.1), (x, y), (x, y), epochs=2, log=None)
    assert len(history) == 2
    batches = [({"x": x[:9]}, y[:9]), ({"x": x[9:]}, y[9:])]
    found = nn.evaluate(model, both, batches)["loss"]
    whole = both(model(x), y).item()
    assert found == pytest.approx(whole, rel=1e-5)  # each sample counts once
    with pytest.raises(TypeError, match="are to be one array each, and one is a tuple"):
        nn.evaluate(model, both, (x, y), nn.accuracy)
    with pytest.raises(TypeError, match="are to be one array each"):
        nn.predict(model, x)


def test_answers_that_are_not_one_for_each_sample():
    class Sums(nn.Module):
        def forward(self, x):
            return Tensor(x).sum(axis=0)

    with pytest.raises(ValueError, match=r"gave \(4,\) for 3 samples; expected one answer"):
        nn.predict(Sums(), np.ones((3, 4)))


def test_batches_that_cannot_be_joined_for_a_metric():
    class Same(nn.Module):
        def forward(self, x):
            return Tensor(x)

    batches = [(np.ones((3, n)), np.zeros((3, n))) for n in (5, 7)]
    with pytest.raises(ValueError, match=r"have shapes \[\(5,\), \(7,\)\] after the samples"):
        nn.evaluate(Same(), nn.MSE(), batches, lambda y, t: 0.0)
    assert nn.evaluate(Same(), nn.MSE(), batches) == {"loss": 1}


def test_a_class_is_no_callback():
    with pytest.raises(TypeError, match="EarlyStopping'> is no callback"):
        fitted(epochs=1, callbacks=nn.EarlyStopping)
