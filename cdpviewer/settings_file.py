"""Reading text that an operator saved: the settings file and the files of secrets. What Windows editors make of them is read or named."""

from __future__ import annotations

import re

LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=(?P<value>.*)", re.ASCII | re.DOTALL)
QUOTED = re.compile(r"""(?P<quote>['"])(?P<value>.*?)(?P=quote)(?:\s+#.*)?""", re.DOTALL)
NOTE = re.compile(r"\s#")
CURLY = ("“", "”", "„", "‘", "’", "‚", "«", "»")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class NotUtf8(ValueError):
    """The bytes are no UTF-8; `str(error)` says what they are, without a word of them."""


class BadLine(ValueError):
    """A line that cannot be read; `str(error)` says which and why, without a word of it."""


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark. Raises NotUtf8."""
    # Latin text in UTF-16 has a zero in every other byte.
    if data.startswith(UTF_16) or b"\x00" in data[:200]:
        raise NotUtf8("it is in UTF-16, which PowerShell and Notepad call Unicode: save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    raise NotUtf8("it is not in UTF-8: save it as UTF-8")


def values(text: str) -> dict[str, str]:
    """The NAME=value lines of a settings file, `export` in front or not. Raises BadLine.

    Empty lines and those that start with # are passed over. A # after white space begins a note, unless the value is in quotes; one pair of
    quotes around a value is taken off. Nothing is expanded and nothing escaped.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = line.strip()  # noqa: PLW2901
        if not line or line.startswith("#"):
            continue
        parts = LINE.fullmatch(line)
        if parts is None:
            raise BadLine(f"Line {number} is not NAME=value: correct or remove it.")
        found[parts["name"]] = _value(parts["value"], number)
    return found


def _value(sent: str, number: int) -> str:
    value = sent.strip()
    if value.startswith(("'", '"')):
        quoted = QUOTED.fullmatch(value)
        if quoted is None:
            raise BadLine(
                f"Line {number} has a quote that is not closed, or something behind the closing one: correct it."
            )
        return quoted["value"]
    if value.startswith(CURLY):
        raise BadLine(f"Line {number} has curly quotes around its value: use straight ones or none.")
    return "" if value.startswith("#") and sent[:1].isspace() else NOTE.split(value, maxsplit=1)[0].rstrip()
