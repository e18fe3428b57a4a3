"""Before the workers are forked, load the data that every page needs, so that all workers share it.

Otherwise, the first hundred requests to a worker could all read the table of airports at the same time. Nothing here may use the
database: an open SQLite file must not cross a fork.
"""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.template import engines
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from accounts import preferences
from orders.itinerary import airports, clocks


def warm() -> None:
    """Load the airports, two time zones and the URLs, and the catalogue, day names and templates of each offered language."""
    here, there = airports.place("LHR"), airports.place("LAS")
    airports.same_city(here, there)
    for place in (here, there):
        clocks.zone(place.zone)
    reverse("home")
    folder = Path(settings.BASE_DIR) / "templates"
    ours = [path for path in folder.rglob("*.html") if not path.is_relative_to(folder / "django")]
    dates = engines["jinja2"].from_string("{{ at|day }} {{ at|short_day }} {{ at|stamp }}")
    for language in preferences.offered_languages():
        with translation.override(language):
            for path in ours:
                get_template(path.relative_to(folder).as_posix())
            dates.render({"at": datetime(2000, 1, 1, tzinfo=UTC)})
    gc.collect()
    gc.freeze()  # exempts everything loaded so far from collection, so that its memory stays shared by the workers
