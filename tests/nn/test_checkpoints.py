"""Checkpoints: runs that are killed end with the same bits, and damaged files change nothing."""

import copy
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

import nn
from autodiff import no_grad
from nn.callbacks import EachEpoch
from nn.random import generator
from tests.readme import ROOT

KINDS = ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"]


def bits(tree):
    """The tree with all numbers as their bits: NaN equals itself, and −0 is not 0."""
    if isinstance(tree, Mapping):
        return {key: bits(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [bits(value) for value in tree]
    if isinstance(tree, np.ndarray):
        return tree.dtype.str, tree.shape, tree.tobytes()
    return tree.hex() if isinstance(tree, float) else tree


def chance(kind="PCG64", seed=0):
    return np.random.Generator(getattr(np.random, kind)(seed))


def snapshot(parts):
    """The bits of all that a checkpoint holds; `parts` are what save_checkpoint is given."""
    model, optimizer, history, callbacks, generators = parts
    rngs = {"nn": generator(), **generators}
    rngs |= {p: m.rng for p, m in model.named_modules() if isinstance(m, nn.Dropout) and m.rng}
    return bits(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "history": history.rows,
            "callbacks": [callback.state_dict() for callback in callbacks],
            "generators": {name: rng.bit_generator.state for name, rng in rngs.items()},
        }
    )


def training(seed, dtype=np.float32, hidden=2, optimizer=nn.Adam, kind="PCG64"):
    """A training that is two updates old, each seed with other numbers everywhere."""
    rng = np.random.default_rng(seed)
    model = nn.Sequential(
        nn.Affine(2, hidden, dtype=dtype, rng=rng),
        nn.BatchNorm(hidden, dtype=dtype),
        nn.Dropout(0.5, rng=chance(kind, seed)),
        nn.Affine(hidden, 2, dtype=dtype, rng=rng),
    )
    updated = optimizer(model, 0.1 + seed)
    for _ in range(2):
        updated.zero_grad()
        nn.SoftmaxCE()(model(rng.normal(size=(5, 2))), rng.integers(0, 2, 5)).backward()
        updated.step()
    history = nn.History([{"epoch": 1, "seconds": 0.25, "loss": seed + 0.1}])
    stopping = nn.EarlyStopping("loss")
    stopping.on_epoch_end(nn.Run(model, updated, history))
    return model, updated, history, [stopping], {"batches": chance(seed=seed + 10)}


@pytest.fixture(autouse=True)
def _the_seed_of_nn():
    before = generator().bit_generator.state
    yield
    generator().bit_generator.state = before


# -- killed and resumed --------------------------------------------------------------------


SCRIPT = """
import os, pathlib, pickle, signal, sys
import numpy as np
import nn
from nn.data import Batches, Shift

checkpoint, result, epochs, moment, count = sys.argv[1:]
calls = 0


def dying(function, before):
    def instead(*arguments):
        global calls
        calls += 1
        if calls == int(count):
            before(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)

    return instead


def nothing(*arguments):
    pass


def half(path, data):
    with open(path, "wb") as file:
        file.write(data[: len(data) // 2])


if moment == "write":
    pathlib.Path.write_bytes = dying(pathlib.Path.write_bytes, half)
elif moment == "fsync":
    os.fsync = dying(os.fsync, nothing)
elif moment == "replace":
    os.replace = dying(os.replace, nothing)
elif moment == "after":
    os.replace = dying(os.replace, os.replace)

rng = np.random.default_rng(0)
x, y = rng.normal(size=(150, 1, 8, 8)), rng.integers(0, 3, 150)
nn.seed(1)
model = nn.Sequential(
    nn.Conv2D(1, 4, 3),
    nn.BatchNorm(4),
    nn.ReLU(),
    nn.Dropout(0.2, rng=np.random.Generator(np.random.SFC64(2))),
    nn.Flatten(),
    nn.Affine(144, 3),
    nn.Dropout(0.2),
)
optimizer = nn.Adam(model, nn.schedules.CosineDecay(0.01, 400, 0.001))
stopping = nn.EarlyStopping("validation_loss", patience=1000)
batches = Batches(
    x[:120],
    y[:120],
    16,
    augment=[Shift(1), lambda images, rng: images + rng.normal(0, 0.1, images.shape)],
    rng=np.random.Generator(np.random.MT19937(3)),
)
history = nn.fit(
    model,
    nn.SoftmaxCE(),
    optimizer,
    batches,
    (x[120:], y[120:]),
    epochs=int(epochs),
    metrics=[nn.accuracy],
    callbacks=[stopping],
    checkpoint=checkpoint,
    resume=True,
    log=None,
)
for row in history.rows:
    del row["seconds"]
outcome = {
    "model": model.state_dict(),
    "optimizer": optimizer.state_dict(),
    "history": history.rows,
    "stopping": stopping.state_dict(),
    "nn": nn.random.generator().bit_generator.state,
    "batches": batches.rng.bit_generator.state,
    "dropout": model[3].rng.bit_generator.state,
}
pathlib.Path(result).write_bytes(pickle.dumps(outcome))
"""


def start(folder, epochs, moment="never", count=0):
    files = folder / "checkpoint.safetensors", folder / "result.pickle"
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *map(str, (*files, epochs, moment, count))],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )


