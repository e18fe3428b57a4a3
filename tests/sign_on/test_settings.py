"""What an operator may set about signing in; each mistake stops the start with a sentence that names the setting and no secret."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.sign_on.choices import Passwords, SecondFactor, SignOn
from cdpviewer.environment import Environment
from cdpviewer.sign_on import read

OIDC = {
    "CDPVIEWER_OIDC_ISSUER": "https://login.example.com/company/",
    "CDPVIEWER_OIDC_CLIENT_ID": "cdpviewer",
    "CDPVIEWER_OIDC_CLIENT_SECRET": "canary-secret",
    "CDPVIEWER_OIDC_GROUPS": "cdp-agents=Agents",
}
LDAP = {
    "CDPVIEWER_LDAP_URL": "ldaps://ldap.example.com",
    "CDPVIEWER_LDAP_PEOPLE": "ou=people,dc=example,dc=com",
    "CDPVIEWER_LDAP_GROUPS_BASE": "ou=groups,dc=example,dc=com",
    "CDPVIEWER_LDAP_GROUPS": "cdp-agents=Agents",
    "CDPVIEWER_LDAP_BIND_PASSWORD": "canary-secret",
}
PROXY = {
    "CDPVIEWER_PROXY_USER_HEADER": "X-Remote-User",
    "CDPVIEWER_PROXY_SECRET": "canary-secret that is long enough to use",
    "CDPVIEWER_TRUSTED_PROXIES": "1",
}


def chosen(**environ: str) -> SignOn:
    return read(Environment(environ, {}))


def test_nothing_set_is_as_before() -> None:
    assert chosen() == SignOn()


def test_a_provider_is_read() -> None:
    found = chosen(
        **{
            **OIDC,
            "CDPVIEWER_OIDC_GROUPS": "cdp-agents=Agents,a=b=Supervisors",
            "CDPVIEWER_OIDC_ORIGINS": "https://sts.example.com",
        }
    )
    assert found.provider is not None
    assert found.provider.issuer == "https://login.example.com/company"
    assert found.provider.name == "login.example.com"
    assert found.provider.groups == {"cdp-agents": "Agents", "a=b": "Supervisors"}
    assert found.provider.form_origins() == ["https://login.example.com", "https://sts.example.com"]
    assert "canary" not in repr(found)


def test_the_rest_is_read() -> None:
    found = chosen(
        **LDAP,
        **PROXY,
        CDPVIEWER_MFA="Required",
        CDPVIEWER_CONFIRM_AFTER_MINUTES="15",
        CDPVIEWER_PASSWORD_SIGN_IN="staff",
    )
    assert (found.second_factor, found.confirm_after, found.passwords) == (SecondFactor.REQUIRED, 900, Passwords.STAFF)
    assert found.directory is not None and found.proxy is not None
    assert "canary" not in repr(found)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"CDPVIEWER_PASSWORD_SIGN_IN": "off"}, "CDPVIEWER_PASSWORD_SIGN_IN"),
        ({"CDPVIEWER_PASSWORD_SIGN_IN": "staff"}, "CDPVIEWER_PASSWORD_SIGN_IN"),
        ({"CDPVIEWER_PASSWORD_SIGN_IN": "sometimes"}, "CDPVIEWER_PASSWORD_SIGN_IN"),
        ({"CDPVIEWER_MFA": "on"}, "CDPVIEWER_MFA"),
        ({"CDPVIEWER_CONFIRM_AFTER_MINUTES": "soon"}, "CDPVIEWER_CONFIRM_AFTER_MINUTES"),
        ({**OIDC, "CDPVIEWER_OIDC_ISSUER": "http://login.example.com"}, "CDPVIEWER_OIDC_ISSUER"),
        ({**OIDC, "CDPVIEWER_OIDC_ISSUER": "login.example.com"}, "CDPVIEWER_OIDC_ISSUER"),
        ({**OIDC, "CDPVIEWER_OIDC_ISSUER": "https://login.example.com/?a=b"}, "CDPVIEWER_OIDC_ISSUER"),
        ({**OIDC, "CDPVIEWER_OIDC_ISSUER": "https://a.example; script-src *"}, "CDPVIEWER_OIDC_ISSUER"),
        ({**OIDC, "CDPVIEWER_OIDC_ORIGINS": "https://sts.example.com/path"}, "CDPVIEWER_OIDC_ORIGINS"),
        ({**OIDC, "CDPVIEWER_OIDC_GROUPS": "cdp-agents"}, "CDPVIEWER_OIDC_GROUPS"),
        *(({**OIDC, name: ""}, name) for name in sorted(OIDC) if name != "CDPVIEWER_OIDC_ISSUER"),
        ({**LDAP, "CDPVIEWER_LDAP_URL": "ldap://ldap.example.com"}, "CDPVIEWER_LDAP_START_TLS"),
        ({**LDAP, "CDPVIEWER_LDAP_URL": "https://ldap.example.com"}, "CDPVIEWER_LDAP_URL"),
        ({**LDAP, "CDPVIEWER_LDAP_PEOPLE_FILTER": "(uid=x)"}, "CDPVIEWER_LDAP_PEOPLE_FILTER"),
        ({**LDAP, "CDPVIEWER_LDAP_PEOPLE_FILTER": "(proxyAddresses=smtp:%(user)s)"}, "CDPVIEWER_LDAP_PEOPLE_FILTER"),
        *(({**LDAP, name: ""}, name) for name in ("CDPVIEWER_LDAP_PEOPLE", "CDPVIEWER_LDAP_GROUPS_BASE", "CDPVIEWER_LDAP_GROUPS")),
        ({**PROXY, "CDPVIEWER_PROXY_SECRET": "canary"}, "CDPVIEWER_PROXY_SECRET"),
        ({**PROXY, "CDPVIEWER_TRUSTED_PROXIES": "0"}, "CDPVIEWER_TRUSTED_PROXIES"),
    ],
)  # fmt: skip
def test_a_mistake_names_the_setting_and_no_secret(environ: dict[str, str], named: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        chosen(**environ)
    assert named in str(refused.value)
    assert "canary" not in str(refused.value)
