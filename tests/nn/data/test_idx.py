"""IDX files, written here byte for byte as the format says."""

import gzip
import math
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import read_idx

TYPES = {
    0x08: ("B", np.uint8, [0, 1, 127, 128, 200, 255]),
    0x09: ("b", np.int8, [0, 1, -1, 127, -128, 5]),
    0x0B: ("h", np.int16, [0, 1, -1, 0x0102, -32768, 32767]),
    0x0C: ("i", np.int32, [0, 1, -1, 0x01020304, -(2**31), 2**31 - 1]),
    0x0D: ("f", np.float32, [0.0, 1.0, -1.5, 0.25, 2.0**100, -(2.0**-100)]),
    0x0E: ("d", np.float64, [0.0, 1.0, -1.5, 0.25, 2.0**1000, -(2.0**-1000)]),
}


def idx(numbers, shape, code=0x08):
    header = struct.pack(f">BBBB{len(shape)}I", 0, 0, code, len(shape), *shape)
    return header + struct.pack(f">{len(numbers)}{TYPES[code][0]}", *numbers)


SMALL = idx(range(12), (2, 3, 2))


@pytest.fixture
def written(tmp_path):
    def write(data, name="digits.idx"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
@pytest.mark.parametrize("code", TYPES)
def test_types(written, code, compress):
    _, dtype, numbers = TYPES[code]
    array = read_idx(written(compress(idx(numbers, (2, 3), code))))
    assert array.dtype == dtype
    assert array.dtype.isnative
    assert array.tolist() == [numbers[:3], numbers[3:]]


@given(shape=st.lists(st.integers(0, 4), max_size=5))
def test_shapes(tmp_path_factory, shape):
    path = tmp_path_factory.getbasetemp() / "shape.idx"
    numbers = list(range(math.prod(shape)))
    path.write_bytes(idx([number % 256 for number in numbers], shape))
    array = read_idx(path)
    assert array.shape == tuple(shape)
    assert array.ravel().tolist() == [number % 256 for number in numbers]


def test_the_last_dimension_is_the_fastest(written):
    expected = [[[0, 1], [2, 3], [4, 5]], [[6, 7], [8, 9], [10, 11]]]
    assert read_idx(written(SMALL)).tolist() == expected


def test_gzip_is_known_by_its_bytes(written):
    plain, zipped = read_idx(written(SMALL, "a.gz")), read_idx(written(gzip.compress(SMALL), "a"))
    np.testing.assert_array_equal(plain, zipped)


def test_result_can_be_written_to(written):
    for code, (_, _, numbers) in TYPES.items():
        read_idx(written(idx(numbers, (6,), code)))[0] = 1


@pytest.mark.parametrize("length", range(len(SMALL)))
def test_cut_off_anywhere(written, length):
    with pytest.raises(ValueError, match=r"read_idx: .*digits\.idx is cut off"):
        read_idx(written(SMALL[:length]))


ZIPPED = gzip.compress(SMALL, mtime=0)


@pytest.mark.parametrize("length", range(len(ZIPPED)))
def test_cut_off_anywhere_in_gzip(written, length):
    with pytest.raises(ValueError, match=r"read_idx: .*digits\.idx.*(cut off|begins with)"):
        read_idx(written(ZIPPED[:length]))


def test_cut_off_says_what_was_expected(written):
    with pytest.raises(ValueError, match=r"shape \(2, 3, 2\) of uint8, expected 12 .* found 7"):
        read_idx(written(SMALL[:-5]))
    with pytest.raises(ValueError, match=r"in its header: expected 16 bytes, found 10"):
        read_idx(written(SMALL[:10]))
    with pytest.raises(ValueError, match=r"in its header: expected at least 4 bytes, found 3"):
        read_idx(written(SMALL[:3]))


@pytest.mark.parametrize("position", range(len(ZIPPED)))
def test_damaged_gzip(written, position):
    damaged = bytearray(ZIPPED)
    damaged[position] ^= 0x55
    if 4 <= position < 10:
        # The time, the compression's effort and the system.
        assert read_idx(written(damaged)).tobytes() == bytes(range(12))
    else:
        with pytest.raises(ValueError, match=r"read_idx: .*digits\.idx"):
            read_idx(written(damaged))


def test_bytes_after_the_end(written):
    for data in (SMALL + b"\0", gzip.compress(SMALL + b"\0")):
        with pytest.raises(ValueError, match=r"digits\.idx goes on after its 12 bytes of data"):
            read_idx(written(data))


@pytest.mark.parametrize("magic", [b"\x01\x00\x08\x01", b"\x00\x01\x08\x01", b"PK\x03\x04"])
def test_wrong_magic_number(written, magic):
    found = magic.hex(" ")
    with pytest.raises(ValueError, match=rf"digits\.idx begins with the bytes {found}; an IDX"):
        read_idx(written(magic + SMALL[4:]))


@pytest.mark.parametrize("code", [0x00, 0x07, 0x0A, 0x0F, 0xFF])
def test_unknown_type(written, code):
    with pytest.raises(ValueError, match=rf"digits\.idx has the type byte {code:02x}; IDX knows"):
        read_idx(written(bytes([0, 0, code, 1]) + SMALL[4:]))


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_header_that_claims_the_moon_allocates_nothing(written, compress):
    header = struct.pack(">BBBB3I", 0, 0, 0x0E, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1)
    path = written(compress(header + bytes(100)))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"found 100"):
            read_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 10e6
    finally:
        tracemalloc.stop()


def test_four_gigabytes_claimed(written):
    header = struct.pack(">BBBB1I", 0, 0, 0x08, 1, 2**32 - 1)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"expected 4294967295 bytes of data, found 3"):
            read_idx(written(header + bytes(3)))
        assert tracemalloc.get_traced_memory()[1] < 10e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shape", [(1,) * 65, (0, *(2**32 - 1,) * 3)])
def test_shapes_that_no_array_has(written, shape):
    data = idx([0] * math.prod(shape), shape)
    with pytest.raises(ValueError, match=rf"digits\.idx says {len(shape)} dimensions"):
        read_idx(written(data))


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "none.idx")
