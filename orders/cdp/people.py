"""Decode contacts, consumers and guests, from either version of the API, all into the same kind of record."""

from __future__ import annotations

from typing import Any

from orders.cdp.bounds import EMAIL, VALUES
from orders.cdp.fields import Fields, Known, ref_of
from orders.cdp.pages import Page, is_whole, page
from orders.cdp.records import Identifier, Note, Person

_PERSON = Known(
    "ref href key title firstName lastName gender dateOfBirth nationality passportNumber passportExpiry emails email "
    "phoneNumbers phone street city state postCode country language guestType identifiers guest order orders orderItems "
    "createdAt modifiedAt firstSeen lastSeen extensions ext extExt extext"
)
_IDENTIFIER = Known("provider id expiryDate")


def person(raw: dict[str, Any], *, notes: tuple[Note, ...] = ()) -> Person:
    """Decode one person. `notes` are added to the record's own notes, which name a field and a reason, never the value."""
    fields = Fields(raw, _PERSON, personal=True)
    identifiers, odd = _identifiers(fields)
    item_refs, items_complete = _item_refs(fields)
    return Person(
        ref=fields.ref(),
        title=fields.text("title"),
        first_name=fields.text("firstName"),
        last_name=fields.text("lastName"),
        gender=fields.text("gender"),
        date_of_birth=fields.day("dateOfBirth"),
        nationality=fields.text("nationality"),
        passport_number=fields.text("passportNumber"),
        passport_expiry=fields.day("passportExpiry"),
        emails=fields.texts("emails", "email", most=EMAIL),
        phone_numbers=fields.texts("phoneNumbers", "phone"),
        street=fields.texts("street"),
        city=fields.text("city"),
        state=fields.text("state"),
        post_code=fields.text("postCode"),
        country=fields.text("country"),
        language=fields.text("language"),
        guest_type=fields.text("guestType"),
        identifiers=identifiers,
        guest_ref=fields.link("guest"),
        item_refs=item_refs,
        items_complete=items_complete,
        created_at=fields.stamp("createdAt"),
        modified_at=fields.stamp("modifiedAt"),
        first_seen=fields.stamp("firstSeen"),
        last_seen=fields.stamp("lastSeen"),
        extras=fields.extras(),
        notes=fields.all_notes(odd, notes),
    )


def _identifiers(fields: Fields) -> tuple[tuple[Identifier, ...], list[Note]]:
    identifiers: list[Identifier] = []
    odd: list[Note] = []
    for entry in fields.objects("identifiers", lambda sent: sent[:VALUES])[0]:
        inner = Fields(entry, _IDENTIFIER, personal=True)
        identifier = Identifier(inner.text("provider"), inner.text("id"), inner.day("expiryDate"))
        if identifier != Identifier():
            identifiers.append(identifier)
        odd += inner.notes
    return tuple(identifiers), odd


def _item_refs(fields: Fields) -> tuple[tuple[str, ...], bool]:
    """The refs of a person's items, from a plain list or a collection in `orderItems`, and whether the list is complete.

    It does not count as complete if `orderItems` is only a link, seems to continue on another page, has more entries than are read, or
    has an entry without a ref.
    """
    sent = fields.sent("orderItems")
    if isinstance(sent, list):
        inline = Page.of(sent)
    elif isinstance(sent, dict) and isinstance(sent.get("items"), list):
        inline = page(sent)
    else:
        return (), not isinstance(sent, dict)
    named = [ref_of(entry) if isinstance(entry, dict) else None for entry in inline.entries]
    item_refs = tuple(dict.fromkeys(ref for ref in named if ref is not None))
    return item_refs, is_whole(inline) and None not in named
