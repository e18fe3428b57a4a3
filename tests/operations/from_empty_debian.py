"""A newcomer on an empty Debian: every command of that chapter of docs/operating.md, pasted in order, until a person opens an order.

`make test-debian`, as root on Debian with mmdebstrap and systemd-container. The new Debian is a folder that is removed afterwards,
booted with systemd as its process 1. It shares this machine's network and reaches packages as this machine does: with its apt and pip
settings, and the folders in MOUNTS, which belong to this machine and not to the project.

Steps that are not in the chapter follow it: a region for the stand-in CDP is set, since there is no real one here. Then the person
works, the units are tested (new_debian/units.py), and the machine is restarted, after which the same person works again.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.server import Sandbox
from tests.operations.booted import Machine, booted, program

PROJECT = Path(__file__).resolve().parents[2]
CHAPTER = "## From an empty Debian to the first order"
AUTHORITIES = "/root/of-this-machine.pem"
PORTS = (80, 443, 5432, 8000)
# Packages that Debian's installer puts on every machine and mmdebstrap leaves out.
ON_EVERY_MACHINE = "systemd-sysv,dbus"

STAND_IN = """
echo 'CDPVIEWER_EXTRA_REGIONS=sandbox={url}' >> /etc/cdpviewer/settings
echo '127.0.0.1 orders.example.com' >> /etc/hosts
systemctl restart cdpviewer-web
"""


def blocks() -> list[str]:
    """The commands of the chapter, block by block."""
    text = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    chapter = text.partition(CHAPTER)[2].partition("\n## ")[0]
    return re.findall(r"^```\n(.*?)^```$", chapter, re.DOTALL | re.MULTILINE)


def as_this_machine(root: Path) -> list[str]:
    """Let the new Debian reach packages as this machine does; returns the folders to mount there."""
    for path in ("/etc/apt/apt.conf.d", "/etc/pip.conf", "/etc/resolv.conf", "~/.config/pip/pip.conf"):
        here, there = Path(path).expanduser(), root / path.lstrip("/").replace("~", "root")
        if here.is_dir():
            shutil.copytree(here, there, dirs_exist_ok=True)
        elif here.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(here.read_bytes())
    # Not in Debian's own place: installing ca-certificates rewrites the files there.
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / AUTHORITIES.lstrip("/"))
    return os.environ.get("MOUNTS", "").split()


def environment() -> dict[str, str]:
    """The environment of a root shell in the new Debian, with the settings by which this machine reaches packages."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.endswith("_proxy")}
    return kept | {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
        "PIP_CERT": AUTHORITIES,
    }


def pasted(root: Path, machine: Machine) -> bool:
    """Run the chapter as root; returns whether every command succeeded."""
    archive = subprocess.run([program("git"), "archive", "HEAD"], cwd=PROJECT, capture_output=True, check=True)
    (root / "root/cdpviewer.tar").write_bytes(archive.stdout)
    lines = [
        "set -euo pipefail",
        'trap \'echo "FAILED: $BASH_COMMAND" >&2; journalctl --no-pager --lines=20 -u "cdpviewer-*" >&2 || true\' ERR',
    ]
    for number, block in enumerate(blocks(), start=1):
        lines += [f'echo "--- block {number}, after $SECONDS s"', block.rstrip()]
    (root / "root/paste.sh").write_text("\n".join(lines) + "\n")
    return machine.run("bash", "/root/paste.sh") == 0


def works(machine: Machine, module: str, **more: str) -> bool:
    """Run a module of new_debian with the installed program's Python; returns whether it found no fault."""
    command = f"cd /opt/cdpviewer && exec .venv/bin/python -B -m tests.operations.new_debian.{module}"
    return machine.run("bash", "-c", command, **more) == 0


def tried(root: Path, done: Callable[[str], None]) -> bool:
    """Run all steps in this order up to the first that fails; `done` is called after each other one."""
    folders = as_this_machine(root)
    with Sandbox() as cdp:
        with booted(root, folders, environment()) as machine:
            done("booted")
            if not pasted(root, machine):
                return False
            done("every command worked")
            if machine.run("bash", "-ec", STAND_IN.format(url=cdp.url)):
                return False
            if not works(machine, "person", CDP_KEY=cdp.client_key, CDP_TOKEN=cdp.token):
                return False
            done("a person opened an order")
            if not works(machine, "units"):
                return False
            done("the units held")
        with booted(root, folders, environment()) as machine:
            if not works(machine, "person"):
                return False
            done("a person opened an order after the machine was started again")
    return True


def main() -> int:
    if os.geteuid() != 0:
        sys.exit("A new Debian is made by root only.")
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                sys.exit(f"Port {port} is in use on this machine, whose network the new Debian shares.")
    began = time.monotonic()

    def done(what: str) -> None:
        print(f"--- {time.monotonic() - began:.0f} s: {what}", flush=True)

    with tempfile.TemporaryDirectory(prefix="debian-") as folder:
        root = Path(folder) / "root"
        if base := os.environ.get("BASE"):  # a tar that mmdebstrap made earlier, with ON_EVERY_MACHINE
            root.mkdir()
            subprocess.run([program("tar"), "-xf", base, "-C", str(root)], check=True)
        else:
            new = ["--variant=minbase", f"--include={ON_EVERY_MACHINE}", "--quiet", "bookworm", str(root)]
            subprocess.run([program("mmdebstrap"), *new], check=True)
        done("an empty Debian")
        whole = tried(root, done)
    done("all of it worked" if whole else "the last step FAILED")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
