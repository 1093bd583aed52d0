"""The way from the network's mean delay to the agency's, type by type, as rows that add up."""

from collections.abc import Iterator, Sequence

import polars as pl

from app import gap as gaps
from app.crossfilter import Answers, Payload
from app.gap import Gap, Part, tenths
from app.indicators import SMALL, in_line
from app.pages.agencies.figures import no_delay
from app.pages.agencies.words import days as in_days
from app.pages.agencies.words import part, signed, written
from app.significance import Sums, compare
from app.texts import number, percent, t

LISTED = 8  # case types with a row of their own


def gap_rows(answers: Answers) -> Payload:
    """The way from the network's mean delay to the agency's, type by type; each row picks its type."""
    reason = no_delay(answers)
    found = None if reason else gaps.gap(answers["now"], answers["wide"])
    if found is None:
        return {"kind": "gap", "reason": reason, "empty": True}
    name = answers.place.value if answers.place else ""
    rows = list(_steps(found, name))
    return {
        "kind": "gap",
        "title": _gap_title(found),
        "legend": [
            _legend("mix", found.mix_tenths, found, name),
            _legend("own", found.own_tenths, found, name),
        ],
        "rows": _placed(rows, found),
        "said": _said(found, in_noise(answers["now"], answers["wide"])),
        "few": found.closed < SMALL,
        "empty": False,
    }


def _gap_title(found: Gap) -> str:
    if not found.tenths:
        return t("agencies.no_gap")
    return t("agencies.gap_of" if found.tenths > 0 else "agencies.lead_of", gap=in_days(found.tenths))


def _legend(kind: str, amount: int, found: Gap, name: str) -> str:
    share = amount / found.tenths if found.tenths else 0.0
    words = f", {part(share)[0]}" if 0.05 <= share <= 0.95 else ""
    return t(f"agencies.legend_{kind}", name=name, gap=signed(amount)) + words


def in_noise(here: pl.DataFrame, wide: pl.DataFrame) -> bool:
    """Whether chance alone may make that gap to the network, from their sums by case type."""
    ours, theirs = (Sums.of(rows.drop("case_type").sum().row(0, named=True)) for rows in (here, wide))
    found = compare("mean_delay", ours, theirs, part=True)
    return found is not None and not found.more_than_noise


def _said(found: Gap, noise: bool) -> str:
    """How much of the gap comes from the case types, in one sentence, and whether chance would do."""
    mix = found.mix_tenths
    chance = t("agencies.gap_noise") if noise and found.tenths else ""
    if not found.tenths or not mix:
        return " ".join(part for part in (chance, t("agencies.mix_none")) if part)
    key = "mix_part" if (mix > 0) == (found.tenths > 0) else "mix_offsets"
    words = t(f"agencies.{key}" if abs(mix) >= 20 else f"agencies.{key}_one", gap=in_days(mix))
    return f"{chance} {words}".strip()


def _steps(found: Gap, name: str) -> Iterator[Payload]:
    yield {"kind": "wide", "label": t("agencies.wide"), "sub": "", "text": written(found.wide_mean)}
    yield _head("mix", found.mix_tenths, t("agencies.mix"), t("agencies.mix_sub"))
    yield from _rows("mix", [each for each in found.parts if each.mix_tenths])
    yield _head("own", found.own_tenths, t("agencies.own", name=name), t("agencies.own_sub"))
    yield from _rows("own", [each for each in found.parts if each.here.treated])
    yield {"kind": "total", "label": t("agencies.total", name=name), "sub": "", "text": written(found.mean)}


def _head(kind: str, amount: int, label: str, sub: str) -> Payload:
    tone = "bad" if kind == "own" and amount > 0 else "good" if kind == "own" and amount < 0 else ""
    return {"kind": "head", "label": label, "sub": sub, "text": signed(amount), "tone": tone}


def _rows(kind: str, parts: Sequence[Part]) -> Iterator[Payload]:
    """The types by size of their effect, what is beyond the eighth in one row."""
    order = sorted(parts, key=lambda each: (-_amount(kind, each), each.case_type))
    if len(order) > LISTED:
        weight = sorted(order, key=lambda each: -abs(_amount(kind, each)))
        kept = [each for each in order if each in weight[: LISTED - 1]]
        rest = [each for each in order if each not in kept]
    else:
        kept, rest = order, []
    for each in kept:
        yield {
            "kind": kind,
            "type": each.case_type,
            "tenths": _amount(kind, each),
            "text": signed(_amount(kind, each)),
            "few": kind == "own" and each.here.treated < SMALL,
            **(_mix_words(each) if kind == "mix" else _own_words(each)),
        }
    if rest:
        amount = sum(_amount(kind, each) for each in rest)
        label = t("agencies.other_types", count=len(rest))
        yield {
            "kind": kind,
            "type": None,
            "label": label,
            "sub": "",
            "tenths": amount,
            "text": signed(amount),
        }


def _amount(kind: str, each: Part) -> int:
    return each.mix_tenths if kind == "mix" else each.own_tenths


def _mix_words(each: Part) -> Payload:
    more = "more_of" if each.share >= each.wide_share else "less_of"
    shares = {"here": percent(each.share, 0), "wide": percent(each.wide_share, 0)}
    if shares["here"] == shares["wide"]:
        shares = {"here": percent(each.share), "wide": percent(each.wide_share)}
    return {
        "label": t(f"agencies.{more}", case_type=each.case_type),
        "sub": t("agencies.against", **shares),
    }


def _own_words(each: Part) -> Payload:
    here = number(each.here.mean, 1)
    sub = (
        t("agencies.against", here=here, wide=in_line("mean_delay", each.wide.mean))
        if each.wide.mean
        else here
    )
    return {"label": each.case_type, "sub": sub}


def _placed(rows: list[Payload], found: Gap) -> list[Payload]:
    """Each row with where its bar starts and ends, in per cent of the track."""
    at = tenths(found.wide_mean)
    spans = []
    for row in rows:
        start = at
        at += row.get("tenths", 0)
        spans.append((start, at))
    low, high = min(map(min, spans)), max(map(max, spans))
    width = (high - low) or 1
    for row, (start, end) in zip(rows, spans, strict=True):
        row["from"], row["to"] = ((each - low) / width * 100 for each in (start, end))
    return rows
