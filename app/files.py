"""Files sent as they are: compressed once, kept by the browser where the address changes with them."""

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.accounts import PUBLIC

WORTH_COMPRESSING = 1_000  # bytes
COMPRESSED_ALREADY = (".woff2", ".png", ".jpg", ".ico")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
A_WEEK = "public, max-age=604800"


class Folder:
    """ASGI application for one folder; an address with `?m=` names one version of a file."""

    permission = PUBLIC

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        below = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        path = (self.root / below).resolve() if "\0" not in below else self.root
        if path.is_relative_to(self.root) and path.is_file():
            fixed = "m" in request.query_params
            answer = await run_in_threadpool(file_response, request, path, fixed=fixed)
        else:
            answer = Response(status_code=404)
        await answer(scope, receive, send)


def file_response(request: Request, path: Path, *, fixed: bool) -> Response:
    """The file, gzipped where both sides gain; 304 when the browser has it. `fixed`: it never changes."""
    stat = path.stat()
    tag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    kept = FOR_EVER if fixed else A_WEEK if path.suffix == ".woff2" else ASK_AGAIN
    headers = {"etag": tag, "cache-control": kept, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    plain, packed = _content(path, stat.st_mtime_ns)
    content = plain
    if packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content = packed
        headers["content-encoding"] = "gzip"
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Response(content, headers=headers, media_type=kind)


@lru_cache(maxsize=256)
def _content(path: Path, _modified: int) -> tuple[bytes, bytes | None]:
    plain = path.read_bytes()
    if len(plain) < WORTH_COMPRESSING or path.suffix in COMPRESSED_ALREADY:
        return plain, None
    return plain, gzip.compress(plain, 6, mtime=0)
