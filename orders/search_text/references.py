"""Order refs and booking references: the characters allowed in them, and the words in a text that may be either.

The form of a word can rule out that it is an order ref or a booking reference, but can never prove that it is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orders.search_text import spelled
from orders.search_text.normalize import latin, parted

# A booking system may number its orders "2041/7" or "A:93"; such a reference travels only as a query value, never in a path.
LONGEST = 128
REFERENCE = re.compile(r"[A-Za-z0-9._~:/+-]{1,128}")
UUID = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")
EDGES = "./:-_~+"
# Words are separated by characters that no reference contains.
BETWEEN = re.compile(r"[^\w.~:/+'-]+")
WORD_EDGES = "'"
THREE_AND_THREE = re.compile(r"(?<![^\W_])([A-Z0-9]{3}) ([A-Z0-9]{3})(?![^\W_])")
NAMES_OF_A_TICKET = re.compile(r"(?:\d{1,2}\.)?\d?[A-Za-z]+/[A-Za-z]+")
TWO_GROUPS = re.compile(r"([A-Za-z0-9]{2,4})[ -]([A-Za-z0-9]{2,4})")

LABELS = (
    r"pnr'?s?|bookings?|reservations?|(?:record[ _-]?)?locator|confirmation|itinerary|orders?|order[ _-]?ref|"
    r"reference|reference[ _-]?id|ref|"
    r"booking[ _-]?ref(?:erence)?|booking[ _-]?code|booking[ _-]?(?:no|id|number)|confirmation[ _-]?code|"
    r"buchung(?:en|s[ -]?(?:nummer|nr|code|referenz|bestätigung|kennung))?|vorgang(?:s[ -]?(?:nummer|nr))?|referenz(?:[ -]?nummer)?|"
    r"reservierung(?:s[ -]?(?:nummer|nr|code))?|bestell(?:ung|nummer|nr)|auftrag(?:s[ -]?(?:nummer|nr))?|"
    r"bestätigung(?:s[ -]?(?:nummer|code))?|"
    r"r[ée]servations?|dossier|commande|r[ée]f[ée]rence|réf|"
    r"reservas?|localizador|reservaci[óo]n|confirmaci[óo]n|pedido|referencia|referência|c[óo]digo|confirmação|"
    r"prenotazion[ei]|codice|conferma|ordine|riferimento|"
    r"boeking(?:s?[ -]?(?:nummer|nr|code|referentie))?|reservering(?:s?[ -]?(?:nummer|code))?|bestelling|bevestiging|referentie|"
    r"rezerwacj[aie]|zamówieni[ea]|"
    r"bokning(?:s?(?:nummer|nr|kod|referens))?|bestilling(?:s?(?:nummer|nr))?|reservasjon|booking(?:nummer|nr|kode)|varaus(?:numero|tunnus)?|"
    r"rezervac[eií]|rezervare|rezervasyon|foglalás|kode booking|mã đặt chỗ|"
    r"бронь|брони|бронирован\w+|заказа?|резервац\w+|حجز|الحجز|הזמנה|ההזמנה"
)
# Labels written without spaces around them.
GLUED_LABELS = r"予約(?:番号)?|確認番号|订单号?|訂單號?|預訂|预订号?|訂位(?:代號)?|예약(?:번호)?|การจอง"
FILLERS = (
    r"no|nos|nr|nº|n|num|number|numbers|nummer|numer|numero|número|numéro|núm|номер|code|código|codigo|codice|kod|id|ref|reference|"
    r"référence|referencia|reference|locator|is|was|ist|lautet|est|es|è|é|jest|to|är|er|on|the|la|le|my|of|for|de|del|di|für|da|do|mit|der|die|das|with|رقم|هو"
)
GLUED_FILLERS = "[は的是为為の의는은号號]"
LABELLED = re.compile(
    rf"(?:(?<![^\W_])(?:{LABELS})(?![^\W_])|{GLUED_LABELS})"
    rf"(?P<filler>(?:[\s:=#.\-()[\]\"'/*]|(?<![^\W_])(?:{FILLERS})(?![^\W_])|{GLUED_FILLERS})*)"
    r"(?P<value>[A-Za-z0-9][A-Za-z0-9._~:/+&;|\-]*)",
    re.IGNORECASE,
)
ALONE_LABELLED = re.compile(r"(?:order[ _]?ref|reference[ _]?id|referenceId|ref|pnr|q)\s*[:=]\s*(\S+)", re.IGNORECASE)
CURRENCIES = (
    "AED|AUD|BGN|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|MAD|MXN|MYR|NOK|NZD|PHP|PLN|RON|SAR|SEK|SGD|THB|"
    "TRY|TWD|UAH|USD|VND|ZAR"
)
# Words of six letters that people write in capitals; among other words they are not references.
SHOUTED_WORDS = "PLEASE URGENT RECORD TICKET FLIGHT CANCEL REFUND CHANGE RETURN NUMBER PERSON AGENCY AMOUNT STATUS CLOSED THANKS MISSED"
SHOUTED = frozenset(SHOUTED_WORDS.split())
MONTHS = "JAN|FEB|MAR|MAY|APR|JUN|JUL|AUG|SEP|OCT|NOV|DEC|MAI|OKT|DEZ"
# Flight numbers, dates, prices and the like: among other words, they are tried last, and not at all if a reference follows a label.
FLIGHT = r"(?:[A-Z]{2}|[A-Z]\d|\d[A-Z])\d{3,4}[A-Z]?"
NOT_REFERENCES = (
    rf"\d{{1,2}}(?:{MONTHS})(?:\d{{2}}|\d{{4}})?|(?:{MONTHS})-?\d{{2,4}}",
    r"\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:am|pm)?",
    rf"(?:{CURRENCIES})\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)*(?:{CURRENCIES})",
    r"\d{13,14}|\d{3}-\d{10}(?:-\d+)?|(?:\d{1,2}\.)?[A-Z]{3}\d{9,15}-[A-Z]",
    r"(?:INC|REQ|CHG|RITM|PRB|CASE|TASK|TKT|SCTASK|ZD|TK|RT|CS|SR)[-#]?\d{1,12}|[A-Z]{2,6}-\d{1,6}",
    r"(?:\d+(?:kg|lb|lbs|km|min|h|pax|st|nd|rd|th|x|adt|chd|inf|pc))+|(?-i:\d{1,2}[a-z]{3,})|covid-?19|[a-z]+-?(?:19|20)\d\d",
)
LAST = re.compile(f"(?:{'|'.join((FLIGHT, *NOT_REFERENCES))})", re.IGNORECASE)
NEVER_LABELLED = re.compile(f"(?:{'|'.join((*NOT_REFERENCES[:3], *NOT_REFERENCES[5:]))})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class References:
    """The possible references in a text, the likeliest kinds first.

    `strong` holds the likely ones, such as those after a label; `weak` holds the rest.

    `dots` is True if a word contains ".."; `words` is True if `is_reference` accepts any word or part of a word.
    """

    strong: tuple[str, ...]
    weak: tuple[str, ...]
    dots: bool
    words: bool

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.strong, *self.weak)))


def is_reference(text: str) -> bool:
    """Whether `text` can be sent to the CDP as a booking reference (in a query value)."""
    return REFERENCE.fullmatch(text) is not None and ".." not in text and text.strip("./:+~-_") != ""


def is_too_long(text: str) -> bool:
    """Whether `text` is too long for a reference, but has only characters that are allowed in one."""
    return len(text) > LONGEST and all(map(REFERENCE.fullmatch, text))


def looks_like_ref(text: str) -> bool:
    """Whether `text` has the form of one of the CDP's own refs (a UUID): a hint about what to try first, never proof."""
    return UUID.fullmatch(text) is not None


