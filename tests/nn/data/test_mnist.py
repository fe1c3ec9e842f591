"""MNIST, from files of each kind and from a server on this machine."""

import contextlib
import gzip
import hashlib
import http.server
import os
import socket
import struct
import threading
from pathlib import Path

import numpy as np
import pytest

from nn.data import Splits, load_mnist, mnist
from nn.data.download import fetch_file

REAL = Path(__file__).parents[3].parent / "shared/data/mnist"
NAMES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "t10k": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


def images_idx(count, side=28):
    """Images whose first two pixels say which each is."""
    pixels = np.zeros((count, side, side), dtype=np.uint8)
    pixels[:, 0, 0], pixels[:, 0, 1] = np.divmod(np.arange(count), 256)
    return struct.pack(">4B3I", 0, 0, 8, 3, count, side, side) + pixels.tobytes()


def labels_idx(count):
    labels = (np.arange(count) % 10).astype(np.uint8)
    return struct.pack(">4BI", 0, 0, 8, 1, count) + labels.tobytes()


def check(part, start, end):
    """That these are the images and labels from `start` to `end` of a file."""
    images, labels = part
    assert (images.shape, images.dtype) == ((end - start, 1, 28, 28), np.float32)
    assert (labels.shape, labels.dtype) == ((end - start,), np.int64)
    high, low = np.divmod(np.arange(start, end), 256)
    np.testing.assert_array_equal(images[:, 0, 0, 0], np.float32(high) / np.float32(255))
    np.testing.assert_array_equal(images[:, 0, 0, 1], np.float32(low) / np.float32(255))
    assert not images[:, 0, 1:].any()
    np.testing.assert_array_equal(labels, np.arange(start, end) % 10)


@pytest.fixture(scope="module")
def idx_files():
    """The contents of the four files, uncompressed."""
    return {
        name: content(count)
        for kind, count in (("train", 60_000), ("t10k", 10_000))
        for name, content in zip(NAMES[kind], (images_idx, labels_idx), strict=True)
    }


@pytest.fixture(scope="module")
def zipped(idx_files):
    return {f"{name}.gz": gzip.compress(data, 1) for name, data in idx_files.items()}


def write_csv(path, count):
    rest = ",0" * 782 + "\n"
    with path.open("w") as file:
        for k in range(count):
            file.write(f"{k % 10},{k // 256},{k % 256}{rest}")


# -- files ---------------------------------------------------------------------------------


def test_four_files(tmp_path, idx_files):
    for name, data in idx_files.items():
        (tmp_path / name).write_bytes(data)
    splits = load_mnist(tmp_path)
    assert isinstance(splits, Splits)
    check(splits.train, 0, 55_000)
    check(splits.validation, 55_000, 60_000)
    check(splits.test, 0, 10_000)


def test_test_files_alone_gzipped(tmp_path, zipped):
    for name in NAMES["t10k"]:
        (tmp_path / f"{name}.gz").write_bytes(zipped[f"{name}.gz"])
    train, validation, test = load_mnist(str(tmp_path))
    check(train, 0, 8_000)
    check(validation, 8_000, 9_000)
    check(test, 9_000, 10_000)


def test_test_csv_alone(tmp_path):
    write_csv(tmp_path / "mnist_test.csv", 10_000)
    train, validation, test = load_mnist(tmp_path)
    check(train, 0, 8_000)
    check(validation, 8_000, 9_000)
    check(test, 9_000, 10_000)


def test_both_csv_files(tmp_path, monkeypatch):
    """Their names and sizes; parsing so many rows would take too long here."""

    def read(path, *, classes, dtype):
        assert (classes, dtype) == (10, np.uint8)
        count = {"mnist_train.csv": 60_000, "mnist_test.csv": 10_000}[path.name]
        pixels = np.zeros((count, 784), dtype=np.uint8)
        pixels[:, 0], pixels[:, 1] = np.divmod(np.arange(count), 256)
        return pixels, np.arange(count) % 10

    monkeypatch.setattr(mnist, "read_csv", read)
    for name in ("mnist_train.csv", "mnist_test.csv"):
        (tmp_path / name).touch()
    splits = load_mnist(tmp_path)
    check(splits.train, 0, 55_000)
    check(splits.validation, 55_000, 60_000)
    check(splits.test, 0, 10_000)


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the test set of MNIST beside the project")
def test_real_digits():
    train, validation, test = load_mnist(REAL)
    assert [len(labels) for _, labels in (train, validation, test)] == [8_000, 1_000, 1_000]
    images = np.concatenate([images for images, _ in (train, validation, test)])
    labels = np.concatenate([labels for _, labels in (train, validation, test)])
    assert (images.min(), images.max()) == (0, 1)
    assert labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    # The numbers of each digit in the test set, as they are published.
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(labels).tolist() == counts


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the test set of MNIST beside the project")
def test_checksums_of_real_files():
    for name in NAMES["t10k"]:
        data = (REAL / f"{name}.gz").read_bytes()
        assert hashlib.sha256(data).hexdigest() == mnist.SHA256[name]


