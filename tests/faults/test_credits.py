"""Faults 1, 6 and 7 on credits: kill -9 during a load, truncated files, flipped bits."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from data import snapshot
from data.errors import CorruptSnapshot, LoadRefused
from data.pipeline import amend, load_file
from tests.counts import count
from tests.credits import CONTRACT, HEADER, publish_credits, rows
from tests.data.tables import ask, write
from tests.faults.command import refused, start, vigie

KILLS = count(ci=10, soak=50)
CUTS = count(ci=10, soak=200)
FLIPS = count(ci=20, soak=500)
CONTENT = "SELECT count(*), sum(hash(client_id, defaulted, amount, ratio)::HUGEINT)::VARCHAR FROM credits"


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(CONTRACT, encoding="utf-8")
    return file


@pytest.mark.fault
def test_a_load_of_credits_killed_at_any_moment_leaves_the_old_version(
    home: Path, tmp_path: Path, mapping: Path
) -> None:
    old, new = (write(tmp_path / f"{n}.csv", rows(n), HEADER) for n in (100, 60_000))
    words = ("load", "credits", str(new), "--mapping", str(mapping))
    started = time.monotonic()
    assert vigie(tmp_path / "clean", *words)[0] == 0
    length = time.monotonic() - started
    load_file(home, "credits", old, mapping=mapping)
    allowed, chance = (ask(home, CONTENT), ask(tmp_path / "clean", CONTENT)), random.Random(3)
    for _ in range(KILLS):
        with start(home, *words) as process:
            time.sleep(chance.uniform(0.2, 1.0) * length)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        assert snapshot.current(home).fallback_from is None
        assert ask(home, CONTENT) in allowed
    assert vigie(home, *words)[0] == 0
    assert ask(home, CONTENT) == allowed[1]
    assert list((home / "staging").iterdir()) == []


@pytest.mark.fault
def test_a_truncated_file_of_credits_is_refused(home: Path, tmp_path: Path, mapping: Path) -> None:
    whole = write(tmp_path / "whole.csv", rows(300), HEADER).read_bytes()
    load_file(home, "credits", tmp_path / "whole.csv", mapping=mapping)
    before, cut, chance = snapshot.current(home), tmp_path / "cut.csv", random.Random(6)
    commas = [place for place, byte in enumerate(whole) if byte == ord(",") and place > len(HEADER)]
    for place in chance.sample(commas, CUTS):
        cut.write_bytes(whole[:place])
        with pytest.raises(LoadRefused) as refusal:
            load_file(home, "credits", cut, mapping=mapping, accept_shrink=True)
        assert refusal.value.reason == "truncated"
        assert refusal.value.values["line"] == whole[:place].count(b"\n") + 1
    assert snapshot.current(home) == before


@pytest.mark.fault
def test_a_flipped_bit_of_the_contract_is_refused_and_the_version_before_served(home: Path) -> None:
    first = publish_credits(home)
    file = publish_credits(home).folder / "scoring.toml"
    sound, chance = file.read_bytes(), random.Random(7)
    file.chmod(0o644)
    for _ in range(FLIPS):
        place = chance.randrange(len(sound))
        file.write_bytes(
            sound[:place] + bytes([sound[place] ^ 1 << chance.randrange(8)]) + sound[place + 1 :]
        )
        served = snapshot.current(home)
        assert (served.id, served.fallback_from) == (first.id, file.parent.name)
        with pytest.raises(CorruptSnapshot):
            snapshot.verified(home, file.parent.name)
    file.unlink()
    assert snapshot.current(home).id == first.id
    with pytest.raises(CorruptSnapshot):
        amend(home, lambda _connection: None, command="amend")


@pytest.mark.fault
def test_wrong_contracts_are_one_line(home: Path, tmp_path: Path) -> None:
    source = write(tmp_path / "c.csv", rows(3), HEADER)
    assert "uci_card" in refused(home, "load", "credits", str(source))
    assert "uci_card" in refused(home, "load", "credits", str(source), "--preset", "nothing")
    assert "LIMIT_BAL" in refused(home, "load", "credits", str(source), "--preset", "uci_card")
    assert "credits" in refused(home, "load", "nowhere", str(source))
    assert "small.toml" in refused(
        home, "load", "credits", str(source), "--mapping", str(tmp_path / "small.toml")
    )
