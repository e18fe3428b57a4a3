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
    ("extra", "reason"),
    [
        ("eu=https://elsewhere.example", "taken"),
        ("x=https://a.example,x=https://b.example", "taken"),
        ("x=http://a.example", "https"),
        ("x=http://127.0.0.1.example", "https"),
        ("x=ftp://a.example", "https://"),
        ("x", "name=https://host"),
        ("=https://a.example", "name in entry 1"),
        ("a=https://a.example, X Y=https://a.example", "name in entry 2"),
        ("x=https://", "host"),
        ("x=https://a.example/v2", "end after the host"),
        ("x=https://a.example?y", "end after the host"),
        ("x=https://a.example#y", "end after the host"),
        ("x=https://a.example:port", "cannot be read"),
        ("x=https://a b.example", "host"),
    ],
)
def test_a_wrong_entry_is_named_with_its_reason(extra: str, reason: str) -> None:
    with pytest.raises(RegionError, match=reason):
        regions(extra)


@pytest.mark.parametrize("extra", ["x={}", "{}", "X={}", "x=y={}", "={}", "{}=", "x={}/path"])
def test_a_password_in_an_address_is_refused_and_not_repeated(extra: str) -> None:
    for password in ("hunter2", "hun=ter2", "=hunter2"):
        with pytest.raises(RegionError) as caught:
            regions(extra.format(f"https://user:{password}@a.example"))
        assert "ter2" not in str(caught.value)
        assert caught.value.__cause__ is None
