"""What can go wrong with data, by name: a `reason` code and the `values` that its sentence needs."""

from __future__ import annotations


class DataError(Exception):
    """A refusal or failure. Its text is found by the way in, under `<area>.<reason>`."""

    area = "load"

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values: dict[str, object] = values

    def __reduce__(self) -> tuple[object, ...]:
        """Lets the error cross from the building process to its parent."""
        return (_again, (type(self), self.reason, self.values))

    def __str__(self) -> str:
        return f"{self.area}.{self.reason} {self.values}" if self.values else f"{self.area}.{self.reason}"


def _again(kind: type[DataError], reason: str, values: dict[str, object]) -> DataError:
    error = kind.__new__(kind)
    DataError.__init__(error, reason, **values)
    return error


class LoadRefused(DataError):
    """The source cannot be loaded as it is; nothing was published."""


class BuildFailed(DataError):
    """The machine failed the build: disk full, process killed, tables that break their promise."""


class NoSnapshot(DataError):
    """Nothing is published, or the snapshot asked for does not exist."""

    area = "snapshot"


class CorruptSnapshot(DataError):
    """The bytes on disk are not those that were published."""

    area = "snapshot"


class Busy(DataError):
    """Another process holds the lock. `holder` has pid, command and since."""

    area = "snapshot"

    def __init__(self, holder: dict[str, object]) -> None:
        super().__init__("busy", **holder)

    @property
    def holder(self) -> dict[str, object]:
        return self.values
