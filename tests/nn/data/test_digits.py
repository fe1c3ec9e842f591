"""The digits of scikit-learn, and what happens where it is missing."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn import datasets

from nn.data import Rotate, Scale, load_digits


def test_digits():
    images, labels = load_digits()
    assert (images.shape, images.dtype) == ((1797, 1, 8, 8), np.float32)
    assert (labels.shape, labels.dtype) == ((1797,), np.int64)
    assert (images.min(), images.max()) == (0, 1)
    original = datasets.load_digits()
    np.testing.assert_array_equal(images[:, 0] * 16, original.images)
    np.testing.assert_array_equal(labels, original.target)


def test_where_scikit_learn_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "chainrule\[data\]"'):
        load_digits()


@pytest.mark.parametrize("augment", [Rotate(5), Scale(0.9, 1.1)])
def test_where_scipy_is_missing(monkeypatch, augment):
    monkeypatch.setitem(sys.modules, "scipy.ndimage", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "chainrule\[data\]"'):
        augment(np.zeros((1, 1, 3, 3)), np.random.default_rng(0))


def test_the_package_needs_numpy_alone():
    code = (
        "import sys, nn.data; "
        "print([m for m in ('scipy', 'sklearn', 'pandas', 'urllib.request') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