def result(folder, epochs):
    """The bits of a run that goes on to its end."""
    process = start(folder, epochs)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    path = folder / "result.pickle"
    outcome = pickle.loads(path.read_bytes())
    path.unlink()
    assert [p.name for p in folder.iterdir()] == ["checkpoint.safetensors"]
    return bits(outcome)


def test_a_run_killed_at_any_moment_and_resumed_ends_bit_equal(tmp_path):
    epochs = 60
    (tmp_path / "killed").mkdir()
    (tmp_path / "whole").mkdir()
    path = tmp_path / "killed" / "checkpoint.safetensors"

    def stamp():
        return os.stat(path).st_mtime_ns if path.exists() else 0

    kills = 0
    for number in range(9):
        process, seen = start(tmp_path / "killed", epochs), stamp()
        for _ in range(1 + number % 3):  # so many checkpoints, and then some milliseconds
            while stamp() == seen and process.poll() is None:
                time.sleep(0.0003)
            seen = stamp()
        time.sleep(0.0017 * number)
        process.kill()
        _, errors = process.communicate(timeout=60)
        assert process.returncode in (0, -signal.SIGKILL), errors
        kills += process.returncode != 0
    assert kills >= 5
    assert result(tmp_path / "killed", epochs) == result(tmp_path / "whole", epochs)


def epochs_in(path):
    """How many epochs a checkpoint has, in the text of its header."""
    with safetensors.safe_open(path, framework="numpy") as file:
        return file.metadata()["state"].count('"epoch"')


def test_a_run_killed_while_it_writes_leaves_a_whole_checkpoint(tmp_path):
    (tmp_path / "killed").mkdir()
    (tmp_path / "whole").mkdir()
    path = tmp_path / "killed" / "checkpoint.safetensors"
    moments = [  # what it dies at in a run, and how many epochs are in the file afterwards
        ("write", 1, None),
        ("replace", 1, None),
        ("after", 1, 1),
        ("write", 2, 2),
        ("fsync", 1, 2),
        ("replace", 2, 3),
        ("after", 1, 4),
    ]
    for moment, count, epochs in moments:
        process = start(tmp_path / "killed", 6, moment, count)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL, errors
        assert path.exists() == (epochs is not None)
        if epochs is not None:
            assert epochs_in(path) == epochs
    assert result(tmp_path / "killed", 6) == result(tmp_path / "whole", 6)


