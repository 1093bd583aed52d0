"""Saved views: each person's own, found again by any process."""

import multiprocessing
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from data.saved_views import LONGEST_ADDRESS, LONGEST_NAME, MOST, SavedView, SavedViews, ViewRefused, plain
from data.store import JournalFailed

LILLE = SavedView("Lille", "/agencies/HDF-01?case_type=Retraite")


@pytest.fixture
def views(tmp_path: Path) -> SavedViews:
    return SavedViews(tmp_path)


def refused(error: pytest.ExceptionInfo[ViewRefused]) -> str:
    return error.value.reason


def test_nobody_has_any_to_begin_with(views: SavedViews) -> None:
    assert views.of("anne") == []
    assert views.start("anne") is None


def test_a_view_is_its_owners_alone(views: SavedViews) -> None:
    views.save("anne", LILLE)
    assert views.of("anne") == [LILLE]
    assert views.of("paul") == []
    with pytest.raises(ViewRefused) as error:
        views.remove("paul", "Lille")
    assert refused(error) == "unknown"
    assert views.of("anne") == [LILLE]


def test_they_stand_by_name_without_accents(views: SavedViews) -> None:
    for name in ("zone", "Évry", "Dole", "epinal"):
        views.save("anne", SavedView(name, "/production"))
    assert [view.name for view in views.of("anne")] == ["Dole", "epinal", "Évry", "zone"]


def test_another_process_finds_what_one_wrote(views: SavedViews, tmp_path: Path) -> None:
    views.save("anne", LILLE)
    with multiprocessing.get_context("spawn").Pool(1) as other:
        found = other.apply(_rename_elsewhere, (tmp_path,))
    assert found == [LILLE]
    assert [view.name for view in views.of("anne")] == ["Nord"]


def _rename_elsewhere(home: Path) -> list[SavedView]:
    views = SavedViews(home)
    found = views.of("anne")
    views.rename("anne", "Lille", "Nord")
    views.close()
    return found


def test_a_name_is_given_once(views: SavedViews) -> None:
    views.save("anne", LILLE)
    with pytest.raises(ViewRefused) as error:
        views.save("anne", SavedView("  Lille ", "/production"))
    assert refused(error) == "name_taken"
    views.save("paul", LILLE)
    views.save("anne", SavedView("Nord", "/production"))
    with pytest.raises(ViewRefused) as error:
        views.rename("anne", "Nord", "Lille")
    assert refused(error) == "name_taken"


def test_a_view_may_be_renamed_to_its_own_name(views: SavedViews) -> None:
    views.save("anne", LILLE)
    views.rename("anne", "Lille", "Lille ")
    assert views.of("anne") == [LILLE]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "no_name"),
        (" \t\n", "no_name"),
        ("\x00\u200b", "no_name"),
        ("n" * (LONGEST_NAME + 1), "long_name"),
    ],
)
def test_a_name_that_cannot_be_read_is_refused(views: SavedViews, name: str, reason: str) -> None:
    with pytest.raises(ViewRefused) as error:
        views.save("anne", SavedView(name, "/production"))
    assert refused(error) == reason


def test_a_name_is_kept_as_people_read_it(views: SavedViews) -> None:
    views.save("anne", SavedView("  Ma\tvue\n<b>'; DROP TABLE saved_views  ", "/production"))
    assert views.of("anne")[0].name == "Ma vue <b>'; DROP TABLE saved_views"


def test_an_address_has_an_end(views: SavedViews) -> None:
    with pytest.raises(ViewRefused) as error:
        views.save("anne", SavedView("longue", "/" + "x" * LONGEST_ADDRESS))
    assert refused(error) == "long_address"


def test_there_is_a_most_and_a_place_is_free_again_after_a_removal(views: SavedViews) -> None:
    for number in range(MOST):
        views.save("anne", SavedView(f"v{number}", "/production"))
    with pytest.raises(ViewRefused) as error:
        views.save("anne", LILLE)
    assert refused(error) == "too_many"
    views.remove("anne", "v7")
    views.save("anne", LILLE)
    assert len(views.of("anne")) == MOST


def test_one_view_at_most_is_where_its_owner_starts(views: SavedViews) -> None:
    views.save("anne", LILLE)
    views.save("anne", SavedView("Nord", "/production", first=True))
    views.save("paul", SavedView("Nord", "/production", first=True))
    views.start_with("anne", "Lille")
    assert views.start("anne") == SavedView("Lille", LILLE.address, first=True)
    assert [view.first for view in views.of("anne")] == [True, False]
    views.start_with("anne", None)
    assert views.start("anne") is None
    assert views.start("paul") is not None


def test_to_start_with_a_view_that_is_gone_changes_nothing(views: SavedViews) -> None:
    views.save("anne", SavedView("Nord", "/production", first=True))
    with pytest.raises(ViewRefused):
        views.start_with("anne", "Lille")
    assert views.start("anne") == SavedView("Nord", "/production", first=True)


def test_a_journal_that_cannot_be_written_says_so_and_keeps_what_was(
    views: SavedViews, tmp_path: Path
) -> None:
    views.save("anne", LILLE)
    views.close()
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON saved_views BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        other.commit()
    with pytest.raises(JournalFailed) as error:
        views.save("anne", SavedView("Nord", "/production", first=True))
    assert error.value.reason == "unwritable"
    assert views.of("anne") == [LILLE]


def test_plain_drops_accents_and_capitals() -> None:
    assert plain("Évry-ÉTÉ") == "evry-ete"
