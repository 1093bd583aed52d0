"""The sentence on top: what the cards say, in words made from the very figures they show."""

from collections.abc import Iterator
from typing import Any

from app import gap as gaps
from app import peers, reach
from app.crossfilter import Answers, Payload
from app.gap import Gap, tenths
from app.indicators import SMALL, unavailable_text
from app.pages.agencies.figures import chart
from app.pages.agencies.waterfall import in_noise
from app.pages.agencies.words import capital, days, listed, part, written
from app.references import PLACES, here, references
from app.texts import number, t
from app.verdicts import difference

ALL_BUT, NEXT_TO_NONE = 0.95, 0.05  # shares of a gap
WORTH_SAYING = 5  # tenths of a day: below, nobody asks where a gap comes from


def sentence(answers: Answers) -> Payload:
    """What stands out, as [text, strong] pieces, and the agencies it is compared with, with the reason."""
    now = answers["now"].row(0, named=True)
    text = _unjudged(now, answers) or " ".join(_sentences(now, answers))
    pieces = [[piece, bool(index % 2)] for index, piece in enumerate(text.split("**")) if piece]
    return {"kind": "sentence", "pieces": pieces, "peers": _peers(answers), "empty": False}


def _name(answers: Answers) -> str:
    return answers.place.value if answers.place else ""


def _unjudged(now: dict[str, Any], answers: Answers) -> str | None:
    """What is said where there is too little to judge by."""
    name, closed = _name(answers), int(now["closed"])
    if not closed:
        return t("agencies.none_closed", name=name)
    if now["mean_delay"] is None:
        return t("agencies.no_delay", name=name, why=unavailable_text("mean_delay", now, answers.absent))
    if closed < SMALL:
        key = "agencies.few_closed" if closed > 1 else "agencies.one_closed"
        return t(key, name=name, count=number(closed))
    return None


def _sentences(now: dict[str, Any], answers: Answers) -> Iterator[str]:
    against = listed(found) if (found := list(_against(now, answers))) else ""
    key = "agencies.takes_against" if against else "agencies.takes"
    yield t(key, name=_name(answers), delay=written(now["mean_delay"]), against=against)
    found_gap = gaps.gap(answers["types"], answers["wide"])
    if found_gap and not (
        abs(found_gap.tenths) >= WORTH_SAYING and in_noise(answers["types"], answers["wide"])
    ):
        yield from mix_words(_name(answers), found_gap)
    shifts = chart(answers["weeks"], answers)["shifts"]
    if shifts and shifts[-1]["lasting"]:
        yield shifts[-1]["text"]


def _against(now: dict[str, Any], answers: Answers) -> Iterator[str]:
    """« 6,4 j de plus que le réseau », places in bold; then all that chance may explain, together."""
    alike, sums = [], here(answers)
    for reference in references(answers):
        other = reference.values.get("mean_delay")
        if other is None:
            continue
        ahead = tenths(now["mean_delay"]) - tenths(other)
        than = t(f"agencies.than_{reference.name}", peers=_beside(answers))
        found = difference("mean_delay", now, sums, reference)
        if not ahead or (found and not found.more_than_noise):
            alike.append(than)
            continue
        phrase = t("agencies.more" if ahead > 0 else "agencies.less", gap=days(ahead), than=than)
        yield f"**{phrase}**" if reference.name in PLACES else phrase
    if alike:
        yield t("agencies.like", than=listed(alike))


def _beside(answers: Answers) -> str:
    chosen = "chosen" if _chosen(answers) else "near"
    count = len(answers.peers)
    return t(f"agencies.{chosen}_{count}") if count in (1, 2, 3) else t("agencies.near_some", count=count)


def _chosen(answers: Answers) -> bool:
    return bool(answers.place and answers.peers != answers.place.peers)


def mix_words(name: str, found: Gap) -> Iterator[str]:
    """How much of the gap comes from the case types received; nothing where there is no gap to speak of."""
    whole, mix, own = found.tenths, found.mix_tenths, found.own_tenths
    share = mix / whole if whole else 0.0
    if abs(whole) < WORTH_SAYING or share > ALL_BUT:
        if abs(own) >= WORTH_SAYING:
            yield t("agencies.equal_more" if own > 0 else "agencies.equal_less", name=name, gap=days(own))
        elif abs(whole) >= WORTH_SAYING:
            yield t("agencies.mix_all")
    elif share < -NEXT_TO_NONE:
        yield t("agencies.mix_against", gap=days(own))
    elif share < NEXT_TO_NONE:
        yield t("agencies.mix_nothing")
    else:
        words, plural = part(share)
        yield t("agencies.mix_some" if plural else "agencies.mix_one", share=capital(words))


def _peers(answers: Answers) -> Payload:
    """The agencies compared with, by what they are alike, and those that would be proposed."""
    nearest = answers.place.peers if answers.place else ()
    traits = peers.alike(_name(answers), answers.peers, peers.profiles())
    why = listed([t(f"agencies.same_{trait}") for trait in traits]) if traits else ""
    reason = t("agencies.alike", why=capital(why)) if why else t("agencies.unlike")
    chosen = _chosen(answers)
    return {
        "label": t("agencies.peers_chosen" if chosen else "agencies.peers_near"),
        "names": answers.peers,
        "nearest": nearest,
        "why": reason if answers.peers else t("agencies.no_peers"),
        "here": _name(answers),
        "none": reach.alone(),
    }
