"""All weights of a layer updated at once: ΔW = α · E ⊙ O(1 − O) · oᵀ.

Errors and outputs are columns, the outputs of the layer before a row: their product has an element
for each weight. It is what one weight after the other gives, and what the library does.
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from nn.functional import half_sse, sigmoid


def show(lesson):
    """2 nodes before, 3 nodes; weights to node k are row k of W, O = σ(W · o)."""
    rng, learning_rate = lesson.rng, 0.1
    o_j = rng.uniform(0.01, 1, (2, 1))
    W = rng.normal(size=(3, 2))
    t_k = rng.uniform(0.01, 0.99, (3, 1))
    o_k = sigmoid(W @ o_j)
    e_k = t_k - o_k

    at_once = learning_rate * (e_k * o_k * (1 - o_k)) @ o_j.T
    print(f"E ⊙ O(1 − O) {e_k.shape} · oᵀ {o_j.T.shape} = ΔW {at_once.shape}\n")
    print(f"ΔW in matrices\n{at_once.round(6)}\n")

    one_by_one = np.empty_like(W)
    for k, j in np.ndindex(W.shape):
        slope = -e_k[k, 0] * o_k[k, 0] * (1 - o_k[k, 0]) * o_j[j, 0]
        one_by_one[k, j] = -learning_rate * slope
    print(f"ΔW one weight after the other\n{one_by_one.round(6)}\n")

    # An Affine layer computes x W for samples in rows: its W is the transpose.
    layer = nn.Affine(2, 3, bias=False, dtype=np.float64)
    layer.weight.written()[...] = W.T
    model = nn.Sequential(layer, nn.Sigmoid())
    half_sse(model(o_j.T), t_k.T).backward()
    nn.SGD(model, learning_rate).step()
    by_library = layer.weight.numpy().T - W
    print(f"ΔW by nn.Affine, nn.Sigmoid and a step of nn.SGD\n{by_library.round(6)}\n")
    apart = max(np.abs(at_once - other).max() for other in (one_by_one, by_library))
    print(f"farthest apart  {apart:.1e}")


if __name__ == "__main__":
    run(show)
