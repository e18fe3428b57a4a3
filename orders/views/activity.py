"""The activity page: the user's own access records, everybody's for those who may see them, as a page and as CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta

from django.contrib.auth import get_user_model
from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from orders.http import Request
from orders.models import AccessRecord
from orders.privacy import account_events
from orders.privacy.record_kinds import CHAINING, OF_KIND, Action, Kind
from orders.problems import DATABASE_AWAY, not_recorded
from orders.storage.distinct import distinct
from orders.storage.newest_first import everything, page
from orders.views.access import may_view_all_activity
from orders.views.links import with_urls

PER_PAGE = 50
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
# Characters that start a formula in a spreadsheet, in all widths; blanks, controls, invisible characters and quotes may precede them.
FORMULA = "=＝﹦⁼₌+＋﹢⁺₊\\-－﹣⁻₋−@＠﹫"
IN_FRONT = '\\s\\x00-\\x1f\\x7f-\\x9f\\xad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff"“”„«»‘’`´'
# A reader that does not expect commas may split cells at a semicolon, tab, bar or line break.
FORMULA_START = re.compile(
    rf"(\A|[;\t|\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029])(?=[{IN_FRONT}]*[{FORMULA}]|(?<=\A)[\t\r\n])"
)


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter of the page. `person` is an id, never a name: names do not belong in a URL.

    The ticket filter is `for_ticket`: plain `ticket` is the one that led here and is carried by every link.
    """

    person: int | None = None
    kind: Kind | None = None
    order: str = ""
    ticket: str = ""
    day: date | None = None

    @property
    def query(self) -> str:
        """The filter as a URL query, without the question mark."""
        day = self.day.isoformat() if self.day else ""
        pairs = {
            "person": self.person or "",
            "kind": self.kind or "",
            "order": self.order,
            "for_ticket": self.ticket,
            "day": day,
        }
        return urlencode({name: value for name, value in pairs.items() if value})


@require_safe
def activity(request: Request) -> HttpResponse:
    """The records, newest first, 50 to a page."""
    everybody, chosen, problems = _asked(request)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    shown = page(_looks(request, everybody, chosen), PER_PAGE, before=before, after=after)
    context = {
        "page": shown,
        "looks": with_urls(request, shown.rows),
        "filter": chosen,
        "problems": problems,
        "everybody": everybody,
        "kinds": [(kind.value, kind.label) for kind in Kind if kind is not Kind.CHAINS],
        "people": _people() if everybody else [],
    }
    return render(request, "activity.html", context)


@require_safe
def activity_csv(request: Request) -> HttpResponse | StreamingHttpResponse:
    """The same records as a CSV file (UTF-8, stamps in UTC), streamed. The export is recorded, and not among its own rows."""
    everybody, chosen, problems = _asked(request)
    if problems:
        return HttpResponse(" ".join(problems), status=400, content_type="text/plain; charset=utf-8")
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
        _csv([looks.filter(at__lte=started) for looks in _looks(request, everybody, chosen)]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def safe_cell(value: object) -> str:
    """The value as text that no spreadsheet takes for a formula, whatever its cell separator: an apostrophe is put in front."""
    text = value.astimezone(UTC).isoformat(timespec="milliseconds") if isinstance(value, datetime) else str(value or "")
    return FORMULA_START.sub(r"\1'", text)


def _asked(request: Request) -> tuple[bool, Filter, list[str]]:
    """Whether the user may see everybody's records, the filter, and the parts of the filter that could not be read."""
    everybody = may_view_all_activity(request.user)
    problems: list[str] = []
    person, day = request.GET.get("person", "").strip(), request.GET.get("day", "").strip()
    number = int(person) if person.isascii() and person.isdigit() and len(person) < 18 else None
    if person and number is None:
        problems.append(_("The user is not a number, so everybody is shown."))
    try:
        on = date.fromisoformat(day) if day else None
        if on is not None and not MINYEAR < on.year < MAXYEAR:
            raise ValueError("a day that begins in another year elsewhere")
    except ValueError:
        on = None
        problems.append(_("The day is not a date such as 2025-08-15, so all days are shown."))
    # PostgreSQL accepts no NUL in a text; orders and tickets have none.
    order, ticket = (request.GET.get(name, "").replace("\x00", "").strip()[:200] for name in ("order", "for_ticket"))
    kind = next((kind for kind in Kind if kind == request.GET.get("kind") and kind is not Kind.CHAINS), None)
    return everybody, Filter(number if everybody else None, kind, order, ticket, on), problems


def _looks(request: Request, everybody: bool, chosen: Filter) -> list[QuerySet[AccessRecord]]:
    """The records to show; those of one person in two parts, what they did and what was done to them."""
    looks = AccessRecord.objects.all()
    looks = looks.filter(what__in=OF_KIND[chosen.kind]) if chosen.kind else looks.exclude(what__in=CHAINING)
    person = chosen.person if everybody else request.user.pk
    if chosen.order:
        spellings = {chosen.order, chosen.order.lower(), chosen.order.upper()}
        looks = looks.filter(Q(order_ref__in=spellings) | Q(reference__in=spellings))
    if chosen.ticket:
        looks = looks.filter(ticket=chosen.ticket)
    if chosen.day is not None:
        looks = looks.filter(at__gte=_midnight(chosen.day), at__lt=_midnight(chosen.day + timedelta(days=1)))
    if person is None:
        return [looks]
    return [looks.filter(user_id=person), looks.filter(Q(user_id=None) | ~Q(user_id=person), about_id=person)]


def _midnight(day: date) -> datetime:
    """The start of a day in the user's time zone."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _people() -> list[tuple[int, str]]:
    """Everybody in the records: id and name. Deleted users have the name from the records."""
    # The ids are read from indexes only; reading names from millions of records would take row by row.
    records = AccessRecord.objects.order_by()
    numbers = {number for column in ("user_id", "about_id") for number in distinct(AccessRecord, column)}
    names = dict(get_user_model().objects.filter(pk__in=numbers).values_list("pk", get_user_model().USERNAME_FIELD))
    for number in numbers - names.keys():
        names[number] = records.filter(user_id=number).values_list("user_name", flat=True).first() or str(number)
    return sorted(names.items(), key=lambda pair: pair[1].casefold())


class _Line:
    """A file for the csv module whose `write` returns the line."""

    def write(self, line: str) -> str:
        return line


def _csv(looks: list[QuerySet[AccessRecord]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    # Without the byte order mark Excel reads the file in the system's code page, and accents break.
    yield "\ufeff" + str(writer.writerow(COLUMNS))
    for row in everything(looks, *COLUMNS):
        yield str(writer.writerow([safe_cell(value) for value in row]))
