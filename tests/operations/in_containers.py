"""The image and the compose file, built and run without a registry: every command of that chapter of docs/operating.md, pasted in order.

`make test-container`, as root on Debian with PROGRAMS. Images are in a folder that is removed afterwards; the containers have a network
of their own without access to the outside. Building reaches packages as this machine does (see `from_empty_debian`). Debian's
PostgreSQL, Redis and nginx stand in for a registry's images, and a loop for the systemd timers by which podman runs health checks.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from tests.operations.booted import program
from tests.operations.from_empty_debian import AUTHORITIES, PROJECT, as_this_machine

CHAPTER = "### In containers"
PROGRAMS = ("bash", "git", "mmdebstrap", "buildah", "podman", "runc", "docker-compose", "nsenter", "openssl")
STRANGER = "54321"  # in no image's passwd
OWN_USER = "10001"  # in compose.yml
SITE = "https://orders.example.com"
PASSWORD = "a-long-enough-passphrase"  # and the sandbox's token
REFERENCE = "B94TXY"
LIMITS = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
WRITABLE = {"/data", "/run/lock", "/tmp", "/var/tmp"}  # noqa: S108
NOT_INSIDE = re.compile(
    r"^/opt/cdpviewer/(\.git|\.env|tests|sandbox|bench|docs|deploy|node_modules|secrets)$"
    r"|^(?!.*/site-packages/).*(\.sqlite3|\.key|of-this-machine.*|/pip\.conf)$"
)

TAMPER = """
import os, psycopg
with psycopg.connect(open(os.environ["DATABASE_URL_FILE"]).read().strip(), autocommit=True) as pages:
    assert pages.execute("SELECT count(*) FROM orders_accessrecord").fetchone()[0] > 0
    try:
        pages.execute("DELETE FROM orders_accessrecord")
    except psycopg.Error as error:
        print(type(error).__name__)
"""


def blocks() -> list[str]:
    """The commands of the chapter, block by block: the image, the first start, a night, an upgrade."""
    text = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    chapter = re.split("\n##+ ", text.partition(CHAPTER)[2])[0]
    commands = re.findall(r"^```\n(.*?)^```$", chapter, re.DOTALL | re.MULTILINE)
    return [block.replace(f"-o {OWN_USER} ", f"-o {STRANGER} ") for block in commands]


def environment(folder: Path) -> dict[str, str]:
    """Settings of buildah, podman and docker-compose: everything in `folder`, and no limit above this process's own."""
    limits = [(name, resource.getrlimit(kind)[1]) for name, kind in LIMITS.items()]
    most = [f"{name}={least}:{least}" for name, hard in limits for least in [4096 if hard < 0 else min(hard, 4096)]]
    user = {"user": f"{STRANGER}:{STRANGER}"}
    region = {"environment": {"CDPVIEWER_EXTRA_REGIONS": "sandbox=http://127.0.0.1:9000"}}
    services = {"migrate": user, "app": user | region, "backup": user, "tidy": user}
    files = {
        "storage.conf": f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/run"\n',
        "containers.conf": f"""
            [containers]
            default_ulimits = {json.dumps(most)}
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            runtime = "runc"
            compat_api_enforce_docker_hub = false
            [network]
            network_config_dir = "{folder}/networks"
            """,
        "stranger.yml": json.dumps({"services": services}),
        "hosts": "127.0.0.1 localhost orders.example.com\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return os.environ | {
        "CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf",
        "CONTAINERS_CONF": f"{folder}/containers.conf",
        "BUILDAH_ISOLATION": "chroot",
        "DISABLE_HC_SYSTEMD": "true",
        "DOCKER_HOST": f"unix://{folder}/socket",
        "SANDBOX_TOKEN": PASSWORD,
        "COMPOSE_PROJECT_NAME": "cdpviewer",
        "COMPOSE_FILE": f"compose.yml:{folder}/stranger.yml",
    }


