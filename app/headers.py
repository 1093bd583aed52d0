"""What the request's headers tell about where it comes from, and what every answer's headers say."""

import hmac
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
READING = frozenset({"GET", "HEAD"})
PORTS = {"https": 443, "http": 80}
NOWHERE = ("", "", 0)
METHODS = READING | {"POST"}
PROBES = frozenset({"/health", "/ready"})  # asked under any name: by number, inside a container
CSRF_COOKIE, CSRF_HEADER = "_csrf_token", "x-csrftoken"  # the names that Dash's renderer knows
FORM = "application/x-www-form-urlencoded"
Networks = tuple[IPv4Network | IPv6Network, ...]
STRICT_TRANSPORT = {"strict-transport-security": "max-age=31536000"}

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def content_security_policy(script_hashes: Iterable[str], issuer: str = "") -> str:
    """Nothing but our own files and the inline scripts that have these hashes.

    A form may lead on to `issuer`, where a session ends at the organisation's provider too.
    """
    scheme, host, port = origin(issuer)
    goals = f"'self' {scheme}://{f'[{host}]' if ':' in host else host}:{port}" if host else "'self'"
    scripts = " ".join(("'self'", *script_hashes))
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
        f"form-action {goals}; frame-ancestors 'none'"
    )


def names(address: str) -> frozenset[str]:
    """The host names that the server answers to: that of its address, and this machine's own."""
    return LOOPBACK_NAMES | {(urlsplit(address).hostname or "")}


def origin(address: str) -> tuple[str, str, int]:
    """Scheme, host and port of an https address, or an http one on this very machine; empty for any other."""
    try:
        parts = urlsplit(address)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        return NOWHERE
    plain = parts.username is None and parts.password is None and not parts.fragment
    safe = scheme == "https" or (scheme == "http" and host in LOOPBACK_NAMES)
    return (scheme, host, port or PORTS[scheme]) if host and plain and safe else NOWHERE


def meant_for(known: frozenset[str], scope: Scope, headers: Headers) -> bool:
    """Whether the request asks for one of those names, or looks whether the server is alive."""
    return _host(headers) in known or scope["path"] in PROBES


def declared_length(headers: Headers) -> int:
    """The length that the body is said to have, bytes; 0 where nothing is said."""
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def is_form(headers: Headers) -> bool:
    """Whether the body is what a page's form sends by itself."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == FORM


def proven(sent: str, expected: str) -> bool:
    """Whether this is the session's own proof, in a time that does not tell how near it came."""
    return hmac.compare_digest(sent.encode(), expected.encode())


def networks(text: str) -> Networks:
    """Addresses and networks with spaces or commas between. Raises ValueError for one that is none."""
    return tuple(ip_network(each) for each in text.replace(",", " ").split())


def client_address(scope: Scope, headers: Headers, proxies: Networks = ()) -> str:
    """Where the request comes from; empty where the server does not know.

    Of one of our `proxies`: the last address that it says it forwards for and that is none of ours. What
    stands before that one, anybody may have written.
    """
    peer = str((scope.get("client") or ("",))[0])
    if not _is_of(proxies, peer):
        return peer
    forwarded = [each.strip() for each in ",".join(headers.getlist("x-forwarded-for")).split(",")]
    last = next((each for each in reversed(forwarded) if not _is_of(proxies, each)), "")
    return last if _address(last) else peer


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
    found = _address(address)
    return found is not None and found.is_loopback


def _is_of(proxies: Networks, address: str) -> bool:
    found = _address(address)
    return found is not None and any(found in network for network in proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address; one of IPv4 is that, also when it is written as one of IPv6."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
