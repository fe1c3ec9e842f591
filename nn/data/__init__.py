"""Data: reading it, splitting it, walking through it in mini-batches, augmenting it."""

from nn.data.augmentation import Augmentation, Flip, Noise, Rotate, Scale, Shift
from nn.data.batches import Batches
from nn.data.csv_files import read_csv
from nn.data.digits import load_digits
from nn.data.idx import read_idx
from nn.data.mnist import Splits, load_mnist
from nn.data.npz import read_npz
from nn.data.splits import k_fold, split
from nn.functional.labels import one_hot

__all__ = [
    "Augmentation",
    "Batches",
    "Flip",
    "Noise",
    "Rotate",
    "Scale",
    "Shift",
    "Splits",
    "k_fold",
    "load_digits",
    "load_mnist",
    "one_hot",
    "read_csv",
    "read_idx",
    "read_npz",
    "split",
]
