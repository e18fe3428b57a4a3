"""Parse the settings file, and decode secret files. Encodings and quotes that Windows editors write are accepted or reported."""

from __future__ import annotations

import re

LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=(?P<value>.*)", re.ASCII | re.DOTALL)
QUOTED = re.compile(r"""(?P<quote>['"])(?P<value>.*?)(?P=quote)(?:\s+#.*)?""", re.DOTALL)
NOTE = re.compile(r"\s#")
CURLY = ("“", "”", "„", "‘", "’", "‚", "«", "»")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class NotUtf8(ValueError):
    """The bytes are not UTF-8, or seem to be UTF-16. `str(error)` gives the reason, without repeating any content."""


class BadLine(ValueError):
    """A line cannot be read. `str(error)` gives the line number and the reason, without repeating any content."""


def decoded(data: bytes) -> str:
    """Decode UTF-8, with or without a byte order mark. Raises NotUtf8 if the bytes are in another encoding."""
    # In UTF-16, every other byte of Latin text is zero.
    if data.startswith(UTF_16) or b"\x00" in data[:200]:
        raise NotUtf8("it is in UTF-16, which PowerShell and Notepad call Unicode: save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    raise NotUtf8("it is not in UTF-8: save it as UTF-8")


def values(text: str) -> dict[str, str]:
    """The values in the NAME=value lines of a settings file, by name. Raises BadLine if a line cannot be read.

    `export` may precede a name. If a name occurs twice, the last value counts. Blank lines and lines that start with # are ignored. One
    pair of straight quotes around a value is removed. A # after white space starts a comment, unless it is inside the quotes. Nothing is
    expanded or unescaped.
    """
    by_name: dict[str, str] = {}
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = line.strip()  # noqa: PLW2901
        if not line or line.startswith("#"):
            continue
        parts = LINE.fullmatch(line)
        if parts is None:
            raise BadLine(f"Line {number} is not NAME=value: correct or remove it.")
        by_name[parts["name"]] = _value(parts["value"], number)
    return by_name


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
