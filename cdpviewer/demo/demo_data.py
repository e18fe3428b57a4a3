"""Set up the demo's database, with an agent who has a connection to the sandbox. Run by `cdpviewer.demo`.

The password is read from DEMO_PASSWORD, and the sandbox's token from standard input. Access records and preferences are kept between runs.
"""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    """Set everything up. Exits if CDPVIEWER_DEMO is not on.

    The connection's credential is replaced, because the sandbox has a new token on each run.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "cdpviewer.settings"
    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import Group, User

    from accounts import own_password
    from cdpviewer.demo.demo import AGENT, CLIENT_KEY

    if not settings.DEMO:
        sys.exit("This is for `make demo`.")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    agent, _new = User.objects.get_or_create(username=AGENT)
    agent.set_password(os.environ["DEMO_PASSWORD"])
    agent.save()
    own_password.note_changed(agent)  # the user reads it on the terminal, so it counts as their own
    agent.groups.set(Group.objects.filter(name__in=["Agents", "Supervisors"]))
    call_command("add_connection", user=AGENT, name="Sandbox", region="sandbox", client_key=CLIENT_KEY, default=True)


if __name__ == "__main__":
    main()
