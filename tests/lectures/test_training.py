"""The second half of the lecture "Deep learning basics": training, and against overfitting."""

import re

import numpy as np
import pytest

NUMBER = re.compile(r"−?\d+(?:\.\d+)?")


def numbers(run, label):
    """The numbers after a label, on the one line that begins with it."""
    (line,) = [line for line in run.printed.splitlines() if line.strip().startswith(label)]
    rest = line.strip().removeprefix(label)
    return [float(number.replace("−", "-")) for number in NUMBER.findall(rest)]


def drawn(run, *names):
    return run.pictures == sorted(f"{name}.svg" for name in names)


def test_training_log(lesson):
    run = lesson("training_log")
    logged = re.findall(r"^\d\d:\d\d:\d\d +epoch +(\d+)/10 +loss (\d+\.\d+)", run.printed, re.M)
    assert [int(epoch) for epoch, _ in logged] == list(range(1, 11))
    losses = [float(loss) for _, loss in logged]
    assert losses[-1] < losses[0] / 3
    assert numbers(run, "first loss") == losses[:1]
    assert numbers(run, "last loss") == losses[-1:]
    assert run.says("columns epoch, seconds, loss")
    assert drawn(run, "training_log")


@pytest.mark.parametrize("rate", [0.01, 0.3, 0.95, 1.05])
def test_step_size(lesson, rate):
    """A step multiplies x by 1 − 2η."""
    run = lesson("step_size")
    factor, *found = numbers(run, f"{rate:.2f}")
    assert factor == round(1 - 2 * rate, 2)
    assert found == [round(4 * factor**steps, 4) for steps in (1, 2, 3, 20)]
    assert drawn(run, "step_size")


def test_steps_are_slow_arrive_jump_over_or_leave(lesson):
    run = lesson("step_size")
    last = {rate: numbers(run, rate)[-1] for rate in ("0.01", "0.30", "0.95", "1.05")}
    assert last["0.01"] > 4 / 2  # not even half of the way
    assert abs(last["0.30"]) < 1e-4
    assert numbers(run, "0.95")[1] < 0 < numbers(run, "0.95")[2]
    assert abs(last["0.95"]) < 4 < abs(last["1.05"])


def test_mini_batches(lesson):
    run = lesson("mini_batches")
    rows = {name: numbers(run, name) for name in ("batch", "mini-batch", "stochastic")}
    assert [row[:2] for row in rows.values()] == [[500, 1], [10, 50], [1, 500]]
    # Within an epoch few steps get less far; single samples stagger.
    assert rows["batch"][2] > 2 * rows["mini-batch"][2]
    assert rows["mini-batch"][3] < rows["stochastic"][3]
    assert rows["batch"][4] == 0 < 5 * rows["mini-batch"][4] < rows["stochastic"][4]
    assert drawn(run, "mini_batches", "mini_batches_paths")


SLOPES = np.array([0.1, 2.0])
"""The gradient of x₀²/20 + x₁² is these times x."""


def last_of_sgd():
    return np.array([-7.0, 2.0]) * (1 - 0.95 * SLOPES) ** 30


def last_of_momentum():
    w, v = np.array([-7.0, 2.0]), 0
    for _ in range(30):
        v = 0.9 * v - 0.1 * SLOPES * w
        w = w + v
    return w


def last_of_adagrad():
    w, h = np.array([-7.0, 2.0]), 0
    for _ in range(30):
        g = SLOPES * w
        h = h + g * g
        w = w - g / np.sqrt(h)
    return w


def last_of_rmsprop():
    w, h = np.array([-7.0, 2.0]), 0
    for _ in range(30):
        g = SLOPES * w
        h = 0.9 * h + 0.1 * g * g
        w = w - 0.2 * g / np.sqrt(h)
    return w


def last_of_adadelta():
    w, h, s = np.array([-7.0, 2.0]), 0, 0
    for _ in range(30):
        g = SLOPES * w
        h = 0.95 * h + 0.05 * g * g
        d = -np.sqrt(s + 0.01) / np.sqrt(h + 0.01) * g
        s = 0.95 * s + 0.05 * d * d
        w = w + d
    return w


