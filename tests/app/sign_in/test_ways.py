"""Where signing in may lead: our own pages, whatever the address says."""

import pytest

from app.sign_in.ways import LONGEST, own


@pytest.mark.parametrize(
    "way", ["/", "/production", "/production?agency=Lille&since=2026-01-01", "/agencies/HDF-01", "/account"]
)
def test_our_own_pages_are_kept(way: str) -> None:
    assert own(way) == way


@pytest.mark.parametrize(
    "way",
    [
        "", "production", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "https://evil.example", "http:evil.example", "javascript:alert(1)", "/\t/evil.example",
        "/production\r\nset-cookie: a=b", " //evil.example", "/é", "/" + "a" * LONGEST, "//[",
        "/sign-in?next=/", "/sign-out", "/invitation?link=x", "/api/v1/x", "/_dash-layout", "/assets/x",
        "/session", "/metrics",
    ],
)  # fmt: skip
def test_anything_else_leads_to_the_first_page(way: str) -> None:
    assert own(way) == "/"