def find(text: str, *, alone: bool = True) -> References:
    """Find the references in plain text from which links, e-mail addresses and phone numbers have been removed.

    `alone` is True if this text is all that was pasted; a single word of any form may then be a reference.
    """
    text = spelled.join(" ".join(latin(word) for word in re.split(r" +", parted(text))))
    words = [word for word in (word.strip(WORD_EDGES) for word in BETWEEN.split(text)) if word]
    dots = any(".." in word for word in words)
    labelled = tuple(dict.fromkeys(_labelled(text)))
    if words and all(is_label(word.strip(EDGES)) for word in words):
        return References((), (), dots, any(map(is_reference, words)))
    if alone and len(words) == 1 and NAMES_OF_A_TICKET.fullmatch(words[0]):
        return References((), of_value(words[0]), dots, True)
    if alone and len(words) == 1 and not labelled:
        strong = of_value(words[0])
        return References(strong, (), dots, bool(strong))
    if alone and not labelled and (joined := _in_groups(text.strip(" \t\n\"'.,#"))):
        return References((joined,), (), dots, True)
    return _of_sentence(text, words, labelled, dots)


def is_label(word: str) -> bool:
    """Whether `word` is a label that a reference may follow, such as "booking" or "Buchungsnummer"."""
    return re.fullmatch(rf"{LABELS}|{GLUED_LABELS}", word, re.IGNORECASE) is not None


