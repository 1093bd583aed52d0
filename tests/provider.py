"""An OpenID Connect provider on a loopback port, which does right unless a test tells it to do wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "vigie", "a secret of the provider's own"
Claims = dict[str, Any]
Sign = Callable[[dict[str, Any], Claims], str]


def new_key(name: str) -> RSAKey:
    """A key that signs."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


FIRST = new_key("first")


@dataclass
class Provider:
    """What it says; a test changes any of it.

    `person` is who signs in at once, without being asked; `twist` changes the claims of the ID token, `sign`
    how it is signed; `answer` takes the place of an address's answer (status, headers, body).
    """

    issuer: str = ""
    port: int = 0
    key: RSAKey = field(default_factory=lambda: FIRST)
    person: Claims = field(default_factory=lambda: {"sub": "s-1", "preferred_username": "claire.martin"})
    signed_userinfo: bool = False
    without: frozenset[str] = frozenset()  # parts of its description that it leaves out
    described: dict[str, Any] = field(default_factory=dict)  # others that it says differently
    twist: Callable[[Claims], None] = lambda _: None
    about: Callable[[Claims], None] = lambda _: None
    sign: Sign | None = None
    answer: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # the paths, in order
    authorizations: list[dict[str, str]] = field(default_factory=list)
    leavings: list[dict[str, str]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None
    _running: threading.Thread | None = None
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _access: dict[str, Claims] = field(default_factory=dict)

    def start(self) -> None:
        """Listen, on the port it had before."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _answers(self))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.issuer = f"http://127.0.0.1:{self.port}/realm"
        self._running = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._running.start()

    def stop(self) -> None:
        """Listen no more."""
        if self._server and self._running:
            self._server.shutdown()
            self._running.join()
            self._server.server_close()
        self._server = self._running = None

    def anew(self) -> None:
        """Do right again, with the same key and at the same address."""
        kept = {"issuer", "key", "port", "_server", "_running"}
        vars(self).update({name: value for name, value in vars(Provider()).items() if name not in kept})

    def description(self) -> dict[str, Any]:
        """Its metadata."""
        places = {
            "authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys",
            "userinfo_endpoint": "userinfo", "end_session_endpoint": "leave",
        }  # fmt: skip
        told: dict[str, Any] = {name: f"{self.issuer}/{place}" for name, place in places.items()}
        told |= {"issuer": self.issuer, "token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return {name: value for name, value in (told | self.described).items() if name not in self.without}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to, with a code."""
        self.authorizations.append(asked)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """A code for tokens, once, to whoever has the secret and the verifier."""
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        posted = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        if not posted and authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        begun = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            begun is None
            or (begun["code_challenge_method"], begun["code_challenge"]) != ("S256", challenge)
            or form.get("redirect_uri") != begun["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        self._access[access] = dict(self.person)
        return 200, {"token_type": "Bearer", "access_token": access, "id_token": self.id_token(begun, access)}

    def id_token(self, begun: dict[str, str], access: str) -> str:
        """Signed, for the sign-in that began so."""
        half = hashlib.sha256(access.encode()).digest()[:16]
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": begun["nonce"],
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(), **self.person,
        }  # fmt: skip
        self.twist(claims)
        header = {"alg": "RS256", "kid": self.key.kid}
        return self.sign(header, claims) if self.sign else jwt.encode(header, claims, self.key)

    def userinfo(self, authorization: str) -> tuple[int, str, str]:
        """Status, kind and body of what it says of the person."""
        person = self._access.get(authorization.removeprefix("Bearer "))
        if person is None:
            return 401, "application/json", "{}"
        claims = dict(person)
        if self.signed_userinfo:
            claims |= {"iss": self.issuer, "aud": CLIENT, "exp": int(time.time()) + 300}
        self.about(claims)
        if not self.signed_userinfo:
            return 200, "application/json", json.dumps(claims)
        return 200, "application/jwt", jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


@contextmanager
def provider() -> Iterator[Provider]:
    """One that runs as long as the block; its issuer is its address and `/realm`."""
    made = Provider()
    made.start()
    try:
        yield made
    finally:
        made.stop()


def _answers(made: Provider) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _get(self, made)

        def do_POST(self) -> None:
            _post(self, made)

        def log_message(self, *_told: Any) -> None:
            """Nothing on the console."""

    return Answers


def _post(handler: BaseHTTPRequestHandler, made: Provider) -> None:
    form = handler.rfile.read(int(handler.headers["content-length"])).decode()
    made.asked.append(_place(handler))
    if _place(handler) in made.answer:
        _send(handler, *made.answer[_place(handler)])
    else:
        status, told = made.exchange(_flat(form), handler.headers.get("authorization", ""))
        _send(handler, status, {"content-type": "application/json"}, json.dumps(told).encode())


def _get(handler: BaseHTTPRequestHandler, made: Provider) -> None:
    place, asked = _place(handler), _flat(urlsplit(handler.path).query)
    made.asked.append(place)
    status, headers, body = 200, {"content-type": "application/json"}, b""
    if place in made.answer:
        status, headers, body = made.answer[place]
    elif place == ".well-known/openid-configuration":
        body = json.dumps(made.description()).encode()
    elif place == "keys":
        body = json.dumps({"keys": [made.key.as_dict(private=False)]}).encode()
    elif place == "userinfo":
        status, headers["content-type"], text = made.userinfo(handler.headers.get("authorization", ""))
        body = text.encode()
    elif place == "authorize":
        status, headers = 303, {"location": made.authorize(asked)}
    elif place == "leave":
        made.leavings.append(asked)
        status, headers = 303, {"location": f"{asked['post_logout_redirect_uri']}?state={asked['state']}"}
    else:
        status = 404
    _send(handler, status, headers, body)


def _place(handler: BaseHTTPRequestHandler) -> str:
    return urlsplit(handler.path).path.removeprefix("/realm/")


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


def _send(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
    handler.send_response(status)
    for name, value in {**headers, "content-length": str(len(body))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