def last_of_adam(rectified=False, rate=0.3):
    w, m, h = np.array([-7.0, 2.0]), 0, 0
    most = 2 / (1 - 0.999) - 1
    for t in range(1, 31):
        g = SLOPES * w
        m, h = 0.9 * m + 0.1 * g, 0.999 * h + 0.001 * g * g
        mean, size = m / (1 - 0.9**t), np.sqrt(h / (1 - 0.999**t))
        if rectified:
            known = most - 2 * t * 0.999**t / (1 - 0.999**t)
            if known <= 4:  # Liu et al., "On the variance of the adaptive learning rate", 2020
                size = 1
            else:
                above, below = (known - 4) * (known - 2) * most, (most - 4) * (most - 2) * known
                mean = mean * np.sqrt(above / below)
        w = w - rate * mean / size
    return w


@pytest.mark.parametrize(
    ("name", "rate", "expected"),
    [
        ("SGD", 0.95, last_of_sgd()),
        ("Momentum", 0.1, last_of_momentum()),
        ("AdaGrad", 1.0, last_of_adagrad()),
        ("RMSProp", 0.2, last_of_rmsprop()),
        ("AdaDelta", 1.0, last_of_adadelta()),
        ("Adam", 0.3, last_of_adam()),
        ("RAdam", 0.6, last_of_adam(rectified=True, rate=0.6)),
    ],
)
def test_optimizers(lesson, name, rate, expected):
    """Where thirty steps by the rule lead."""
    run = lesson("optimizers")
    *x, height, printed = numbers(run, f"{name:10} ")
    assert printed == rate
    np.testing.assert_allclose(x, expected, atol=0.001)
    assert height == pytest.approx(expected[0] ** 2 / 20 + expected[1] ** 2, abs=1e-4)
    assert height < 49 / 20 + 4
    assert drawn(run, "optimizers", "optimizers_momentum")


def test_momentum_as_printed_swings_on(lesson):
    run = lesson("optimizers")
    assert run.says("Momentum is v ← αv − ηg, w ← w + v; the slide prints v − αg and w − εg + v")
    (right,), (printed,) = (
        numbers(run, f"max |x₀| by the {rule}") for rule in ("right rule", "rule printed")
    )
    assert right < 0.2
    assert printed > 4


def test_adagrad_without_epsilon(lesson):
    run = lesson("optimizers")
    assert run.says("AdaGrad without ε, g / √h at g = [2. 0.]: [ 1. nan]")
    assert run.says("with ε, w after one step from [1. 1.]: [0.9 1. ]")


def test_data_sets(lesson):
    run = lesson("data_sets")
    (everything,) = numbers(run, "all")
    assert everything == 1797
    counts = []
    for name, share in (("training", 0.8), ("validation", 0.1), ("test", 0.1)):
        count, percentage, *digits = numbers(run, name)
        assert abs(count - share * 1797) < 1
        assert percentage == 100 * share
        assert sum(digits) == count
        assert len(digits) == 10
        assert max(digits) - min(digits) <= 10 * share + 1
        counts.append(count)
    assert sum(counts) == 1797
    assert run.says("Each image is in one part: True")
    assert drawn(run, "data_sets")


def test_k_fold(lesson):
    run = lesson("k_fold")
    rows = [numbers(run, f"{fold}  ") for fold in range(1, 6)]
    assert [row[:2] for row in rows] == [[160, 40]] * 5
    accuracies = [row[2] for row in rows]
    mean, spread = numbers(run, "mean ± standard deviation")
    assert mean == pytest.approx(np.mean(accuracies), abs=0.001)
    assert spread == pytest.approx(np.std(accuracies, ddof=1), abs=0.001)
    assert mean > 0.9
    assert run.says("Each sample validates once: True")
    assert drawn(run, "k_fold")


def test_early_stopping(lesson):
    run = lesson("early_stopping")
    to_the_end = numbers(run, "to the end")
    assert to_the_end[:2] == [80, 80]
    for metric in ("loss", "accuracy"):
        epochs, best, loss, accuracy = numbers(run, f"stopped by {metric}")
        assert epochs == best + 5 < 80  # it waits for five epochs
        assert loss < to_the_end[2]
        assert accuracy > to_the_end[3] + 0.05
    assert drawn(run, "early_stopping")


