"""The lectures, runnable: a short module for each of their topics.

``python -m examples.lectures`` lists and runs them all, ``python -m examples.lectures.NAME`` runs
one: it prints the numbers and writes the pictures. `contents` has their order.
"""
