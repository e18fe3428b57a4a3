"""Recognize harmless fields by their names, which consist of airline trade words. The values of all other unknown fields are hidden.

Identity documents have countless names in many languages, so a list of what to hide is never complete; this is a list of what to
show. A name is split into its words (`bookingSource`, `BOOKING_SOURCE`, `booking-source`), and each word, or the whole name, must be
listed. Operators can add names with the setting CDPVIEWER_SHOWN_FIELDS.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from orders.cdp.characters import CASE_BOUNDARY
from orders.cdp.decode import DOCUMENTED_FIELDS
from orders.privacy.personal_text import ABBREVIATED, ANNOUNCING, fold, listed, names_document

# Subjects of harmless fields.
SUBJECTS = listed(
    "agency aircraft airline airport aisle alliance allowance amount ancillaries ancillary arrival bag baggage base "
    "basis batch board boarding booking brand breakfast bundle bus cabin campaign cancel cancellable cancellation "
    "cancelled carbon carrier carry change changeable channel checkin city class co2 coach codeshare commission "
    "compartment connection coupon currency deal deck delay departure designator destination discount disruption "
    "distance duration emd emission equipment excess exchange exchangeable exit fare fee feed ferry fleet flexible "
    "flight fuel gate gds gross haul hotel iata interline itinerary journey kg kilo km layover leg legroom length "
    "lounge luggage market marketing meal mileage night nights offer office operating order origin package parking "
    "pcc pcs penalty piece plane platform pnr pos price priority product promo promotion purchase qty quantity rail "
    "rate rbd rebookable rebooking refund refundable refunded reservation route sale sales schedule season seat "
    "seating sector segment sku sold source stay stop stopover subtotal supplier surcharge tariff taxi terminal "
    "ticket ticketed ticketing tier timestamp total tour train transfer trip upgrade upgraded utm validating "
    "variant vendor via voucher weight wifi window zone"
)
# Words that accompany a subject and mean nothing by themselves.
FILLERS = listed(
    "access active actual additional advance after all and applied at attribute available average before block bool "
    "category checked code configuration count country created current custom data date day days default details "
    "elapsed eligible end engine entry estimated expected expiry extra field final flag footprint free group hand "
    "has hour hours id inbound included index info is item language lead level limit list local max maximum method "
    "min minimum minute minutes mode modified month net new no nr num number of offset on one original outbound "
    "paid parameter per percent planned position preference preferred previous primary property provider range ref "
    "reference requested required return round row rule scheduled secondary selected sent sequence service set "
    "share size special standard start status summary system time type unit until updated utc valid value "
    "version way week weekday year"
)
# Names that are harmless as a whole, though not word by word.
PHRASES = frozenset(
    phrase.replace(" ", "")
    for phrase in listed(
        "agency name|aircraft registration|airport tax|aisle|award miles|block time|boarding card|booked by agency|"
        "car category|car class|car type|card brand|card scheme|card type|check in|country of sale|cross sell|"
        "currency code|customer segment|customer tier|customer type|day of week|departure tax|distance miles|"
        "elapsed time|etd|experiment|fare family|fast track|group size|guest type|inbound date|installments|"
        "instalments|insurance|insurance included|insurance price|insurance product|insurance type|is group|"
        "language|language code|last ticketing date|lead time|lead time days|locale|locator|loyalty|loyalty level|"
        "loyalty points earned|loyalty program|loyalty programme|loyalty status|loyalty tier|miles|miles earned|"
        "net price|no show|one way|operated by|outbound date|partner airline|passenger type|passenger type code|"
        "pax type|payment|payment amount|payment channel|payment currency|payment date|payment method|"
        "payment provider|payment status|payment type|pet in cabin|point of sale|points|points earned|"
        "product family|ptc|rebooked|record locator|rental days|return date|return trip|room category|room type|"
        "rooms|round trip|routing|row|seat map|sta|star rating|stars|status|std|tail number|tax|tax amount|"
        "tax total|taxes|test group|total tax|travel|travel class|travel date|travel month|travel time|"
        "traveler type|traveller type|trip type|upsell|valid from|valid to|vat|vat amount|vat rate|vehicle class|"
        "vehicle type|volume|weekday",
        "|",
    )
)
# Words that may come before `name`, `title`, `description` or `label`, because a thing is named and not a person.
THINGS = listed(
    "aircraft airline airport ancillary bag baggage brand bundle cabin campaign carrier channel city class fare "
    "flight hotel lounge market meal offer package product promo promotion route supplier tariff terminal tier vendor"
)
# Words that are harmless only if the value is a number of people.
HEADS = listed(
    "adult adults child children guests infant infants passenger passengers pax people persons seniors traveler "
    "travelers traveller travellers youths"
)
COUNTED = HEADS | listed("count number num no total of")
# Words that may appear in a field's name next to its mask, so that users know what is hidden.
NAMING = listed(
    "account address age agent answer bank billing bio born by card cc comment company consumer consumers contact "
    "contacts content cookie customer customers delivery device disability doc docs document documents email emails "
    "emergency ext extension extensions family first for from full gender given guest guests health holder home "
    "href identifier identity invoice key kind known label last leader legal limit maiden mail marital member "
    "middle mobile more mother name names national nationality next note notes param passenger passengers payment "
    "person personal pet phone place policy post postal prev question reason redress registration remark remarks "
    "residence security seen sex social special street surname tax text title to tracking travel traveler travelers "
    "traveller travellers url user username vat visa"
)
JOINTS = re.compile(rf"{CASE_BOUNDARY}|[\W_]+")
NUMBERED = re.compile(r"(?<=\D)\d{1,2}$")
FIELD_NAME = re.compile(r"[^\W\d][\w.-]{0,63}")
LONGEST = 80


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a field's name in lower case: "passportNumber" and "PASSPORT-NUMBER" both give ("passport", "number")."""
    return tuple(fold(JOINTS.sub(" ", name)).split())


