"""CSV instead of pickle: images and labels as text, and nothing is unpickled.

To unpickle a file is to run the program that is in it. A CSV file holds numbers alone, and a cell
that is none is named by its row and column. An archive of arrays that holds a pickle is refused.
"""

import tempfile
from pathlib import Path

import numpy as np

import nn
from examples.lectures.lesson import run


class Trap:
    """An object whose pickle, when read, writes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        """What unpickling calls."""
        return Path.touch, (self.path,)


def refusal(read, path):
    """The error of reading a file, without the folder."""
    try:
        read(path)
    except ValueError as error:
        return str(error).replace(f"{path.parent}/", "")
    return "was read"


def show(lesson):
    """Write digits, read them again, damage them; then a pickle."""
    images, labels = nn.data.load_digits()
    pixels = np.rint(images * 16).astype(np.uint8).reshape(len(images), -1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digits.csv"
        np.savetxt(path, np.column_stack([labels, pixels]), "%d", delimiter=",")
        lines = path.read_text().splitlines()
        print(f"digits.csv: the label, then {pixels.shape[1]} pixels; {len(lines)} rows")
        print(f"row 1: {lines[0][:40]}…\n")

        read_pixels, read_labels = nn.data.read_csv(path, classes=10)
        same = np.array_equal(read_pixels / 16, images.reshape(pixels.shape))
        print(f"read_csv gives {read_pixels.shape} {read_pixels.dtype}, {read_labels.shape} labels")
        print(f"the same images: {same}, the same labels: {np.array_equal(read_labels, labels)}\n")

        lines[6] = lines[6].replace(",", ",x", 1)
        path.write_text("\n".join(lines))
        print(f"damaged: {refusal(nn.data.read_csv, path)}\n")

        sprung = Path(folder) / "sprung"
        archive = Path(folder) / "digits.npz"
        np.savez(archive, images=np.array([Trap(sprung)], dtype=object))
        print(f"a pickle: {refusal(nn.data.read_npz, archive)}")
        print(f"its program has run: {sprung.exists()}")


if __name__ == "__main__":
    run(show)
