"""A real OpenID Connect provider for tests: npm's oidc-provider, on loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import urljoin

import pytest
import requests

from accounts.sign_on.choices import Provider
from tests.live import PROJECT, free_port

CALLBACK = "/accounts/provider/back/"
GROUPS = {"cdp-agents": "Agents", "cdp-leads": "Supervisors"}


@dataclass
class RunningProvider:
    """A running provider. `people` maps a subject to its claims."""

    issuer: str
    process: subprocess.Popen[str]
    people: dict[str, dict[str, Any]] = field(default_factory=dict)

    def knows(self, subject: str, user_name: str | None, *groups: str, **more: Any) -> None:
        """Give `subject` this user name and these groups from now on."""
        claims = {"groups": list(groups), **({} if user_name is None else {"preferred_username": user_name}), **more}
        self.knows_exactly(subject, claims)

    def knows_exactly(self, subject: str, claims: dict[str, Any]) -> None:
        """Give `subject` exactly these claims from now on."""
        self.people[subject] = claims
        self._tell({"people": self.people})

    def hangs(self, path: str) -> None:
        """Leave requests for paths with this prefix unanswered; "" to answer again."""
        self._tell({"hang": path})

    def drips(self, path: str) -> None:
        """Answer requests for paths with this prefix with a byte now and then; "" to answer normally again."""
        self._tell({"drip": path})

    def crawls(self, path: str) -> None:
        """Like `drips`, but in the headers of the answer."""
        self._tell({"crawl": path})

    def spoils(self, path: str, how: str = "") -> None:
        """Begin an answer for paths with this prefix and spoil it: "stalls", "breaks" or an invalid "gzip"; "" for normal answers again."""
        self._tell({"spoil": [path, how]})

    def says(self, path: str, body: str) -> None:
        """Answer requests for paths with this prefix with `body` as JSON; "" to answer normally again."""
        self._tell({"instead": {path: body} if path else {}})

    def moves(self, host: str) -> None:
        """Use `host` (with its port) in all addresses of the discovery document; "" for its own again."""
        self._tell({"host": host})

    def choice(self, **more: Any) -> Provider:
        """An operator's settings for it."""
        values = {
            "client_id": "cdpviewer",
            "client_secret": "a secret of the tests",
            "name": "Example Air",
            "groups": GROUPS,
        }
        return Provider(issuer=self.issuer, **{**values, **more})

    def approve(self, address: str, subject: str, session: requests.Session | None = None) -> str:
        """Sign `subject` in at the provider, like a browser sent to `address`; returns the address to which it is sent back."""
        session = session or requests.Session()
        answer = session.get(address, allow_redirects=False, timeout=20)
        for _hop in range(8):
            if answer.is_redirect:
                goal = urljoin(answer.url, answer.headers["Location"])
                if CALLBACK in goal:
                    return goal
                answer = session.get(goal, allow_redirects=False, timeout=20)
            else:
                form = re.search(r'action="([^"]+)"', answer.text)
                assert form, answer.text[:800]
                typed = {"prompt": "login", "login": subject, "password": "any"}
                answer = session.post(urljoin(answer.url, form[1]), data=typed, allow_redirects=False, timeout=20)
        pytest.fail("the provider did not lead back")

    def cancel(self, address: str) -> str:
        """Press cancel at the provider; returns the address to which the browser is sent back."""
        session = requests.Session()
        page = session.get(address, timeout=20)
        abort = re.search(r'href="([^"]+/abort)"', page.text)
        assert abort, page.text[:800]
        answer = session.get(urljoin(page.url, abort[1]), allow_redirects=False, timeout=20)
        return urljoin(
            page.url,
            session.get(urljoin(page.url, answer.headers["Location"]), allow_redirects=False, timeout=20).headers[
                "Location"
            ],
        )

    def _tell(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        _wait_for("done", self.process.stdout)


def _wait_for(word: str, lines: IO[str]) -> None:
    """Read the output of the process up to this word; it also contains a warning that the provider is not set up for production."""
    assert any(line == f"{word}\n" for line in lines), f"the provider did not say {word!r}"


@contextmanager
def running(*redirects: str) -> Iterator[RunningProvider]:
    """Run a provider for the block that sends browsers back only to `redirects`."""
    node = shutil.which("node")
    if node is None or not (PROJECT / "node_modules/oidc-provider").is_dir():
        reason = "NO PROVIDER: the npm tools are missing (.ci/tools installs them); signing in with OpenID Connect is not tested until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    port = free_port()
    process = subprocess.Popen(
        [node, "tests/sign_on/provider.mjs", str(port), *redirects],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        _wait_for("ready", process.stdout)
        yield RunningProvider(f"http://127.0.0.1:{port}", process)
    finally:
        process.kill()
        process.wait(20)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
