"""What the request's headers tell about where it comes from, and what every answer's headers say."""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
READING = frozenset({"GET", "HEAD"})
METHODS = READING | {"POST"}

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def content_security_policy(script_hashes: Iterable[str]) -> str:
    """Nothing but our own files and the inline scripts that have these hashes."""
    scripts = " ".join(("'self'", *script_hashes))
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def on_this_machine(scope: Scope, headers: Headers) -> bool:
    """Whether the reader sits at the server: both ends and the name asked for are loopback, no proxy between.

    The name matters because any web page may point a name of its own at 127.0.0.1 (DNS rebinding).
    """
    ends = (scope.get("client"), scope.get("server"))
    if any(name in headers for name in FORWARDED):
        return False
    return all(end and _is_loopback(end[0]) for end in ends) and _host(headers) in LOOPBACK_NAMES


def same_origin(scope: Scope, headers: Headers) -> bool:
    """Whether a page of ours asks, or a reader typed the address; a link elsewhere may only open a page.

    Browsers state where a request comes from in `Sec-Fetch-Site`, older ones in `Origin` alone. A request
    that may change something must have one of them: this is the protection against forged requests.
    """
    site = headers.get("sec-fetch-site")
    if scope["method"] in READING:
        opened = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        return site in (None, "same-origin", "none") or opened
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == headers.get("host")


def _host(headers: Headers) -> str | None:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:
        return None


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
