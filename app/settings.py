"""Every setting, read once from the environment (`VIGIE_…`)."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Frozen; a value that is not allowed raises pydantic's ValidationError, which names it."""

    model_config = SettingsConfigDict(env_prefix="VIGIE_", frozen=True, extra="ignore")

    home: Path = Path(".vigie")  # snapshots, journal: all the state there is
    host: str = "127.0.0.1"
    port: int = Field(8050, ge=0, le=65_535)
    workers: int = Field(default_factory=lambda: min(os.cpu_count() or 1, 4), ge=1)
    demo: bool = True  # a reader on this very machine needs no account

    organisation: str = Field("", max_length=80)  # who lends, as the client's sheet says
    contact: str = Field("", max_length=300)  # where a client uses their rights, as the sheet says

    max_body_bytes: int = Field(1_000_000, ge=1_000)
    max_concurrent: int = Field(64, ge=1)  # requests under way in one worker; the next gets 503
    threads: int = Field(8, ge=1)  # callbacks at work in one worker

    query_seconds: float = Field(20, gt=0)
    query_threads: int = Field(2, ge=1)
    query_memory: str = Field("1GB", pattern=r"^\d+[KMGT]B$")
    cached_answers: int = Field(512, ge=0)
    export_rows: int = Field(1_000_000, ge=1)  # the longest table an export may hold
    late_after_days: int = Field(7, ge=0)  # data older than this turn the dot amber
    poll_seconds: float = Field(1, gt=0)  # how often a server looks for a new snapshot

    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")