def ran(*words: str, cwd: Path = PROJECT, text: str | None = None) -> str:
    """Run a command and return its output. Raises AssertionError if it fails."""
    command = [program(words[0]), *words[1:]]
    done = subprocess.run(command, cwd=cwd, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout[-2000:]} {done.stderr[-2000:]}"
    return done.stdout


def paste(block: str, cwd: Path, env: dict[str, str], volumes: tuple[str, ...] = ()) -> None:
    """Run a block; `docker compose` is Debian's docker-compose, and a build has `volumes` of this machine."""
    options = shlex.join(f"--volume={volume}" for volume in volumes)
    shims = f'buildah() {{ if [ "$1" = build ]; then set -- build {options} "${{@:2}}"; fi; command buildah "$@"; }}\n'
    shims += 'docker() { shift; docker-compose "$@"; }\n'
    subprocess.run([program("bash"), "-euo", "pipefail", "-c", shims + block], cwd=cwd, env=env, check=True)


def built(folder: Path, env: dict[str, str]) -> None:
    """Make the image with the chapter's first block, and the stand-ins."""
    source, machine = folder / "source", folder / "machine"
    for made in (source, machine / "etc", machine / "root"):
        made.mkdir(parents=True)
    ran("git", "archive", f"--output={folder}/source.tar", "HEAD")
    ran("tar", "-xf", f"{folder}/source.tar", "-C", str(source))
    folders = as_this_machine(machine)
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_")} | {
        "PIP_CERT": AUTHORITIES
    }
    lines = [f"{name[4:].lower().replace('_', '-')} = {value}\n" for name, value in settings.items()]
    with (machine / "etc/pip.conf").open("a") as pip:
        pip.write("[install]\n" + "".join(lines))
    # A build has this machine's resolv.conf anyway.
    files = [path for path in machine.rglob("*") if path.is_file() and path.name != "resolv.conf"]
    volumes = (*(f"{path}:/{path.relative_to(machine)}" for path in files), *(f"{path}:{path}:ro" for path in folders))
    began = time.monotonic()
    paste(blocks()[0], source, env, volumes)
    print(f"--- the image after {time.monotonic() - began:.0f} s, the empty Debian included", flush=True)
    compose = (source / "deploy/container/compose.yml").read_text()
    names = " ".join(f"-t {name}" for name in re.findall(r"image: (\S+/\S+)", compose))
    paste(f"buildah build {names} .", PROJECT / "tests/operations/stand_ins", env, volumes)


def examine_the_image() -> None:
    """Check that no layer contains secrets or machine files, that the user is not root, and that nothing unexpected is writable."""
    (image,) = json.loads(ran("podman", "inspect", "cdpviewer"))
    assert image["User"] == f"{OWN_USER}:{OWN_USER}", image["User"]
    metadata = json.dumps([image["History"], image["Config"]])
    assert not re.search("SECRET_KEY|CREDENTIAL_KEYS|PASSWORD|DATABASE_URL|BEGIN", metadata), metadata
    layers = [
        Path(folder) for kind in ("LowerDir", "UpperDir") for folder in image["GraphDriver"]["Data"][kind].split(":")
    ]
    paths = [(f"/{path.relative_to(layer)}", path) for layer in layers for path in layer.rglob("*")]
    # In place of this machine's files during a build, empty ones remain.
    forbidden = [name for name, path in paths if NOT_INSIDE.search(name) and (path.is_dir() or path.stat().st_size)]
    assert not forbidden, forbidden
    writable = {name for name, path in paths if not path.is_symlink() and path.stat().st_mode & 0o002}
    assert {name for name in writable if not name.startswith("/dev/")} == WRITABLE, writable
    print(f"--- the image has {image['Size'] / 1e6:.0f} MB in {len(layers)} layers", flush=True)


