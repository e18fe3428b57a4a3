"""How simple a password is: repetitions, sequences and keyboard rows add little to the difficulty of guessing it."""

from __future__ import annotations

from itertools import groupby, pairwise

ROWS = (
    "`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./",  # English
    "qwertzuiopü", "asdfghjklöä", "yxcvbnm,.-", "azertyuiop", "qsdfghjklm", "wxcvbn",  # German, French
    "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю",  # Russian
    "abcdefghijklmnopqrstuvwxyz", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "αβγδεζηθικλμνξοπρστυφχψω",
    "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "zaq1", "147", "258", "369", "741", "852", "963",
)  # fmt: skip
LONGEST_READ = 256  # characters; what comes after them cannot make a password easier to guess
LEAST_RUN = 3

_NEXT = {pair for row in (*ROWS, "01234567890") for way in (row, row[::-1]) for pair in pairwise(way)}


def weight(text: str) -> int:
    """The number of independent choices in a text: two for a run, one for a repeat of an earlier piece, one for any other character.

    The text must already be folded (see `common_passwords.folded`). Only runs and repeats of at least three characters count as such. A
    character typed several times in a row counts once if that lowers the number. "aaaaaaaaaaaa" has weight 1, "abcabcabcabc" 3,
    "qwertyuiop12" 4, "correct horse" 12.
    """
    text = text[:LONGEST_READ]
    return min(_choices(text), _choices(_without_doubles(text)))


def _choices(text: str) -> int:
    count, start = 0, 0
    while start < len(text):
        run, repeated = _run(text, start), _repeated(text, start)
        if repeated >= max(run, LEAST_RUN):
            count, start = count + 1, start + repeated
        elif run >= LEAST_RUN:
            count, start = count + 2, start + run
        else:
            count, start = count + 1, start + 1
    return count


def _run(text: str, start: int) -> int:
    """The length of the run that begins at `start`.

    A run is one character repeated, or characters each of which is next to the previous one in one of ROWS or in "01234567890".
    """
    end = start + 1
    while end < len(text) and (text[end - 1], text[end]) in _NEXT:
        end += 1
    same = start + 1
    while same < len(text) and text[same] == text[start]:
        same += 1
    return max(end, same) - start


def _repeated(text: str, start: int) -> int:
    """The length of the longest piece at `start` that also occurs from an earlier position on; the two occurrences may overlap."""
    length = 0
    while start + length < len(text) and text.find(text[start : start + length + 1], 0, start + length) >= 0:
        length += 1
    return length


def _without_doubles(text: str) -> str:
    """The text with each run of the same character reduced to one, because "1122334455" is as simple as "12345"."""
    return "".join(sign for sign, _same in groupby(text))