def test_nothing_there(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        load_mnist(tmp_path / "none")
    message = str(caught.value)
    for name in (*NAMES["train"], *NAMES["t10k"], "mnist_train.csv", "mnist_test.csv"):
        assert name in message
    assert "download=True" in message
    assert not (tmp_path / "none").exists()


def test_training_set_alone(tmp_path, idx_files):
    for name in NAMES["train"]:
        (tmp_path / name).write_bytes(idx_files[name])
    with pytest.raises(FileNotFoundError, match=r"does not hold the test set"):
        load_mnist(tmp_path)


@pytest.mark.parametrize("which", [0, 1])
def test_half_a_pair(tmp_path, idx_files, which):
    present, missing = NAMES["t10k"][which], NAMES["t10k"][1 - which]
    (tmp_path / present).write_bytes(idx_files[present])
    with pytest.raises(FileNotFoundError, match=rf"holds {present}, but not {missing}\[\.gz\]"):
        load_mnist(tmp_path)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (images_idx(10_000), labels_idx(9_999)),
        (images_idx(9_999), labels_idx(10_000)),
        (images_idx(9_999), labels_idx(9_999)),
        (images_idx(10_000, side=27), labels_idx(10_000)),
        (labels_idx(10_000), labels_idx(10_000)),
        (images_idx(10_000), images_idx(10_000)),
        (images_idx(10_000), struct.pack(">4BI", 0, 0, 0xC, 1, 10_000) + bytes(40_000)),
    ],
)
def test_sizes_that_do_not_fit(tmp_path, images, labels):
    for name, data in zip(NAMES["t10k"], (images, labels), strict=True):
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=r"images-idx3-ubyte holds .*labels-idx1-ubyte holds"):
        load_mnist(tmp_path)


def test_labels_that_are_no_digits(tmp_path):
    labels = bytearray(labels_idx(10_000))
    labels[8 + 123] = 10
    (tmp_path / NAMES["t10k"][0]).write_bytes(images_idx(10_000))
    (tmp_path / NAMES["t10k"][1]).write_bytes(labels)
    with pytest.raises(ValueError, match=r"labels-idx1-ubyte has label 10 at index 123"):
        load_mnist(tmp_path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1" + ",0" * 784, r"mnist_test\.csv has 1 rows of a label and 784 pixels; expected 10000"),
        ("1" + ",0" * 783, r"mnist_test\.csv has 1 rows of a label and 783 pixels"),
        ("1,256" + ",0" * 783, r"mnist_test\.csv, row 1, column 2: '256' does not fit uint8"),
        ("10" + ",0" * 784, r"mnist_test\.csv, row 1, column 1: label 10; 10 classes"),
    ],
)
def test_csv_that_does_not_fit(tmp_path, row, message):
    (tmp_path / "mnist_test.csv").write_text(row)
    with pytest.raises(ValueError, match=message):
        load_mnist(tmp_path)


def test_csv_of_other_images(tmp_path, monkeypatch):
    pixels, labels = np.zeros((10_000, 783), dtype=np.uint8), np.zeros(10_000, dtype=int)
    monkeypatch.setattr(mnist, "read_csv", lambda path, **options: (pixels, labels))
    (tmp_path / "mnist_test.csv").touch()
    with pytest.raises(ValueError, match=r"has 10000 rows of a label and 783 pixels; expected"):
        load_mnist(tmp_path)


# -- download ------------------------------------------------------------------------------


@pytest.fixture
def serve(monkeypatch):
    """Serve files, by name, from this machine; returns the URL and the list of requests."""
    monkeypatch.setenv("no_proxy", "*")
    with contextlib.ExitStack() as stack:

        def start(files, *, cut=0):
            requests = []

            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    name = self.path.removeprefix("/")
                    requests.append(name)
                    if name not in files:
                        self.send_error(404)
                        return
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(files[name])))
                    self.end_headers()
                    self.wfile.write(files[name][: len(files[name]) - cut])

                def log_message(self, *arguments):
                    pass

            server = stack.enter_context(http.server.HTTPServer(("127.0.0.1", 0), Handler))
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}/", requests

        yield start


