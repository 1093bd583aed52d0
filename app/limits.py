"""How often anybody may ask in a minute: a user, a program, an address; fewer times at the sign-in.

Counted in each worker by itself: several workers let through as many times more at most.
"""

import math
import time
from ipaddress import ip_address, ip_network

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import Scope

from app.accounts import User
from app.settings import Settings

SIGN_IN = ("/sign-in", "/invitation")
SWEPT_EVERY = 10.0  # seconds


class Windows(Storage):
    """What was counted, by key, in this process; for one thread.

    The library's own storage looks at every key each time, which costs 1.5 ms with 10,000 of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, tuple[int, float]] = {}  # count, end of the window
        self._swept = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the storage may raise."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """One time more; `expiry` seconds after the first of them all are forgotten."""
        now = time.time()
        self._sweep(now)
        count, until = self._counts.get(key, (0, 0.0))
        if until <= now:
            count, until = 0, now + expiry
        self._counts[key] = count + amount, until
        return count + amount

    def get(self, key: str) -> int:
        """How many times."""
        count, until = self._counts.get(key, (0, 0.0))
        return count if until > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When they are forgotten, in seconds since 1970."""
        return self._counts.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """Whether it can count."""
        return True

    def reset(self) -> int:
        """Forget all; how many keys there were."""
        count = len(self._counts)
        self._counts.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one."""
        self._counts.pop(key, None)

    def _sweep(self, now: float) -> None:
        if now - self._swept < SWEPT_EVERY:
            return
        self._swept = now
        self._counts = {key: held for key, held in self._counts.items() if held[1] > now}


class Limits:
    """The rates of the settings; for the event loop alone."""

    def __init__(self, settings: Settings) -> None:
        self._windows = FixedWindowRateLimiter(Windows())
        self._of_users = RateLimitItemPerMinute(settings.user_rate)
        self._of_addresses = RateLimitItemPerMinute(settings.address_rate)
        self._of_sign_ins = RateLimitItemPerMinute(settings.sign_in_rate)

    def wait(self, scope: Scope, address: str, who: User | None) -> int:
        """Seconds until this request may be asked again; 0 where it may come in."""
        place = network(address)
        if signs_in(scope) and (seconds := self._wait(self._of_sign_ins, "sign-in", place)):
            return seconds
        if who is None:
            return self._wait(self._of_addresses, "address", place)
        return self._wait(self._of_users, "user", who.name)

    def _wait(self, rate: RateLimitItem, *key: str) -> int:
        if self._windows.hit(rate, *key):
            return 0
        return max(1, math.ceil(self._windows.get_window_stats(rate, *key).reset_time - time.time()))


def signs_in(scope: Scope) -> bool:
    """Whether the request tries to come in: with a password, a link, or through the provider."""
    path = str(scope["path"])
    return (path in SIGN_IN and scope["method"] == "POST") or path.startswith("/sign-in/")


def network(address: str) -> str:
    """The address, of IPv6 the network of 64 bits that one subscriber has all of."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else address
