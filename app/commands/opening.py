"""Before the server opens: where it may not, and the link of the first administrator."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.accounts import terminal_user
from app.headers import LOOPBACK_NAMES
from app.settings import Settings
from data.errors import DataError
from data.links import Links


class ServingRefused(DataError):
    """`demo_elsewhere`: without a password, for others than this machine. `no_tls`: passwords in clear."""

    area = "serve"


def check(settings: Settings) -> None:
    """Raises ServingRefused: the demonstration is for this machine alone, and a network asks for TLS."""
    told = settings.public_url
    names = [settings.host, *([urlsplit(told).hostname or told] if told else [])]
    elsewhere = next((name for name in names if not _is_here(name)), None)
    if elsewhere is not None and settings.demo:
        raise ServingRefused("demo_elsewhere", name=elsewhere)
    if elsewhere is not None and not settings.secure:
        raise ServingRefused("no_tls", name=elsewhere)


def first_link(settings: Settings) -> str | None:
    """Where the first administrator chooses a password, told this once; None where there is a user."""
    if settings.demo:
        return None
    links = Links(settings.home)
    try:
        token = links.first(terminal_user())
    finally:
        links.close()
    return token and f"{settings.address}/invitation?link={token}"


def _is_here(name: str) -> bool:
    """Whether that is a name or address of this machine alone."""
    return name.lower() in LOOPBACK_NAMES or (name.startswith("127.") and name.replace(".", "").isdigit())
