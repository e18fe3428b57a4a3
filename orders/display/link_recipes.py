"""How tickets in each ticket system link to orders: one table for the page that creates link templates and for docs/linking.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EXAMPLE = "https://orders.example.com"


class Shape(StrEnum):
    """The part of the URL that holds the value of the ticket's field."""

    PATH = "path"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Recipe:
    """A ticket system: its placeholders, and where to enter the link template.

    `reference` is the placeholder for the value of a ticket's field. Any FIELD in it stands for the field's name or number, of
    which `field` is an example. `ticket` is the placeholder for the ticket's number, "" if the system has none. `kept` has the special
    characters that the system does not encode when it fills in a value; it is None if the system encodes nothing.
    """

    code: str
    name: str
    field: str
    reference: str
    ticket: str
    where: Promise
    shape: Shape = Shape.PATH
    kept: str | None = None
    note: Promise | str = ""

    def template(self, base: str, field: str = "", connection: str = "", shape: Shape | None = None) -> str:
        """The link template to paste, for the server at `base` (a URL without a final slash); `connection` is left out if "".

        `field` and `shape` default to those of the recipe.
        """
        value = self.reference.replace("FIELD", field or self.field)
        more = [f"ticket={self.ticket}"] if self.ticket else []
        more += [f"connection={quote(connection, safe='')}"] if connection else []
        if (shape or self.shape) is Shape.QUERY:
            return f"{base}/orders/?" + "&".join([f"q={value}", *more])
        return f"{base}/orders/{value}/" + ("?" + "&".join(more) if more else "")

    def fill(self, value: str, shape: Shape | None = None) -> str:
        """The path and query of the link that the ticket system makes for `value`, with 1 as the ticket's number."""
        sent = value if self.kept is None else quote(value, safe=self.kept)
        return f"/orders/?q={sent}&ticket=1" if (shape or self.shape) is Shape.QUERY else f"/orders/{sent}/?ticket=1"


RECIPES = (
    Recipe(
        "zendesk",
        "Zendesk",
        "360001234567",
        "{{ticket.custom_field_FIELD}}",
        "ZD-{{ticket.id}}",
        _("In the URL Builder app, add this template as a new entry."),
        note=_("Use a text field. A drop-down field would insert the tag of the chosen option, including any prefix."),
    ),
    Recipe(
        "zammad",
        "Zammad",
        "booking_reference",
        "#{ticket.FIELD}",
        "#{ticket.number}",
        _("In Admin → Objects → Ticket, open your text attribute and enter this as its link template."),
        note=_("Leave #{…} as it is: Zammad replaces it with the value from the ticket."),
    ),
    Recipe(
        "freescout",
        "FreeScout",
        "3",
        "{%cf_FIELD%}",
        "",
        _(
            "Put this template into a saved reply or the sidebar. The reference must be in a single-line field of the Custom Fields module."
        ),
        note=_("The number after “cf_” must be the ID of your field."),
    ),
    Recipe(
        "otrs",
        "OTRS, Znuny",
        "BookingReference",
        "[% Data.DynamicField_FIELD | uri %]",
        "[% Data.TicketNumber | uri %]",
        _("Add this template as a menu entry in the ticket’s zoom view (Ticket::Frontend::MenuModule)."),
        shape=Shape.QUERY,
        kept="",
        note=_("The “uri” filter encodes spaces and slashes so that they do not break the URL."),
    ),
    Recipe(
        "jira",
        "Jira",
        "Booking reference",
        "{{issue.FIELD.urlEncode}}",
        "{{issue.key}}",
        _("Create a URL field, and let an automation rule fill it in with this template."),
        kept="",
        note=_("Jira’s new issue view no longer shows link templates on custom fields, so let a rule fill in the URL."),
    ),
    Recipe(
        "rt",
        "Request Tracker",
        "",
        "__CustomField__",
        "RT-__id__",
        _("Admin → Custom Fields → your field → “Link values to”."),
        kept="",
    ),
    Recipe(
        "redmine",
        "Redmine",
        "",
        "%value%",
        "RM-%id%",
        _("Administration → Custom fields → your field → “Link values to URL”."),
        shape=Shape.QUERY,
        kept="#?&/+:;=@!$'()*,[]",
        note=_("Redmine does not encode these characters in the value: # ? & / +"),
    ),
    Recipe(
        "roundup",
        "Roundup",
        "booking_reference",
        "${context/FIELD/url_quote}",
        "issue${context/id}",
        _(
            'In Roundup’s template for the issue page, add a link with tal:attributes="href string:…". Put the text below in place of “…”.'
        ),
        kept="/",
        note=_("In the page template, write “&” as “&amp;”."),
    ),
    Recipe(
        "helpdesk",
        "django-helpdesk",
        "",
        '{{ field.value|urlencode:"" }}',
        "HD-{{ ticket.id }}",
        _(
            "Create a template named helpdesk/ticket.html that extends the original. In its helpdesk_ticket_panels block, loop with"
            " “for field in ticket.ticketcustomfieldvalue_set.all”. For the field that holds the reference (check field.field.name),"
            " add a link with the URL below."
        ),
        kept="",
        note=_("In the page template, write “&” as “&amp;”."),
    ),
    Recipe(
        "trac",
        "Trac",
        "",
        "$1",
        "",
        _("On the wiki page InterMapTxt, add a line: the prefix “order”, a space, then the template."),
        note=_("After that, order:B94TXY in a ticket becomes a link."),
    ),
    Recipe(
        "other",
        "Anything else",
        "VALUE",
        "FIELD",
        "NUMBER",
        _("Use this template wherever the system can put a field into a URL."),
        shape=Shape.QUERY,
        note=_("Let the system URL-encode the value if it can; a value that is encoded twice works too."),
    ),
)
BY_CODE = {recipe.code: recipe for recipe in RECIPES}
