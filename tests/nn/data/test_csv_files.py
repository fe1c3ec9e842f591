"""CSV files: what is read, and that the first fault is found and named."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import csv_files, read_csv

PLAIN = "7,0,128\n3,255,0.5\n"


@pytest.fixture
def written(tmp_path):
    def write(text, name="digits.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


# -- what is read --------------------------------------------------------------------------


def test_inputs_and_labels(written):
    inputs, labels = read_csv(written(PLAIN))
    np.testing.assert_array_equal(inputs, np.float32([[0, 128], [255, 0.5]]), strict=True)
    np.testing.assert_array_equal(labels, np.array([7, 3]), strict=True)
    assert labels.dtype == np.int64


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.removesuffix("\n"),
        PLAIN + "\n\n  \n\r\n",
        b"\xef\xbb\xbf" + PLAIN.encode(),
        b"\xef\xbb\xbflabel,a,b\r\n" + PLAIN.encode(),
        "label,a,b\n" + PLAIN,
        "label,größe,☃\n" + PLAIN,
        '"label","a, or b","c"\n' + PLAIN,
        " 7, 0 ,128\n3,\t255,0.5\n",
        "7.0,0,1.28e2\n+3,255,.5\n",
        gzip.compress(PLAIN.encode(), mtime=0),
        gzip.compress(b"\xef\xbb\xbflabel,a,b\r\n" + PLAIN.encode(), mtime=0),
    ],
)
def test_ways_to_write_the_same(written, text):
    inputs, labels = read_csv(written(text))
    assert inputs.tolist() == [[0, 128], [255, 0.5]]
    assert labels.tolist() == [7, 3]


@pytest.mark.parametrize(
    ("column", "inputs", "labels"),
    [
        (0, [[1, 2], [4, 5]], [0, 3]),
        (1, [[0, 2], [3, 5]], [1, 4]),
        (2, [[0, 1], [3, 4]], [2, 5]),
        (-1, [[0, 1], [3, 4]], [2, 5]),
        (-3, [[1, 2], [4, 5]], [0, 3]),
    ],
)
def test_label_column(written, column, inputs, labels):
    found, found_labels = read_csv(written("0,1,2\n3,4,5\n"), label_column=column)
    assert found.tolist() == inputs
    assert found_labels.tolist() == labels


def test_without_labels(written):
    inputs = read_csv(written("0.5,-1\n2,3\n"), label_column=None, dtype=np.float64)
    np.testing.assert_array_equal(inputs, np.array([[0.5, -1], [2, 3]]), strict=True)
    inputs = read_csv(written("a,b\n2,3\n"), label_column=None)
    assert inputs.tolist() == [[2, 3]]
    assert read_csv(written("1\n2\n"), label_column=None).tolist() == [[1], [2]]


def test_labels_alone(written):
    inputs, labels = read_csv(written("1\n2\n"))
    assert inputs.shape == (2, 0)
    assert labels.tolist() == [1, 2]


@pytest.mark.parametrize("text", ["0,1,label\n5,6,1\n", "5,6,x1\n7,8,2\n", "0,1,\n5,6,1\n"])
def test_a_first_row_of_names_and_numbers_must_be_decided(written, text):
    """Columns named by numbers, as pandas does it, or a sample with a damaged label."""
    with pytest.raises(ValueError, match=r"digits\.csv, row 1, column 3: .* give header=True if"):
        read_csv(written(text), label_column=2)
    assert read_csv(written(text), label_column=2, header=True)[0].shape == (1, 2)
    with pytest.raises(ValueError, match="row 1, column 3"):
        read_csv(written(text), label_column=2, header=False)


def test_header_is_known_by_its_label(written):
    text = "0,1,2\n5,6,1\n"
    assert read_csv(written(text), label_column=2)[0].tolist() == [[0, 1], [5, 6]]
    assert read_csv(written(text), label_column=2, header=True)[0].tolist() == [[5, 6]]
    with pytest.raises(ValueError, match=r"row 1, column 1: 'label' is not a number"):
        read_csv(written("label,a\n1,2\n"), header=False)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.uint8, np.int16])
def test_dtype(written, dtype):
    inputs, labels = read_csv(written("1,2,3\n"), dtype=dtype)
    np.testing.assert_array_equal(inputs, np.array([[2, 3]], dtype), strict=True)
    assert labels.dtype == np.int64


def test_other_dtypes(written):
    for dtype in (bool, complex, object, str):
        with pytest.raises(TypeError, match=r"read_csv: dtype .*; expected"):
            read_csv(written(PLAIN), dtype=dtype)


def test_more_rows_than_are_parsed_at_once(written, monkeypatch):
    monkeypatch.setattr(csv_files, "ROWS_AT_ONCE", 4)
    for count in (3, 4, 5, 8, 11):
        text = "label,a\n" + "".join(f"{k},{k / 2}\n" for k in range(count))
        inputs, labels = read_csv(written(text))
        assert inputs[:, 0].tolist() == [k / 2 for k in range(count)]
        assert labels.tolist() == list(range(count))
    with pytest.raises(ValueError, match=r"row 13, column 2: 'x'"):
        read_csv(written(text + "1,x\n"))


NUMBERS = st.one_of(
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False, width=64),
)
WIDTHS = st.integers(1, 5)


@given(data=st.data(), width=WIDTHS, header=st.booleans())
def test_numbers_come_back_as_they_were(tmp_path_factory, data, width, header):
    rows = st.lists(st.lists(NUMBERS, min_size=width, max_size=width), min_size=1, max_size=6)
    numbers = data.draw(rows)
    lines = [",".join(map(repr, row)) for row in numbers]
    if header:
        lines.insert(0, ",".join("abcde"[:width]))
    path = tmp_path_factory.getbasetemp() / "numbers.csv"
    path.write_text("\n".join(lines))
    inputs = read_csv(path, label_column=None, dtype=np.float64)
    np.testing.assert_array_equal(inputs, np.array(numbers, dtype=np.float64))


# -- faults --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("1,abc,3", r"row 3, column 2: 'abc' is not a number"),
        ("1,2,", r"row 3, column 3: '' is not a number"),
        ("1, ,3", r"row 3, column 2: ' ' is not a number"),
        ("1,nan,3", r"row 3, column 2: 'nan' is not a finite number"),
        ("1,2,-inf", r"row 3, column 3: '-inf' is not a finite number"),
        ("1,1_0,3", r"row 3, column 2: '1_0' is not a number"),
        ("1,0x10,3", r"row 3, column 2: '0x10' is not a number"),
        ("1,２,3", r"row 3, column 2: '２' is not a number"),
        ('1,"2",3', r"row 3, column 2: '\"2\"' is not a number"),
        ("1,#2,3", r"row 3, column 2: '#2' is not a number"),
        ("1,2,3#4", r"row 3, column 3: '3#4' is not a number"),
        ("1,1e39,3", r"row 3, column 2: '1e39' does not fit float32"),
        ("x,y,z", r"row 3, column 1: 'x' is not a number"),
        (",2,3", r"row 3, column 1: '' is not a number"),
        ("1,2", r"row 3 has 2 cells; expected 3"),
        ("1,2,3,4", r"row 3 has 4 cells; expected 3"),
        ("1,2,3,", r"row 3 has 4 cells; expected 3"),
        ("", r"row 3 has 1 cells; expected 3"),
        ("1.5,2,3", r"row 3, column 1: label '1.5' is not an integer"),
        ("-1,2,3", r"row 3, column 1: label -1; 10 classes are numbered 0 to 9"),
        ("10,2,3", r"row 3, column 1: label 10; 10 classes are numbered 0 to 9"),
        ("1e300,2,3", r"row 3, column 1: label 1e300; 10 classes"),
        ("nan,2,3", r"row 3, column 1: 'nan' is not a finite number"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_faults_are_named(written, line, fault, end):
    text = end.join(["label,a,b", "0,1,2", line, "0,1,2", ""])
    with pytest.raises(ValueError, match=rf"^read_csv: .*digits\.csv, {fault}"):
        read_csv(written(text), classes=10)


@pytest.mark.parametrize("label", ["-1", "9007199254740992", "1e300"])
def test_labels_where_the_number_of_classes_is_not_given(written, label):
    with pytest.raises(ValueError, match=rf"row 1, column 1: label {label}; expected an integer"):
        read_csv(written(f"{label},2\n"))


@pytest.mark.parametrize("column", [2, -1])
def test_labels_elsewhere(written, column):
    with pytest.raises(ValueError, match=r"row 2, column 3: label 2; 2 classes are numbered 0 to"):
        read_csv(written("5,6,1\n7,8,2\n"), label_column=column, classes=2)


@pytest.mark.parametrize(("cell", "dtype"), [("256", "uint8"), ("-1", "uint8"), ("0.5", "int32")])
def test_numbers_that_do_not_fit(written, cell, dtype):
    with pytest.raises(ValueError, match=rf"row 1, column 2: '{cell}' does not fit {dtype}"):
        read_csv(written(f"1,{cell}\n"), dtype=dtype)


def test_a_long_cell_is_not_shown_in_full(written):
    with pytest.raises(ValueError, match=r"'xxx.*\.\.\..*xxx' is not a number") as caught:
        read_csv(written("1,2\n1," + "x" * 10_000 + "\n"))
    assert len(str(caught.value)) < 300


DAMAGE = st.sampled_from(["abc", "", "nan", "inf", "-", "1.2.3", "1 2", "--1", "1e", "0b1", "☃"])
CELLS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3)), min_size=1, max_size=4)


@given(cells=CELLS, damage=DAMAGE, header=st.booleans(), label=st.sampled_from([0, 2, None]))
def test_the_first_damaged_cell_is_named(tmp_path_factory, cells, damage, header, label):
    rows = [[str(4 * row + column) for column in range(4)] for row in range(9)]
    for row, column in cells:
        rows[row][column] = damage
    lines = [",".join(row) for row in rows]
    if header:
        lines.insert(0, "a,b,c,d")
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    row, column = min(cells)
    row += 2 if header else 1
    with pytest.raises(ValueError, match=rf"damaged\.csv, row {row}, column {column + 1}: "):
        read_csv(path, header=header, label_column=label)


@given(cells=CELLS, more=st.booleans(), at_once=st.sampled_from([1, 2, 1000]))
def test_the_first_ragged_row_is_named(tmp_path_factory, cells, more, at_once):
    rows = [[str(column) for column in range(4)] for _ in range(10)]
    for row in {row + 1 for row, _ in cells}:
        rows[row] = rows[row] + ["5"] if more else rows[row][:-1]
    path = tmp_path_factory.getbasetemp() / "ragged.csv"
    path.write_text("\n".join(",".join(row) for row in rows))
    first, found = min(cells)[0] + 2, 5 if more else 3
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_files, "ROWS_AT_ONCE", at_once)
        with pytest.raises(ValueError, match=rf"row {first} has {found} cells; expected 4"):
            read_csv(path)


@given(content=st.binary(max_size=60))
def test_bytes_of_any_kind_are_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    for data in (content, b"1,2\n" + content, gzip.compress(content)[: len(content)]):
        path.write_bytes(data)
        try:
            inputs, labels = read_csv(path)
        except ValueError as error:
            message = str(error)
        else:
            message = f"read_csv: any.csv has {len(inputs)} rows"
            assert len(inputs) == len(labels) > 0
        assert message.startswith("read_csv: ")
        assert "any.csv" in message


@pytest.mark.parametrize("text", ["", "\n", "\r\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file(written, text):
    with pytest.raises(ValueError, match=r"digits\.csv is empty"):
        read_csv(written(text))


@pytest.mark.parametrize("text", ["label,a\n", "label,a", "label,a\n\n\n"])
def test_a_header_alone(written, text):
    with pytest.raises(ValueError, match=r"digits\.csv has no rows below its header"):
        read_csv(written(text))


@pytest.mark.parametrize("column", [3, -4, 100])
def test_no_such_column(written, column):
    with pytest.raises(ValueError, match=rf"row 1 has 3 cells; label_column={column} is none"):
        read_csv(written(PLAIN), label_column=column)


@pytest.mark.parametrize("text", [PLAIN.encode("utf-16"), "1,2\n1,é\n".encode("latin-1")])
def test_other_encodings(written, text):
    with pytest.raises(ValueError, match=r"digits\.csv is not UTF-8 text") as caught:
        read_csv(written(text))
    assert not isinstance(caught.value, UnicodeDecodeError)


def test_gzip_cut_off(written):
    data = gzip.compress(PLAIN.encode(), mtime=0)
    for length in range(2, len(data)):
        with pytest.raises(ValueError, match=r"digits\.csv: the gzip stream is cut off or damaged"):
            read_csv(written(data[:length]))


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_csv(tmp_path / "none.csv")