# -- the round trip ------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", [nn.SGD, nn.Momentum, nn.Adam, nn.AdaDelta])
def test_a_checkpoint_brings_everything_back(tmp_path, dtype, optimizer):
    path = tmp_path / "checkpoint.safetensors"
    saved, other = (training(seed, dtype, optimizer=optimizer) for seed in (0, 1))
    nn.seed(5)
    expected = snapshot(saved)
    nn.save_checkpoint(path, *saved)
    assert snapshot(saved) == expected
    nn.seed(6)
    generator().random(3)
    assert nn.load_checkpoint(path, *other) is False
    assert snapshot(other) == expected
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_what_is_loaded_is_not_shared_with_the_callbacks(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    model, optimizer, history, callbacks, generators = training(0)
    nn.save_checkpoint(path, model, optimizer, history, callbacks, generators)
    nn.load_checkpoint(path, model, optimizer, history, callbacks, generators)
    kept = bits(callbacks[0].state_dict())
    for parameter in model.parameters():
        parameter.grad = np.ones(parameter.shape, parameter.dtype)
    optimizer.step()
    assert bits(callbacks[0].state_dict()) == kept


@pytest.mark.parametrize("finished", [True, False])
def test_whether_it_was_over_is_remembered(tmp_path, finished):
    path = tmp_path / "checkpoint.safetensors"
    nn.save_checkpoint(path, *training(0), finished=finished)
    assert nn.load_checkpoint(path, *training(1)) is finished


@pytest.mark.parametrize("kind", KINDS)
def test_generators_of_every_kind_go_on_where_they_were(tmp_path, kind):
    path = tmp_path / "checkpoint.safetensors"
    saved, other = training(0, kind=kind), training(1, kind=kind)
    saved[4]["batches"], other[4]["batches"] = chance(kind, 5), chance(kind, 6)
    generators = saved[4]["batches"], saved[0][2].rng
    for rng in generators:
        rng.random(701)
        rng.integers(0, 9, 3, dtype=np.uint32)  # half of a 64-bit draw waits for the next
    nn.save_checkpoint(path, *saved)
    twins = copy.deepcopy(generators)
    for rng in generators:
        rng.random(5)
    nn.load_checkpoint(path, *other)
    for rng, twin in zip((other[4]["batches"], other[0][2].rng), twins, strict=True):
        drawn, expected = (
            (g.integers(0, 2**32, 3, dtype=np.uint32), g.normal(size=700)) for g in (rng, twin)
        )
        assert bits(drawn) == bits(expected)


class Odd(nn.Module):
    """Arrays of no axis, of no element, and values that are none."""

    def __init__(self, fill, dtype):
        self.scalar = nn.Parameter(np.array(fill, dtype))
        self.empty = nn.Parameter(np.zeros((0, 3), dtype))
        self.turned = nn.Parameter(np.arange(6, dtype=dtype).reshape(2, 3).T + fill)
        values = [np.nan, np.inf, -np.inf, -0.0, 5e-324, fill]
        self.values = nn.Buffer(np.array(values, dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_odd_arrays_and_numbers_come_back(tmp_path, dtype):
    path = tmp_path / "checkpoint.safetensors"
    saved, other = Odd(0.1, dtype), Odd(7, dtype)
    optimizers = [nn.Adam(model, 0.5) for model in (saved, other)]
    for parameter in saved.parameters():
        parameter.grad = np.full(parameter.shape, 0.3, dtype)
    optimizers[0].step()
    row = {"epoch": 1, "loss": np.nan, "a": np.inf, "b": -np.inf, "c": -0.0, "d": 0.1 + 0.2}
    history = nn.History([row])
    nn.save_checkpoint(path, saved, optimizers[0], history)
    read = nn.History()
    nn.load_checkpoint(path, other, optimizers[1], read)
    assert bits(other.state_dict()) == bits(saved.state_dict())
    assert bits(optimizers[1].state_dict()) == bits(optimizers[0].state_dict())
    assert bits(read.rows) == bits([row])
    assert list(read.rows[0]) == list(row)
    nn.save_weights(path, saved)
    third = Odd(8, dtype)
    nn.load_weights(path, third)
    assert bits(third.state_dict()) == bits(saved.state_dict())


class Remembering(nn.Callback):
    """A callback with whatever state it is given."""

    def __init__(self, state):
        self.state = state

    def state_dict(self):
        return self.state

    def load_state_dict(self, state):
        self.state = state


def test_the_state_of_a_callback_of_ones_own_comes_back(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    state = {
        "text": 'é "quoted"\n',
        "number": 0.1,
        "big": 2**200,
        "nothing": None,
        "truth": True,
        "list": [1, {"array": np.arange(3)}, []],
        "array": np.zeros((2, 0), np.float64),
        "dict": {"dict": {"a.b": np.float32([1.5])}},
        "": np.uint8([1, 2]),
    }
    model, optimizer, *_ = training(0)
    nn.save_checkpoint(path, model, optimizer, callbacks=[Remembering(state)])
    read = Remembering({})
    nn.load_checkpoint(path, model, optimizer, callbacks=[read])
    assert bits(read.state) == bits(state)


def test_an_error_while_saving_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.safetensors"
    nn.save_checkpoint(path, *training(0))
    before = path.read_bytes()

    def broken(*_):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        with pytest.raises(OSError, match="no space left"):
            nn.save_checkpoint(path, *training(1))
    with pytest.raises(TypeError):
        nn.save_checkpoint(path, *training(1)[:3], [Remembering({"x": object()})])
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


# -- damaged files -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    """A function that tries to load other bytes than those of a checkpoint, and those."""
    path = tmp_path_factory.mktemp("damaged") / "checkpoint.safetensors"
    saved, other = small(0), small(1)
    nn.save_checkpoint(path, *saved)
    whole = path.read_bytes()

    def refuse(data):
        path.write_bytes(data)
        nn.seed(4)
        before = snapshot(other)
        with pytest.raises(ValueError, match="checkpoint") as error:
            nn.load_checkpoint(path, *other)
        assert str(error.value).startswith(f"{path}: ")
        assert snapshot(other) == before

    return refuse, whole


def small(seed):
    """A training whose checkpoint is small; each seed with other numbers everywhere."""
    model = nn.Affine(2, 1, rng=chance(seed=seed))
    optimizer = nn.Momentum(model, 0.1 + seed)
    model(np.ones((1, 2))).sum().backward()
    optimizer.step()
    history = nn.History([{"epoch": 1, "loss": seed + 0.1}])
    stopping = nn.EarlyStopping("loss")
    stopping.on_epoch_end(nn.Run(model, optimizer, history))
    return model, optimizer, history, [stopping], {}


def test_a_flip_of_any_byte_is_found(damaged):
    refuse, whole = damaged
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= (0x01, 0x02, 0x20, 0x80, 0xFF)[place % 5]
        refuse(bytes(data))


@pytest.mark.parametrize("kind", [b'"I32"', b'"U32"'])
def test_bits_that_are_said_to_be_other_numbers_are_refused(damaged, kind):
    refuse, whole = damaged
    assert b'"F32"' in whole
    refuse(whole.replace(b'"F32"', kind, 1))


@given(data=st.data())
def test_any_change_of_a_byte_is_found(damaged, data):
    refuse, whole = damaged
    place = data.draw(st.integers(0, len(whole) - 1))
    old = whole[place]
    new = data.draw(st.integers(0, 255).filter(lambda byte: byte != old))
    blank = b" \t\n\r"  # which of them stands between parts of the header means nothing
    if old not in blank or new not in blank:
        refuse(whole[:place] + bytes([new]) + whole[place + 1 :])


def test_a_checkpoint_cut_short_anywhere_is_refused(damaged):
    refuse, whole = damaged
    for length in {*range(0, len(whole), 7), *range(20), *range(len(whole) - 80, len(whole))}:
        refuse(whole[:length])


@given(more=st.binary(min_size=1, max_size=20))
def test_a_checkpoint_with_more_behind_it_is_refused(damaged, more):
    refuse, whole = damaged
    refuse(whole + more)


@given(data=st.binary(max_size=200))
def test_any_other_bytes_are_refused(damaged, data):
    damaged[0](data)


def test_the_damaged_parameter_is_named(damaged, tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    data = bytearray(damaged[1])
    data[-1] ^= 1  # within the last array of the file
    path.write_bytes(data)
    with safetensors.safe_open(path, framework="numpy") as file:
        last = file.offset_keys()[-1]
    with pytest.raises(ValueError, match="damaged") as error:
        nn.load_checkpoint(path, *small(1))
    assert str(error.value) == f"{path}: damaged: {last} not as written"


@pytest.mark.parametrize("load", [nn.load_checkpoint, nn.load_weights])
def test_a_file_that_is_not_there(tmp_path, load):
    model, optimizer, *_ = training(0)
    arguments = (model, optimizer) if load is nn.load_checkpoint else (model,)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load(tmp_path / "nowhere.safetensors", *arguments)


# -- files of something else ---------------------------------------------------------------


def refusal(path, saved, other):
    """What loading into `other` is refused with, and that nothing is changed by it."""
    nn.save_checkpoint(path, *saved)
    nn.seed(12)
    before = snapshot(other)
    with pytest.raises(ValueError, match="checkpoint") as error:
        nn.load_checkpoint(path, *other)
    assert str(error.value).startswith(f"{path}: ")
    assert snapshot(other) == before
    return str(error.value)


def replaced(parts, **changes):
    names = ["model", "optimizer", "history", "callbacks", "generators"]
    return tuple({**dict(zip(names, parts, strict=True)), **changes}.values())


def test_a_model_of_another_shape_is_refused(tmp_path):
    message = refusal(tmp_path / "checkpoint", training(0, hidden=3), training(1))
    assert "0.weight has shape (2, 3), expected (2, 2)" in message
    assert "1.running_mean has shape (3,), expected (2,)" in message


def test_a_model_with_other_names_is_refused(tmp_path):
    other = training(1)
    model = nn.Sequential(nn.Affine(2, 2), nn.Sequential(nn.Affine(2, 2)))
    model.dropout = nn.Dropout(rng=chance())
    saved = replaced(training(0), model=model, optimizer=nn.Adam(model))
    saved[4]["model.2.rng"] = chance()
    other[4]["model.dropout.rng"] = chance()
    message = refusal(tmp_path / "checkpoint", saved, other)
    assert "1.0.weight is unknown" in message
    assert "3.weight is missing" in message
    assert "0.weight is" not in message.replace("1.0.weight is", "")


def test_a_model_of_another_dtype_is_refused(tmp_path):
    message = refusal(tmp_path / "checkpoint", training(0, np.float64), training(1, np.float32))
    assert "0.weight" in message
    assert "float64" in message
    assert "float32" in message


@pytest.mark.parametrize(
    ("kind", "other"), [(nn.SGD, nn.Adam), (nn.Momentum, nn.Nesterov), (nn.Adam, nn.AdamW)]
)
def test_another_optimizer_is_refused(tmp_path, kind, other):
    message = refusal(
        tmp_path / "checkpoint", training(0, optimizer=kind), training(1, optimizer=other)
    )
    assert re.search(rf"optimizer.* {kind.__name__}; expected {other.__name__}$", message)


@pytest.mark.parametrize(
    "others",
    [
        [],
        [nn.EarlyStopping("loss"), nn.EarlyStopping("accuracy")],
        [Remembering({"a": 1})],
        [nn.Callback()],
        [Remembering({"a": 1}), nn.EarlyStopping("loss")],
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_other_callbacks_are_refused(tmp_path, others, turned):
    parts = training(0), replaced(training(1), callbacks=others)
    assert "callbacks" in refusal(tmp_path / "checkpoint", *(parts[::-1] if turned else parts))


def test_callbacks_that_keep_nothing_may_come_and_go(tmp_path):
    path = tmp_path / "checkpoint"
    saved, other = training(0), training(1)
    expected = bits(saved[3][0].state_dict())
    nn.save_checkpoint(path, *replaced(saved, callbacks=[nn.Callback(), *saved[3]]))
    nn.load_checkpoint(path, *replaced(other, callbacks=[*other[3], EachEpoch(print)]))
    assert bits(other[3][0].state_dict()) == expected


def test_other_generators_are_refused(tmp_path):
    other = replaced(training(1), generators={"noise": chance()})
    message = refusal(tmp_path / "checkpoint", training(0), other)
    assert "batches" in message
    assert "noise" in message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_generators_of_another_kind_are_refused_when_all_else_is_loaded(tmp_path, kind, other):
    if kind == other:
        return
    saved = replaced(training(0), generators={"batches": chance(kind)})
    refusal(
        tmp_path / "checkpoint",
        saved,
        replaced(training(1), generators={"batches": chance(other, 1)}),
    )


def test_an_optimizer_with_other_groups_is_refused_after_the_model_was_loaded(tmp_path):
    other = training(1)
    groups = [{"parameters": other[0][0]}, {"parameters": [*other[0].parameters()][2:]}]
    other = replaced(other, optimizer=nn.Adam(groups, 0.3))
    message = refusal(tmp_path / "checkpoint", training(0), other)
    assert "there are 1 groups, expected 2" in message


def test_an_optimizer_of_part_of_the_model_says_which_parameters_it_lacks(tmp_path):
    other = training(1)
    other = replaced(other, optimizer=nn.Adam([*other[0][0].parameters()], 0.3))
    message = refusal(tmp_path / "checkpoint", training(0), other)
    assert "3.weight is unknown" in message
    assert "0.weight" not in message


class Refusing(nn.Callback):
    """Sets one of its numbers, and then refuses a state that is not its own."""

    def __init__(self, number, error):
        self.first = self.second = number
        self.error = error

    def state_dict(self):
        return {"first": self.first, "second": self.second}

    def load_state_dict(self, state):
        self.first = state["first"]
        if self.second != state["second"] and state["second"] == 1:
            raise self.error
        self.second = state["second"]


@pytest.mark.parametrize("error", [ValueError("late"), TypeError("late"), KeyError("late")])
def test_a_callback_that_refuses_half_way_undoes_everything(tmp_path, error):
    saved, other = training(0), training(1)
    saved[3].append(Refusing(1, error))
    other[3].append(Refusing(2, error))
    assert "late" in refusal(tmp_path / "checkpoint", saved, other)


def test_weights_are_no_checkpoint(tmp_path):
    path = tmp_path / "file.safetensors"
    parts = training(0)
    nn.save_weights(path, parts[0])
    before = snapshot(parts)
    with pytest.raises(ValueError, match=r"file\.safetensors: no checkpoint"):
        nn.load_checkpoint(path, *parts)
    assert snapshot(parts) == before


def test_the_weights_of_a_checkpoint_alone(tmp_path):
    path = tmp_path / "file.safetensors"
    saved, parts = training(1), training(0)
    nn.save_checkpoint(path, *saved)
    before = snapshot(parts)
    nn.load_weights(path, parts[0])
    after = snapshot(parts)
    assert after.pop("model") == snapshot(saved)["model"]
    before.pop("model")
    assert after == before


def test_damage_to_weights_is_found(tmp_path):
    path = tmp_path / "weights.safetensors"
    model = nn.Sequential(nn.Affine(2, 3), nn.BatchNorm(3))
    nn.save_weights(path, model)
    data = path.read_bytes()
    before = bits(model.state_dict())
    length = int.from_bytes(data[:8], "little")
    for place in range(8 + length, len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(ValueError, match=r"weights\.safetensors: damaged: \d\.\w+ not as"):
            nn.load_weights(path, model)
    assert bits(model.state_dict()) == before


def test_swapped_arguments(tmp_path):
    with pytest.raises(TypeError, match=r"save_weights: str is no Module; give \(path, model\)"):
        nn.save_weights(nn.Affine(1, 1), str(tmp_path / "file"))


# -- weights -------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_come_back(tmp_path, dtype):
    path = tmp_path / "weights.safetensors"
    saved, other = training(0, dtype)[0], training(1, dtype)[0]
    nn.save_weights(path, saved)
    nn.load_weights(path, other)
    assert bits(other.state_dict()) == bits(saved.state_dict())
    assert bits(safetensors.numpy.load_file(path)) == bits(saved.state_dict())
    nn.save_weights(path, nn.Sequential(nn.ReLU()))
    nn.load_weights(path, nn.Sequential(nn.ReLU()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"0.weight": np.zeros((2, 3), np.float32)}, r"0\.weight has shape \(2, 3\), expected"),
        ({"more": np.zeros(1, np.float32)}, "more is unknown"),
        ({"0.bias": None}, r"0\.bias is missing"),
        ({"3.bias": np.zeros(2, np.complex64)}, r"3\.bias: complex"),
    ],
)
@pytest.mark.parametrize("layout", ["chainrule", "pytorch"])
def test_weights_of_another_model_change_nothing(tmp_path, change, message, layout):
    path = tmp_path / "weights.safetensors"
    model = training(0)[0]
    state = {**training(1)[0].state_dict(), **change}
    if layout == "pytorch" and "0.weight" in change:
        state["0.weight"] = np.zeros((3, 2), np.float32)
    safetensors.numpy.save_file({n: a for n, a in state.items() if a is not None}, path)
    before = bits(model.state_dict())
    with pytest.raises(ValueError, match=rf"weights\.safetensors: .*{message}"):
        nn.load_weights(path, model, layout)
    assert bits(model.state_dict()) == before


@given(data=st.binary(max_size=200))
def test_what_are_no_weights_is_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "weights.safetensors"
    path.write_bytes(data)
    model = training(0)[0]
    before = bits(model.state_dict())
    with pytest.raises(ValueError, match=r"weights\.safetensors: "):
        nn.load_weights(path, model)
    assert bits(model.state_dict()) == before


# -- weights of PyTorch --------------------------------------------------------------------


W1 = np.array([[1, 2, 3], [4, 5, 6]], np.float32)  # (out, in), as PyTorch has it
W2 = np.array([[7, 8], [9, 10]], np.float32)
NORM = {
    "weight": np.array([1.5, 2], np.float32),
    "bias": np.array([-1, 1], np.float32),
    "running_mean": np.array([0.5, -0.5], np.float32),
    "running_var": np.array([4, 9], np.float32),
    "num_batches_tracked": np.array(17, np.int64),
}


def torch_names():
    return {
        "net.fc1.weight": W1,
        "net.fc1.bias": np.array([0.1, 0.2], np.float32),
        **{f"net.norm.{name}": array for name, array in NORM.items()},
        "net.fc10.weight": W2,
    }


def torch_like():
    return nn.Sequential(nn.Affine(3, 2), nn.BatchNorm(2), nn.Affine(2, 2, bias=False))


RENAMED = {"net.fc1": "0", "net.norm": "1", "net": "unknown", "net.fc10.weight": "2.weight"}


def test_weights_of_pytorch_are_mapped_as_documented(tmp_path):
    path = tmp_path / "weights.safetensors"
    safetensors.numpy.save_file(torch_names(), path)
    model = torch_like()
    nn.load_weights(path, model, "pytorch", RENAMED)
    expected = {
        "0.weight": np.array([[1, 4], [2, 5], [3, 6]], np.float32),
        "0.bias": np.array([0.1, 0.2], np.float32),
        **{f"1.{n}": a for n, a in NORM.items() if n != "num_batches_tracked"},
        "2.weight": np.array([[7, 9], [8, 10]], np.float32),
    }
    assert bits(model.state_dict()) == bits(expected)
    x = np.array([[1, -1, 2], [0, 3, 1]], np.float32)
    normed = (x @ W1.T + [0.1, 0.2] - [0.5, -0.5]) / np.sqrt([4 + 1e-5, 9 + 1e-5])
    y = (normed * [1.5, 2] + [-1, 1]) @ W2.T
    np.testing.assert_allclose(model.eval()(x).numpy(), y, rtol=1e-5)


def test_an_affine_alone_is_transposed_too(tmp_path):
    path = tmp_path / "weights.safetensors"
    safetensors.numpy.save_file({"only.weight": W1, "only.bias": W1[:, 0].copy()}, path)
    model = nn.Affine(3, 2)
    nn.load_weights(path, model, layout="pytorch", rename={"only": ""})
    np.testing.assert_array_equal(model.weight.numpy(), W1.T)


@pytest.mark.parametrize(
    ("layout", "rename", "message"),
    [
        ("chainrule", RENAMED, r"1\.num_batches_tracked is unknown"),
        ("pytorch", None, r"0\.weight is missing.*net\.fc1\.weight is unknown"),
        ("pytorch", {"net.fc": "0"}, r"net\.fc1\.weight is unknown"),
        ("pytorch", {**RENAMED, "net.fc10": "0"} | {"net.fc10.weight": "0.weight"}, "renamed to"),
        ("jax", RENAMED, "layout 'jax'; expected 'chainrule' or 'pytorch'"),
    ],
)
def test_a_wrong_mapping_changes_nothing(tmp_path, layout, rename, message):
    path = tmp_path / "weights.safetensors"
    safetensors.numpy.save_file(torch_names(), path)
    model = torch_like()
    before = bits(model.state_dict())
    with pytest.raises(ValueError, match=message):
        nn.load_weights(path, model, layout, rename)
    assert bits(model.state_dict()) == before


def test_a_square_weight_is_turned_only_where_it_is_of_pytorch(tmp_path):
    path = tmp_path / "weights.safetensors"
    safetensors.numpy.save_file({"weight": W2}, path)
    model = nn.Affine(2, 2, bias=False)
    nn.load_weights(path, model)
    np.testing.assert_array_equal(model.weight.numpy(), W2)
    nn.load_weights(path, model, "pytorch")
    np.testing.assert_array_equal(model.weight.numpy(), W2.T)


def test_a_network_of_pytorch_gives_the_same_outputs(tmp_path):
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    torch.manual_seed(0)
    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3),
        torch.nn.BatchNorm2d(4),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(36, 5),
    )
    x = np.random.default_rng(0).normal(size=(6, 1, 8, 8)).astype(np.float32)
    for _ in range(3):  # so that the running values are not those of the beginning
        theirs(torch.from_numpy(2 * x + 1))
    path = tmp_path / "weights.safetensors"
    save_file(theirs.state_dict(), path)
    ours = nn.Sequential(
        nn.Conv2D(1, 4, 3),
        nn.BatchNorm(4),
        nn.ReLU(),
        nn.MaxPool(2),
        nn.Flatten(),
        nn.Affine(36, 5),
    )
    nn.load_weights(path, ours, layout="pytorch")
    with torch.no_grad():
        expected = theirs.eval()(torch.from_numpy(x)).numpy()
    with no_grad():
        np.testing.assert_allclose(ours.eval()(x).numpy(), expected, rtol=0, atol=1e-5)


def test_pytorch_reads_what_save_weights_wrote(tmp_path):
    pytest.importorskip("torch")
    from safetensors.torch import load_file

    path = tmp_path / "weights.safetensors"
    model = training(0)[0]
    nn.save_weights(path, model)
    read = {name: tensor.numpy() for name, tensor in load_file(path).items()}
    assert bits(read) == bits(model.state_dict())


def test_half_floats_of_pytorch_are_cast_and_brain_floats_are_refused(tmp_path):
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    path = tmp_path / "weights.safetensors"
    model = nn.Affine(2, 2, bias=False)
    save_file({"weight": torch.from_numpy(W2).half()}, path)
    nn.load_weights(path, model)
    assert bits(model.weight.numpy()) == bits(W2)
    save_file({"weight": torch.from_numpy(W2 + 1).bfloat16()}, path)
    with pytest.raises(ValueError, match=r"weights\.safetensors: "):
        nn.load_weights(path, model)
    assert bits(model.weight.numpy()) == bits(W2)


def test_arrays_in_any_layout_and_byte_order(tmp_path):
    path = tmp_path / "weights.safetensors"
    model = nn.Module()
    model.w = nn.Parameter(np.arange(6.0).reshape(2, 3).T)
    model.v = nn.Parameter(np.arange(2, dtype=">f4"))
    model.b = nn.Buffer(np.float64(3))
    before = {name: array.tolist() for name, array in model.state_dict().items()}
    nn.save_weights(path, model)
    nn.load_weights(path, model)
    assert {name: array.tolist() for name, array in model.state_dict().items()} == before

    class Transposed(nn.Callback):
        def state_dict(self):
            return {"w": np.arange(6.0).reshape(2, 3).T}

        def load_state_dict(self, state):
            self.loaded = state["w"]

    parts, callback = training(0)[:2], Transposed()
    nn.save_checkpoint(path, *parts, callbacks=[callback])
    nn.load_checkpoint(path, *parts, callbacks=[callback])
    np.testing.assert_array_equal(callback.loaded, np.arange(6.0).reshape(2, 3).T)


def test_arrays_that_the_format_has_no_place_for(tmp_path):
    class Words(nn.Callback):
        def state_dict(self):
            return {"words": np.array(["a", "b"])}

    path = tmp_path / "run.safetensors"
    with pytest.raises(ValueError, match=r"run\.safetensors: cannot hold .*words"):
        nn.save_checkpoint(path, *training(0)[:2], callbacks=[Words()])
    assert not list(tmp_path.iterdir())


def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "real.safetensors", tmp_path / "link.safetensors"
    first, second = training(0)[0], training(1)[0]
    nn.save_weights(real, first)
    link.symlink_to(real)
    nn.save_weights(link, second)
    assert link.is_symlink()
    nn.load_weights(real, first)
    assert bits(first.state_dict()) == bits(second.state_dict())