def of_value(value: str) -> tuple[str, ...]:
    """The references that `value` may mean: whole, split, with hyphens removed, or without punctuation at its edges; () if none."""
    if apart := _apart(value):
        return apart
    if not is_reference(value):
        return ()
    # A dot or slash at the edge may belong to the reference or to the sentence around it: both are tried.
    inner = value.strip(EDGES)
    readings = [value, *([inner] if is_reference(inner) else [])]
    if "-" in inner and not LAST.fullmatch(inner) and (joined := _in_groups(inner)):
        readings.append(joined)
    return tuple(dict.fromkeys(readings))


def _of_sentence(text: str, words: list[str], labelled: tuple[str, ...], dots: bool) -> References:
    cleaned = [part for word in words for part in (_apart(word) or (word.strip(EDGES),)) if is_reference(part)]
    refs = [word for word in cleaned if looks_like_ref(word)]
    mixed = [word for word in cleaned if len(word) >= 5 and re.search(r"\d", word) and re.search(r"[A-Za-z]", word)]
    mixed = [word for word in mixed if not NAMES_OF_A_TICKET.fullmatch(word)]
    mixed.sort(key=lambda word: not _is_code(word))  # codes come before "RP/LONBA0100/LONBA0100" and the like
    last = [word for word in mixed if LAST.fullmatch(word) and not looks_like_ref(word)]
    mixed = [word for word in mixed if word not in last and not word.endswith(labelled)]
    codes = [word for word in cleaned if len(word) == 6 and word.isalpha() and word.isupper() and word not in SHOUTED]
    numbers = [word for word in cleaned if word.isdigit() and len(word) >= 5]
    if mixed and len(words) > 3 and text.upper() == text:
        codes = []  # everything is in capitals, so a word of six letters is probably an ordinary word
    last += [word for word in numbers if LAST.fullmatch(word)]
    numbers = [word for word in numbers if word not in last]
    weak = (*codes, *numbers, *(() if labelled else last))
    if not (labelled or refs or mixed or weak):
        groups = [_as_six(groups[1] + groups[2]) for groups in THREE_AND_THREE.finditer(text)]
        weak = tuple(joined for joined in groups if joined and not LAST.fullmatch(joined))
    return References((*labelled, *refs, *mixed), weak, dots, bool(cleaned))


