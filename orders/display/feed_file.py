"""Decode the file that holds a feed's table, and find the table's delimiter.

If the file is of another known kind, such as a PDF, the error names that kind.
"""

from __future__ import annotations

import csv
import re

from orders.itinerary.clock_check.feed import COLUMNS

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
ENDS_OF_ROW = ("\r\n", "\n", "\r")
KINDS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive: in Excel, save it as “CSV UTF-8”; unpack an archive first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save it as “CSV UTF-8”"),
    (b"\x1f\x8b", "compressed with gzip: unpack it first (gzip -d)"),
    (b"BZh", "compressed with bzip2: unpack it first (bzip2 -d)"),
    (b"\xfd7zXZ\x00", "compressed with xz: unpack it first (xz -d)"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd: unpack it first (zstd -d)"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it first"),
    (b"Rar!", "a rar archive: unpack it first"),
    (b"%PDF", "a PDF: export the table as CSV"),
    (b"PAR1", "a Parquet file: export it as CSV"),
    (b"SQLite format 3", "an SQLite database: export the table as CSV"),
)
_COLUMN = f"(?:{'|'.join(COLUMNS)})"
BETWEEN_COLUMNS = re.compile(rf"\b{_COLUMN}[\"']?(\W+?)[\"']?{_COLUMN}\b", re.IGNORECASE)
WIDE = {b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class NoTable(ValueError):
    """A file that is not a proper CSV table; `str(error)` completes "It is …" with what the file is and what to do about it."""


def text_of(data: bytes) -> str:
    """The text of a table in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.

    Bytes that cannot be decoded become U+FFFD. Raises NoTable if the data are recognized as anything else.
    """
    for beginning, what in KINDS:
        if data.startswith(beginning):
            raise NoTable(what)
    for mark, encoding in WIDE.items():
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\x00" in data[:1000]:
        raise NoTable("in UTF-16 without a byte order mark, or no text at all: save it as UTF-8")
    text = data.decode("utf-8-sig", "replace")
    start = text.lstrip()[:1]
    if start in ("{", "["):
        raise NoTable("JSON: write a table with a header and one flight a row")
    if start == "<":
        raise NoTable("HTML or XML: export the table as CSV")
    return text


def delimited(text: str) -> tuple[str, str, int]:
    """The table (without any leading line such as `sep=;`), its delimiter, and the number of lines skipped (0 or 1).

    The delimiter is the one that splits the header into cells that include all of COLUMNS, or the comma if none does.
    Raises NoTable if the `sep=` line names a delimiter that does not split the header in this way, although another does.
    """
    first, end, rest = _first_line(text)
    named = re.fullmatch(r'"?sep=(.)"?[,;]*', first.strip(" "), re.IGNORECASE | re.DOTALL)
    body = rest if named else text
    header = _first_line(body)[0]
    signs = dict.fromkeys(
        (*DELIMITERS, *([named[1]] if named and not named[1].isalnum() and named[1] not in "\"'\r\n " else []))
    )
    fitting = [sign for sign in signs if set(COLUMNS) <= {cell.strip().lower() for cell in _cells(header, sign)}]
    if named and fitting and named[1] not in fitting:
        raise NoTable(
            f"a table whose first line names as the delimiter {_name(named[1])}, but its header is delimited by "
            f"{_name(fitting[0])}: correct or remove the first line"
        )
    return body, fitting[0] if fitting else ",", 1 if named and end else 0


def lacking(header: list[str]) -> str:
    """Advice on a header that lacks columns. If the header is a single cell that contains a likely delimiter, the advice names it."""
    line = header[0] if len(header) == 1 else ""
    between = BETWEEN_COLUMNS.search(line)
    sign = between[1] if between is not None else max(DELIMITERS, key=line.count)
    if sign not in line:
        return "The first line names the columns: origin,destination,departure,arrival."
    return (
        f"The cells seem to be delimited by {_name(sign)}; commas, semicolons, tabs and vertical bars are read, if the header has all "
        "four columns."
    )


def _first_line(text: str) -> tuple[str, str, str]:
    at = min((position for end in ENDS_OF_ROW if (position := text.find(end)) >= 0), default=len(text))
    end = next((end for end in ENDS_OF_ROW if text.startswith(end, at)), "")
    return text[:at], end, text[at + len(end) :]


def _cells(line: str, sign: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=sign), [])
    except csv.Error:
        return []


def _name(sign: str) -> str:
    if not sign.strip(" "):
        return "spaces"
    return DELIMITERS.get(sign, f"“{sign}”" if sign.isprintable() else f"the sign U+{ord(sign[0]):04X}")