def on_sqlite() -> None:
    """Without compose, and without the passwd line that podman adds by default: the database is in the volume at /data."""
    options = f"--rm --passwd=false --user={STRANGER}:{STRANGER} --read-only --tmpfs=/tmp --network=none --volume=sqlite:/data"
    options += " --env=CDPVIEWER_SECRET_KEY=none --env=DATABASE_URL=sqlite:////data/cdpviewer.sqlite3"
    migrate = "cdpviewer .venv/bin/python manage.py migrate --skip-checks"
    assert "Applying orders.0001" in ran("podman", "run", *options.split(), *migrate.split())


def health_checks() -> None:
    """Run the health checks, as systemd's timers do on a machine that systemd has booted."""
    while True:
        for name in ("postgres", "app"):
            with suppress(AssertionError):  # unhealthy, or not there yet
                ran("podman", "healthcheck", "run", f"cdpviewer_{name}_1")
        time.sleep(4)


def state(name: str) -> dict[str, Any]:
    """A container's state, process and address."""
    (container,) = json.loads(ran("podman", "inspect", f"cdpviewer_{name}_1"))
    (network,) = container["NetworkSettings"]["Networks"].values()
    return {**container["State"], "Address": network["IPAddress"]}


def well(url: str, people: requests.Session | None = None) -> requests.Response:
    """The page once it is no 5xx: each time a container starts or ends, podman's name server misses queries for a moment."""
    limit = time.monotonic() + 60
    while (page := (people or requests).get(url, timeout=20)).status_code >= 500 and time.monotonic() < limit:
        time.sleep(0.5)
    return page


def sign_in_and_open_an_order(deploy: Path) -> requests.Session:
    """Sign in and open an order through nginx, as a browser does; returns the session."""
    people = requests.Session()
    people.trust_env, people.verify = False, str(deploy / "secrets/orders.pem")
    people.headers["Referer"] = f"{SITE}/"

    def post(page: str, to: str, **fields: str) -> requests.Response:
        token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', people.get(SITE + page, timeout=20).text)
        assert token, page
        return people.post(SITE + to, {"csrfmiddlewaretoken": token[1], **fields}, timeout=20)

    home = post("/accounts/login/", "/accounts/login/", username="admin", password=PASSWORD)
    assert home.status_code == 200 and home.url == f"{SITE}/", (home.status_code, home.url)
    order = post("/", "/orders/", q=REFERENCE)
    assert order.url.startswith(f"{SITE}/orders/") and (order.status_code, REFERENCE in order.text) == (200, True)
    print("--- a person signed in and opened an order", flush=True)
    return people


def examine_the_server(deploy: Path) -> None:
    """Check the server's user, what it may write, and what the pages' role may do to a record."""

    def inside(*words: str) -> list[str]:
        return ran("docker-compose", "exec", "-T", "app", *words, cwd=deploy).split()

    assert inside("id", "-u") == [STRANGER]
    assert sorted(inside("ls", "/run/secrets")) == ["credential-keys", "pages-url", "secret-key"]
    writable = inside("sh", "-c", "find / -xdev -writable ! -type l 2>/dev/null || true")
    assert sorted(writable) == ["/tmp", "/var/tmp"], writable  # noqa: S108 - in memory; the second is podman's own
    assert inside(".venv/bin/python", "-c", TAMPER) == ["InsufficientPrivilege"]
    logged = ran("docker-compose", "logs", "nginx", cwd=deploy)
    assert "POST /orders/" in logged and REFERENCE not in logged, logged
    print("--- a stranger's user, nothing but /tmp to write, and no right to delete a record", flush=True)


def stop_under_way(people: requests.Session, deploy: Path) -> None:
    """A stop drains: `/readyz` reports it while pages are served, and the server ends with status 0."""
    address = f"http://{state('app')['Address']}:8000"
    assert [well(address + probe).status_code for probe in ("/livez", "/readyz")] == [200, 200]
    assert people.get(f"{SITE}/readyz", timeout=5).status_code == 404  # kept inside by nginx
    stopping = subprocess.Popen([program("docker-compose"), "stop", "app"], cwd=deploy)
    seen = []
    while stopping.poll() is None:
        with suppress(requests.ConnectionError):
            if requests.get(f"{address}/readyz", timeout=5).status_code == 503:
                seen.append(people.get(f"{SITE}/", timeout=20).status_code)
        time.sleep(0.2)
    assert seen and seen[0] == 200, seen
    assert state("app")["ExitCode"] == 0, state("app")
    print(f"--- stopped: {seen.count(200)} pages while it drained, exit status 0", flush=True)