def _labelled(text: str) -> Iterator[str]:
    """The references that follow labels such as "PNR:". Labels are recognized in many languages."""
    if alone := ALONE_LABELLED.fullmatch(text.strip(" \t\n\"'.,")):
        value = alone[1].strip("\"'.,;:!?()[]{}<>#*|$=…")
        yield from of_value(value)
        if is_reference(value):
            return
    position = 0
    while label := LABELLED.search(text, position):
        position = label.start("value")
        value = label["value"]
        if groups := TWO_GROUPS.match(text, position):
            behind = text[groups.end() : groups.end() + 1]
            if (
                (joined := _as_six(groups[1] + groups[2]))
                and groups[1] == value
                and not behind.isalnum()
                and groups[0].upper() == groups[0]
            ):
                yield joined
                continue
        parts = _apart(value) or (value.strip(EDGES + "&;|"),)
        if _is_label_too(value, text[label.end() :]):
            continue
        ends = not re.search(r"\w", text[label.end() :])
        explicit = any(sign in label["filler"] for sign in ":=#")
        yield from (part for part in parts if is_reference(part) and _is_plausible(part, explicit=explicit, ends=ends))
        if "-" in parts[0] and not LAST.fullmatch(parts[0]) and (joined := _in_groups(parts[0])):
            yield joined


def _is_label_too(value: str, behind: str) -> bool:
    """Whether the word after a label is a label itself, as in "Order: customer: Jane"."""
    return value.rstrip(":").isalpha() and (value.endswith(":") or re.match(r"\s?[:=]", behind) is not None)


def _is_plausible(value: str, *, explicit: bool, ends: bool) -> bool:
    """Whether the word after a label is probably the reference, and not just the next word of the sentence.

    `explicit` is True if ":", "=" or "#" stands between the label and the word; `ends` is True if the word is the last of the text.
    """
    if NEVER_LABELLED.fullmatch(value):
        return False
    if any(sign.isdigit() for sign in value):
        return len(value) >= 5 or (explicit and len(value) >= 2)
    if not 5 <= len(value) <= 8 or not value.isalpha() or value.upper() in SHOUTED:
        return False
    return (value.isupper() and (explicit or len(value) == 6)) or (explicit and ends)


def _apart(word: str) -> tuple[str, ...]:
    """The references in one word such as "B94TXY/FAM4OB" or "B94TXY/DOYLE"; () if the word should not be split.

    If the rest may be part of the reference, as in "B94TXY/1", the whole word comes first.
    """
    parts = [part for part in re.split(r"[/:+,;|&\\^]", word.strip(EDGES)) if part]
    if len(parts) < 2 or ".." in word:
        return ()
    codes = [part for part in parts if _is_code(part)]
    if not codes:
        return ()
    others = [part for part in parts if part not in codes and not re.fullmatch(r"[A-Z]\d|\d[A-Z]", part)]  # "1A/B94TXY"
    if len(codes) > 1 or not any(sign.isdigit() for part in others for sign in part):
        return tuple(dict.fromkeys(codes))
    whole = word.strip(EDGES)
    return (whole, *codes) if is_reference(whole) else tuple(codes)


def _is_code(part: str) -> bool:
    """Whether `part` has the form of a CDP ref or of a booking code (six capital letters, or six letters and digits mixed)."""
    if looks_like_ref(part):
        return True
    return len(part) == 6 and part.isalnum() and (part.isupper() or any(map(str.isdigit, part))) and not part.isdigit()


def _in_groups(text: str) -> str:
    """`text` such as "B94-TXY", "B94 TXY" or "X7 K2 PL" joined into one word; "" if that word cannot be a booking code (see `_as_six`).

    The result is also "" for a text with a group of five characters or more, and for one such as "gate 12", with lower-case letters
    and digits in separate groups.
    """
    groups = re.split(r"[ -]", text)
    if len(groups) < 2 or not all(re.fullmatch(r"[A-Za-z0-9]{1,4}", group) for group in groups):
        return ""
    mixed = any(re.search(r"[A-Za-z]", group) and re.search(r"\d", group) for group in groups)
    joined = "".join(groups)
    return _as_six(joined) if mixed or joined.isupper() else ""


def _as_six(joined: str) -> str:
    """`joined` if it has six characters, both letters and digits, and is not a price, date or the like; otherwise ""."""
    mixed = any(map(str.isdigit, joined)) and any(map(str.isalpha, joined))
    return joined if len(joined) == 6 and mixed and not NEVER_LABELLED.fullmatch(joined) else ""
