"""Names of people: how they are read from pasted text, and how the CDP may spell them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from orders.search_text.normalize import plain

TITLES = (
    r"mr|mrs|ms|miss|mx|mstr|master|dr|prof|sir|rev|herr|frau|hr|fr|m|mme|mlle|sr|sra|srta|sig|signor[ae]?|señor[ai]?|señorita|senhora?|madame|monsieur|mademoiselle|"
    r"mevrouw|meneer|pan|pani|dhr|mevr|chd|inf|adt"
)
TITLE = re.compile(rf"(?:{TITLES})\.?", re.IGNORECASE)
GLUED_TITLE = re.compile(r"(?<=[A-Z]{3})(?:MRS|MISS|MSTR|MR)$")
LABEL = re.compile(
    r"\s*(?:(?:passenger|customer|guest|traveller|traveler|last|first|full|pax|lead)?\s*name|passengers?|pax|customer|guest|kunde|kundin|gast|"
    r"passagier|reisender|nom|nombre|nome|naam|pasażer|氏名|お名前|姓名|이름)\s*[:=]\s*",
    re.IGNORECASE,
)
ROLE = re.compile(r"\s*(?:passengers?|pax|customer|kundin|kunde|passagier|reisender)\s+", re.IGNORECASE)
# Words that belong to the last name after them.
PARTICLE_WORDS = (
    "van von vom der den de del dela della di da das dos do du des la las le les los lo el al ap bin binti bint ben ibn "
    "zu zum zur af av ter ten te 't op mac mc fitz san santa st st. saint ó ní uí nic o"
)
PARTICLES = frozenset(PARTICLE_WORDS.split())
CONJUNCTIONS = frozenset({"y", "e", "i", "und"})  # "Ortega y Gasset"
# "Jun" and "Sen" without a dot may be names themselves.
SUFFIX = re.compile(r",?\s+(?:(?:jr|jnr|snr|ii|iii|iv|phd|esq)\.?|(?:jun|sen)\.)$|,\s*sr\.?$", re.IGNORECASE)
# What separates the names of a ticket: " 2." in "1.DOYLE/JANE MRS 2.DOYLE/TOM MR".
TICKET_NUMBERING = re.compile(r"(?<=\S)\s+\d{1,2}\.\s*\d?(?=[A-Z])")
TYPE = re.compile(
    r"^\s*\d{1,2}\.\s*\d?(?=[A-Z])|\((?:she/her|he/him|they/them|adult|child|infant|adt|chd|inf|cnn|mr|mrs|ms)\)",
    re.IGNORECASE,
)
# East Asian names are written family name first.
EAST_ASIAN = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")


@dataclass(frozen=True, slots=True, repr=False)
class Name:
    """A person's first names ("" if none were found) and last name. `sure` is False if the text may be something else."""

    first: str
    last: str
    sure: bool = True


def read(text: str) -> Name | None:
    """The name in plain text such as "Jane Doyle", "Doyle, Jane" or "DOYLE/JANE MRS"; None unless the text seems to be just a name.

    Labels, titles and suffixes are left out. If several names are copied from a ticket, only the first is read.
    """
    text, clear = _without_role(SUFFIX.sub("", text.rstrip()))
    text, labelled = LABEL.sub("", text, count=1), LABEL.match(text) is not None
    text = TICKET_NUMBERING.split(TYPE.sub("", text).strip(), maxsplit=1)[0].strip(" \t\n\"'.,;:!()[]<>-*")
    if not text or len(text) > 100 or "\n" in text:
        return None
    parts = re.split(r"\s*[/,]\s*", text)
    if all(parts) and (len(parts) == 2 or (len(parts) > 2 and "/" in text)):
        return _last_first(*parts[:2], slash="/" in text)
    words = [word for word in text.split() if not TITLE.fullmatch(word)]
    titled = len(words) < len(text.split())
    if titled and words and words[0].lower() in {"and", "und", "et", "y", "&"}:
        words = words[1:]  # "Mr. and Mrs. Doyle"
    if not _are_names(words) or len(words) > 5:
        return None
    if len(words) == 1 and len(words[0]) < 2:
        return None
    if len(words) == 1:
        sure = titled or labelled or words[0][:1].isupper()
        plain = not (titled or labelled or "'" in words[0]) and words[0].isascii()
        return Name("", words[0], sure=sure and not plain) if not plain or words[0][:1].isupper() else None
    sure = labelled or titled or (clear and all(map(_is_name_in_capitals, words)))
    if not sure and sum(word.lower() not in PARTICLES for word in words) > 3:
        return None
    start = _start_of_last_name(words)
    return Name(" ".join(words[:start]), " ".join(words[start:]), sure=sure)


