import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.accounts import DEMONSTRATION, User, acting
from app.services import Services, services
from data import snapshot as snapshots
from data.errors import NoSnapshot
from queries.catalogue import find
from queries.selection import Selection
from tests.published import AGENCIES, publish, settings

ALL = Selection()
KPIS = find("production.kpis")
LAST_DAY = date(2026, 3, 31)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Services]:
    publish(tmp_path)
    made = Services(settings(tmp_path))
    made.watch()
    yield made
    made.close()


def wait_for(snapshot_id: str, service: Services) -> None:
    limit = time.monotonic() + 20
    while not service.snapshot or service.snapshot.id != snapshot_id:
        assert time.monotonic() < limit, "the new snapshot was never served"
        time.sleep(0.02)


def test_answers_come_in_the_order_asked(service: Services) -> None:
    one = Selection.parse("agency=Bobigny")
    both = service.run_all([(KPIS, ALL), (KPIS, one), (KPIS, ALL)], ALL)
    assert [rows["treated"].item() for rows in both] == [900, 300, 900]


def test_without_a_scope_no_row_is_seen(service: Services) -> None:
    assert service.run(find("production.cases_by_type"), ALL, None).is_empty()


def test_a_scope_cuts_what_its_user_may_see_even_from_the_cache(service: Services) -> None:
    service.run(KPIS, ALL, ALL)
    scope = Selection.parse("agency=Évry")
    assert service.run(KPIS, ALL, scope)["treated"].item() == 300


def test_what_no_cube_holds_is_answered_from_the_facts(service: Services) -> None:
    selection = Selection.parse("agent=p1")
    assert service.run(KPIS, selection, ALL)["treated"].item() == len(range(1, 900, 7))


def test_members_are_those_in_scope(service: Services) -> None:
    with acting(DEMONSTRATION):
        assert service.members()["agency"] == sorted(AGENCIES)
    with acting(User("anne", ("manager",), Selection.parse("region=Sud"))):
        assert service.members() == {
            "region": ["Sud"],
            "agency": ["Évry"],
            "case_type": ["Retraite", "Réversion"],
        }


def test_answers_are_kept_and_the_oldest_forgotten(tmp_path: Path) -> None:
    publish(tmp_path)
    service = Services(settings(tmp_path, cached_answers=1))
    first = service.run(KPIS, ALL, ALL)
    assert service.run(KPIS, ALL, ALL) is first
    service.run(KPIS, Selection.parse("agency=Bobigny"), ALL)
    assert service.run(KPIS, ALL, ALL) is not first
    service.close()


def test_data_are_late_after_the_days_allowed(service: Services) -> None:
    assert service.freshness(LAST_DAY + timedelta(7)).days_late is None
    assert service.freshness(LAST_DAY + timedelta(8)).days_late == 8


def test_simulated_data_are_never_late(tmp_path: Path) -> None:
    publish(tmp_path, simulated=True)
    service = Services(settings(tmp_path))
    assert service.freshness(LAST_DAY + timedelta(800)) == (LAST_DAY, None, None, True)
    service.close()


def test_with_nothing_published_there_is_nothing_to_answer(tmp_path: Path) -> None:
    service = Services(settings(tmp_path))
    service.watch()
    assert service.snapshot is None
    with pytest.raises(NoSnapshot):
        service.run(KPIS, ALL, ALL)
    wait_for(publish(tmp_path).id, service)
    assert service.run(KPIS, ALL, ALL)["rows"].item() == 900
    service.close()


def test_a_new_snapshot_is_served_while_queries_run(service: Services, tmp_path: Path) -> None:
    errors: list[BaseException] = []
    counts: set[int] = set()
    stop = threading.Event()

    def ask(number: int) -> None:
        while not stop.is_set():
            selection = Selection.parse("agent=p1" if number % 2 else "")
            try:
                counts.add(service.run(KPIS, selection, ALL)["rows"].item())
            except BaseException as error:  # noqa: BLE001  (whatever it is, the swap caused it)
                errors.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for rows in (1_000, 1_100, 1_200):
        wait_for(publish(tmp_path, rows).id, service)
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert counts >= {900, len(range(1, 900, 7))}
    assert service.run(KPIS, ALL, ALL)["rows"].item() == 1_200


def test_the_file_of_a_replaced_snapshot_is_let_go(service: Services, tmp_path: Path) -> None:
    old = service.snapshot
    assert old is not None
    wait_for(publish(tmp_path, 950).id, service)
    held = {Path(link).resolve() for link in Path("/proc/self/fd").iterdir() if link.exists()}
    assert old.facts.resolve() not in held


def test_rolling_back_serves_the_older_snapshot(service: Services, tmp_path: Path) -> None:
    first = service.snapshot
    assert first is not None
    wait_for(publish(tmp_path, 950).id, service)
    snapshots.rollback(tmp_path)
    wait_for(first.id, service)


def test_a_corrupt_snapshot_is_never_served_and_the_older_one_says_so(
    service: Services, tmp_path: Path
) -> None:
    first = service.snapshot
    assert first is not None
    service.close()
    second = publish(tmp_path, 950)
    flip_a_bit(second.cube("cases_month"))
    again = Services(settings(tmp_path))
    assert again.snapshot == replace(first, fallback_from=second.id)
    assert again.freshness(LAST_DAY).fallback_from == second.id
    assert again.problem == second.id
    assert again.run(KPIS, ALL, ALL)["rows"].item() == 900
    again.close()


def test_a_corrupt_snapshot_published_under_a_running_server_is_not_served(tmp_path: Path) -> None:
    first = publish(tmp_path)
    service = Services(settings(tmp_path))
    second = publish(tmp_path, 950)
    flip_a_bit(second.facts)
    service.refresh()
    assert service.snapshot == replace(first, fallback_from=second.id)
    assert service.run(KPIS, ALL, ALL)["rows"].item() == 900
    service.close()


def test_when_nothing_verifies_the_server_keeps_what_it_holds(service: Services, tmp_path: Path) -> None:
    held = service.snapshot
    (tmp_path / "CURRENT").write_text("{")
    for name in ("facts.duckdb",):
        flip_a_bit(held.folder / name)  # type: ignore[union-attr]
    service.refresh()
    assert service.snapshot == held
    assert service.problem == "CURRENT"


def test_services_belong_to_a_request() -> None:
    with pytest.raises(LookupError):
        services()


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(content)
