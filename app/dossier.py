"""One case in full: what it is, its chance of passing the norm and why, what happened, what is expected."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from babel.dates import format_date

from app.case_record import Case
from app.texts import LOCALES, day, language, number, t

Payload = dict[str, Any]
ICONS = {
    "open": "hourglass-split",
    "returned": "arrow-return-left",
    "closed": "check-circle-fill",
    "rejected": "x-circle",
}
TONES = {"open": "flat", "returned": "bad", "closed": "good", "rejected": "warn"}
CERTAIN, LIKELY, POSSIBLE = 0.75, 0.50, 0.25  # from here « très probable », « probable », « possible »
MINUS = "\u2212"


def told(case: Case) -> Payload:
    """All that its panel shows, in the reader's words."""
    return {
        "id": case["case_id"],
        "title": t("cases.title", case=case["case_id"]),
        "sub": _sub(case),
        "agency": case["agency"],
        "agent": case["agent"],
        "facts": list(_facts(case)),
        "chance": _chance(case),
        "course": _course(case),
        "why": _why(case),
        "spent": _spent(case),
        "events": list(_events(case)),
        "note": t("cases.note"),
    }


def chance_words(chance: float) -> str:
    """« très probable » from 75 %, « probable » from 50, « possible » from 25, else « peu probable »."""
    key = "certain" if chance >= CERTAIN else "likely" if chance >= LIKELY else "possible"
    return t(f"cases.chance_{key if chance >= POSSIBLE else 'unlikely'}")


def ordinal(rank: int) -> str:
    """« 18ᵉ », « 1ᵉʳ »; « 18th » in English."""
    if language() == "fr":
        return f"{number(rank)}{'ᵉʳ' if rank == 1 else 'ᵉ'}"
    ending = "th" if 10 < rank % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{number(rank)}{ending}"


def short_day(found: date) -> str:
    """« 17 nov. », « 1ᵉʳ nov. »."""
    return _first(format_date(found, format="d MMM", locale=LOCALES[language()]), found)


def _before(low: date, high: date) -> str:
    """A day as it stands before another: without its month where they share it."""
    same = (low.year, low.month) == (high.year, high.month)
    return _first(str(low.day), low) if same else short_day(low)


def _first(text: str, found: date) -> str:
    return text.replace("1", "1ᵉʳ", 1) if found.day == 1 and language() == "fr" else text


def _sub(case: Case) -> str:
    words = [case["case_type"], case["agency"]]
    words += [t("cases.by_agent", agent=case["agent"])] if case["agent"] else []
    words += [t("cases.batch", count=number(case["treated"]))] if case["treated"] > 1 else []
    return ", ".join(words)


def _facts(case: Case) -> Iterator[Payload]:
    """State, receipt, documents, returns with the last reason: those the data tell."""
    state = case.state
    yield {
        "label": t("cases.state"),
        "text": t(f"cases.state_{state}_long"),
        "icon": ICONS[state],
        "tone": TONES[state],
    }
    if case["received_on"]:
        yield {"label": t("cases.received"), "text": day(case["received_on"])}
    if case["closed_on"]:
        yield {"label": t("cases.finished"), "text": day(case["closed_on"])}
    if case["documents"] is not None:
        yield {"label": t("cases.documents"), "text": number(case["documents"])}
    if case["returns"] is not None:
        yield {"label": t("cases.returns"), "text": number(case["returns"])}
    if case["return_reason"]:
        yield {"label": t("cases.reason"), "text": case["return_reason"]}


def _chance(case: Case) -> Payload | None:
    """The chance of passing the norm in whole per cent; None where it is past it, finished or unknown."""
    if case.network is None or case["chance"] is None:
        return None
    share = _whole(case["chance"])
    tone = "bad" if case["chance"] >= LIKELY else "flat"
    return {
        "raw": case["chance"],
        "percent": number(share),
        "words": chance_words(case["chance"]),
        "tone": tone,
        "similar": t("cases.similar", count=number(share)),
    }


