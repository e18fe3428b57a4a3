"""A newcomer on an empty Debian: every command of that chapter of docs/operating.md, pasted in order, and then a person signs in.

`make test-debian`, as root on Debian with mmdebstrap. The new Debian is a folder that is removed afterwards; it has processes and mounts of its own and shares
the machine's network. It reaches packages as this machine does: with its settings of apt and pip, and the folders in MOUNTS, which are
the machine's and not the project's. Process 1 is no systemd there, so `systemctl` is a stand-in that starts what the units name.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CHAPTER = "## From an empty Debian to the first order"
AUTHORITIES = "/root/of-this-machine.pem"
PORTS = (80, 443, 5432, 8000)

SYSTEMCTL = """#!/usr/bin/python3
import os, re, shlex, subprocess, sys

FOLDER, CREDENTIALS = "/etc/systemd/system/", "/run/credentials"

def start(name):
    unit = open(FOLDER + name).read() + open(FOLDER + "cdpviewer-.service.d/common.conf").read()
    find = lambda key: re.findall(rf"^{key}=-?(.*)$", unit, re.M)
    for needed in find("Requires"):
        start(needed)
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    for file in find("EnvironmentFile"):
        env |= dict(line.split("=", 1) for line in open(file).read().split("\\n") if line)
    for line in find("Environment"):
        env |= dict(word.split("=", 1) for word in line.replace("%d", CREDENTIALS).split(" "))
    user, folder = find("User")[0], find("WorkingDirectory")[0]
    subprocess.check_call(["install", "-d", CREDENTIALS])
    for line in find("LoadCredential"):
        credential, _, path = line.partition(":")
        subprocess.check_call(["install", "-m", "0400", "-o", user, path, f"{CREDENTIALS}/{credential}"])
    for state in sorted(find("StateDirectory")):
        subprocess.check_call(["install", "-d", "-m", find("StateDirectoryMode")[0], "-o", user, "/var/lib/" + state])
    as_user = ["setpriv", "--reuid", user, "--regid", find("Group")[0], "--clear-groups", "--no-new-privs"]
    for command in find("ExecStartPre") + (find("ExecStart") if "Type=oneshot" in unit else []):
        subprocess.check_call([*as_user, *shlex.split(command)], env=env, cwd=folder)
    if "Type=notify" in unit:
        log = open("/var/log/cdpviewer.log", "wb")
        subprocess.Popen([*as_user, *shlex.split(find("ExecStart")[0])], env=env, cwd=folder, stdout=log, stderr=log)

names = [word for word in sys.argv[1:] if not word.startswith("-")]
if names[0] == "restart":
    sys.exit(subprocess.call(["service", names[1], "restart"]))
if names[0] == "enable" and "--now" in sys.argv:
    for name in names[1:]:
        assert os.path.exists(FOLDER + name), name
    start("cdpviewer-web.service")
if names[0] == "start":
    for name in names[1:]:
        start(name)
"""

SIGN_IN = """
import pathlib, re, time, requests
password = open("/root/first-password").read().strip()
for _ in range(300):
    try:
        ready = requests.get("http://127.0.0.1:8000/readyz", timeout=2)
        break
    except requests.ConnectionError:
        time.sleep(0.2)
print("/readyz", ready.status_code, ready.text)
assert ready.status_code == 200
with open("/etc/hosts", "a") as hosts:
    hosts.write("127.0.0.1 orders.example.com\\n")
