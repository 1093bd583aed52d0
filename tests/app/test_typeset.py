"""Any text becomes a page: what cannot be drawn is replaced, nothing is run, nothing is left out."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pypdf
import pytest

from app import typeset
from app.typeset import LONGEST, MAY_BREAK, UNSEEN, pdf, printable

TEMPLATE = """
#let words = json(bytes(sys.inputs.words))
#set document(title: "page")
#set text(font: "Inter", fallback: false)
#words.text
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.typ").write_text(TEMPLATE, encoding="utf-8")
    monkeypatch.setattr(typeset, "TEMPLATES", tmp_path)


def text_of(made: bytes) -> str:
    """Without spaces: a line may end between any two words."""
    text = "".join(each.extract_text() for each in pypdf.PdfReader(BytesIO(made)).pages)
    return "".join(text.split())


@pytest.mark.usefixtures("page")
def test_every_character_that_is_kept_can_be_drawn() -> None:
    kept = [letter for letter in map(chr, range(0x20, 0xD800)) if printable(f"a{letter}a") == f"a{letter}a"]
    assert len(kept) > 900
    for start in range(0, len(kept), 300):
        assert pdf("page", {"text": " ".join(kept[start : start + 300])}).startswith(b"%PDF")


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "hostile",
    [
        '#panic("ran")',
        '"; #panic("ran")',
        '#read("page.typ")',
        "$ x^2 $ *bold* _it_ `raw` <label> @reference",
        "= Heading",
        "\\ \\u{41} // comment",
        '[#import "@preview/x:1.0.0"]',
        '{"a": 1}',
        "</script><script>alert(1)</script>",
    ],
)
def test_markup_in_a_value_is_text(hostile: str) -> None:
    assert text_of(pdf("page", {"text": hostile})) == "".join(hostile.split())


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "letter", ["\0", "\x1b", "\u202e", "\ufeff", "\ue000", "😀", "漢", "\ud800", "\u00ad"]
)
def test_what_cannot_be_drawn_is_a_square(letter: str) -> None:
    assert printable(f"a{letter}b") == f"a{UNSEEN}b"
    assert pdf("page", {"text": f"a{letter}b"})


def test_white_space_is_one_space_but_french_spaces_stay() -> None:
    assert printable(" a\n\tb  c ") == "a b c"
    assert printable("12\u202f000\u00a0€") == "12\u202f000\u00a0€"


def test_a_long_text_is_cut_and_an_endless_word_may_break() -> None:
    assert len(printable("a " * 1000)) == LONGEST
    assert printable("a " * 1000).endswith("…")
    assert printable("W" * 60).replace(MAY_BREAK, "") == "W" * 60
    assert max(map(len, printable("W" * 60).split(MAY_BREAK))) < 30


def test_an_address_stays_as_it_can_be_copied() -> None:
    address = "reclamations.et.recours@caisse.example"
    assert printable(f"Écrivez à {address}") == f"Écrivez à {address}"


def test_texts_are_found_wherever_they_stand() -> None:
    assert printable({"a": ["\0", 1.5, {"b": "\0"}]}) == {"a": [UNSEEN, 1.5, {"b": UNSEEN}]}


@pytest.mark.usefixtures("page")
def test_many_at_once_are_all_made() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: text_of(pdf("page", {"text": f"n{n}"})), range(24)))
    assert made == [f"n{n}" for n in range(24)]


def test_no_other_file_is_open_to_a_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "inside" / "page.typ").write_text('#set document(title: "x")\n#read("../secret.txt")')
    monkeypatch.setattr(typeset, "TEMPLATES", tmp_path / "inside")
    with pytest.raises(RuntimeError):
        pdf("page", {})
