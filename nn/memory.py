"""Large arrays without the price of fresh memory.

Training makes and frees the same arrays of megabytes again and again. glibc's allocator gives
freed memory back to the system, and getting it again costs a page fault every 4 KiB: a fifth of the
time of a step of the lectures' convolutional networks. How much it keeps it learns from
what is freed (``man mallopt``, M_MMAP_THRESHOLD: up to 32 MiB, of which it keeps twice as much).
"""

import numpy as np

_TAUGHT_BY = 2**25 - 2**16  # bytes: just below the 32 MiB from which on nothing is learned


def keep_freed_memory() -> None:
    """Teach the allocator to keep up to 64 MiB of what is freed; no memory is touched.

    Other allocators than glibc's just make an array and free it.
    """
    np.empty(_TAUGHT_BY, np.uint8)
