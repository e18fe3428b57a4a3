from __future__ import annotations

import pytest

from orders.cdp.regions import RegionError, regions


def test_the_vendors_regions_are_known_without_any_setting() -> None:
    assert regions() == {
        "eu": "https://api-engage-eu.sitecorecloud.io",
        "us": "https://api-engage-us.sitecorecloud.io",
        "ap": "https://api-engage-ap.sitecorecloud.io",
        "jpe": "https://api-engage-jpe.sitecorecloud.io",
    }


@pytest.mark.parametrize(
    ("extra", "name", "url"),
    [
        ("old=https://api.boxever.com", "old", "https://api.boxever.com"),
        (" old = https://api.boxever.com/ , ", "old", "https://api.boxever.com"),
        ("sandbox=http://127.0.0.1:9000", "sandbox", "http://127.0.0.1:9000"),
        ("sandbox=http://localhost:9000", "sandbox", "http://localhost:9000"),
        ("sandbox=http://[::1]:9000", "sandbox", "http://[::1]:9000"),
    ],
)
def test_an_operator_can_add_regions(extra: str, name: str, url: str) -> None:
    assert regions(extra)[name] == url
    assert len(regions(extra)) == 5


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("eu=https://elsewhere.example", "taken"),
        ("x=https://a.example,x=https://b.example", "taken"),
        ("x=http://a.example", "https"),
        ("x=http://127.0.0.1.example", "https"),
        ("x=ftp://a.example", "https://"),
        ("x", "name=https://host"),
        ("=https://a.example", "region name"),
        ("X Y=https://a.example", "region name"),
        ("x=https://", "host"),
        ("x=https://a.example/v2", "end after the host"),
        ("x=https://a.example?y", "end after the host"),
        ("x=https://a.example#y", "end after the host"),
        ("x=https://a.example:port", "cannot be read"),
        ("x=https://a b.example", "host"),
    ],
)
def test_a_wrong_entry_is_named_with_its_reason(extra: str, said: str) -> None:
    with pytest.raises(RegionError, match=said):
        regions(extra)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(RegionError) as caught:
        regions("x=https://user:hunter2@a.example")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
