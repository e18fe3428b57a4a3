"""An operator's settings for signing in; each mistake stops the start with a sentence that names the setting and no secret."""

from __future__ import annotations

from pathlib import Path

import certifi
import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from accounts.sign_on.choices import Passwords, SecondFactor, SignOn
from cdpviewer import checks, run
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
    "CDPVIEWER_LDAP_BIND_DN": "cn=reader,dc=example,dc=com",
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
    sign_on = chosen(
        **{
            **OIDC,
            "CDPVIEWER_OIDC_GROUPS": "cdp-agents=Agents,a=b=Supervisors",
            "CDPVIEWER_OIDC_ORIGINS": "https://sts.example.com",
        }
    )
    assert sign_on.provider is not None
    assert sign_on.provider.issuer == "https://login.example.com/company"
    assert sign_on.provider.name == "login.example.com"
    assert sign_on.provider.groups == {"cdp-agents": "Agents", "a=b": "Supervisors"}
    assert sign_on.provider.form_origins() == ["https://login.example.com", "https://sts.example.com"]
    assert "canary" not in repr(sign_on)


def test_the_rest_is_read() -> None:
    sign_on = chosen(
        **LDAP,
        **PROXY,
        CDPVIEWER_MFA="Required",
        CDPVIEWER_CONFIRM_AFTER_MINUTES="15",
        CDPVIEWER_PASSWORD_SIGN_IN="staff",
    )
    assert (sign_on.second_factor, sign_on.confirm_after, sign_on.passwords) == (
        SecondFactor.REQUIRED,
        900,
        Passwords.STAFF,
    )
    assert sign_on.directory is not None and sign_on.proxy is not None
    assert "canary" not in repr(sign_on)


def test_what_looks_odd_and_works_is_read(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text(certifi.contents())
    text = r"(&(uid=%(user)s)(|(a=50%%\28)(mail=%(user)s)))"
    sign_on = chosen(**LDAP, CDPVIEWER_LDAP_PEOPLE_FILTER=text, CDPVIEWER_LDAP_CA=str(authority))
    assert sign_on.directory is not None
    assert sign_on.directory.people_filter % {"user": "anna"} == r"(&(uid=anna)(|(a=50%\28)(mail=anna)))"
    plain = {**LDAP, "CDPVIEWER_LDAP_BIND_DN": "", "CDPVIEWER_LDAP_BIND_PASSWORD": ""}
    assert chosen(**{**plain, "CDPVIEWER_LDAP_URL": "ldap://ldap.example.com"}, CDPVIEWER_LDAP_START_TLS="on").directory


@pytest.mark.parametrize("passwords", ["staff", "off"])
def test_a_directory_is_another_way_in(passwords: str) -> None:
    assert chosen(**LDAP, CDPVIEWER_PASSWORD_SIGN_IN=passwords).passwords == passwords


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
        *(({**OIDC, "CDPVIEWER_OIDC_ISSUER": f"https://{user}@login.example.com"}, "CDPVIEWER_OIDC_ISSUER")
            for user in ("agent", "agent:canary", ":canary", "")),
        ({**OIDC, "CDPVIEWER_OIDC_ORIGINS": "https://sts.example.com/path"}, "CDPVIEWER_OIDC_ORIGINS"),
        ({**OIDC, "CDPVIEWER_OIDC_GROUPS": "cdp-agents"}, "CDPVIEWER_OIDC_GROUPS"),
        ({**OIDC, "CDPVIEWER_OIDC_GROUPS": "leads=Agents, leads = Supervisors"}, "CDPVIEWER_OIDC_GROUPS"),
        *(({**OIDC, name: ""}, name) for name in sorted(OIDC) if name != "CDPVIEWER_OIDC_ISSUER"),
        ({**LDAP, "CDPVIEWER_LDAP_URL": "ldap://ldap.example.com"}, "CDPVIEWER_LDAP_START_TLS"),
        ({**LDAP, "CDPVIEWER_LDAP_URL": "https://ldap.example.com"}, "CDPVIEWER_LDAP_URL"),
        ({**LDAP, "CDPVIEWER_LDAP_START_TLS": "on"}, "CDPVIEWER_LDAP_START_TLS"),
        *(({**LDAP, "CDPVIEWER_LDAP_PEOPLE_FILTER": text}, "CDPVIEWER_LDAP_PEOPLE_FILTER") for text in (
            "(uid=x)", "(uid=%s)", "(uid=%(user)d)", "(uid=%(user)s", "(uid=%(user)s)(a=%(name)s)", "(uid=%(user)s)(a=5%)", "(uid=%(user) s)")),
        *(({**LDAP, "CDPVIEWER_LDAP_CA": path}, "CDPVIEWER_LDAP_CA") for path in ("/nowhere/ca.pem", __file__, "/", "\0")),
        ({**LDAP, "CDPVIEWER_LDAP_GROUPS": "leads=Agents,leads=Supervisors"}, "CDPVIEWER_LDAP_GROUPS"),
        *(({**LDAP, f"CDPVIEWER_LDAP_{name}": ""}, "CDPVIEWER_LDAP_BIND_DN") for name in ("BIND_DN", "BIND_PASSWORD")),
        ({**LDAP, "CDPVIEWER_LDAP_PEOPLE_FILTER": "(proxyAddresses=smtp:%(user)s)"}, "CDPVIEWER_LDAP_PEOPLE_FILTER"),
        *(({**LDAP, name: ""}, name) for name in ("CDPVIEWER_LDAP_PEOPLE", "CDPVIEWER_LDAP_GROUPS_BASE", "CDPVIEWER_LDAP_GROUPS")),
        ({**PROXY, "CDPVIEWER_PROXY_SECRET": "canary"}, "CDPVIEWER_PROXY_SECRET"),
        ({**PROXY, "CDPVIEWER_TRUSTED_PROXIES": "0"}, "CDPVIEWER_TRUSTED_PROXIES"),
        *(({**PROXY, f"CDPVIEWER_PROXY_{which}_HEADER": name}, f"CDPVIEWER_PROXY_{which}_HEADER") for which in ("USER", "SECRET")
            for name in ("HTTP_X_REMOTE_USER", "X_Remote_User", "X-Remote-User:", "REMOTE_USER")),
        ({**PROXY, "CDPVIEWER_PROXY_SECRET_HEADER": "x-remote-user"}, "CDPVIEWER_PROXY_SECRET_HEADER"),
    ],
)  # fmt: skip
def test_a_mistake_names_the_setting_and_no_secret(environ: dict[str, str], named: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        chosen(**environ)
    assert named in str(refused.value)
    assert "canary" not in str(refused.value)


@pytest.mark.django_db
def test_a_group_that_is_not_here_is_named_before_people_sign_in(settings: Settings) -> None:
    settings.SIGN_ON = chosen(**{**OIDC, "CDPVIEWER_OIDC_GROUPS": "a=Agents,b=Agent"}, **LDAP)
    (warning,) = checks.mapped_groups()
    assert "CDPVIEWER_OIDC_GROUPS names Agent, " in warning.msg
    assert any("CDPVIEWER_OIDC_GROUPS" in sentence for sentence in run.missing())
    Group.objects.create(name="Agent")
    assert checks.mapped_groups() == []
