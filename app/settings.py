"""Every setting, read once from the environment (`VIGIE_…`)."""

import os
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.headers import networks, origin


class Settings(BaseSettings):
    """Frozen; a value that is not allowed raises pydantic's ValidationError, which names it."""

    model_config = SettingsConfigDict(env_prefix="VIGIE_", frozen=True, extra="ignore")

    home: Path = Path(".vigie")  # snapshots, journal: all the state there is
    host: str = "127.0.0.1"
    port: int = Field(8050, ge=0, le=65_535)
    workers: int = Field(default_factory=lambda: min(os.cpu_count() or 1, 4), ge=1)
    demo: bool = False  # a reader on this very machine needs no account
    public_url: str = ""  # as people type it, https://…; empty: http on the host and port above
    proxies: str = ""  # addresses or networks of our own proxies, whose X-Forwarded-For is believed

    oidc_issuer: str = ""  # the organisation's provider; empty: local accounts alone
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scopes: str = "openid profile email"
    oidc_groups: Path | None = None  # TOML: which groups have which roles and agencies
    oidc_acr: str = ""  # levels of authentication that are enough, a space between; empty: any

    organisation: str = Field("", max_length=80)  # who lends, as the client's sheet says
    contact: str = Field("", max_length=300)  # where a client uses their rights, as the sheet says

    audit_months: int = Field(12, ge=6, le=36)  # how long the words of the journal are kept

    max_body_bytes: int = Field(1_000_000, ge=1_000)
    body_seconds: float = Field(20, gt=0)  # for all of a request's body to arrive
    max_concurrent: int = Field(64, ge=1)  # requests under way in one worker; the next gets 503
    threads: int = Field(3, ge=1)  # callbacks at work in one worker, and as many other requests
    user_rate: int = Field(1_200, ge=1)  # requests a minute, in one worker, of a user or a program …
    address_rate: int = Field(600, ge=1)  # … of those at one address who are not signed in …
    sign_in_rate: int = Field(30, ge=1)  # … of those at one address who try to sign in

    query_seconds: float = Field(20, gt=0)
    query_threads: int = Field(2, ge=1)
    query_memory: str = Field("1GB", pattern=r"^\d+[KMGT]B$")
    cached_answers: int = Field(512, ge=0)
    export_rows: int = Field(1_000_000, ge=1)  # the longest table an export may hold
    late_after_days: int = Field(7, ge=0)  # data older than this turn the dot amber
    poll_seconds: float = Field(1, gt=0)  # how often a server looks for a new snapshot

    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")

    @field_validator("oidc_issuer")
    @classmethod
    def _safe(cls, issuer: str) -> str:
        """What tells who people are is asked over TLS, or on this very machine."""
        if issuer and not origin(issuer)[1]:
            raise ValueError("an https address, without user name and fragment")
        return issuer

    @model_validator(mode="after")
    def _known_to_the_provider(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("VIGIE_OIDC_ISSUER needs VIGIE_OIDC_CLIENT_ID")
        return self

    @field_validator("proxies")
    @classmethod
    def _addresses(cls, proxies: str) -> str:
        networks(proxies)
        return proxies

    @property
    def address(self) -> str:
        """Where people find the server, without a slash at the end."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{name}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over TLS."""
        return self.address.startswith("https://")
