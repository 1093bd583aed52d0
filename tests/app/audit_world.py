"""A journal with lines of chosen moments, and people with accounts, for the page of the audit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from app.moments import PARIS, today
from data.audit import Audit, Entry
from data.chain import appended
from data.users import Users

INES, LUC, SOPHIE = "ines", "luc", "sophie"
SCORE = 0.123456789  # a value that nobody who reads the journal may see
CLIENT = 100_482


@dataclass(frozen=True)
class Done:
    """What somebody did `ago` days ago at an hour of Paris."""

    entry: Entry
    ago: int = 0
    hour: int = 9
    minute: int = 0

    @property
    def at(self) -> str:
        """ISO, UTC, as lines are dated."""
        day = today() - timedelta(self.ago)
        moment = datetime.combine(day, time(self.hour, self.minute), PARIS)
        return moment.astimezone(tz=None).isoformat(timespec="microseconds")


def people(home: Path) -> None:
    """Sophie the administrator, and Inès and Luc whom she sees at work."""
    users = Users(home)
    for name, label, roles, scope in (
        (SOPHIE, "Sophie Martin", ["admin"], None),
        (INES, "Inès Laurent", ["officer"], "agency=Bobigny"),
        (LUC, "Luc Garnier", ["caller"], ""),
    ):
        users.set_password(users.add(name, roles, scope, label).id, "hashed")
    users.close()


def view(who: str, *, client: int = CLIENT, purpose: str | None = "application") -> Entry:
    """A score that was looked at; the subject is the client's number, to be replaced by its pseudonym."""
    details = {"probability": SCORE, "threshold": SCORE, "snapshot": "s1"}
    return Entry("score.viewed", who, str(client), purpose, "v14", details)


def written(home: Path, lines: Iterable[Done]) -> None:
    """Put them in the chain, the oldest first; subjects become pseudonyms."""
    audit = Audit(home)
    with_names = [
        (done.at, Entry(**{**vars(done.entry), "subject": audit.pseudonym("client", done.entry.subject)}))
        if done.entry.subject
        else (done.at, done.entry)
        for done in lines
    ]
    with audit._writing() as connection:
        for at, entry in sorted(with_names, key=lambda pair: datetime.fromisoformat(pair[0])):
            appended(connection, entry, at)
    audit.close()


def habit(who: str, per_day: int, days: int = 10, first: int = 1) -> list[Done]:
    """As many views on each of `days` days, the last of them `first` days ago."""
    return [
        Done(view(who, client=100_000 + n), ago=first + day, hour=10, minute=n % 60)
        for day in range(days)
        for n in range(per_day)
    ]