def _without_role(text: str) -> tuple[str, bool]:
    """`text` without a role before a full name ("passenger Jane Doyle" becomes "Jane Doyle"), and whether this reading is clear.

    "customer asks about" is unchanged. In "customer WANTS REFUND", the capitals may be for emphasis, so the reading is not clear.
    """
    rest = ROLE.sub("", text, count=1)
    words, parted = rest.split(), "/" in rest or "," in rest
    if rest == text or not (len(words) > 1 or parted) or not all(map(_is_name_in_capitals, words)):
        return text, True
    return rest, parted or not rest.isupper() or text.strip()[:1].isupper()


def _is_name_in_capitals(word: str) -> bool:
    return _is_capitalized(word) or word.lower() in PARTICLES | CONJUNCTIONS


def _start_of_last_name(words: list[str]) -> int:
    """The index of the first word of the last name, which includes any particles ("van der") and names joined by "y" or the like."""
    start = len(words) - 1
    while start > 0:
        word = words[start - 1].lower()
        if word in CONJUNCTIONS and start > 2:
            start -= 2
        elif word in PARTICLES:
            start -= 1
        else:
            break
    return start


def normalize(name: str) -> str:
    """`name` in NFC, with single spaces, straight apostrophes and no invisible characters except the joiners that `plain` keeps."""
    seen = "".join(
        sign for sign in " ".join(plain(name).replace("`", "'").split()) if unicodedata.category(sign) != "Cc"
    )
    return unicodedata.normalize("NFC", seen)


def spellings(first: str, last: str) -> tuple[tuple[str, str], ...]:
    """The spellings of a name that the CDP may have, as (first, last): both kinds of apostrophe, and both orders of an East Asian name."""
    first, last = normalize(first), normalize(last)
    orders = [(first, last)]
    if first and EAST_ASIAN.search(first) and EAST_ASIAN.search(last):
        orders.append((last, first))
    return tuple(dict.fromkeys((f(a), f(b)) for a, b in orders for f in (str, _curly)))


def _curly(name: str) -> str:
    return name.replace("'", "’")


def _last_first(last: str, first: str, *, slash: bool) -> Name | None:
    firsts = [word for word in first.split() if not TITLE.fullmatch(word)]
    lasts = [word for word in last.split() if not TITLE.fullmatch(word)]
    if slash and firsts:
        firsts[-1] = GLUED_TITLE.sub("", firsts[-1])
    if not firsts or not lasts or not _are_names([*firsts, *lasts]) or len(firsts) + len(lasts) > 6:
        return None
    titled = len(firsts) < len(first.split())
    if slash and not titled and not all(map(_is_capitalized, (*firsts, *lasts))):
        return None
    written = _in_small if slash else str
    sure = slash or all(map(_is_name_in_capitals, lasts))
    return Name(written(" ".join(firsts)), written(" ".join(lasts)), sure=sure)


def _in_small(words: str) -> str:
    """`words` with only their initials in capitals ("O'Neill") if they are all in capitals, as on a ticket; otherwise unchanged."""
    return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), words) if words.isupper() else words


def _are_names(words: list[str]) -> bool:
    return bool(words) and all(_is_name(word) for word in words)


def _is_name(word: str) -> bool:
    letters = [sign for sign in word if unicodedata.category(sign)[0] in "LM" or sign in "\u200c\u200d"]
    return (
        bool(letters) and all(sign in letters or sign in "'-.·ー" for sign in word) and not word.startswith((".", "-"))
    )


def _is_capitalized(word: str) -> bool:
    """Whether a part of the word, such as "Arc" in "d'Arc", begins with a capital, or with a letter of a script without capitals."""
    return any(part[:1].isupper() or not (part[:1].isupper() or part[:1].islower()) for part in _parts(word))


def _parts(word: str) -> Iterator[str]:
    yield from (part for part in re.split(r"['-]", word) if part)
