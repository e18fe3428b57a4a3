"""The compose file and the image's settings match; `make test-container` runs them."""

from __future__ import annotations

import re
from typing import Any

import yaml

from cdpviewer.environment import Environment
from tests.live import PROJECT

FOLDER = PROJECT / "deploy" / "container"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "cdpviewer"}
OF_THE_OWNER = {"migrate", "backup", "tidy"}


def test_a_service_has_the_secrets_that_it_reads_and_no_others() -> None:
    roles = (FOLDER / "roles.sh").read_text()
    read = {
        name: set(re.findall(r"/run/secrets/([\w-]+)", str(service) + (roles if name == "postgres" else "")))
        for name, service in SERVICES.items()
    }
    assert read == {name: set(service.get("secrets", ())) for name, service in SERVICES.items()}
    assert set().union(*read.values()) == set(COMPOSE["secrets"])


def test_only_commands_of_the_owner_have_its_address() -> None:
    assert {name for name in OURS if "OWNER" in str(OURS[name]["environment"])} == OF_THE_OWNER
    assert {name for name, service in SERVICES.items() if "owner-url" in service.get("secrets", ())} == OF_THE_OWNER


def test_no_setting_is_given_as_a_value_and_as_a_file() -> None:
    (line,) = re.findall("^ENV (.*)$", (FOLDER / "Containerfile").read_text(), re.MULTILINE)
    image = dict(word.split("=", 1) for word in line.split())
    for service in OURS.values():
        together = image | service["environment"]
        assert [name for name in together if f"{name}_FILE" in together] == []
        assert Environment(together, {}).text("CDPVIEWER_BIND") == "0.0.0.0:8000"


def test_each_night_the_commands_of_the_units_are_run() -> None:
    units = "".join(
        (PROJECT / f"deploy/systemd/cdpviewer-{name}.service").read_text() for name in ("migrate", "backup", "tidy")
    )
    commands = " ".join(" ".join(OURS[name]["command"]) for name in ("migrate", "backup", "tidy"))
    options = re.compile(r"manage\.py (\w+)((?: --[\w-]+(?:=\d+| \d+d)?)*)")
    ran = [(command, given.replace(" --verbosity=0", "")) for command, given in options.findall(units)]
    assert options.findall(commands) == ran
    assert len(ran) == 5


def test_what_is_waited_for_has_a_check_and_what_is_mounted_exists() -> None:
    for service in SERVICES.values():
        for name, wait in service.get("depends_on", {}).items():
            assert wait["condition"] != "service_healthy" or "healthcheck" in SERVICES[name], name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (FOLDER / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"], volume


def test_a_stop_has_time_for_the_drain_and_the_pages_under_way() -> None:
    drain = int(OURS["app"]["environment"]["CDPVIEWER_DRAIN_SECONDS"])
    assert int(OURS["app"]["stop_grace_period"].removesuffix("s")) >= drain + 20  # docs/operating.md, "Readiness"
