"""Curves of loss and metrics."""

import math

import numpy as np
import pytest

import nn
from viz import plots

pytest.importorskip("matplotlib")


ROWS = [
    {"epoch": 1, "seconds": 0.5, "loss": 2.5, "accuracy": 0.1, "validation_loss": 3.0},
    {"epoch": 2, "seconds": 0.25, "loss": 0.1 + 0.2, "accuracy": 0.75, "validation_loss": 1e-300},
]


def test_the_curves_of_a_history():
    figure = plots.training_curves(nn.History(ROWS))
    shown = [
        (axes.get_title(), [(line.get_linestyle(), list(line.get_ydata())) for line in axes.lines])
        for axes in figure.axes
    ]
    assert shown == [
        ("Loss", [("--", [2.5, 0.1 + 0.2]), ("-", [3.0, 1e-300])]),
        ("Accuracy", [("--", [0.1, 0.75])]),
    ]
    legends = [[text.get_text() for text in axes.get_legend().get_texts()] for axes in figure.axes]
    assert legends == [["training", "validation"], ["training"]]
    for axes in figure.axes:
        assert all(list(line.get_xdata()) == [1, 2] for line in axes.lines)
        assert axes.get_xlabel() == "epoch"


def test_a_mapping_is_a_history_too():
    figure = plots.training_curves({"epoch": [3, 4], "f1": [0.5, 0.7], "validation_auc": [1, 2]})
    first, second = figure.axes
    assert list(first.lines[0].get_xdata()) == [3, 4]
    assert second.get_title() == "Auc"
    assert [line.get_linestyle() for line in second.lines] == ["-"]
    without_epochs = plots.training_curves({"loss": np.ones(12)}).axes[0]
    assert list(without_epochs.lines[0].get_xdata()) == list(range(1, 13))
    other = plots.training_curves({"loss": [1.0], "test loss": [2.0]}, validation="test ")
    assert len(other.axes[0].lines) == 2


def test_many_metrics_stand_in_rows():
    figure = plots.training_curves({f"m{i}": [i] for i in range(5)})
    assert [axes.axison for axes in figure.axes] == [True] * 5 + [False] * 3


def test_no_point_lies_outside_of_the_curves_picture():
    rows = [
        {"epoch": 1, "loss": math.nan, "r2": 0.1, "validation_r2": -0.6},
        {"epoch": 2, "loss": 3.0, "r2": 0.5, "validation_r2": 0.97},
    ]
    loss, r2 = plots.training_curves(nn.History(rows)).axes
    assert loss.get_ylim()[0] == 0
    assert 3 < loss.get_ylim()[1] < 3.5
    assert -0.8 < r2.get_ylim()[0] < -0.6
    assert 0.97 < r2.get_ylim()[1] < 1.2


@pytest.mark.parametrize(
    ("history", "error", "message"),
    [
        (nn.History(), ValueError, "there is no epoch to draw"),
        ({}, ValueError, "there is no epoch to draw"),
        ({"loss": []}, ValueError, "there is no epoch to draw"),
        ({"epoch": [1], "seconds": [2]}, ValueError, "there is no epoch to draw"),
        ({"loss": [1, 2], "f1": [1]}, ValueError, "different lengths: loss 2, f1 1"),
        ({"loss": [[1, 2]]}, ValueError, r"'loss' has shape \(1, 2\); expected one value"),
        ({"loss": ["low"]}, TypeError, "column 'loss' is of type list .*expected real numbers"),
        ({"epoch": [math.nan], "loss": [1]}, ValueError, "'epoch' has 1 of 1 values .*not finite"),
        ([1, 2], TypeError, "history is of type list; expected a History or a mapping"),
    ],
)
def test_what_is_no_history(history, error, message):
    with pytest.raises(error, match=f"training_curves: .*{message}"):
        plots.training_curves(history)
