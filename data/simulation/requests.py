"""What a simulated applicant asks for: purpose, price, amount, down payment, rate and duration."""

from __future__ import annotations

import numpy as np

from data.simulation.applicants import JOBLESS, MORTGAGE, OWNER, RETIRED, Applicants
from data.simulation.draws import Draws, Floats, Ints, rounded, silent, to_step
from data.simulation.world import credit_facts

DURATIONS = np.array([6, 12, 18, 24, 30, 36, 42, 48, 60, 72, 84], dtype=np.float64)
USUAL = np.array([0.7, 1.0, 0.7, 1.2, 0.5, 1.4, 0.4, 1.5, 1.6, 1.0, 1.0])  # how often one is offered
NEVER = -60.0


def requests(found: Applicants, draws: Draws, years: Floats, elapsed: Floats, mix: Floats) -> None:
    """Add the request of every applicant of the group.

    `years` from the middle of the simulated time, `elapsed` from its start, `mix` (purposes, rows) added to
    the log-odds of the purposes.
    """
    facts = credit_facts()["request"]
    purpose = _purpose(found, draws, mix)
    amount = _amount(found, draws, purpose, years)
    price = amount / np.where(draws.happens(0.55), 1.0, np.clip(0.97 + draws.normal(0.07), 0.75, 1.1))
    pays = draws.happens(np.array(facts["paying_down"])[purpose])
    down = np.where(pays, to_step(amount * draws.part(1.6, 6.5), 100), 0.0)
    market = np.interp(elapsed, range(len(facts["market_rate"])), facts["market_rate"])
    months = _duration(draws, amount - down, found.numbers["annual_income"], market)
    rate = market + np.array(facts["rate"])[purpose] + 0.00012 * (months - 36)
    rate += 0.012 * (amount < 3000) + draws.normal(0.004)
    unpriced = ~np.array(facts["bought"])[purpose]
    found.codes["loan_purpose"] = purpose
    found.numbers |= {
        "requested_amount": amount,
        "duration_months": months,
        "down_payment": down,
        "annual_rate": rounded(np.clip(to_step(rate, 0.0005), 0.009, 0.15), 4),
        "goods_price": silent(to_step(price, np.where(price < 3000, 10, 100)), unpriced),
    }


def _amount(found: Applicants, draws: Draws, purpose: Ints, years: Floats) -> Floats:
    """What such a purpose costs, the more for the richer, never far beyond the income of a year."""
    income = found.numbers["annual_income"]
    usual = np.array(credit_facts()["request"]["amount"])[purpose]
    size = usual * (income / 26_000) ** 0.5 * np.exp(draws.normal(0.42))
    size *= (1 + credit_facts()["yearly_inflation"]) ** years
    amount = np.minimum(size, 1.35 * income)
    amount = np.clip(amount, np.array(credit_facts()["request"]["least"])[purpose], 75_000)
    return to_step(amount, np.where(amount < 3000, 100, 500))


def _purpose(found: Applicants, draws: Draws, mix: Floats) -> Ints:
    """Works are for those who own, studies for the young, a consolidation for those with several credits."""
    age, rich = found.numbers["age"], np.log(found.numbers["annual_income"] / 26_000)
    owns = found.one_of("housing", OWNER, MORTGAGE)
    several = (np.nan_to_num(found.numbers["active_credits"]) >= 2) & (age >= 24)
    poor, retired = found.one_of("employment", JOBLESS), found.one_of("employment", RETIRED)
    usual = np.array(credit_facts()["request"]["base"])[:, None] + mix
    fitting = (
        0.7 * rich + 0.01 * (age - 40) - 1.0 * poor,
        -0.3 * rich - 0.01 * (age - 40),
        np.where(owns, 0.3 * rich, -2.2),
        0.0,
        np.where(age <= 27, 0.6, np.where((age >= 42) & ~retired, -1.0, NEVER)),
        -0.3 * rich,
        np.where(several, 1.1, NEVER),
        0.0,
    )
    return draws.choice(*(base + more for base, more in zip(usual, fitting, strict=True)))


def _duration(draws: Draws, borrowed: Floats, income: Floats, rate: Floats) -> Floats:
    """The months that come nearest to an instalment that fits the income, among those usually offered."""
    wished = 0.115 * np.exp(draws.normal(0.42)) * income / 12
    exact = borrowed * (1 + rate * borrowed / (24 * wished)) / wished
    apart = np.log(DURATIONS[:, None] / np.clip(exact, DURATIONS[0], DURATIONS[-1]))
    return DURATIONS[draws.choice(*(np.log(USUAL)[:, None] - 0.5 * (apart / 0.16) ** 2))]