def _course(case: Case) -> Payload | None:
    """Days elapsed, norm and expected end on one scale, each as a share of it, with their words."""
    if case.days is None or case["received_on"] is None:
        return None
    norm, expected = case["norm_days"], case.expected
    scale = max(case.days, norm, expected[2] if expected else 0) * 1.08
    today = t("cases.today", rank=ordinal(int(case.days)))
    done = t("cases.done", days=number(case.days))
    norm_words = t("cases.norm", days=number(norm), day=short_day(case.on(norm)))
    answer: Payload = {
        "done": case.days / scale,
        "done_text": done if case["delay_days"] is not None else today,
        "late": case.late,
        "norm": norm / scale,
        "norm_text": norm_words,
        "received": t("cases.received_on", day=day(case["received_on"])),
        "expected": None,
    }
    if expected:
        low, middle, high = expected
        answer["expected"] = [low / scale, middle / scale, high / scale]
        answer["expected_text"] = t(
            "cases.expected_at", rank=ordinal(middle), day=short_day(case.on(middle)), low=low, high=high
        )
    return answer


def _why(case: Case) -> Payload | None:
    """From the network's chance to the case's, in points that add up to what is shown."""
    if case.network is None or case.of_type is None:
        return None
    shares = [_whole(chance) for chance in (case.network, case.of_type, case["chance"])]
    steps = [
        (t("cases.because_type", type=case["case_type"]), shares[1] - shares[0]),
        (t("cases.because_agency", agency=case["agency"]), shares[2] - shares[1]),
    ]
    rank = ordinal(int(case["age_days"]))
    return {
        "start": t("cases.why_start", percent=number(shares[0]), rank=rank),
        "start_raw": shares[0],
        "rows": [{"label": label, "points": points, "text": _points(points)} for label, points in steps],
        "end": t("cases.why_end", percent=number(shares[2])),
    }


def _points(points: int) -> str:
    sign = "+" if points > 0 else MINUS if points < 0 else ""
    return f"{sign}{t('cases.points', points=number(abs(points)))}"


def _whole(share: float) -> int:
    """In whole per cent, never 0 or 100 for what is neither sure nor out of the question."""
    return min(max(round(share * 100), 1), 99)


def _spent(case: Case) -> str:
    if case.days is None:
        return ""
    key = "spent_closed" if case["delay_days"] is not None else "spent_open"
    return t(f"cases.{key}", days=number(case.days), norm=number(case["norm_days"]))


def _events(case: Case) -> Iterator[Payload]:
    """What happened, in order, with its day where the data have one, then what is expected."""
    if case["received_on"]:
        count = case["documents"]
        text = t("cases.with_documents", count=number(count)) if count else ""
        yield {
            "icon": "inbox",
            "title": t("cases.event_received"),
            "day": day(case["received_on"]),
            "text": text,
        }
    if times := case["returns"]:
        key = "event_returned_one" if times == 1 else "event_returned_many"
        yield {
            "icon": "arrow-return-left",
            "tone": "bad",
            "title": t(f"cases.{key}", count=times),
            "day": t("cases.no_day"),
            "text": t("cases.event_reason", reason=case["return_reason"]) if case["return_reason"] else "",
        }
    if case["status"] != "open":
        ended = case["closed_on"]
        yield {
            "icon": "check2" if case["status"] == "closed" else "x",
            "tone": "good" if case["status"] == "closed" else "warn",
            "title": t(f"cases.event_{case['status']}"),
            "day": day(ended) if ended else t("cases.no_day"),
            "text": "",
        }
        return
    if expected := case.expected:
        low, middle, high = (case.on(age) for age in expected)
        yield {
            "icon": "flag",
            "future": True,
            "title": t("cases.event_expected"),
            "day": t("cases.around", day=short_day(middle)),
            "text": t("cases.eight_in_ten", low=_before(low, high), high=short_day(high)),
        }
