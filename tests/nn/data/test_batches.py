"""Walks through mini-batches: all samples, once, in orders that the generator draws."""

import numpy as np
import pytest

import nn
from nn.data import Batches


def numbered(count):
    return np.arange(count, dtype=float)[:, None], np.arange(count)


def order(batches):
    return np.concatenate([targets for _, targets in batches]).tolist()


def test_batches_in_order():
    batches = Batches(*numbered(5), batch_size=2, shuffle=False)
    walk = [(inputs.tolist(), targets.tolist()) for inputs, targets in batches]
    assert walk == [([[0], [1]], [0, 1]), ([[2], [3]], [2, 3]), ([[4]], [4])]


def test_each_walk_has_each_sample_once_and_an_order_of_its_own():
    batches = Batches(*numbered(50), batch_size=7, rng=np.random.default_rng(0))
    for inputs, targets in batches:
        np.testing.assert_array_equal(inputs[:, 0], targets)
    first, second = order(batches), order(batches)
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second
    assert first != list(range(50))


@pytest.mark.parametrize(
    ("count", "size", "drop_last", "sizes"),
    [
        (10, 5, False, [5, 5]),
        (11, 5, False, [5, 5, 1]),
        (11, 5, True, [5, 5]),
        (10, 5, True, [5, 5]),
        (3, 5, False, [3]),
    ],
)
def test_len_is_the_number_of_batches(count, size, drop_last, sizes):
    batches = Batches(*numbered(count), size, drop_last=drop_last)
    assert [len(targets) for _, targets in batches] == sizes
    assert len(batches) == len(sizes)
    assert batches.samples == count


def test_hundred_by_default():
    assert [len(targets) for _, targets in Batches(*numbered(250))] == [100, 100, 50]


def test_the_generator_draws_the_orders():
    walks = [order(Batches(*numbered(20), rng=np.random.default_rng(s))) for s in (1, 1, 2)]
    assert walks[0] == walks[1] != walks[2]


def test_a_seed_given_after_construction_counts():
    batches = Batches(*numbered(20))
    assert batches.rng is None
    walks = []
    for seed in (5, 5, 6):
        nn.seed(seed)
        walks.append(order(batches))
    assert walks[0] == walks[1] != walks[2]


def test_walks_continue_from_the_generators_state():
    state = np.random.default_rng(9).bit_generator.state
    rng = np.random.default_rng()
    batches = Batches(*numbered(20), rng=rng)
    walks = []
    for _ in range(2):
        batches.rng.bit_generator.state = state
        walks.append((order(batches), order(batches)))
    assert walks[0] == walks[1]


def test_data_is_not_copied_and_batches_are():
    inputs, targets = numbered(4)
    batches = Batches(inputs, targets, 2, shuffle=False)
    assert batches.inputs is inputs
    assert batches.targets is targets
    for batch, labels in batches:
        batch += 1
        labels += 1
    np.testing.assert_array_equal(inputs[:, 0], targets)
    np.testing.assert_array_equal(targets, range(4))


def test_array_likes():
    ((inputs, targets),) = Batches([[1, 2], [3, 4]], (5, 6), shuffle=False)
    assert inputs.tolist() == [[1, 2], [3, 4]]
    assert targets.tolist() == [5, 6]


def test_augmentations_are_applied_in_turn_to_the_inputs():
    def double(images, rng):
        return images * 2

    def increment(images, rng):
        return images + 1

    inputs, targets = numbered(3)
    ((batch, labels),) = Batches(inputs, targets, shuffle=False, augment=[double, increment])
    assert batch[:, 0].tolist() == [1, 3, 5]
    assert labels.tolist() == [0, 1, 2]
    ((batch, _),) = Batches(inputs, targets, shuffle=False, augment=double)
    assert batch[:, 0].tolist() == [0, 2, 4]
    np.testing.assert_array_equal(inputs[:, 0], [0, 1, 2])


def test_augmentations_draw_from_the_same_generator():
    def noise(images, rng):
        return images + rng.random(images.shape)

    def walk():
        batches = Batches(*numbered(3), augment=noise, rng=np.random.default_rng(0))
        return [inputs.tolist() for inputs, _ in batches]

    assert walk() == walk()
    seen = []
    rng = np.random.default_rng(0)
    list(Batches(*numbered(3), augment=lambda x, given: seen.append(given), rng=rng))
    assert seen == [rng]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1, 2, 3], [1, 2]), ValueError, r"Batches: 3 inputs, 2 targets"),
        ((np.zeros((0, 4)), []), ValueError, r"Batches: there are no samples: inputs \(0, 4\)"),
        (([1], [1], 0), ValueError, r"Batches: batch_size 0; expected at least 1"),
        (([1], [1], -3), ValueError, r"Batches: batch_size -3; expected at least 1"),
        (([1], [1], 2.0), TypeError, r"Batches: batch_size 2.0; expected an integer"),
        (([1], [1], "2"), TypeError, r"Batches: batch_size '2'; expected an integer"),
    ],
)
def test_what_makes_no_batches(arguments, error, message):
    with pytest.raises(error, match=message):
        Batches(*arguments)


def test_dropping_everything():
    with pytest.raises(ValueError, match=r"Batches: 3 samples fill no batch of 5"):
        Batches(*numbered(3), 5, drop_last=True)


def test_augmentations_must_be_callable():
    with pytest.raises(TypeError, match=r"Batches: augment has 3; expected functions"):
        Batches(*numbered(3), augment=[3])
