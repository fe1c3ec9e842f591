"""Which lessons there are, in the order of the lectures."""

from __future__ import annotations

import importlib

CONTENTS = {
    "Loss, numerical differentiation, gradient descent": (
        "one_hot",
        "squared_error",
        "cross_entropy",
        "numerical_differentiation",
        "directional_derivative",
        "partial_derivatives",
        "tangent_plane",
        "level_curves",
        "weights_are_variables",
        "counting_variables",
        "gradient_descent",
        "starting_points",
        "two_layer_network",
        "why_backpropagation",
    ),
    "Foundations": (
        "vectors_and_matrices",
        "what_learning_is",
        "perceptron",
        "xor",
        "layers_and_regions",
        "first_activations",
        "softmax",
        "losses_on_two_classes",
        "loss_by_hand",
        "loss_by_hand_exercise",
        "derivatives",
        "partial_derivatives_of_products_and_sums",
        "chain_rule",
        "addition_graph",
        "multiplication_graph",
        "line_graph",
        "sigmoid_graph",
        "softmax_graph",
        "relu_exercise",
        "parabola_exercise",
        "training_log",
        "step_size",
        "mini_batches",
        "optimizers",
        "data_sets",
        "k_fold",
        "early_stopping",
        "dropout",
        "weight_decay",
        "weight_restriction",
        "data_augmentation",
        "initialisation",
    ),
    "Training better, and convolution": (
        "vanishing_gradients",
        "activations",
        "losses",
        "optimizer_rules",
        "batch_normalisation",
        "convolution_1d",
        "padding",
        "output_size",
        "convolution_2d",
        "pooling",
        "convolutional_networks",
    ),
    "The two-layer network in code": (
        "functions_of_arrays",
        "gradient_of_arrays",
        "training_loop",
        "repeatable_runs",
        "hidden_sizes",
        "csv_instead_of_pickle",
    ),
    "Updating weights by hand": (
        "brute_force",
        "weight_derivation",
        "weight_update",
        "weights_in_matrices",
        "saturation",
        "initial_weights",
    ),
}
"""The modules of this folder, by the lecture they belong to."""

LESSONS = tuple(name for names in CONTENTS.values() for name in names)


def module_of(name):
    """The module of a lesson: its docstring says what is shown, its ``show`` shows it."""
    return importlib.import_module(f"examples.lectures.{name}")


def title_of(name):
    """The first line of a lesson's docstring."""
    return module_of(name).__doc__.splitlines()[0]
