"""Layers, losses, optimizers, data and training on the engine."""

from nn import data, functional, initialisers, modules, optimizers, schedules
from nn.callbacks import Callback, EarlyStopping, Run
from nn.checkpoints import load_checkpoint, save_checkpoint
from nn.evaluation import evaluate, predict
from nn.history import History
from nn.memory import keep_freed_memory
from nn.metrics import accuracy, binary_accuracy
from nn.modules import *  # noqa: F403  # the layers are the namespace
from nn.optimizers import *  # noqa: F403  # so are the optimizers
from nn.random import seed
from nn.summary import summary
from nn.training import fit
from nn.weights import load_weights, save_weights

__all__ = [
    "Callback",
    "EarlyStopping",
    "History",
    "Run",
    "accuracy",
    "binary_accuracy",
    "data",
    "evaluate",
    "fit",
    "functional",
    "initialisers",
    "load_checkpoint",
    "predict",
    "load_weights",
    "save_checkpoint",
    "save_weights",
    "schedules",
    "seed",
    "summary",
    *modules.__all__,
    *optimizers.__all__,
]

keep_freed_memory()
