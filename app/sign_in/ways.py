"""Where somebody wanted to go, and may be led after signing in: our own pages alone."""

from urllib.parse import urlsplit

LONGEST = 2_000  # characters
NOT_PAGES = ("/sign-in", "/sign-out", "/invitation", "/session", "/_", "/api/", "/assets/", "/metrics")


def own(way: str) -> str:
    """The address where it is one of our pages', else the first page."""
    plain = way.isascii() and way.isprintable() and len(way) <= LONGEST and "\\" not in way
    if not plain or not way.startswith("/") or way.startswith(("//", *NOT_PAGES)):
        return "/"
    try:
        parts = urlsplit(way)
    except ValueError:
        return "/"
    return way if not parts.scheme and not parts.netloc else "/"
