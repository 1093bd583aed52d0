"""Faults 6, 7 and 8: truncated sources, flipped bits, a corrupt current version."""

import random
from pathlib import Path

import duckdb
import pytest

from data import snapshot
from data.durable import remove_tree
from data.errors import CorruptSnapshot, LoadRefused
from data.pipeline import load_file
from tests.counts import count
from tests.data.tables import ask, rows, write
from tests.faults.command import refused, vigie

CUTS = count(ci=50, soak=200)
FLIPS = count(ci=50, soak=500)
CUT_UNSEEN = 2  # characters: a last number this much shorter is still a number


@pytest.mark.fault
def test_a_truncated_csv_is_refused_with_its_line(home: Path, tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.csv", rows(200)).read_bytes()
    load_file(home, "cases", tmp_path / "whole.csv")
    before, cut, chance = snapshot.current(home), tmp_path / "cut.csv", random.Random(6)
    at_an_end = {
        end - back for end, byte in enumerate(whole, 1) if byte == ord("\n") for back in range(CUT_UNSEEN + 2)
    }
    inside = [place for place in range(80, len(whole)) if place not in at_an_end]
    for place in chance.sample(inside, CUTS):
        cut.write_bytes(whole[:place])
        with pytest.raises(LoadRefused) as refusal:
            load_file(home, "cases", cut, accept_shrink=True)
        assert refusal.value.reason == "truncated", whole[:place][-40:]
        assert refusal.value.values["line"] == whole[:place].count(b"\n") + 1
    assert snapshot.current(home) == before


@pytest.mark.fault
def test_a_csv_cut_inside_quotes_is_refused(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "c.csv", rows(3))
    source.write_bytes(source.read_bytes() + b'C9,2026-03-01,"Cr\xc3\xa9teil\n')
    assert "cut short at line 5" in refused(home, "load", "cases", str(source))


@pytest.mark.fault
def test_a_last_line_that_is_whole_needs_no_newline(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "c.csv", rows(3))
    source.write_bytes(source.read_bytes().rstrip(b"\n"))
    assert load_file(home, "cases", source).kept == 3


@pytest.mark.fault
def test_a_truncated_parquet_is_refused_by_name(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "c.csv", rows(200))
    duckdb.sql(f"COPY (FROM read_csv('{source}')) TO '{tmp_path / 'c.parquet'}'")
    whole, chance = (tmp_path / "c.parquet").read_bytes(), random.Random(6)
    for place in chance.sample(range(len(whole)), count(ci=10, soak=200)):
        (tmp_path / "cut.parquet").write_bytes(whole[:place])
        with pytest.raises(LoadRefused) as refusal:
            load_file(home, "cases", tmp_path / "cut.parquet")
        assert refusal.value.values["file"] == "cut.parquet"
    assert snapshot.pointer(home) is None


@pytest.mark.fault
def test_one_flipped_bit_anywhere_in_a_version_is_noticed(home: Path, tmp_path: Path) -> None:
    load_file(home, "cases", write(tmp_path / "old.csv", rows(50)))
    load_file(home, "cases", write(tmp_path / "new.csv", rows(60)))
    old, new = reversed(snapshot.history(home))
    files = [*sorted(path for path in new.folder.rglob("*") if path.is_file()), home / "CURRENT"]
    chance = random.Random(7)
    for flip in range(FLIPS):
        file = files[flip % len(files)]
        whole = file.read_bytes()
        bit = chance.randrange(8 * len(whole))
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        file.chmod(0o644)
        file.write_bytes(damaged)
        served = snapshot.current(home)
        if file.name == "manifest.sha256":  # CURRENT vouches for the manifest of the served version itself
            assert served.id == new.id
        elif file.name == "CURRENT":
            assert served.fallback_from is not None
        else:
            assert (served.id, served.fallback_from) == (old.id, new.id), (file, bit)
        file.write_bytes(whole)
    assert snapshot.current(home).id == new.id


@pytest.mark.fault
def test_a_corrupt_current_version_yields_to_the_previous_one_and_says_so(home: Path, tmp_path: Path) -> None:
    load_file(home, "cases", write(tmp_path / "old.csv", rows(50)))
    load_file(home, "cases", write(tmp_path / "new.csv", rows(60)))
    new, old = snapshot.history(home)
    remove_tree(new.folder)
    served = snapshot.current(home)
    assert (served.id, served.fallback_from) == (old.id, new.id)
    assert ask(home, "SELECT count(*) FROM cases") == [(50,)]
    code, out, err = vigie(home, "tables")
    assert (code, new.id in err, "50" in out) == (0, True, True)


@pytest.mark.fault
def test_nothing_intact_is_refused_not_guessed(home: Path, tmp_path: Path) -> None:
    load_file(home, "cases", write(tmp_path / "c.csv", rows(5)))
    facts = snapshot.current(home).facts
    facts.chmod(0o644)
    facts.write_bytes(facts.read_bytes()[:-1])
    with pytest.raises(CorruptSnapshot):
        snapshot.current(home)
    assert "is damaged" in refused(home, "tables")


@pytest.mark.fault
def test_a_corrupt_version_does_not_stop_the_next_load_but_is_not_added_to(
    home: Path, tmp_path: Path
) -> None:
    source = write(tmp_path / "c.csv", rows(5))
    for _ in range(2):
        load_file(home, "cases", source)
    remove_tree(snapshot.current(home).folder)
    with pytest.raises(CorruptSnapshot):
        load_file(home, "cases", source, append=True)
    load_file(home, "cases", source)
    assert snapshot.current(home).fallback_from is None
