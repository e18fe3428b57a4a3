"""The units under a real systemd in the new Debian: started, isolated, triggered by timers, killed, stopped, and without a database."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import requests

from tests.operations.new_debian import forbidden
from tests.operations.new_debian.person import SERVER, SITE, browser, ready, signed_in

WEB = "cdpviewer-web.service"
SERVICES = ("web", "migrate", "backup", "tidy")
MOST_EXPOSED = 2.0  # of 10, as in test_units.py
BACKUPS = Path("/var/lib/cdpviewer/backups")
SETTINGS, NGINX = Path("/etc/cdpviewer/settings"), Path("/etc/nginx/sites-enabled/cdpviewer.conf")
METRICS = "http://127.0.0.1:9464"
SOCKET = "/run/cdpviewer/socket"
RUNTIME = Path("/run/systemd/system")


def run(*command: str) -> str:
    """Standard output of a command on the machine. Raises CalledProcessError if it fails."""
    program = shutil.which(command[0]) or command[0]
    return subprocess.run([program, *command[1:]], check=True, stdout=subprocess.PIPE, text=True).stdout


def processes() -> list[Path]:
    """The server's processes, as folders of /proc: the main one first, then those that serve pages."""
    main = Path("/proc") / property_of(WEB, "MainPID")
    return [main, *(Path("/proc") / child for child in (main / "task" / main.name / "children").read_text().split())]


def property_of(unit: str, name: str) -> str:
    return run("systemctl", "show", "--value", f"--property={name}", unit).strip()


