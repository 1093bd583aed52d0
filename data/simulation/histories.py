"""What is known of a simulated applicant's past: accounts, late payments, credits elsewhere, scores."""

from __future__ import annotations

import numpy as np

from data.simulation.applicants import JOBLESS, SELF_EMPLOYED, Applicants
from data.simulation.draws import Draws, Flags, rounded, sigmoid, silent, to_step
from data.simulation.world import credit_facts

SHOWN = 4  # decimals of an external score


def histories(found: Applicants, draws: Draws) -> None:
    """Add the past of every applicant of the group to what is known of him."""
    stranger = ~draws.happens(sigmoid(1.0 + 0.02 * (found.numbers["age"] - 40)))
    _account(found, draws, stranger)
    _late(found, draws, stranger)
    _elsewhere(found, draws)
    _scores(found, draws)
    _consented(found, draws)


def _account(found: Applicants, draws: Draws, stranger: Flags) -> None:
    numbers, age = found.numbers, found.numbers["age"]
    years = np.maximum((age - 16) * draws.part(1.0, 1.9), 0.1)
    worth = (
        np.exp(7.55 + 1.0 * found.wealth + 0.3 * found.quality + 0.03 * (age - 40) + draws.normal(1.0))
        * (numbers["annual_income"] / 26_000) ** 0.4
    )
    saved = np.where(draws.happens(0.1 + 0.1 * sigmoid(-2 * found.wealth)), 0.0, worth)
    use = 1.18 * sigmoid(-1.15 - 0.75 * found.quality - 0.3 * found.wealth + draws.normal(1.1))
    untouched = draws.happens(sigmoid(-1.0 + 0.8 * found.quality))
    numbers["account_years"] = silent(rounded(years, 1), stranger)
    numbers["savings"] = silent(to_step(np.minimum(saved, 900_000), 10), stranger | draws.happens(0.27))
    numbers["overdraft_use"] = silent(
        np.where(untouched, 0.0, rounded(use, 2)), stranger | draws.happens(0.21)
    )


def _late(found: Applicants, draws: Draws, stranger: Flags) -> None:
    count = np.minimum(draws.count(np.exp(-1.2 - 0.8 * found.quality)), 12)
    longest = np.exp(1.9 + 0.35 * np.log1p(count) - 0.3 * found.quality + draws.normal(0.8))
    days = np.where(count > 0, np.clip(np.ceil(longest), 1, 180), 0.0)
    found.numbers["late_payments"] = silent(count, stranger)
    found.numbers["late_days_max"] = silent(days, stranger)


def _elsewhere(found: Applicants, draws: Draws) -> None:
    """Requests, refusals and credits at other lenders; all unknown together where nobody tells."""
    income, age = found.numbers["annual_income"], found.numbers["age"]
    unknown = ~draws.happens(
        sigmoid(np.log(credit_facts()["credits_elsewhere"]["known"] / 0.105) + 0.03 * (age - 40))
    )
    asked = np.minimum(draws.count(np.exp(0.35 - 0.42 * found.quality)), 15)
    refused = draws.count_of(asked, sigmoid(-0.75 - 0.75 * found.quality))
    recent = draws.count_of(asked, 0.55)
    running = np.minimum(draws.count(1.15 * np.exp(-(((age - 45) / 25) ** 2))), 8)
    monthly = running * 135 * (income / 26_000) ** 0.6 * np.exp(draws.normal(0.4))
    monthly = np.rint(np.minimum(monthly, 0.25 * income / 12))
    repaid = rounded(draws.part(1.9 + 0.4 * sigmoid(found.quality), 2.0), 2)
    for name, values in {
        "refusals_12_months": refused,
        "requests_6_months": recent,
        "active_credits": running,
        "other_instalments": monthly,
    }.items():
        found.numbers[name] = silent(values, unknown)
    found.numbers["repaid_share"] = silent(repaid, unknown | (running == 0))


def _scores(found: Applicants, draws: Draws) -> None:
    """Three scores by others, from 0 to 1, the higher the safer; the first is mostly not there."""
    quality, wealth, age = found.quality, found.wealth, found.numbers["age"]
    unknown = np.isnan(found.numbers["refusals_12_months"])
    first = 0.40 * quality + 0.2 * wealth + 0.40 * (age - 44) / 15.5 + draws.normal(0.74)
    second = 0.36 * quality + 0.12 * wealth + draws.normal(0.9)
    third = 0.33 * quality + 0.05 * (age - 44) / 15.5 + draws.normal(0.92)
    rarely = sigmoid(-0.13 + 0.35 * wealth - 0.25 * (found.codes["education"] < 2))
    numbers = found.numbers
    numbers["external_score_1"] = silent(rounded(sigmoid(0.95 * first), SHOWN), ~draws.happens(rarely))
    numbers["external_score_2"] = silent(rounded(sigmoid(0.1 + 0.92 * second), SHOWN), draws.happens(0.002))
    numbers["external_score_3"] = silent(
        rounded(sigmoid(0.05 + 0.92 * third), SHOWN), unknown | draws.happens(0.11)
    )


def _consented(found: Applicants, draws: Draws) -> None:
    """The accounts held elsewhere: known together, with the client's consent, rather of the steady."""
    numbers = found.numbers
    consent = draws.happens(sigmoid(-0.68 + 0.25 * found.quality - 0.02 * (numbers["age"] - 40)))
    monthly = numbers["annual_income"] / 12
    mean = monthly * (0.75 * np.exp(0.7 * found.wealth + 0.2 * found.quality + draws.normal(0.6)) - 0.12)
    swing = monthly * 0.5 * np.exp(draws.normal(0.35))
    unsteady = 0.12 * found.one_of("employment", SELF_EMPLOYED) + 0.2 * found.one_of("employment", JOBLESS)
    lapse = np.abs(draws.normal(0.05)) + 0.06 * np.maximum(-found.quality, 0)
    mean = np.minimum(mean, 120_000)
    numbers["average_balance"] = silent(to_step(mean, 10), ~consent)
    numbers["lowest_balance"] = silent(to_step(mean - swing, 10), ~consent)
    numbers["income_regularity"] = silent(rounded(np.clip(1 - lapse - unsteady, 0.2, 1), 2), ~consent)
