"""A person's devices for signing in, besides the password: Chromium's virtual authenticator, and the way to the second step."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


class Device:
    """Chromium's virtual authenticator, like a laptop with a fingerprint reader."""

    def __init__(self, tab: Page) -> None:
        self.devtools = tab.context.new_cdp_session(tab)
        self.devtools.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
        options |= {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
        self.number = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def forget(self) -> None:
        """Delete all passkeys."""
        self.devtools.send("WebAuthn.clearCredentials", {"authenticatorId": self.number})


def sign_in_half(tab: Page, name: str = "agent") -> None:
    """Enter the password, and stop at the second step."""
    tab.goto("/accounts/login/")
    tab.locator("input[name=username]").fill(name)
    tab.locator("input[name=password]").fill("a long enough passphrase")
    tab.locator("input[name=password]").press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text(re.compile("Two-step sign-in|Zweiter Schritt"))
