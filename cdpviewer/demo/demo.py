"""`make demo`: start the app and the sandbox CDP on this machine, ready to use.

Keys, database and logs are kept in `.demo/`; the password and the sandbox's token are new at each start. The app's own `.env` is
not read.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from cdpviewer import children, modes

PROJECT = Path(__file__).resolve().parent.parent.parent
AGENT = "agent"
CLIENT_KEY = "sandbox-key"
START_SECONDS = 60.0
WORTH_SEEING = (
    ("B94TXY", "Dublin to Las Vegas by way of London: the order of the vendor's own page"),
    ("FAM4OB", "a family of four, out and back, one item per passenger"),
    ("HOLIDY", "a holiday: flights, hotel, bags, seats, insurance"),
    ("DATELN", "over the date line and back: arrives the day before"),
    ("UTCFED", "a feed whose times cannot be believed, with the evidence"),
)


class CannotStart(Exception):
    """The demo cannot start or go on; `str(error)` gives the reason."""


def wanted_port(name: str, default: int) -> int:
    """The port in the environment variable `name`; `default` if it is unset or empty. Raises CannotStart if the value is invalid."""
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit()) or not 0 < int(value) < 65536:
        raise CannotStart(f"{name} must be a port number from 1 to 65535.")
    return int(value)


def refuse_taken_port(name: str, port: int) -> None:
    """Raise CannotStart if the port is in use, or if this user is not allowed to open it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotStart(f"Port {port} is not open to you: choose another with {name}=NUMBER make demo.") from None
        except OSError:
            raise CannotStart(
                f"Port {port} is taken: end what listens there, or choose another with {name}=NUMBER make demo."
            ) from None


def hold(folder: Path) -> IO[bytes]:
    """Lock the demo's folder until the returned file is closed. Raises CannotStart if another demo is running from it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = (folder / "running").open("wb")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise CannotStart(
            "A demo is running from this folder already: end it, or start this one in another clone."
        ) from None
    return held


def settings_file(folder: Path) -> Path:
    """The path of the demo's private settings file, which is created with new keys if it does not exist."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "settings.env"
    with contextlib.suppress(FileExistsError):
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(
            "# Made by `make demo`, for this machine alone.\n"
            f"CDPVIEWER_SECRET_KEY={secrets.token_urlsafe(50)}\n"
            f"CDPVIEWER_CREDENTIAL_KEYS={base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}\n"
        )
    return file


def surroundings(folder: Path, port: int, sandbox_port: int) -> dict[str, str]:
    """The environment variables for the demo's processes, with the demo's settings in place of a real installation's."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CDPVIEWER_")}
    for name in ("DATABASE_URL", "DATABASE_URL_FILE", "DJANGO_SETTINGS_MODULE", "GUNICORN_CMD_ARGS"):
        ours.pop(name, None)
    return ours | {
        "CDPVIEWER_ENV_FILE": str(settings_file(folder)),
        "CDPVIEWER_HTTPS": "off",
        "CDPVIEWER_DEMO": "on",
        "CDPVIEWER_BIND": f"127.0.0.1:{port}",
        "CDPVIEWER_EXTRA_REGIONS": f"sandbox=http://127.0.0.1:{sandbox_port}",
        "DATABASE_URL": f"sqlite:///{folder / 'cdpviewer.sqlite3'}",
        "PYTHONUNBUFFERED": "1",
    }


def prepare(env: dict[str, str], password: str, token: str) -> None:
    """Migrate, collect static files, and set up the agent and the connection. Raises CannotStart if this fails.

    A separate process does this, so that its memory is freed afterwards.
    """
    done = subprocess.run(
        [sys.executable, "-m", "cdpviewer.demo.demo_data"],
        env=env | {"DEMO_PASSWORD": password}, cwd=PROJECT, input=token.encode(), capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CannotStart(f"The demo cannot be set up:\n{done.stderr.decode(errors='replace').strip()[-2000:]}")


def wait_for(child: subprocess.Popen[bytes], port: int, path: str, name: str, log: Path) -> None:
    """Wait until `child` answers at `port`. If it ends first, or START_SECONDS pass, raise CannotStart with the end of `log`."""
    limit = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < limit:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            link.request("GET", path)
            link.getresponse().read()
        except OSError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(0.1)
        else:
            return
        finally:
            link.close()
    raise CannotStart(f"{name} did not start. The end of {log.name}:\n{log.read_text(errors='replace')[-2000:]}")


def welcome(port: int, password: str) -> str:
    """The text to print when the demo is running: its address, user name, password and orders worth seeing."""
    address = f"http://127.0.0.1:{port}"
    links = "\n".join(f"  {address}/orders/{reference}/\n      {what}" for reference, what in WORTH_SEEING)
    return (
        f"\ncdpviewer is running at {address}/\n\nagent: {AGENT}\npassword: {password}\n\n"
        f"Orders worth seeing (sign in first):\n{links}\n\nCtrl-C ends it."
    )


def demo(folder: Path) -> None:
    """Start everything, print the welcome text, and wait until `make` ends. Raises CannotStart, or `children.Ended` on a signal."""
    parent = os.getppid()
    port, sandbox_port = wanted_port("PORT", 8000), wanted_port("SANDBOX_PORT", 9000)
    if port == sandbox_port:
        raise CannotStart("PORT and SANDBOX_PORT must differ.")
    refuse_taken_port("PORT", port)
    refuse_taken_port("SANDBOX_PORT", sandbox_port)
    with hold(folder):
        _run(folder, parent, port, sandbox_port)


def _run(folder: Path, parent: int, port: int, sandbox_port: int) -> None:
    password, token = secrets.token_urlsafe(12), secrets.token_urlsafe(24)
    env = surroundings(folder, port, sandbox_port)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        log = folder / "sandbox.log"
        running["The sandbox CDP"] = children.start(
            [sys.executable, "-m", "sandbox", "--port", str(sandbox_port), "--client-key", CLIENT_KEY],
            env=env | {"SANDBOX_TOKEN": token}, log=log, folder=PROJECT,
        )  # fmt: skip
        wait_for(running["The sandbox CDP"], sandbox_port, "/__calls__", "The sandbox CDP", log)
        prepare(env, password, token)
        log = folder / "app.log"
        running["The app"] = children.start([sys.executable, "-m", "gunicorn"], env=env, log=log, folder=PROJECT)
        wait_for(running["The app"], port, "/livez", "The app", log)
        print(welcome(port, password), flush=True)
        if ended := children.watch(running, parent):
            raise CannotStart(f"{ended} ended by itself; its log is in {folder.name}/.")
    finally:
        children.end([*running.values()][::-1])


def main() -> int:
    """Run the demo. Return exit status 0 if a signal or the end of `make` stopped it, and 1 if it could not start or go on."""
    parser = argparse.ArgumentParser(prog="python -m cdpviewer.demo", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=PROJECT / ".demo", help="where keys, database and logs are kept (.demo)"
    )
    modes.for_the_owner_alone()
    children.end_on_signals()
    try:
        demo(parser.parse_args().folder.resolve())
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1
    except children.Ended:
        print("\nEnded.", flush=True)
    return 0