def is_harmless(path: Sequence[str], value: str = "", shown: frozenset[tuple[str, ...]] = frozenset()) -> bool:
    """Whether a value may be shown, judged by the keys that lead to it (`path`, at least one key).

    `shown` has the names that the operator added (see `shown_fields`); they count as harmless.

    A key that is not harmless by itself (`name`) is judged together with its parent (`hotel`). Nothing is harmless below a key that
    is neither harmless nor made up of FILLERS. `value` is the value as text: under `passengers`, a number of up to three digits
    is harmless, but a name is not.
    """
    *above, own = (words(key) if len(key) <= LONGEST else ("",) for key in path)
    if own in shown:
        return all(key in shown or _is_trade(key) or _says_nothing(key) for key in above)
    if own and HEADS.intersection(own) and COUNTED.issuperset(own):
        return value.isdecimal() and len(value) <= 3 and all(_is_trade(key) or _says_nothing(key) for key in above)
    holder: tuple[str, ...] = ()
    for key in above:
        if not (key in shown or _is_trade(key) or _says_nothing(key)):
            return False
        holder = (*holder, *key) if _says_nothing(key) else key
    return all(above) and (_is_trade(own) or (bool(own and holder) and _is_trade((*holder, *own))))


def is_name(key: str) -> bool:
    """Whether a hidden field's key may be shown next to its mask: it must consist of known words or resemble an API field's name."""
    parts = words(key) if len(key) <= LONGEST else ()
    if not parts or "".join(parts) in PHRASES or _is_trade(parts):
        return bool(parts)
    if all(part in NAMES or _kind(part) for part in parts):
        return True
    return not _one_shorter(key.lower()).isdisjoint(DOCUMENTED)  # perhaps a misspelt API field


def _one_shorter(name: str) -> set[str]:
    return {name, *(name[:at] + name[at + 1 :] for at in range(len(name)))}


def shown_fields(names: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """The names that the operator added, each split into its words.

    Raises ValueError if an entry is refused, with the position (from 1) of the first such entry and the reason.
    """
    for position, name in enumerate(names, start=1):
        if not FIELD_NAME.fullmatch(name) or not words(name):
            raise ValueError(f"entry {position} is not the name of a field")
        if names_document(name):
            raise ValueError(f"entry {position} names a document, a date of birth or a way to reach somebody")
    return frozenset(words(name) for name in names)


@lru_cache(maxsize=4096)
def _is_trade(parts: tuple[str, ...]) -> bool:
    """Whether the words form a harmless name: a listed phrase, or subjects and fillers with at least one subject among them.

    The name, title, description or label of one of THINGS is harmless too; an id followed by other words is not, except in a phrase.
    """
    if NUMBERED.sub("", "".join(parts)) in PHRASES:
        return True
    if "id" in parts[:-1]:  # an `idNumber` belongs to a person
        return False
    if len(parts) > 1 and parts[-1] in {"name", "title", "description", "label"}:
        return parts[-2] in THINGS and _is_trade(parts[:-1])
    kinds = [_kind(part) for part in parts]
    return all(kinds) and "subject" in kinds


def _says_nothing(parts: tuple[str, ...]) -> bool:
    return bool(parts) and "id" not in parts[:-1] and all(_kind(part) == "filler" for part in parts)


@lru_cache(maxsize=4096)
def _kind(word: str) -> str:
    """The kind of a word: "subject", "filler", or "" if it is neither.

    A plural, a numbered word (fare1) and words run together (bookingclass) are recognized too.
    """
    if word in SUBJECTS:
        return "subject"
    if word in FILLERS or (word.isdecimal() and len(word) < 3):
        return "filler"
    if (plain := NUMBERED.sub("", word)) != word:
        return _kind(plain)
    if word.endswith("s") and len(word) > 3 and word[:-1] in KNOWN:
        return _kind(word[:-1])
    for at in range(3, len(word) - 2):
        if word[:at] in KNOWN and (rest := _kind(word[at:])):
            return "subject" if "subject" in (rest, _kind(word[:at])) else "filler"
    return ""


# The names of API fields, whole and with each letter left out in turn: two spellings that differ in one letter share one of these.
DOCUMENTED = frozenset().union(*(_one_shorter(name.lower()) for name in DOCUMENTED_FIELDS if len(name) > 3))
KNOWN = SUBJECTS | FILLERS
NAMES = SUBJECTS | FILLERS | THINGS | HEADS | NAMING | {fold(word) for word in ANNOUNCING | ABBREVIATED}
