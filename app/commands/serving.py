"""The command that serves the pages."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from app.commands import opening
from app.settings import Settings
from app.texts import t
from data import snapshot

SECONDS_TO_FINISH = 5
HUNG_AFTER = 20  # seconds: a worker that starts on a busy machine does not answer sooner


def add_to(line: typer.Typer) -> None:
    """Add the commands of this area."""
    line.command(help=t("serve.help"))(serve)


def serve(
    host: Annotated[str | None, typer.Option()] = None,
    port: Annotated[int | None, typer.Option()] = None,
    workers: Annotated[int | None, typer.Option()] = None,
    demo: Annotated[bool | None, typer.Option("--demo/--no-demo", help=t("serve.demo"))] = None,
) -> None:
    """Serve until told to stop. What is not said here is as the environment says."""
    import uvicorn  # noqa: PLC0415  the other commands start without the web

    said = {"HOST": host, "PORT": port, "WORKERS": workers, "DEMO": demo}
    os.environ.update({f"VIGIE_{name}": str(value) for name, value in said.items() if value is not None})
    settings = Settings()
    opening.check(settings)
    _share_the_cores(settings.workers)
    if not _free(settings.host, settings.port):
        typer.echo(f"vigie: {t('serve.taken', host=settings.host, port=settings.port)}", err=True)
        raise typer.Exit(1)
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    typer.echo(t("serve.at", address=settings.public_url or f"http://{name}:{settings.port}"))
    if snapshot.pointer(settings.home) is None:
        typer.echo(t("serve.nothing"))
    if link := opening.first_link(settings):
        typer.echo(t("serve.first_link"))
        typer.echo(link)
    with _counted_together(settings.workers):
        uvicorn.run(
            "app.main:create_app",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
            timeout_worker_healthcheck=HUNG_AFTER,
        )


@contextmanager
def _counted_together(workers: int) -> Iterator[None]:
    """A folder in which workers count for /metrics, each for all."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="vigie-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _free(host: str, port: int) -> bool:
    """Whether the address is this machine's and nobody listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError:
        return False
    return True


def _share_the_cores(workers: int) -> None:
    """Workers times threads stay within the cores, unless the environment says otherwise."""
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    for name in ("POLARS_MAX_THREADS", "VIGIE_QUERY_THREADS"):
        os.environ.setdefault(name, threads)
