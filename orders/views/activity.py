"""The activity page and its CSV file: access records by or about the user, or everybody's if the user may view them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import DatabaseError
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from accounts.access import may_view_all_activity
from orders.display.activity_filter import Invalid, invalid_sentence
from orders.http import Request
from orders.models import AccessRecord
from orders.privacy import account_events
from orders.privacy.record_kinds import CHAINING, OF_KIND, Action, Kind
from orders.problems import DATABASE_AWAY, not_recorded
from orders.storage.distinct import distinct_besides
from orders.storage.newest_first import everything, page
from orders.views.links import with_urls
from orders.views.subjects import subject_of

PER_PAGE = 50
KINDS = tuple(kind for kind in Kind if kind is not Kind.CHAINS)
REVEALS = (Action.FIELD_REVEALED, Action.REVEAL_REFUSED)
SUBJECT = re.compile(r"[0-9a-f]{64}")
COLUMNS = (
    "at",
    "user_id",
    "user_name",
    "what",
    "order_ref",
    "reference",
    "route",
    "connection_id",
    "connection_name",
    "outcome",
    "request_id",
    "ticket",
    "subject",
    "about_id",
    "about_name",
    "detail",
    "via",
)
# Characters that start a formula in a spreadsheet, with variants; whitespace, controls, invisible characters and quotes may precede them.
FORMULA = "=＝﹦⁼₌+＋﹢⁺₊\\-－﹣⁻₋−@＠﹫"
IN_FRONT = '\\s\\x00-\\x1f\\x7f-\\x9f\\xad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff"“”„«»‘’`´'
# A program that does not expect commas may split cells at a semicolon, tab, bar or line break.
FORMULA_START = re.compile(
    rf"(\A|[;\t|\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029])(?=[{IN_FRONT}]*[{FORMULA}]|(?<=\A)[\t\r\n])"
)


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter of the activity page. `person` is a user's id, never a name: names do not belong in a URL.

    In the URL, `ticket` is named `for_ticket`, because `ticket` in any URL is the ticket that led to the page. `subject` is the keyed
    hash that stands for a customer who was viewed or searched for, never an e-mail address, phone number or name. `since` and `until`
    are the first and the last day, in the user's time zone. `reveals` limits the records to requests to reveal a hidden field, whether
    granted or refused. `order` is a ref or a booking reference. A field that is None, "" or False does not limit the records.
    """

    person: int | None = None
    kind: Kind | None = None
    order: str = ""
    ticket: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    reveals: bool = False

    @property
    def query(self) -> str:
        """The filter as a URL query, without the question mark."""
        pairs = {
            "person": self.person or "",
            "kind": self.kind or "",
            "order": self.order,
            "for_ticket": self.ticket,
            "subject": self.subject,
            "from": self.since or "",
            "to": self.until or "",
            "reveals": int(self.reveals),
        }
        return urlencode({name: str(value) for name, value in pairs.items() if value})


@require_safe
def activity(request: Request) -> HttpResponse:
    """The activity page: access records, newest first, 50 to a page."""
    everybody, chosen, invalid = _asked(request)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    shown = page(_records(request, everybody, chosen), PER_PAGE, before=before, after=after)
    context = {
        "page": shown,
        "records": with_urls(request, shown.rows),
        "filter": chosen,
        "without_subject": replace(chosen, subject="").query,
        "problems": [invalid_sentence(part) for part in invalid],
        "everybody": everybody,
        "kinds": [(kind.value, kind.label) for kind in KINDS],
        "people": _people() if everybody else [],
    }
    return render(request, "activity.html", context)


