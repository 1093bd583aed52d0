"""What people do: each step asks what the browser would ask, in the same order, and checks the answers."""

import time
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson

from tests.load.people import FIRST_CLIENT, Person
from tests.load.wire import Answer, Broken

UPDATE = "/_dash-update-component"
ROUTER = "..page.children...shown.data.."

Json = Any
Callbacks = dict[str, dict[str, Json]]  # by output, as /_dash-dependencies tells them


class Asked(NamedTuple):
    """One request: when it began (seconds, monotonic), how long it took, and what came of it.

    `outcome` is `ok`, `busy` (503 with Retry-After), or what went wrong.
    """

    kind: str
    at: float
    seconds: float
    outcome: str


class Trouble(Exception):
    """The request did not bring what the page needs: the step ends there."""


class Visit:
    """One person's browser: what its pages hold. `told` is called with every request."""

    def __init__(self, person: Person, callbacks: Callbacks, told: Callable[[Asked], None]) -> None:
        self.person, self._callbacks, self._told = person, callbacks, told
        self._page, self._path, self._search = "", "", ""
        self._held: Json = None
        self._drawn: Json = None
        self._client: str | None = None
        self._stamp = 0

    async def step(self) -> None:
        """One thing that a person of that role does. Raises nothing: what goes wrong is told."""
        steps = STEPS[self.person.role]
        act = self.person.chance.choices([step for step, _ in steps], [weight for _, weight in steps])[0]
        try:
            await act(self)
        except Trouble:
            self._page = ""  # as a person does: open the page again

    async def network(self) -> None:
        """Open Pilotage from outside, frame included; scripts and styles are in the browser already."""
        await self._get("/production", "frame")
        await self._get("/_dash-layout", "frame")
        await self._get("/_dash-dependencies", "frame")
        await self._open("production", "/production", self.person.world.period)

    async def agency(self) -> None:
        """Open the page of an agency."""
        name, _ = self.person.chance.choice(self.person.agencies)
        await self._open("agencies", f"/agencies/{quote(name)}", self.person.world.period)

    async def agent(self) -> None:
        """Open the page of an agent."""
        _, agency = self.person.chance.choice(self.person.agencies)
        name = self.person.chance.choice(self.person.world.agents[agency])
        await self._open("agents", f"/agents/{quote(name)}", self.person.world.period)

    async def pick(self) -> None:
        """Click a mark of the page that is open."""
        if not self._page:
            await self.network()
        self._stamp += 1
        await self._update({"moves": [self._move()], "t": self._stamp})

    async def cases(self) -> None:
        """Look at the list of cases of an agency, and open one."""
        name = self.person.chance.choice(self.person.agencies)[1]
        asked = {"agency": name, "start": 0, "count": 100}
        listed = await self._json(f"/cases/rows?{urlencode(asked)}", "cases")
        if not listed["rows"]:
            raise self._empty("cases")
        row = self.person.chance.choice(listed["rows"])
        case = row[listed["columns"].index("case_id")]
        await self._json(f"/cases/one?{urlencode({'id': case, 'agency': name})}", "case")

    async def find(self) -> None:
        """Type three letters in the search dialog."""
        name = self.person.chance.choice(self.person.agencies)[1]
        for length in (1, 2, 3):
            await self._json(f"/find?{urlencode({'q': name[:length]})}", "search")

    async def rules(self) -> None:
        """Open the page of rules."""
        await self._route("/rules", "")

    async def workbook(self) -> None:
        """Take the table of one card away."""
        text = f"/export/xlsx?{self.person.world.period}&view=production-by-month"
        await self._get(text, "export")

    async def client(self) -> None:
        """Open a client: the journal is written before anything is shown."""
        chosen = str(FIRST_CLIENT + self.person.chance.randrange(self.person.world.clients))
        await self._call("clients-open", {"client": chosen, "purpose": "application", "a": None, "b": None})
        self._client = chosen

    async def peers(self) -> None:
        """Look for the clients like the one that is open."""
        if self._client is None:
            await self.client()
        await self._call("clients-peers", {"client": self._client})

    def _move(self) -> dict[str, Json]:
        chance, world = self.person.chance, self.person.world
        year, last = world.period[-10:-6], int(world.period[-5:-3])
        moves: list[dict[str, Json]] = [
            {"dim": "case_type", "value": chance.choice(world.types), "multi": False},
            {"dim": "month", "value": f"{year}-{chance.randint(1, last):02}", "multi": chance.random() < 0.3},
            {"clear": True},
            {"search": f"?{world.period}"},
        ]
        if self._page == "production":
            agency = {"dim": "agency", "value": chance.choice(self.person.agencies)[1], "multi": False}
            moves += [agency] * 4
        return chance.choice(moves)

    async def _open(self, page: str, path: str, search: str) -> None:
        await self._route(path, search)
        self._page, self._path, self._search = page, path, search
        self._held = self._drawn = None
        await self._update(None)

    async def _route(self, path: str, search: str) -> None:
        """Another page within the frame."""
        self._page = ""
        await self._post(ROUTER, {"place.pathname": path, "place.search": search}, "route")

    async def _update(self, event: Json) -> None:
        """What a page draws, and what comes after the paint."""
        values = {
            "event.data": event,
            "held.data": self._held,
            "place.search": self._search,
            "place.pathname": self._path,
        }
        name = f"{self._page}-data"
        drawn = (await self._post(f"{name}.data", values, self._page))[name]["data"]
        if not drawn or not drawn["views"]:
            raise self._empty(self._page)
        self._held = drawn["held"]
        if drawn["later"]:
            asked = {f"{self._page}-ask.data": {"held": self._held, "drawn": self._drawn}}
            await self._post(f"{self._page}-later.data", asked, f"{self._page}, later")
            self._drawn = self._held

    async def _call(self, name: str, asked: dict[str, Json]) -> None:
        """A callback of the page Client."""
        self._stamp += 1
        output = f"{name}-answer"
        values = {f"{name}.data": {**asked, "t": self._stamp}}
        answer = (await self._post(f"{output}.data", values, name))[output]["data"]
        if answer.get("refused") == "over":  # the data changed since: the page asks to open the client again
            await self.client()
        elif not answer.get("views"):
            raise self._empty(name)

    def _empty(self, kind: str) -> Trouble:
        """An answer that leaves the page empty is an error too."""
        self._told(Asked(kind, time.monotonic(), 0, "nothing to draw"))
        return Trouble()

    async def _post(self, output: str, values: dict[str, Json], kind: str) -> dict[str, Json]:
        declared = self._callbacks[output]
        several = output.startswith("..")
        outputs = [_property(name) for name in output.strip(".").split("...")]
        asked, held = (
            [item | {"value": values.get(f"{item['id']}.{item['property']}")} for item in declared[field]]
            for field in ("inputs", "state")
        )
        body = {
            "output": output,
            "outputs": outputs if several else outputs[0],
            "inputs": asked,
            "state": held,
            "changedPropIds": [f"{item['id']}.{item['property']}" for item in asked],
        }
        answer = await self._ask("POST", UPDATE, kind, orjson.dumps(body))
        told: dict[str, Json] = orjson.loads(answer.body)
        return dict(told["response"])

    async def _json(self, target: str, kind: str) -> Json:
        return orjson.loads((await self._get(target, kind)).body)

    async def _get(self, target: str, kind: str) -> Answer:
        return await self._ask("GET", target, kind)

    async def _ask(self, method: str, target: str, kind: str, body: bytes = b"") -> Answer:
        """Ask and tell of it. Raises Trouble unless the answer is a whole one."""
        began, answer, outcome = time.monotonic(), None, ""
        try:
            answer = await self.person.line.ask(method, target, body, "application/json" if body else "")
            outcome = _outcome(answer)
        except Broken as error:
            outcome = f"broken: {error}"
        self._told(Asked(kind, began, time.monotonic() - began, outcome))
        if answer is None or outcome != "ok":
            raise Trouble
        return answer


def _property(name: str) -> dict[str, str]:
    held, _, prop = name.rpartition(".")
    return {"id": held, "property": prop}


def _outcome(answer: Answer) -> str:
    """A page that shows its error state was answered 200, and is an error all the same."""
    if answer.status == 503 and "retry-after" in answer.headers:
        return "busy"
    if answer.status != 200:
        return str(answer.status)
    return "failed" if b'"sideUpdate"' in answer.body[:200] and b'"failure"' in answer.body[:200] else "ok"


Step = Callable[[Visit], Coroutine[Any, Any, None]]
STEPS: dict[str, tuple[tuple[Step, int], ...]] = {
    "manager": (
        (Visit.pick, 14), (Visit.network, 2), (Visit.agency, 2), (Visit.find, 1), (Visit.rules, 1),
    ),
    "analyst": (
        (Visit.pick, 10), (Visit.network, 1), (Visit.agency, 2), (Visit.agent, 2), (Visit.cases, 4),
        (Visit.find, 1), (Visit.workbook, 1),
    ),
    "executive": ((Visit.pick, 8), (Visit.network, 2)),
    "officer": ((Visit.client, 6), (Visit.peers, 2)),
}  # fmt: skip