def until(is_so: Callable[[], bool], what: str, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, what
        time.sleep(0.2)


def answered(path: str, at: str = SERVER) -> tuple[int, str]:
    """Status and text of an address; 0 and "" if nothing answers."""
    try:
        answer = requests.get(at + path, timeout=5)
    except requests.RequestException:
        return 0, ""
    return answer.status_code, answer.text


def started() -> str:
    """The server has reported that it is up, after the tables were migrated; it runs without privileges."""
    assert property_of(WEB, "ActiveState") == "active"
    assert property_of(WEB, "StatusText").startswith("Gunicorn"), "no notification"
    assert property_of("cdpviewer-migrate.service", "ExecMainStatus") == "0"
    running = processes()
    assert len(running) == 3, running
    for process in running:
        facts = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
        assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2"), facts
        assert int(facts["CapEff"], 16) == int(facts["CapBnd"], 16) == 0, facts
        assert "CDPVIEWER_OWNER" not in (process / "environ").read_text(), "the server has the owner's address"
    return f"{len(running)} processes without capabilities, under a system call filter"


def exposed() -> str:
    """The exposure that systemd-analyze reports for each service."""
    reports = {name: run("systemd-analyze", "security", f"cdpviewer-{name}.service") for name in SERVICES}
    exposures = {
        name: float(re.findall(r"exposure level for \S+: ([\d.]+)", text)[0]) for name, text in reports.items()
    }
    assert max(exposures.values()) <= MOST_EXPOSED, exposures
    return f"exposure {exposures}"


def shut_off() -> str:
    """A service's attempts are refused in the units' sandbox, and have a different result without it."""
    left = Path("/tmp/left-by-another")  # noqa: S108
    left.write_text("x")
    left.chmod(0o644)
    within = _probe("cdpviewer-tries.service")  # the name brings common.conf
    state = {"StateDirectory": "cdpviewer", "StateDirectoryMode": "0700"}
    without = _probe("tries.service", User="cdpviewer", WorkingDirectory="/opt/cdpviewer", **state)
    for name, answer in within.items():
        print(f"  {name}: {answer}, without the sandbox {without[name]}")
    assert [name for name in forbidden.ATTEMPTS if within[name] in ("done", without[name])] == []
    assert {within[name] for name in forbidden.ALLOWED} == {"done"}
    return f"{len(forbidden.ATTEMPTS)} attempts refused"


def _probe(unit: str, **settings: str) -> dict[str, str]:
    answer = Path("/run") / f"{unit}.json"
    lines = [f"{name}={value}" for name, value in settings.items()]
    lines += ["ExecStart=/opt/cdpviewer/.venv/bin/python -m tests.operations.new_debian.forbidden"]
    text = "\n".join(["[Service]", "Type=oneshot", f"StandardOutput=file:{answer}", *lines, ""])
    RUNTIME.mkdir(exist_ok=True)
    (RUNTIME / unit).write_text(text)
    run("systemctl", "daemon-reload")
    run("systemctl", "start", unit)
    tried: dict[str, str] = json.loads(answer.read_text())
    return tried


def _ran_again(service: str, before: str) -> bool:
    state = property_of(service, "ActiveState")
    return property_of(service, "ExecMainStartTimestampMonotonic") != before and state in ("inactive", "failed")


def fired() -> str:
    """Both timers wait for the night, and catch up on a night when the machine was off."""
    waiting = run("systemctl", "list-timers", "--all", "cdpviewer-*")
    print(waiting)
    assert "2 timers listed" in waiting
    for name in ("backup", "tidy"):
        timer, service = f"cdpviewer-{name}.timer", f"cdpviewer-{name}.service"
        before, backups = property_of(service, "ExecMainStartTimestampMonotonic"), len(list(BACKUPS.iterdir()))
        run("systemctl", "stop", timer)
        two_days_ago = time.time() - 2 * 86400
        os.utime(f"/var/lib/systemd/timers/stamp-{timer}", (two_days_ago, two_days_ago))
        # Without the random delay that spreads machines over the night.
        (RUNTIME / f"{timer}.d").mkdir(parents=True, exist_ok=True)
        (RUNTIME / f"{timer}.d/now.conf").write_text("[Timer]\nRandomizedDelaySec=0\n")
        run("systemctl", "daemon-reload")
        run("systemctl", "start", timer)
        until(partial(_ran_again, service, before), f"{timer} did not fire")
        assert property_of(service, "Result") == "success", run("journalctl", "--no-pager", "-u", service)
        if name == "backup":
            assert len(list(BACKUPS.iterdir())) == backups + 1
    return "a backup and a tidied night made up for"


def killed() -> str:
    """The server is replaced after `kill -9` of its main process, and none of its old processes remain."""
    old = processes()
    restarts, began = int(property_of(WEB, "NRestarts")), time.monotonic()
    os.kill(int(property_of(WEB, "MainPID")), signal.SIGKILL)
    until(lambda: int(property_of(WEB, "NRestarts")) == restarts + 1, "not restarted")
    ready()
    assert not [process for process in old if process.exists()]
    return f"ready again {time.monotonic() - began:.1f} s after kill -9"


def stopped() -> str:
    """`systemctl stop` first takes the server out of rotation, then finishes the page in progress, and ends all processes."""
    session, pages, drained = signed_in(), list[requests.Response](), set[str]()
    page = threading.Thread(target=lambda: pages.append(session.get(f"{SITE}/orders/fault-slow-3s/", timeout=30)))
    page.start()
    old = processes()
    time.sleep(0.5)  # the page is in progress, and waits for the stand-in
    began = time.monotonic()
    stop = subprocess.Popen(["/usr/bin/systemctl", "stop", WEB])
    while stop.poll() is None:
        drained.add(answered("/readyz")[1])
        time.sleep(0.1)
    took = time.monotonic() - began
    page.join()
    try:
        assert (property_of(WEB, "ActiveState"), property_of(WEB, "Result")) == ("inactive", "success")
        assert not [process for process in old if process.exists()]
    finally:
        run("systemctl", "start", WEB)
        ready()
    # The stand-in names the order after the first request for it: as typed, or in capitals.
    assert pages[0].status_code == 200 and "fault-slow-3s" in pages[0].text.lower(), pages[0].status_code
    assert any('"stops"' in text for text in drained), drained
    return f"stopped in {took:.1f} s, with a page of 6 s finished"


def without_database() -> str:
    """If PostgreSQL is down when the server starts, its pages report that; once PostgreSQL is up, the server becomes ready by itself."""
    session = signed_in()
    run("systemctl", "stop", "postgresql")
    try:
        run("systemctl", "restart", WEB)
        until(lambda: answered("/readyz")[0] == 503, "no server")
        assert answered("/livez")[0] == 200
        page = session.get(SITE, timeout=20)
        assert page.status_code == 503 and page.headers["Retry-After"], page.status_code
    finally:
        run("systemctl", "start", "postgresql")
    began = time.monotonic()
    ready()
    until(lambda: property_of("cdpviewer-migrate.service", "Result") == "success", "not migrated")
    assert session.get(SITE, timeout=20).status_code == 200
    return f"ready {time.monotonic() - began:.1f} s after PostgreSQL"


def at_a_socket() -> str:
    """On a socket file instead of a port, only nginx reaches the server, and Prometheus has a port of its own."""
    kept = {path: path.read_text() for path in (SETTINGS, NGINX)}
    try:
        SETTINGS.write_text(f"{kept[SETTINGS]}CDPVIEWER_BIND=unix:{SOCKET}\nCDPVIEWER_METRICS_BIND=127.0.0.1:9464\n")
        NGINX.write_text(kept[NGINX].replace("server 127.0.0.1:8000;", f"server unix:{SOCKET};"))
        run("usermod", "--append", "--groups=cdpviewer", "www-data")
        run("systemctl", "restart", "nginx", WEB)
        until(lambda: browser().get(SITE, timeout=20).status_code == 200, "no page")
        until(lambda: "cdpviewer_database_up 1.0" in answered("/metrics", METRICS)[1], "no metrics")
        assert answered("/livez")[0] == 0
        connect = f"import socket; socket.socket(socket.AF_UNIX).connect('{SOCKET}')"
        for user, reaches in (("www-data", True), ("nobody", False)):
            as_user = ["/usr/bin/setpriv", f"--reuid={user}", "--regid=nogroup", "--init-groups"]
            tried = subprocess.run(
                [*as_user, "/usr/bin/python3", "-c", connect], check=False, stderr=subprocess.PIPE, text=True
            )
            assert (tried.returncode == 0) is reaches, (user, tried.stderr)
    finally:
        for path, text in kept.items():
            path.write_text(text)
        run("systemctl", "restart", "nginx", WEB)
    ready()
    return "nginx reaches it, another user does not"


def no_complaint() -> str:
    """No unit of the machine has failed."""
    failed = run("systemctl", "list-units", "--failed", "--plain", "--no-legend")
    assert failed.strip() == "", failed
    return "no unit has failed"


def main() -> int:
    wrong = 0
    for check in (started, exposed, shut_off, fired, killed, stopped, without_database, at_a_socket, no_complaint):
        try:
            print(f"{check.__name__}: {check()}", flush=True)
        except Exception as error:  # noqa: BLE001  (each is tried, whatever became of the others)
            wrong += 1
            print(f"{check.__name__}: WRONG: {type(error).__name__}: {error}", flush=True)
    if wrong:
        print(run("journalctl", "--no-pager", "--lines=80", "-u", "cdpviewer-*"))
    return wrong


if __name__ == "__main__":
    sys.exit(main())
