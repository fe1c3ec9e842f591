"""Layers, losses and optimizers on the engine."""
