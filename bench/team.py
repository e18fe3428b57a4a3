"""A connection shared with a whole team: the rows and CPU time that administrators, newcomers and leavers cost.

`python -m bench.team [PEOPLE]` (500 by default) works on its own database in a temporary folder. It prints the table in
docs/sign-on.md, and the cost of an order page with a personal connection and with a shared one. Only the CPU time of this process is
measured, so other programs on the machine have little effect.
"""

from __future__ import annotations

import base64
import os
import secrets
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
from django.core.management import call_command

from sandbox.server import Sandbox

PAGE = "/orders/B94TXY/"


@dataclass(frozen=True, slots=True)
class Step:
    """A step, the number of rows that it wrote or deleted in the tables of shared connections, and its CPU milliseconds."""

    name: str
    rows: int
    milliseconds: float


def measure(people: int) -> list[Step]:
    """Take all steps with a group of `people` people. The settings' database must be empty except for what its migrations created."""
    from django.conf import settings
    from django.contrib.auth.models import Group, User

    from orders.models.members import update
    from orders.models.shared import SharedConnection, grant, set_active
    from orders.services.connections import find_connection

    def stored() -> dict[tuple[str, Any], tuple[Any, ...]]:
        from orders.models import ConnectionGrant, ConnectionMember

        tables = (SharedConnection, ConnectionGrant, ConnectionMember)
        return {
            (table.__name__, row[0]): row
            for table in tables
            for row in table._default_manager.values_list("pk", *(field.name for field in table._meta.fields))  # noqa: SLF001
        }

    def step(name: str, act: Callable[[], object]) -> None:
        before, began = stored(), time.process_time()
        act()
        spent, after = time.process_time() - began, stored()
        changed = sum(before.get(key) != after.get(key) for key in before.keys() | after.keys())
        steps.append(Step(name, changed, 1000 * spent))

    def replace() -> None:
        connection = SharedConnection.objects.get()
        connection.set_credentials(client_key="key of the team", token=secrets.token_urlsafe())
        connection.keep(None)
        update(connection)

    def rotate() -> None:
        settings.CREDENTIAL_KEYS = (_key(), *settings.CREDENTIAL_KEYS)
        call_command("rotate_credentials", stdout=StringIO())

    def withdraw() -> None:
        set_active(shared, False)
        update(shared)

    def read() -> None:
        for each in members:
            connection = find_connection(each)
            assert connection is not None
            connection.credentials()

    steps: list[Step] = []
    agents = Group.objects.get(name="Agents")
    members = User.objects.bulk_create(User(username=f"agent-{number}") for number in range(people))
    newcomer = User.objects.create(username="newcomer")
    agents.user_set.add(*members)
    shared = SharedConnection(name="Team", region="eu")
    shared.set_credentials(client_key="key of the team", token=secrets.token_urlsafe())
    shared.keep(None)
    step(f"grant it to a group of {people}", lambda: grant(shared, [agents], by=None))
    step("replace the token", replace)
    step("somebody joins the group", lambda: newcomer.groups.add(agents))
    step("somebody leaves the group", lambda: newcomer.groups.remove(agents))
    step("rotate the sealing keys", rotate)
    step("rotate them again, with nothing left to do", lambda: call_command("rotate_credentials", stdout=StringIO()))
    step(f"open it once for each of {people}", read)
    step("withdraw it", withdraw)
    return steps


def page_costs(sandbox: Sandbox, turns: int = 60, pages: int = 10) -> tuple[float, float]:
    """CPU milliseconds of an order page with a personal connection and with a shared one, each the median of alternating turns."""
    from django.contrib.auth.models import Group, User
    from django.test import Client

    from orders.models import Connection
    from orders.models.shared import SharedConnection, grant

    entered = {"client_key": sandbox.client_key, "token": sandbox.token}
    alone, one_of_many = User.objects.create(username="alone"), User.objects.create(username="one-of-many")
    own = Connection(user=alone, name="Airline")
    own.set_credentials(region="sandbox", **entered)
    own.keep()
    shared = SharedConnection(name="Airline", region="sandbox")
    shared.set_credentials(**entered)
    shared.keep(None)
    leads = Group.objects.get(name="Supervisors")
    for person in (alone, one_of_many):
        person.groups.add(leads if person is one_of_many else Group.objects.get(name="Agents"))
    grant(shared, [leads], by=None)
    clients = [Client(), Client()]
    for client, person in zip(clients, (alone, one_of_many), strict=True):
        client.force_login(person)
    spent: list[list[float]] = [[], []]
    for turn in range(turns + 2):
        for number in (turn % 2, 1 - turn % 2):
            began = time.thread_time()  # without the stand-in, which answers in a thread of its own
            for _page in range(pages):
                assert clients[number].get(PAGE).status_code == 200
            if turn > 1:  # the first ones fill caches
                spent[number].append(1000 * (time.thread_time() - began) / pages)
    return statistics.median(spent[0]), statistics.median(spent[1])


def table(steps: list[Step]) -> str:
    """The steps as a table in Markdown."""
    lines = ["| what | rows changed | CPU, ms |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {step.name} | {step.rows} | {step.milliseconds:.1f} |" for step in steps)])


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def main() -> None:
    with TemporaryDirectory(prefix="bench-team-") as folder, Sandbox() as sandbox:
        os.environ |= {
            "CDPVIEWER_ENV_FILE": "",
            "CDPVIEWER_HTTPS": "off",
            "CDPVIEWER_ALLOWED_HOSTS": "testserver",
            "CDPVIEWER_EXTRA_REGIONS": f"sandbox={sandbox.url}",
            "CDPVIEWER_VIEWS_A_MINUTE": "0",
            "CDPVIEWER_VIEWS_A_DAY": "0",
            "CDPVIEWER_SECRET_KEY": secrets.token_urlsafe(50),
            "CDPVIEWER_CREDENTIAL_KEYS": _key(),
            "DATABASE_URL": f"sqlite:///{Path(folder, 'team.sqlite3')}",
            "CDPVIEWER_STATIC_ROOT": str(Path(folder, "static")),
            "DJANGO_SETTINGS_MODULE": "cdpviewer.settings",
        }
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        print(table(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 500)))
        own, shared = page_costs(sandbox)
        print(
            f"an order page, CPU, ms: {own:.2f} by one's own connection, {shared:.2f} by a shared one ({shared / own - 1:+.1%})"
        )


if __name__ == "__main__":
    main()