site, people = "https://orders.example.com", requests.Session()
people.trust_env, people.verify = False, "/etc/ssl/orders.example.com.pem"
assert requests.get(site.replace("https", "http"), allow_redirects=False, timeout=5).status_code == 301
form = people.get(site + "/accounts/login/", timeout=10)
token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', form.text)[1]
answer = people.post(
    site + "/accounts/login/", {"csrfmiddlewaretoken": token, "username": "admin", "password": password},
    headers={"Referer": site + "/accounts/login/", "Origin": site}, allow_redirects=False, timeout=20,
)
print("signing in", answer.status_code, answer.headers.get("Location"))
assert answer.status_code == 302
(backup,) = pathlib.Path("/var/lib/cdpviewer/backups").iterdir()
print("a backup of", backup.stat().st_size, "bytes")
home = people.get(site + "/", timeout=10)
print("the page after it", home.status_code, home.url)
assert home.status_code == 200 and "admin" in home.text
"""


def blocks() -> list[str]:
    """The commands of the chapter, block by block."""
    text = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    chapter = text.partition(CHAPTER)[2].partition("\n## ")[0]
    return re.findall(r"^```\n(.*?)^```$", chapter, re.DOTALL | re.MULTILINE)


def as_this_machine(root: Path) -> list[str]:
    """Let the new Debian reach packages as this machine does; the folders to mount there."""
    for path in ("/etc/apt/apt.conf.d", "/etc/pip.conf", "/etc/resolv.conf", "~/.config/pip/pip.conf"):
        here, there = Path(path).expanduser(), root / path.lstrip("/").replace("~", "root")
        if here.is_dir():
            shutil.copytree(here, there, dirs_exist_ok=True)
        elif here.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(here.read_bytes())
    # Not where Debian's own are: installing ca-certificates writes those anew.
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / AUTHORITIES.lstrip("/"))
    return os.environ.get("MOUNTS", "").split()


def pasted(root: Path) -> int:
    """Run the chapter and sign in; the exit status."""
    (root / "root").mkdir(exist_ok=True)
    archive = subprocess.run([_program("git"), "archive", "HEAD"], cwd=PROJECT, capture_output=True, check=True)
    (root / "root/cdpviewer.tar").write_bytes(archive.stdout)
    # Packages start their services, as on a machine that was booted.
    for path, text in (("usr/local/bin/systemctl", SYSTEMCTL), ("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 0\n")):
        (root / path).write_text(text)
        (root / path).chmod(0o755)
    (root / "root/sign-in.py").write_text(SIGN_IN)
    lines = [
        "set -euo pipefail",
        "trap 'echo \"FAILED: $BASH_COMMAND\" >&2; tail -n 5 /var/log/cdpviewer.log >&2 || true' ERR",
    ]
    for number, block in enumerate(blocks(), start=1):
        lines += [f"echo '--- block {number}'", block.rstrip()]
    lines += ["echo '--- a person signs in'", "/opt/cdpviewer/.venv/bin/python /root/sign-in.py"]
    (root / "root/paste.sh").write_text("\n".join(lines) + "\n")
    mounts = [f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"]
    mounts += [f"mkdir -p {root}{path} && mount --bind {path} {root}{path}" for path in as_this_machine(root)]
    env = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.endswith("_proxy")}
    env |= {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
        "PIP_CERT": AUTHORITIES,
    }
    settings = [f"{name}={value}" for name, value in env.items()]
    inside = "exec " + shlex.join(["chroot", str(root), "env", "-i", *settings, "bash", "/root/paste.sh"])
    command = [
        _program("unshare"),
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "sh",
        "-ec",
        "\n".join([*mounts, inside]),
    ]
    return subprocess.run(command, check=False).returncode


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        sys.exit(f"NO {name.upper()}: install Debian's package of it; nothing is tried until then")
    return found


def main() -> int:
    if os.geteuid() != 0:
        sys.exit("A new Debian is made by root only.")
    for port in PORTS:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                sys.exit(f"Port {port} is in use on this machine, whose network the new Debian shares.")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="debian-") as folder:
        root = Path(folder) / "root"
        if base := os.environ.get("BASE"):  # a tar that mmdebstrap made before
            root.mkdir()
            subprocess.run([_program("tar"), "-xf", base, "-C", str(root)], check=True)
        else:
            subprocess.run([_program("mmdebstrap"), "--variant=minbase", "--quiet", "bookworm", str(root)], check=True)
        print(f"--- an empty Debian after {time.monotonic() - began:.0f} s", flush=True)
        status = pasted(root)
    print(f"--- {'every command worked' if status == 0 else 'a command failed'}, {time.monotonic() - began:.0f} s")
    return status


if __name__ == "__main__":
    sys.exit(main())
