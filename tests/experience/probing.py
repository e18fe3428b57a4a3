"""Checks of a page in the browser: axe, width, scrolling, clipped words, what it keeps, and what the console logged."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from tests.live import PROJECT

AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
# All of axe's rules, including best practices and the target sizes of WCAG 2.2, which are off by default.
ALL: dict[str, Any] = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
# The rules about colours, the only ones that can find in one scheme what they do not find in the other.
COLOURS: dict[str, Any] = ALL | {"runOnly": ["color-contrast", "link-in-text-block"], "rules": {}}
RUN = """([options, kinds]) => {
  scrollTo(0, 0);
  return globalThis.axe?.run(kinds ? { include: kinds.map((kind) => firstOfKind.get(kind)) } : document, options)
    .then((all) => all.violations);
}"""

# The browser itself logs every 4xx and 5xx that it receives, whatever the page does with it.
NOTED_BY_THE_BROWSER = re.compile(r"^Failed to load resource: the server responded with a status of [45]\d\d ")

LISTEN_FOR_REFUSALS = """
globalThis.refused = [];
addEventListener("securitypolicyviolation", (event) =>
  refused.push(`${event.violatedDirective}: ${event.blockedURI || "inline"} ${event.sample}`));
"""

# A page wider than the window, or an element that scrolls sideways; only code and tables may.
SIDEWAYS = """() => {
  const name = (element) => `${element.localName}.${[...element.classList].join(".")}#${element.id}`;
  const across = document.documentElement.scrollWidth, found = [];
  if (across > innerWidth) {
    found.push(`the page is ${across} px wide`);
    for (const element of document.body.querySelectorAll("*")) {
      const { right, width } = element.getBoundingClientRect();
      if (width > 1 && right > innerWidth + .5) found.push(`${name(element)} ends at ${Math.round(right)}`);
    }
  }
  for (const element of document.body.querySelectorAll("*")) {
    if (element.scrollWidth <= element.clientWidth + 1 || element.matches("pre, .scroll, .results, .hidden-text, svg, svg *")) continue;
    if (["auto", "scroll"].includes(getComputedStyle(element).overflowX)) found.push(`${name(element)} scrolls sideways`);
  }
  return found.slice(0, 12);
}"""

# Words that are cut off: a box holds more than it shows. An ellipsis on one line is intended, and the text of a field scrolls.
CLIPPED = """() => {
  const found = [];
  for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    if (!["hidden", "clip"].includes(style.overflowY) || style.clipPath !== "none" || element.closest(".hidden-text, .visually-hidden, svg, [hidden]")) continue;
    if (style.textOverflow === "ellipsis" || !element.textContent.trim() || !element.clientHeight) continue;
    if (element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1)
      found.push(`${element.localName}.${[...element.classList].join(".")}: ${element.textContent.trim().slice(0, 40)}`);
  }
  return found;
}"""

# The kinds of visible elements: by name, classes, attributes (and values, if these are from a fixed set), whether they hold words,
# the parent and, for a heading, the heading before it. Axe judges elements of one kind alike; the HTML checker finds duplicate ids.
KINDS = """() => {
  const own = (element) => element.localName + "." + element.classList + [...element.attributes]
    .map(({ name, value }) => /^(aria-(?!label|desc|control)|role$|type$|lang$|tabindex$)/.test(name) ? `[${name}=${value}]` : `[${name}]`).join("");
  const found = globalThis.firstOfKind = new Map();
  let heading = "";
  for (const element of document.body.querySelectorAll("*")) {
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const words = element.textContent.trim() ? " words" : "";
    const kind = `${own(element.parentElement)} > ${own(element)}${words}${/^h\\d$/.test(element.localName) ? heading : ""}`;
    if (!found.has(kind)) found.set(kind, element);
    if (/^h\\d$/.test(element.localName)) heading = ` after ${element.localName}`;
  }
  return [...found.keys()];
}"""

# Everything that a mouse can use the keyboard can reach: whatever can be clicked can take the focus.
ONLY_FOR_THE_MOUSE = """() => {
  const usable = "a[href], button, input, select, textarea, summary, label, [tabindex]";
  return [...document.body.querySelectorAll("*")]
    .filter((element) => getComputedStyle(element).cursor === "pointer" && !element.closest(usable))
    .map((element) => `${element.localName}.${[...element.classList].join(".")}`);
}"""

KEPT = "() => ({ cookie: document.cookie ? { all: document.cookie } : {}, local: {...localStorage}, session: {...sessionStorage} })"

# WCAG 1.4.12, and letters of twice the size; in a constructed sheet, because the policy refuses any other kind.
WIDE_TEXT = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
LARGE_TEXT = "html { font-size: 200% !important }"

# Several of the above in one call, because each call to the browser costs work in three processes.
AT_ONE_WIDTH = f"() => [({SIDEWAYS})(), ({KINDS})()]"
UNDER_A_SHEET = f"""(css) => {{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
  const found = [({CLIPPED})(), ({SIDEWAYS})()];
  document.adoptedStyleSheets = [];
  return found;
}}"""
AT_LAST = f"() => [({ONLY_FOR_THE_MOUSE})(), ({KEPT})(), globalThis.refused]"


@lru_cache(maxsize=1)
def axe_script() -> str:
    """The source of axe-core. Without it the tests are skipped with a reason, or fail under CI=true."""
    if AXE.exists():
        return AXE.read_text(encoding="utf-8")
    reason = "NO AXE-CORE: `make test` installs it with npm; every accessibility check is left out until then"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def axe(page: Page, kinds: Iterable[str] | None, options: dict[str, Any]) -> list[str]:
    """axe's objections, a line for each element: to the whole page, or to the first element of each of these `kinds`.

    The page is judged from its top: if it were scrolled down, whatever is partly under the bar would be too small to hit.
    """
    asked = [options, kinds and sorted(kinds)]
    rules: list[dict[str, Any]] | None = page.evaluate(RUN, asked)
    if rules is None:  # the page has no axe yet
        page.evaluate(axe_script())
        rules = page.evaluate(RUN, asked)
    assert rules is not None
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {' '.join(node['failureSummary'].split())}"
        for rule in rules
        for node in rule["nodes"]
    ]


@dataclass
class Watch:
    """A listener on all pages of a context: it keeps console messages and the addresses of requests to other hosts."""

    host: str
    said: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def on(self, context: BrowserContext) -> Watch:
        context.add_init_script(LISTEN_FOR_REFUSALS)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.said.append(str(error.error)))
        context.on("request", self._see)
        return self

    def taken(self) -> tuple[list[str], list[str]]:
        """The messages and addresses kept since the last call."""
        taken = self.said[:], self.elsewhere[:]
        self.said.clear()
        self.elsewhere.clear()
        return taken

    def _hear(self, message: ConsoleMessage) -> None:
        own = not urlsplit(message.location.get("url", "")).path.startswith("/static/")
        if not (own and NOTED_BY_THE_BROWSER.match(message.text)):
            self.said.append(f"{message.type}: {message.text}")

    def _see(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.hostname != self.host and parts.scheme not in {"data", "blob", "about"}:
            self.elsewhere.append(request.url)
