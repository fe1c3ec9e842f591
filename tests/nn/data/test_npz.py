"""Archives of arrays, whole, damaged and with objects in them."""

import io
import pickle
import zipfile

import numpy as np
import pytest

from nn.data import read_npz

ARRAYS = {"images": np.arange(12, dtype=np.float32).reshape(3, 4), "labels": np.array([1, 2, 3])}


class Trap:
    """Something whose unpickling leaves a trace."""

    sprung = False

    def __reduce__(self):
        return Trap._spring, ()

    @staticmethod
    def _spring():
        Trap.sprung = True


def archive(save, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


@pytest.fixture
def written(tmp_path):
    def write(data):
        path = tmp_path / "digits.npz"
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_reads_what_numpy_writes(written, save):
    arrays = read_npz(written(archive(save, **ARRAYS)))
    assert list(arrays) == ["images", "labels"]
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array, strict=True)


def test_other_arrays(written):
    arrays = {
        "nothing": np.zeros((0, 3)),
        "number": np.array(5),
        "text": np.array(["a", "bc"]),
        "fortran": np.asfortranarray([[1, 2], [3, 4]]),
        "big": np.array([1, 2], dtype=">i4"),
    }
    result = read_npz(written(archive(np.savez, **arrays)))
    for name, array in arrays.items():
        np.testing.assert_array_equal(result[name], array, strict=True)


def test_an_archive_of_nothing(written):
    assert read_npz(written(archive(np.savez))) == {}


def test_objects_are_not_unpickled(written):
    data = archive(np.savez, labels=np.arange(3), trap=np.array([Trap()], dtype=object))
    assert b"_spring" in data
    with pytest.raises(ValueError, match=r"digits\.npz, entry 'trap' .*nothing was unpickled"):
        read_npz(written(data))
    assert not Trap.sprung


def test_a_bare_pickle(written):
    with pytest.raises(ValueError, match=r"digits\.npz is no archive .*nothing was unpickled"):
        read_npz(written(pickle.dumps(Trap())))
    assert not Trap.sprung


def test_a_bare_array(written):
    file = io.BytesIO()
    np.save(file, np.arange(3))
    with pytest.raises(ValueError, match=r"digits\.npz is no archive of arrays"):
        read_npz(written(file.getvalue()))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_cut_off_anywhere(written, save):
    data = archive(save, **ARRAYS)
    for length in range(len(data)):
        with pytest.raises(ValueError, match=r"read_npz: .*digits\.npz"):
            read_npz(written(data[:length]))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_damaged_anywhere(written, save):
    data = archive(save, **ARRAYS)
    refusals = []
    for position in range(len(data)):
        damaged = bytearray(data)
        damaged[position] ^= 0xFF
        try:
            arrays = read_npz(written(damaged))
        except ValueError as error:
            refusals.append(str(error))
        else:
            assert arrays.keys() == ARRAYS.keys()
            for name, array in arrays.items():
                np.testing.assert_array_equal(array, ARRAYS[name], strict=True)
    assert all("digits.npz" in refusal for refusal in refusals)
    # Some bytes, such as dates, say nothing about the arrays.
    assert len(refusals) > len(data) / 2


def test_damaged_numbers_name_the_entry(written):
    data = archive(np.savez, **ARRAYS)
    place = data.index(ARRAYS["labels"].tobytes())
    damaged = data[:place] + b"\x07" + data[place + 1 :]
    with pytest.raises(ValueError, match=r"digits\.npz, entry 'labels' .*damaged .*CRC"):
        read_npz(written(damaged))


def test_entries_that_are_no_arrays(written):
    for content in (b"", b"some text", archive(np.savez, a=1)):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as zipped:
            zipped.writestr("notes.txt", content)
        with pytest.raises(ValueError, match=r"digits\.npz, entry 'notes\.txt' is no array"):
            read_npz(written(file.getvalue()))


def test_bytes_after_an_array(written):
    array, file = io.BytesIO(), io.BytesIO()
    np.save(array, np.arange(3))
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("a.npy", array.getvalue() + b"\0")
    with pytest.raises(ValueError, match=r"entry 'a' .*bytes follow the array"):
        read_npz(written(file.getvalue()))


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_npz(tmp_path / "none.npz")