def served(folder: Path) -> None:
    """The first start, a person, a night, a stop and an upgrade, with network, mounts and processes of this process's own."""
    source, deploy, env = folder / "source", folder / "source/deploy/container", dict(os.environ)
    ran("ip", "link", "set", "lo", "up")
    ran("mount", "-t", "tmpfs", "tmpfs", "/run")  # where engines keep names and networks of their containers
    ran("mount", "--bind", f"{folder}/hosts", "/etc/hosts")
    docker = [program("podman"), "system", "service", "--time=0", env["DOCKER_HOST"]]
    subprocess.Popen(docker, stderr=subprocess.DEVNULL)
    threading.Thread(target=health_checks, daemon=True).start()
    examine_the_image()
    on_sqlite()
    _image, start, night, upgrade = blocks()
    paste(start, source, env)
    print(f"--- up:\n{ran('podman', 'ps', '--format', '{{.Names}} {{.Status}}')}", end="", flush=True)
    well(f"http://{state('app')['Address']}:8000/readyz")
    manage = f"docker-compose exec -T -e DJANGO_SUPERUSER_PASSWORD={PASSWORD} app .venv/bin/python manage.py".split()
    ran(*manage, "createsuperuser", "--no-input", "--username=admin", "--email=admin@example.com", cwd=deploy)
    loopback = [program("nsenter"), f"--net=/proc/{state('app')['Pid']}/ns/net"]
    subprocess.Popen([*loopback, sys.executable, "-m", "sandbox", "--port=9000"], cwd=PROJECT)
    connection = "add_connection --user=admin --name=Sandbox --region=sandbox --client-key=sandbox-key"
    ran(*manage, *connection.split(), cwd=deploy, text=PASSWORD)
    people = sign_in_and_open_an_order(deploy)
    examine_the_server(deploy)
    paste(night, deploy, env)
    volume = Path(ran("podman", "volume", "inspect", "--format", "{{.Mountpoint}}", "cdpviewer-backups").strip())
    (backup,) = volume.iterdir()
    assert (backup.stat().st_mode & 0o777, backup.stat().st_uid) == (0o600, int(STRANGER))
    stop_under_way(people, deploy)
    (folder / "next").write_text("FROM localhost/cdpviewer\nLABEL release=next\n")
    ran("buildah", "build", "--pull=false", "-t", "cdpviewer", "-f", f"{folder}/next")
    paste(upgrade, deploy, env)
    assert well(f"{SITE}/", people).url == f"{SITE}/"
    print("--- upgraded with the same database, and the person still signed in", flush=True)


def main(words: list[str]) -> int:
    if words:
        try:
            served(Path(words[0]))
        except (AssertionError, subprocess.CalledProcessError):
            print(
                ran("docker-compose", "logs", "--no-color", "--tail=30", cwd=Path(words[0]) / "source/deploy/container")
            )
            raise
        return 0
    if os.geteuid() != 0:
        sys.exit("Containers with a network of their own are made by root only.")
    list(map(program, PROGRAMS))  # ends the process if one is missing
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="containers-") as folder:
        built(Path(folder), env := environment(Path(folder)))
        alone = [program("unshare"), "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
        inside = [*alone, sys.executable, "-m", "tests.operations.in_containers", folder]
        status = subprocess.run(inside, cwd=PROJECT, env=env, check=False).returncode
    print(f"--- {'everything held' if status == 0 else 'something failed'}, {time.monotonic() - began:.0f} s")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
