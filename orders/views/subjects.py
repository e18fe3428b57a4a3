"""The keyed hash that access records store in place of the identity of the person viewed or searched for."""

from __future__ import annotations

import re

from orders.http import Request
from orders.privacy.access_log import hashed
from orders.search_text import lookup
from orders.search_text.names import normalize
from orders.views.cdp_view import choose_connection

# The form of the CDP's own refs (a UUID). People on an order are recorded by the hash of their ref; a guest's ref is in the URL of the
# guest's orders.
NUMBER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
LONGEST = 2000


def subject_of(request: Request) -> str | None:
    """The keyed hash of the person whom the posted text identifies; None if it does not identify exactly one person.

    "" if the text is empty. The text (`whom`) is an e-mail address, a phone number, a person's ref, or a name. A national
    phone number is taken to be one from the connection's country.
    """
    text = normalize(request.POST.get("whom", "")[:LONGEST]).strip()
    if not text:
        return ""
    if NUMBER.fullmatch(text):
        return hashed(text)
    reading = lookup.read(text)
    if reading.needs_country:
        connection, _problem = choose_connection(request)
        reading = lookup.read(text, connection.country if connection is not None else "")
    people = [person for person in (reading, *reading.also) if person.kind in (lookup.Kind.EMAIL, lookup.Kind.PHONE)]
    if len(people) == 1:
        return hashed(people[0].address)
    if not people and reading.kind is lookup.Kind.NAME:
        return hashed(" ".join(part for part in (reading.last_name, reading.first_name) if part))
    return None
