"""How callbacks and routes are declared: with the permission they need, or the server does not start."""

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ParamSpec, TypeVar, cast

from dash import Dash
from fastapi import FastAPI
from starlette.routing import BaseRoute

from app.accounts import PERMISSIONS, PUBLIC, permit
from app.dash_bodies import accepted
from app.headers import PROBES

PUBLIC_PATHS = frozenset(
    {
        "/health", "/ready", "/_favicon.ico",
        "/sign-in", "/sign-in/organisation", "/sign-in/back", "/invitation",
    }
)  # fmt: skip
PUBLIC_FOLDERS = ("/assets/", "/_dash-component-suites/")
FAILURE = "failure"  # the shell's store that a failed callback fills, for the error state

P = ParamSpec("P")
T = TypeVar("T")


class Undeclared(Exception):
    """A route or callback that carries no permission, or a public one outside the public list."""


@dataclass(frozen=True)
class Declared:
    """One server-side callback, as it is handed to each Dash application."""

    dependencies: tuple[Any, ...]
    options: Mapping[str, Any]
    function: Callable[..., Any]


CALLBACKS: dict[tuple[str, ...], Declared] = {}  # by output, input and state: the latest declaration holds


def secured(
    permission: str, *dependencies: Any, **options: Any
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """The one way to declare a Dash callback.

    It runs in a worker thread as the user who asked, once the permission is held and every value fits its
    annotation (else 400). An exception it does not handle leaves its outputs as they are and fills the
    shell's store `failure` with {"text", "reference"}.
    """

    def declare(function: Callable[P, T]) -> Callable[P, T]:
        if inspect.iscoroutinefunction(function):
            raise TypeError(f"{function.__name__}: a callback runs in a thread, it is not async")

        key = tuple(repr(item) for item in dependencies)
        CALLBACKS[key] = Declared(dependencies, options, _door(permission, function))
        return function

    return declare


def secured_route(permission: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """The one way to declare a route, under the router's decorator."""
    return functools.partial(_door, permission)


def attach(app: Dash) -> None:
    """Hand every declared callback to the application.

    Raises ValueError where two write one output, NameError for an annotation that names nothing.
    """
    for declared in CALLBACKS.values():
        before = len(app.callback_map)
        app.callback(*declared.dependencies, **declared.options)(declared.function)
        accepted(declared.function)
        if len(app.callback_map) == before:
            raise ValueError(f"two callbacks write {declared.dependencies[0]!r}")


def check(server: FastAPI, app: Dash) -> None:
    """Raises Undeclared, naming them, when a route or callback does not carry its permission."""
    bare = [str(getattr(route, "path", route)) for route in routes(server) if not _declared(route)]
    bare += [name for name, permission in callbacks(app).items() if permission is None]
    if bare:
        raise Undeclared(", ".join(bare))


def routes(server: FastAPI) -> Iterator[BaseRoute]:
    """Every route of the server, those of the routers it includes among them."""
    for route in server.routes:
        included = getattr(route, "original_router", None)
        yield from included.routes if included else [route]


def callbacks(app: Dash) -> dict[str, str | None]:
    """The permission of every callback on the server; those of the browser are not in reach of HTTP."""
    return {
        name: _permission(spec["callback"]) for name, spec in app.callback_map.items() if "callback" in spec
    }


def route_permission(route: BaseRoute) -> str | None:
    """The permission that the route's endpoint, or what is mounted there, carries."""
    return _permission(getattr(route, "endpoint", None) or getattr(route, "app", None))


def places(server: FastAPI, pages: Iterable[ModuleType]) -> frozenset[str]:
    """The first parts of all addresses that lead somewhere."""
    paths = [str(getattr(route, "path", "")) for route in routes(server)] + [page.PATH for page in pages]
    return frozenset(first for path in paths if "{" not in (first := "/" + path.split("/")[1]))


def is_public(path: str) -> bool:
    """Whether the address answers without a session."""
    return path in PUBLIC_PATHS or path.startswith(PUBLIC_FOLDERS)


def is_light(path: str) -> bool:
    """Whether it is a file or a probe: the same for everybody, and never refused for being asked often."""
    return path in PROBES or path == "/_favicon.ico" or path.startswith(PUBLIC_FOLDERS)


def _permission(target: object) -> str | None:
    return getattr(target, "permission", None)


def _declared(route: BaseRoute) -> bool:
    """Whether the route carries a permission, and the guard's public list says the same of its address."""
    permission, path = route_permission(route), getattr(route, "path", "")
    address = path if hasattr(route, "endpoint") else f"{path}/"
    return permission is not None and (permission == PUBLIC) == is_public(address)


def _door(permission: str, function: Callable[P, T]) -> Callable[P, T]:
    """The function behind its permission, which it carries for all to see."""
    if permission not in PERMISSIONS:
        raise ValueError(f"no role has the permission {permission}")

    @functools.wraps(function)
    def door(*args: P.args, **kwargs: P.kwargs) -> T:
        permit(permission)
        return function(*args, **kwargs)

    @functools.wraps(function)
    async def async_door(*args: P.args, **kwargs: P.kwargs) -> Any:
        permit(permission)
        return await cast(Awaitable[Any], function(*args, **kwargs))

    chosen: Any = async_door if inspect.iscoroutinefunction(function) else door
    chosen.permission = permission
    return cast(Callable[P, T], chosen)
