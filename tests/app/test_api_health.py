from pathlib import Path

from data import snapshot as snapshots
from tests.app.test_services import flip_a_bit
from tests.published import app_on, publish, visit
from tests.scored import scored_home


def test_the_server_is_alive_for_everyone_even_without_data(tmp_path: Path) -> None:
    with visit(app_on(tmp_path), "http://vigie.example", "192.0.2.7") as place:
        assert place.get("/health").json() == {"status": "ok"}


def test_ready_names_the_verified_snapshot(tmp_path: Path) -> None:
    published = publish(tmp_path)
    with visit(app_on(tmp_path)) as place:
        answer = place.get("/ready")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "status": "ready",
            "snapshot": published.id,
            "refused": None,
            "model": None,
            "model_refused": None,
        },
    )


def test_ready_is_503_without_a_snapshot(tmp_path: Path) -> None:
    with visit(app_on(tmp_path)) as place:
        answer = place.get("/ready")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"


def test_ready_says_degraded_when_an_older_snapshot_stands_in(tmp_path: Path) -> None:
    first, second = publish(tmp_path), publish(tmp_path, 950)
    flip_a_bit(second.facts)
    with visit(app_on(tmp_path)) as place:
        assert place.get("/ready").json() == {
            "status": "degraded",
            "snapshot": first.id,
            "refused": second.id,
            "model": None,
            "model_refused": None,
        }


def test_ready_is_503_when_nothing_verifies(tmp_path: Path) -> None:
    only = publish(tmp_path)
    flip_a_bit(only.facts)
    assert snapshots.pointer(tmp_path) == only.id
    with visit(app_on(tmp_path)) as place:
        answer = place.get("/ready")
    assert (answer.status_code, answer.json()["refused"]) == (503, only.id)


def test_ready_names_the_verified_model(tmp_path: Path) -> None:
    scored_home(tmp_path)
    with visit(app_on(tmp_path)) as place:
        told = place.get("/ready").json()
    assert (told["status"], told["model"], told["model_refused"]) == ("ready", "1", None)
