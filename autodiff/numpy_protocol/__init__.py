"""NumPy's own functions on Tensors: ours take their place, or a clear refusal."""
