"""One typst template and its words as a PDF, tagged for screen readers (PDF/UA-1)."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import typst

TEMPLATES = Path(__file__).parent
FONTS = TEMPLATES.parent / "assets" / "vendor" / "inter"
AT_ONCE = BoundedSemaphore(2)  # a page takes a core for a moment: the pages of the others come first
LONGEST = 900  # characters of one text
UNSEEN = "\u25a1"  # in the place of a character that the fonts do not have, which PDF/UA forbids
UNPRINTABLE = re.compile(
    "[^\u0020-\u007e\u00a0-\u00ac\u00ae-\u0148\u014a-\u01c3\u01c5-\u024f\u02b0-\u031e\u038e-\u03a1\u03a3-\u03e1"
    "\u03f0-\u045f\u1d47-\u1d49\u1e00-\u1eff\u200b\u2010-\u2027\u202f-\u205e\u2070-\u2071\u2074-\u208e\u20a0-\u20bf"
    "\u2116\u2122\u2190-\u2199\u2212\u2248\u2260\u2264-\u2265\u25a0-\u25a2]"
)
LONG_WORD = 48  # characters; an address of a person or a site is shorter, and stays as it can be copied
MAY_BREAK = "\u200b"


def pdf(template: str, words: Mapping[str, object]) -> bytes:
    """The template (app/<template>.typ) with `words`, which are data to it and never markup.

    At most two at once in a process; the others wait. Raises RuntimeError where typst refuses the template.
    """
    given = json.dumps(printable(words), ensure_ascii=False)
    with AT_ONCE:
        return typst.compile(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"words": given},
            pdf_standards="ua-1",
            timestamp=datetime.now(UTC).replace(microsecond=0),
        )


def printable(value: Any) -> Any:
    """The same with every text on one line, of at most `LONGEST` letters that can be drawn."""
    if isinstance(value, str):
        return _drawn(value)
    if isinstance(value, Mapping):
        return {key: printable(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [printable(each) for each in value]
    return value


def breakable(text: str, longest: int) -> str:
    """The text, in which a word of more than `longest` characters may go on in the next line."""
    return re.sub(
        rf"\S{{{longest + 1},}}", lambda word: re.sub(r"(.{12})(?=.)", rf"\1{MAY_BREAK}", word[0]), text
    )


def _drawn(text: str) -> str:
    """French spaces stay; other white space becomes one space."""
    line = re.sub(r"[ \t\r\n\v\f\u0085\u2028\u2029]+", " ", unicodedata.normalize("NFC", text)).strip()
    if len(line) > LONGEST:
        line = line[: LONGEST - 1] + "…"
    return breakable(UNPRINTABLE.sub(UNSEEN, line), LONG_WORD)
