"""A real LDAP directory for tests: Debian's slapd, in a folder of its own, on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from accounts.sign_on.choices import Directory
from tests.cdp.certificates import Authority
from tests.live import free_port

try:
    import ldap
    import ldap.modlist
except ImportError:
    LEFT_OUT = "NO LDAP: install requirements/ldap.lock; signing in with a directory is not tested until then"
    if os.environ.get("CI") == "true":
        raise
    pytest.skip(LEFT_OUT, allow_module_level=True)

ROOT, SECRET = "cn=root,dc=example,dc=com", "secret of the directory"
# People whose password slapd does not check; it returns a code, as directories do for accounts that are locked or disabled.
BRANCH = "ou=refused,ou=people,dc=example,dc=com"
REFUSED = {"unwilling": 53, "constraint": 19, "inappropriate": 48}
CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload retcode
pidfile {folder}/pid
TLSCertificateFile {certificate}
TLSCertificateKeyFile {certificate}
database mdb
suffix "{branch}"
subordinate
rootdn "{root}"
directory {folder}/refused
overlay retcode
retcode-parent "{branch}"
{items}
database mdb
suffix "dc=example,dc=com"
rootdn "{root}"
rootpw "{secret}"
directory {folder}/data
"""


@dataclass
class RunningDirectory:
    url: str
    tls_port: int
    authority: Authority
    process: subprocess.Popen[bytes]

    def choice(self) -> Directory:
        """An operator's settings for it."""
        return Directory(
            url=self.url, bind_dn=ROOT, bind_password=SECRET, people="ou=people,dc=example,dc=com",
            groups_base="ou=groups,dc=example,dc=com", groups={"cdp-agents": "Agents", "cdp-leads": "Supervisors"}, timeout=1.0,
        )  # fmt: skip

    def add(self, dn: str, **attributes: str | list[str]) -> None:
        """Add an entry, replacing an earlier one."""
        values = {
            name: [text.encode() for text in ([value] if isinstance(value, str) else value)]
            for name, value in attributes.items()
        }
        connection = self._bound()
        with suppress(ldap.NO_SUCH_OBJECT):
            if connection.search_s(dn, ldap.SCOPE_BASE):
                connection.delete_s(dn)
        connection.add_s(dn, ldap.modlist.addModlist(values))

    def person(self, name: str, password: str, **attributes: str) -> None:
        values = {"objectClass": "inetOrgPerson", "cn": name, "sn": name, "userPassword": password}
        self.add(f"uid={name},ou=people,dc=example,dc=com", **(values | attributes))

    def group(self, name: str, *members: str) -> None:
        people = [f"uid={member},ou=people,dc=example,dc=com" for member in members] or [ROOT]
        self.add(f"cn={name},ou=groups,dc=example,dc=com", objectClass="groupOfNames", member=people)

    def pause(self) -> None:
        """Keep the port open without answering, like a directory that hangs."""
        self.process.send_signal(signal.SIGSTOP)
        while "\nState:\tT" not in Path(f"/proc/{self.process.pid}/status").read_text():
            """It stops when it gets a processor."""

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def _bound(self) -> ldap.ldapobject.LDAPObject:
        connection = ldap.initialize(self.url)
        connection.simple_bind_s(ROOT, SECRET)
        return connection


@contextmanager
def running() -> Iterator[RunningDirectory]:
    """Run a directory with two empty branches for the block."""
    slapd = shutil.which("slapd", path="/usr/sbin:/usr/bin")
    if slapd is None:
        reason = "NO DIRECTORY: install Debian's slapd; signing in with LDAP is not tested until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="slapd-") as folder:
        config = Path(folder, "slapd.conf")
        items = "\n".join(f'retcode-item "uid={name}" {code} op=bind' for name, code in REFUSED.items())
        authority = Authority(Path(folder))
        certificate = authority.file("127.0.0.1")
        values = {"folder": folder, "root": ROOT, "secret": SECRET, "branch": BRANCH, "items": items}
        config.write_text(CONFIG.format(certificate=certificate, **values))
        Path(folder, "data").mkdir()
        Path(folder, "refused").mkdir()
        url, tls_port = f"ldap://127.0.0.1:{free_port()}", free_port()
        served = f"{url} ldaps://127.0.0.1:{tls_port}"
        process = subprocess.Popen([slapd, "-d", "0", "-f", str(config), "-h", served], stderr=subprocess.DEVNULL)
        directory = RunningDirectory(url, tls_port, authority, process)
        try:
            _wait_for(directory)
            directory.add("dc=example,dc=com", objectClass=["dcObject", "organization"], dc="example", o="Example Air")
            for branch in ("people", "groups"):
                directory.add(f"ou={branch},dc=example,dc=com", objectClass="organizationalUnit", ou=branch)
            yield directory
        finally:
            process.kill()
            process.wait(20)


def _wait_for(directory: RunningDirectory) -> None:
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        try:
            directory._bound()
        except ldap.SERVER_DOWN:
            time.sleep(0.05)
        else:
            return
    pytest.fail("slapd did not start")
