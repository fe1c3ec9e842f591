"""What chainrule costs, side by side with other ways to get gradients: ``make bench``.

`workloads` says what is measured, `peers` how each library computes it, `worker` is the process
that one of them runs in, and `__main__` the whole measurement.
"""