def nowhere():
    """A URL that nobody answers at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}/"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


CONTENT = bytes(range(256)) * 100


def test_downloads_what_is_missing(tmp_path, monkeypatch, serve, zipped):
    url, requests = serve(zipped)
    monkeypatch.setattr(mnist, "MIRRORS", (url,))
    sums = {name.removesuffix(".gz"): sha256(data) for name, data in zipped.items()}
    monkeypatch.setattr(mnist, "SHA256", sums)
    folder = tmp_path / "new" / "folder"
    folder.mkdir(parents=True)
    present = NAMES["t10k"][0]
    (folder / present).write_bytes(images_idx(10_000))

    splits = load_mnist(folder, download=True)
    check(splits.train, 0, 55_000)
    check(splits.validation, 55_000, 60_000)
    check(splits.test, 0, 10_000)
    wanted = set(zipped) - {f"{present}.gz"}
    assert sorted(requests) == sorted(wanted)
    assert {path.name for path in folder.iterdir()} == wanted | {present}
    for name in wanted:
        assert (folder / name).read_bytes() == zipped[name]

    load_mnist(folder, download=True)
    assert len(requests) == 3


def test_csv_files_are_not_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "MIRRORS", (nowhere(),))
    for name in ("mnist_train.csv", "mnist_test.csv"):
        (tmp_path / name).write_text("1,2\n")
    with pytest.raises(ValueError, match=r"mnist_test\.csv has 1 rows"):
        load_mnist(tmp_path, download=True)


def test_nothing_is_fetched_unasked(tmp_path, monkeypatch, serve, zipped):
    url, requests = serve(zipped)
    monkeypatch.setattr(mnist, "MIRRORS", (url,))
    with pytest.raises(FileNotFoundError):
        load_mnist(tmp_path)
    assert requests == []


def test_mirrors_are_the_published_ones():
    assert mnist.MIRRORS == (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    )
    assert sorted(mnist.SHA256) == sorted(NAMES["train"] + NAMES["t10k"])


def test_no_network(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    mirrors = (nowhere(), nowhere())
    monkeypatch.setattr(mnist, "MIRRORS", mirrors)
    with pytest.raises(ConnectionError) as caught:
        load_mnist(tmp_path, download=True)
    for mirror in mirrors:
        assert f"{mirror}train-images-idx3-ubyte.gz" in str(caught.value)
    assert str(caught.value).startswith("load_mnist: train-images-idx3-ubyte.gz could not be")
    assert list(tmp_path.iterdir()) == []


def test_the_second_mirror(tmp_path, serve):
    without, first = serve({})
    having, second = serve({"a.gz": CONTENT})
    path = tmp_path / "a new" / "folder" / "a.gz"
    fetch_file(path, (nowhere(), without, having), sha256(CONTENT), "load_mnist")
    assert path.read_bytes() == CONTENT
    assert (first, second) == (["a.gz"], ["a.gz"])


def test_the_first_mirror_is_enough(tmp_path, serve):
    first, _ = serve({"a.gz": CONTENT})
    second, requests = serve({"a.gz": CONTENT})
    fetch_file(tmp_path / "a.gz", (first, second), sha256(CONTENT), "load_mnist")
    assert requests == []


def test_a_transfer_that_breaks_off(tmp_path, serve):
    broken, _ = serve({"a.gz": CONTENT}, cut=10)
    with pytest.raises(ConnectionError, match=r"a\.gz could not be fetched; tried http"):
        fetch_file(tmp_path / "a.gz", (broken,), sha256(CONTENT), "load_mnist")
    assert list(tmp_path.iterdir()) == []
    whole, _ = serve({"a.gz": CONTENT})
    fetch_file(tmp_path / "a.gz", (broken, whole), sha256(CONTENT), "load_mnist")
    assert (tmp_path / "a.gz").read_bytes() == CONTENT


def test_another_file_is_thrown_away(tmp_path, monkeypatch, serve):
    url, _ = serve({"train-images-idx3-ubyte.gz": CONTENT})
    monkeypatch.setattr(mnist, "MIRRORS", (url,))
    expected = mnist.SHA256["train-images-idx3-ubyte"]
    with pytest.raises(ValueError, match=rf"SHA-256 {sha256(CONTENT)}; expected {expected}"):
        load_mnist(tmp_path, download=True)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch, serve):
    url, _ = serve({"a.gz": CONTENT})

    def write_half(path, data):
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(OSError, match="no space left"):
        fetch_file(tmp_path / "a.gz", (url,), sha256(CONTENT), "load_mnist")
    assert list(tmp_path.iterdir()) == []


def test_the_name_appears_when_the_file_is_whole(tmp_path, monkeypatch, serve):
    url, _ = serve({"a.gz": CONTENT})
    path, seen = tmp_path / "a.gz", []
    replace = os.replace

    def watched(source, target):
        seen.append((path.exists(), Path(source).parent, Path(source).read_bytes()))
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    fetch_file(path, (url,), sha256(CONTENT), "load_mnist")
    assert seen == [(False, tmp_path, CONTENT)]
    assert list(tmp_path.iterdir()) == [path]