def test_dropout(lesson):
    run = lesson("dropout")
    zeros, _, kept, mean = numbers(run, "in training")
    assert zeros == pytest.approx(0.5, abs=0.03)
    assert kept == 2  # 1 / (1 − p)
    assert mean == pytest.approx(1, abs=0.06)
    assert mean == pytest.approx(2 * (1 - zeros), abs=0.002)
    assert numbers(run, "in evaluation") == [1]
    without, dropped = numbers(run, "without"), numbers(run, "p = 0.5")
    assert without[0] > 0.99  # learned by heart
    assert dropped[1] > without[1] + 0.03
    assert drawn(run, "dropout")


def test_weight_decay(lesson):
    run = lesson("weight_decay")
    assert numbers(run, "w − ηλw") == [2.85, -3.8]  # (1 − 0.05) (3, −4)
    assert numbers(run, "nn.SGD, weight_decay") == [2.85, -3.8]
    none, some, much = (numbers(run, f"λ = {decay}  ") for decay in ("0", "0.003", "0.03"))
    assert none[2] > 10 * some[2] > 50 * much[2]
    assert none[0] > some[0] > much[0]  # it fits what it sees less
    assert some[1] > none[1] + 0.03  # and what it does not see better, if λ is not too large
    assert some[1] > much[1]
    assert drawn(run, "weight_decay")


def test_weight_restriction(lesson):
    run = lesson("weight_restriction")
    assert numbers(run, "nn.SGD, weight_limit") == [1.2, 1.6, 4]
    free, limited = numbers(run, "no limit"), numbers(run, "c = 30")
    assert free[2] > 100
    assert limited[2] <= 30
    assert limited[1] > free[1] + 0.05
    assert drawn(run, "weight_restriction")


def test_data_augmentation(lesson):
    run = lesson("data_augmentation")
    plain, augmented = numbers(run, "as they are"), numbers(run, "augmented")
    assert plain[0] > 0.99  # learned by heart
    assert augmented[0] < 0.9
    assert augmented[1] > plain[1] + 0.1
    assert drawn(run, "data_augmentation", "data_augmentation_variants")


def test_initialisation(lesson):
    run = lesson("initialisation")
    assert run.says("Xavier √(2/(n_in + n_out)) 0.1000")  # √(2/200)
    assert run.says("He √(2/n_in) 0.1414")  # √(2/100)
    assert run.says("The slide writes Xavier's as √(2/n), where its n is n_in + n_out.")
    for formula, deviation in (("√(2/(n_in + n_out))", 0.1), ("√(2/n_in)", 0.1414)):
        drawn_ones = re.search(re.escape(formula) + r" +[\d.]+ +([\d.]+)", run.printed)
        assert float(drawn_ones[1]) == pytest.approx(deviation, rel=0.05)
    assert drawn(run, "initialisation_relu", "initialisation_sigmoid")


def spreads(run, activation):
    """The deviation of the activations of five layers, by how the weights begin."""
    part = run.printed.split(f"of the activations, {activation}\n")[1].split("\n\n")[0]
    rows = re.findall(r"^  (.*?) {2,}([\d. ]+)$", part, re.M)
    return {start: [float(number) for number in row.split()] for start, row in rows}


def test_initialisation_of_sigmoid(lesson):
    found = spreads(lesson("initialisation"), "sigmoid")
    assert min(found["deviation 1"]) > 0.4  # near 0 and near 1: at most 0.5 is possible
    assert max(found["deviation 0.01"]) < 0.03  # all alike
    assert all(0.1 < spread < 0.25 for spread in found["Xavier"])


def test_initialisation_of_relu(lesson):
    found = spreads(lesson("initialisation"), "ReLU")
    assert found["deviation 0.01"][-1] < 1e-4 * found["deviation 0.01"][0]
    assert found["Xavier"][-1] < 0.4 * found["Xavier"][0]
    assert found["He"][-1] > 0.7 * found["He"][0]
