"""What training does with memory."""

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
import numpy as np
import nn
from examples.models import SimpleConvNet

model, loss = SimpleConvNet(), nn.SoftmaxCE()
optimizer = nn.SGD(model, 0.1)
x, t = np.zeros((100, 1, 28, 28), np.float32), np.zeros(100, int)
for step in range(6):
    if step == 2:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    optimizer.zero_grad()
    loss(model(x), t).backward()
    optimizer.step()
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) // 4)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="about glibc's allocator")
def test_steps_use_the_memory_of_earlier_ones():
    """Fresh memory costs a page fault every 4 KiB, some 2,000 in a step."""
    run = [sys.executable, "-c", FAULTS]
    faults = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    assert int(faults) < 200