@require_safe
def activity_csv(request: Request) -> HttpResponse | StreamingHttpResponse:
    """All records that match the filter and that the user may view, streamed as a CSV file (UTF-8, timestamps in UTC).

    The export is recorded, but its own record is not among the rows. 400 if part of the filter is not valid; 503 if the export
    cannot be recorded.
    """
    everybody, chosen, invalid = _asked(request)
    if invalid:
        return HttpResponse(
            " ".join(map(invalid_sentence, invalid)), status=400, content_type="text/plain; charset=utf-8"
        )
    started = timezone.now()
    try:
        account_events.record(Action.ACTIVITY_EXPORTED, detail="everybody’s" if everybody else "")
    except DatabaseError:
        return HttpResponse(
            not_recorded().sentence,
            status=503,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": str(DATABASE_AWAY)},
        )
    name = f"activity-{started.astimezone(UTC):%Y%m%d-%H%M%S}.csv"
    return StreamingHttpResponse(
        _csv([records.filter(at__lte=started) for records in _records(request, everybody, chosen)]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
def activity_of_person(request: Request) -> HttpResponse:
    """Redirect from a posted e-mail address, phone number, name or person's ref to the access records about that customer.

    In the URL, the customer is represented only by a keyed hash. If the posted text does not identify one person, the URL has no hash,
    and a warning is shown unless the text was empty.
    """
    _everybody, chosen, _invalid = _asked(request)
    subject = subject_of(request)
    if subject is None:
        messages.warning(request, invalid_sentence(Invalid.CUSTOMER))
    return redirect(reverse("activity") + "?" + replace(chosen, subject=subject or "").query)


def safe_cell(value: object) -> str:
    """The value as text, with an apostrophe before anything that a spreadsheet could take for a formula.

    Timestamps (aware) are given in UTC; None becomes "".
    """
    text = value.astimezone(UTC).isoformat(timespec="milliseconds") if isinstance(value, datetime) else str(value or "")
    return FORMULA_START.sub(r"\1'", text)


def _asked(request: Request) -> tuple[bool, Filter, list[Invalid]]:
    """Return whether the user may view everybody's records; the filter in the URL; and the parts of it that are not valid, each once.

    Invalid values are left out of the filter, and so is `person` unless the user may view everybody's records.
    """
    everybody = may_view_all_activity(request.user)
    invalid: list[Invalid] = []
    person = request.GET.get("person", "").strip()
    number = int(person) if person.isascii() and person.isdigit() and len(person) < 18 else None
    if person and number is None:
        invalid.append(Invalid.PERSON)
    # Links made by earlier versions have a single parameter, `day`, for both days.
    since, until = (_day(request.GET.get(name) or request.GET.get("day", ""), invalid) for name in ("from", "to"))
    subject = request.GET.get("subject", "").strip().lower()
    if subject and not SUBJECT.fullmatch(subject):
        subject = ""
        invalid.append(Invalid.SUBJECT)
    # PostgreSQL accepts no NUL in text; orders and tickets have none.
    order, ticket = (request.GET.get(name, "").replace("\x00", "").strip()[:200] for name in ("order", "for_ticket"))
    kind, reveals = request.GET.get("kind", ""), request.GET.get("reveals", "")
    if kind not in ("", *KINDS):
        invalid.append(Invalid.KIND)
    if reveals not in ("", "0", "1"):
        invalid.append(Invalid.REVEALS)
    chosen_kind = Kind(kind) if kind in KINDS else None
    chosen = Filter(number if everybody else None, chosen_kind, order, ticket, subject, since, until, reveals == "1")
    return everybody, chosen, invalid


def _day(text: str, invalid: list[Invalid]) -> date | None:
    try:
        on = date.fromisoformat(text.strip()) if text.strip() else None
        if on is not None and not MINYEAR < on.year < MAXYEAR:
            raise ValueError("a day that begins in another year elsewhere")
    except ValueError:
        invalid += [] if Invalid.DAY in invalid else [Invalid.DAY]
        return None
    return on


def _records(request: Request, everybody: bool, chosen: Filter) -> list[QuerySet[AccessRecord]]:
    """The requested records, as querysets that have no record in common.

    One user's records are in two querysets: the records of what the user did, and all other records about the user. Everybody's records
    are in one or, if only reveals are requested, in one for each action.
    """
    records = AccessRecord.objects.all()
    records = records.filter(what__in=OF_KIND[chosen.kind]) if chosen.kind else records.exclude(what__in=CHAINING)
    person = chosen.person if everybody else request.user.pk
    if chosen.order:
        spellings = {chosen.order, chosen.order.lower(), chosen.order.upper()}
        records = records.filter(Q(order_ref__in=spellings) | Q(reference__in=spellings))
    if chosen.ticket:
        records = records.filter(ticket=chosen.ticket)
    if chosen.subject:
        records = records.filter(subject=chosen.subject)
    if chosen.reveals:
        records = records.filter(what__in=REVEALS)
    if chosen.since is not None:
        records = records.filter(at__gte=_midnight(chosen.since))
    if chosen.until is not None:
        records = records.filter(at__lt=_midnight(chosen.until + timedelta(days=1)))
    if person is None and chosen.reveals:  # reveals may be few and long ago: read each action through the index
        return [records.filter(what=action) for action in REVEALS]
    if person is None:
        return [records]
    return [records.filter(user_id=person), records.filter(Q(user_id=None) | ~Q(user_id=person), about_id=person)]


def _midnight(day: date) -> datetime:
    """The start of a day in the user's time zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _people() -> list[tuple[int, str]]:
    """All users who appear in the records, as (id, name), sorted by name.

    A deleted user's name is taken from a record of something the user did. If there is no such record, the id is used as the name.
    """
    # Everything is read from indexes only; reading names from millions of records would go row by row.
    records, user = AccessRecord.objects.order_by(), get_user_model()
    acted, concerned = (Exists(records.filter(**{column: OuterRef("pk")})) for column in ("user_id", "about_id"))
    appears = ExpressionWrapper(acted | concerned, BooleanField())
    rows = [*user.objects.order_by().values_list("pk", user.USERNAME_FIELD, appears)]
    names = {number: name for number, name, appears in rows if appears}
    known = [number for number, _name, _appears in rows]
    for number in {
        gone for column in ("user_id", "about_id") for gone in distinct_besides(AccessRecord, column, known)
    }:
        names[number] = records.filter(user_id=number).values_list("user_name", flat=True).first() or str(number)
    return sorted(names.items(), key=lambda pair: pair[1].casefold())


class _Line:
    """A file-like object for `csv.writer` that returns each line instead of storing it."""

    def write(self, line: str) -> str:
        return line


def _csv(records: list[QuerySet[AccessRecord]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    # Without the byte order mark, Excel reads the file in the system's code page and garbles accented letters.
    yield "\ufeff" + str(writer.writerow(COLUMNS))
    for row in everything(records, *COLUMNS):
        yield str(writer.writerow([safe_cell(value) for value in row]))
