"""The system's Firefox ESR, driven through its built-in protocol, Marionette.

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.live import free_port

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name of a reference in WebDriver


def executable() -> str:
    """The path of firefox-esr. Without one, the tests are skipped with a notice; under CI=true they fail."""
    path = shutil.which("firefox-esr")
    if path is None:
        reason = "NO FIREFOX: install Debian's firefox-esr; the panel is tried in Chromium only until then"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


class Firefox:
    """A running Firefox; every command goes to the window and frame that were selected last."""

    def __init__(self, link: socket.socket) -> None:
        self._link, self._file, self._numbers = link, link.makefile("rb"), itertools.count(1)
        self._receive()
        self.send("WebDriver:NewSession", acceptInsecureCerts=True)

    def send(self, command: str, **parameters: Any) -> Any:
        """The result of a WebDriver command. Raises AssertionError with Firefox's message if it fails."""
        data = json.dumps([0, next(self._numbers), command, parameters]).encode()
        self._link.sendall(b"%d:%s" % (len(data), data))
        _kind, _number, error, result = self._receive()
        assert error is None, f"{command}: {error}"
        return result.get("value", result) if isinstance(result, dict) else result

    def _receive(self) -> Any:
        length = b""
        while (sign := self._file.read(1)) != b":":
            assert sign, "Firefox has gone"
            length += sign
        return json.loads(self._file.read(int(length)))

    def find(self, selector: str, *, words: str = "", seconds: float = 30) -> str:
        """Wait until the element is shown and contains `words`, and return it."""
        limit = time.monotonic() + seconds
        seen = "none such"
        while time.monotonic() < limit:
            for reference in self.send("WebDriver:FindElements", using="css selector", value=selector):
                element: str = reference[ELEMENT]
                seen = str(self.send("WebDriver:GetElementText", id=element))
                if words in seen and self.send("WebDriver:IsElementDisplayed", id=element):
                    return element
            time.sleep(0.1)
        pytest.fail(f"{selector} with {words!r}: {seen}")

    def click(self, selector: str, **more: Any) -> None:
        self.send("WebDriver:ElementClick", id=self.find(selector, **more))

    def fill(self, selector: str, text: str) -> None:
        self.send("WebDriver:ElementSendKeys", id=self.find(selector), text=text)

    def enter_frame(self, selector: str) -> None:
        self.send("WebDriver:SwitchToFrame", element=self.find(selector))

    def windows(self) -> list[str]:
        handles: list[str] = self.send("WebDriver:GetWindowHandles")
        return handles

    def switch(self, window: str) -> None:
        self.send("WebDriver:SwitchToWindow", handle=window)

    def new_window(self, others: list[str], seconds: float = 30) -> str:
        """Wait for a window that is not among `others`, and return it."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if fresh := [window for window in self.windows() if window not in others]:
                return fresh[0]
            time.sleep(0.1)
        pytest.fail("no window opened")


@contextmanager
def running_firefox(folder: Path, *hosts: str) -> Iterator[Firefox]:
    """A Firefox without third-party cookies that resolves `hosts` to this machine."""
    port = free_port()
    preferences = {
        "marionette.port": port,
        "network.dns.localDomains": ",".join(hosts),
        "network.cookie.cookieBehavior": 1,  # cookies of other sites are rejected
        "dom.disable_open_during_load": True,
        "intl.accept_languages": "en-GB",
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "app.update.disabledForTesting": True,
    }
    profile = folder / "firefox"
    profile.mkdir()
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items())
    (profile / "user.js").write_text("".join(lines))
    command = [executable(), "--headless", "--marionette", "--no-remote", "--profile", str(profile), "about:blank"]
    environment = {**os.environ, "HOME": str(folder)}
    with (folder / "firefox.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        with _connected(process, port, folder / "firefox.log") as link:
            yield Firefox(link)
    finally:
        process.terminate()
        process.wait(30)


def _connected(process: subprocess.Popen[bytes], port: int, log: Path) -> socket.socket:
    limit = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < limit:
        try:
            link = socket.create_connection(("127.0.0.1", port), timeout=2)
        except OSError:
            time.sleep(0.1)
        else:
            link.settimeout(60)
            return link
    pytest.fail(f"Firefox did not start:\n{log.read_text(errors='replace')[-2000:]}")
