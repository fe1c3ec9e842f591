"""Parts are disjoint, complete and of the right sizes, and keep each class's share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from nn.data import k_fold, split

SEEDS = st.integers(0, 1000)
LABELS = st.lists(st.integers(0, 4), min_size=20, max_size=120)
SHARES = st.lists(st.integers(1, 8), min_size=1, max_size=4)


def numbered(count):
    """Inputs and targets that say which sample they are."""
    return np.arange(count)[:, None] * [1, 10], np.arange(count)


def within_one(counts, total, share):
    return abs(counts - share * total) <= 1 + 1e-9


# -- split ---------------------------------------------------------------------------------


def test_default_fractions():
    parts = split(*numbered(1000))
    assert [len(targets) for _, targets in parts] == [800, 100, 100]
    assert [inputs.shape for inputs, _ in parts] == [(800, 2), (100, 2), (100, 2)]


@given(st.integers(40, 200), SHARES, st.booleans(), SEEDS)
def test_parts_are_disjoint_and_together_everything(count, shares, stratified, seed):
    inputs, targets = numbered(count)
    fractions = [share / sum(shares) for share in shares]
    labels = targets % 3 if stratified else targets
    rng = np.random.default_rng(seed)
    parts = split(inputs, labels, fractions, stratified=stratified, rng=rng)
    assert len(parts) == len(fractions)
    together = np.concatenate([part for part, _ in parts])
    np.testing.assert_array_equal(np.sort(together[:, 0]), np.arange(count))
    for (part, part_labels), fraction in zip(parts, fractions, strict=True):
        np.testing.assert_array_equal(part[:, 1], part[:, 0] * 10)
        np.testing.assert_array_equal(part_labels, labels[part[:, 0]])
        assert within_one(len(part), count, fraction)


@pytest.mark.parametrize(
    ("count", "fractions", "sizes"),
    [
        (10, (0.5, 0.25, 0.25), [5, 3, 2]),  # 5, 2.5, 2.5
        (7, (0.5, 0.3, 0.2), [4, 2, 1]),  # 3.5, 2.1, 1.4
        (11, (0.8, 0.1, 0.1), [9, 1, 1]),  # 8.8, 1.1, 1.1
        (100, (0.29, 0.71), [29, 71]),
        (3, (1.0,), [3]),
    ],
)
def test_sizes_by_largest_remainder(count, fractions, sizes):
    assert [len(targets) for _, targets in split(*numbered(count), fractions)] == sizes


def test_shuffled_by_the_generator():
    inputs, targets = numbered(100)
    first, again, other = (
        split(inputs, targets, (1.0,), rng=np.random.default_rng(seed))[0][1] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first, targets)


def test_a_stratified_part_is_not_sorted_by_class():
    labels = np.repeat([0, 1], 100)
    ((_, part), _) = split(labels, labels, (0.5, 0.5), stratified=True)
    assert 20 < np.count_nonzero(np.diff(part)) < 80


def test_the_seed_counts_where_no_generator_is_given():
    orders = []
    for seed in (3, 3, 4):
        nn.seed(seed)
        orders.append(split(*numbered(50), (1.0,))[0][1].tolist())
    assert orders[0] == orders[1] != orders[2]


@given(LABELS, st.sampled_from([(0.8, 0.1, 0.1), (0.5, 0.5), (0.6, 0.2, 0.2)]), SEEDS)
def test_stratified_parts_keep_each_share(labels, fractions, seed):
    labels = np.array(labels)
    rng = np.random.default_rng(seed)
    parts = split(labels, labels, fractions, stratified=True, rng=rng)
    for (_, part), fraction in zip(parts, fractions, strict=True):
        for label in np.unique(labels):
            count, total = np.count_nonzero(part == label), np.count_nonzero(labels == label)
            assert within_one(count, total, fraction)
        assert within_one(len(part), len(labels), fraction)


def test_many_small_classes_fill_every_part():
    labels = np.repeat(np.arange(20), 5)  # of each class 4, 0.5 and 0.5
    parts = split(labels, labels, (0.8, 0.1, 0.1), stratified=True)
    assert [len(part) for _, part in parts] == [80, 10, 10]


def test_array_likes():
    ((inputs, targets),) = split([[1.0], [2.0]], (3, 4), (1,))
    assert sorted(zip(inputs[:, 0], targets, strict=True)) == [(1.0, 3), (2.0, 4)]


@pytest.mark.parametrize(
    "fractions",
    [(0.8, 0.1), (0.5, 0.5 + 2e-9), (1.5, -0.5), (1.0, 0.0), (), (np.nan, 1.0), ((0.5, 0.5),)],
)
def test_fractions_that_are_none(fractions):
    with pytest.raises(ValueError, match=r"split: fractions .*sum to 1"):
        split(*numbered(10), fractions)


def test_fractions_may_be_a_little_off():
    split(*numbered(10), (0.5, 0.5 + 5e-10))


def test_an_empty_part():
    with pytest.raises(ValueError, match=r"split: 3 samples in fractions .* leave part 2 empty"):
        split(*numbered(3), (0.4, 0.5, 0.1))


def test_lengths_differ():
    with pytest.raises(ValueError, match=r"split: 3 inputs, 2 targets"):
        split([1, 2, 3], [1, 2])


def test_a_number_is_no_array():
    with pytest.raises(ValueError, match=r"split: the inputs are a single float64"):
        split(1.5, [1])


def test_stratified_needs_class_labels():
    with pytest.raises(TypeError, match=r"split: float64 targets"):
        split([1, 2], [0.0, 1.0], (1,), stratified=True)
    with pytest.raises(ValueError, match=r"split: targets \(2, 2\)"):
        split([1, 2], [[0, 1], [1, 0]], (1,), stratified=True)


# -- k_fold --------------------------------------------------------------------------------


@given(LABELS, st.integers(2, 10), st.booleans(), st.booleans(), SEEDS)
def test_each_sample_is_validated_once(labels, folds, stratified, shuffle, seed):
    rng = np.random.default_rng(seed)
    pairs = list(k_fold(labels, folds, stratified=stratified, shuffle=shuffle, rng=rng))
    assert len(pairs) == folds
    count = len(labels)
    together = np.concatenate([validation for _, validation in pairs])
    np.testing.assert_array_equal(np.sort(together), np.arange(count))
    for train, validation in pairs:
        np.testing.assert_array_equal(
            np.sort(np.concatenate([train, validation])), np.arange(count)
        )
        assert count // folds <= len(validation) <= -(-count // folds)


@given(LABELS, st.integers(2, 10), st.booleans(), SEEDS)
def test_stratified_folds_are_even(labels, folds, shuffle, seed):
    labels, rng = np.array(labels), np.random.default_rng(seed)
    for _, validation in k_fold(labels, folds, stratified=True, shuffle=shuffle, rng=rng):
        for label in np.unique(labels):
            count = np.count_nonzero(labels[validation] == label)
            total = np.count_nonzero(labels == label)
            assert total // folds <= count <= -(-total // folds)


def test_folds_in_order():
    pairs = [(t.tolist(), v.tolist()) for t, v in k_fold(5, folds=2, shuffle=False)]
    assert pairs == [([3, 4], [0, 1, 2]), ([0, 1, 2], [3, 4])]
    labels = [0, 0, 1, 1]
    pairs = [v.tolist() for _, v in k_fold(labels, 2, stratified=True, shuffle=False)]
    assert pairs == [[0, 2], [1, 3]]


def test_folds_are_shuffled():
    def folds(seed):
        rng = np.random.default_rng(seed)
        return [validation.tolist() for _, validation in k_fold(20, rng=rng)]

    assert folds(0) == folds(0) != folds(1)
    assert folds(0)[0] != [0, 1, 2, 3]
    nn.seed(7)
    first = [validation.tolist() for _, validation in k_fold(20)]
    nn.seed(7)
    assert [validation.tolist() for _, validation in k_fold(20)] == first


def test_targets_may_be_a_number_or_have_one():
    assert [len(v) for _, v in k_fold(10)] == [2] * 5
    assert [len(v) for _, v in k_fold(np.zeros((10, 3)))] == [2] * 5
    assert [len(v) for _, v in k_fold(list("abcdefghij"))] == [2] * 5


@pytest.mark.parametrize(("count", "folds"), [(10, 1), (10, 0), (3, 5), (0, 2)])
def test_numbers_of_folds_that_are_none(count, folds):
    with pytest.raises(ValueError, match=rf"k_fold: {folds} folds of {count} samples"):
        k_fold(count, folds)


def test_stratified_folds_need_class_labels():
    with pytest.raises(ValueError, match=r"k_fold: stratified .* targets is 10"):
        k_fold(10, stratified=True)
    with pytest.raises(TypeError, match=r"k_fold: float64 targets"):
        k_fold([0.0] * 10, stratified=True)
    with pytest.raises(ValueError, match=r"k_fold: targets \(10, 2\)"):
        k_fold(np.zeros((10, 2), dtype=int), stratified=True)
