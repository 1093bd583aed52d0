"""Who applies for a simulated credit: age, family, work, income and home, each in keeping with the others."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from data.simulation.draws import Draws, Flags, Floats, Ints, sigmoid, silent, to_step
from data.simulation.world import credit_facts

NOT_EMPLOYED = 365_243.0  # days of employment of those who have no job, as lenders' files write it
PRIVATE, PUBLIC, SELF_EMPLOYED, RETIRED, JOBLESS = range(5)
TENANT, OWNER, MORTGAGE, PARENTS, EMPLOYER = range(5)
MARRIED, COHABITING = 0, 1
TRADER, LIBERAL, FARMER, NO_OCCUPATION = 4, 5, 6, -1
# Log-odds of executive, intermediate, clerk and worker, by education.
OCCUPATIONS = np.array([
    [-4.0, -2.0, 0.2, 0.6], [-3.5, -1.2, 0.2, 0.6], [-2.2, -0.1, 0.6, -0.3], [-0.9, 0.9, 0.2, -1.4],
    [1.3, 0.5, -0.8, -3.0],
])  # fmt: skip


@dataclass
class Applicants:
    """Columns of a group: numbers (NaN where missing) and codes as positions in the contract (-1).

    `quality` is how well a client keeps engagements, `wealth` what stands behind him, `home` the true
    charge of housing (€ a month) and `earned` the income of the household, missing from no one: what is
    published comes of them.
    """

    quality: Floats
    wealth: Floats
    numbers: dict[str, Floats] = field(default_factory=dict)
    codes: dict[str, Ints] = field(default_factory=dict)
    home: Floats = field(default_factory=lambda: np.empty(0))

    def one_of(self, name: str, *codes: int) -> Flags:
        """Whether the code of a category is among those."""
        return np.isin(self.codes[name], codes)


def applicants(draws: Draws, years: Floats) -> Applicants:
    """A group of clients who apply `years` after the middle of the simulated time."""
    quality = draws.normal()
    found = Applicants(quality, 0.35 * quality + draws.normal(0.94))
    _person(found, draws)
    _work(found, draws)
    _income(found, draws, years)
    _home(found, draws)
    _building(found, draws)
    return found


def _person(found: Applicants, draws: Draws) -> None:
    facts = credit_facts()["people"]
    age = np.floor(np.interp(draws.share(), facts["age_ranks"], facts["ages"]))
    together: Floats = 2.7 * (1 - np.exp(-(age - 19) / 14))
    family = draws.choice(
        together - 1.3,
        0.7 * np.exp(-(((age - 30) / 11) ** 2)) - 0.9,
        0.0,
        0.09 * (np.minimum(age, 58) - 20) - 3.6,
        0.115 * age - 9.0,
    )
    pair = family <= COHABITING
    wanted = 1.5 * np.exp(-(((age - 40) / 10) ** 2)) * np.where(pair, 1.1, np.where(family == 2, 0.2, 0.8))
    latent = 0.5 * found.wealth - 0.018 * (age - 40) + draws.normal(0.85)
    education = np.searchsorted([-1.02, -0.23, 0.28, 0.80], latent)
    found.codes["sex"] = np.where(draws.happens(facts["women"]), 0, 1)
    found.codes["family_status"] = family
    found.codes["education"] = np.minimum(education, np.where(age < 20, 2, np.where(age < 23, 3, 4)))
    found.numbers["age"] = age
    found.numbers["dependents"] = np.minimum(draws.count(wanted), 6)


def _work(found: Applicants, draws: Draws) -> None:
    age, education = found.numbers["age"], found.codes["education"]
    began = np.array(credit_facts()["people"]["work_from"])[education]
    retired = draws.happens(np.where(age >= 56, sigmoid((age - 61.4) / 1.1), 0.0)) | (age >= 72)
    employment = draws.choice(
        0.0,
        np.where(education >= 3, -0.95, -1.25),
        -1.9 + 0.02 * (age - 40) + 0.25 * found.wealth,
        -60.0,
        -3.05 - 0.4 * found.quality - 0.02 * (age - 30),
    )
    employment = np.where(retired, RETIRED, employment)
    span = np.maximum(age + draws.share() - began, 0.3)
    stays = np.where(employment == PUBLIC, 1.7, 1.2)
    days = np.maximum(np.rint(span * draws.part(stays, 2.1) * 365.25), 20)
    without = (employment == RETIRED) | (employment == JOBLESS)
    found.codes["employment"] = employment
    found.codes["occupation"] = _occupation(found, draws, employment, education)
    found.numbers["employed_days"] = np.where(without, NOT_EMPLOYED, days)


def _occupation(found: Applicants, draws: Draws, employment: Ints, education: Ints) -> Ints:
    """Missing for those without work, and for some who did not say, rather the less steady."""
    employee = draws.choice(*OCCUPATIONS[education].T)
    own = draws.choice(0.6, np.where(education == 4, 1.4, -2.5), -1.2) + TRADER
    occupation = np.where(employment == SELF_EMPLOYED, own, employee)
    unsaid = draws.happens(sigmoid(-1.75 - 0.3 * found.quality))
    return np.where((employment == RETIRED) | (employment == JOBLESS) | unsaid, NO_OCCUPATION, occupation)


def _income(found: Applicants, draws: Draws, years: Floats) -> None:
    facts, codes, age = credit_facts()["income"], found.codes, found.numbers["age"]
    working = ~found.one_of("employment", RETIRED, JOBLESS)
    career = np.where(working, 0.017 * np.minimum(age - 22, 26) - 0.24, 0.02)
    named = np.append(facts["occupation"], 0.0)[codes["occupation"]]
    spread = np.where(codes["employment"] == SELF_EMPLOYED, 0.38, 0.15)
    log_income = (
        career
        + np.array(facts["education"])[codes["education"]]
        + np.array(facts["employment"])[codes["employment"]]
        + np.where(working, named, 0.0)
        + np.where(codes["sex"] == 0, facts["women"], 0.0)
        + 0.17 * found.wealth
        + spread * draws.normal()
        + np.log1p(credit_facts()["yearly_inflation"]) * years
    )
    income = np.maximum(facts["median"] * np.exp(log_income), facts["floor"])
    pair = np.array([0.58, 0.42, 0.02, 0.03, 0.02])[codes["family_status"]]
    both = draws.happens(pair * np.where(age > 70, 0.6, 1.0))
    income *= np.where(both, 1.35 + 0.5 * draws.share(), 1.0)
    found.numbers["co_borrower"] = both.astype(np.float64)
    found.numbers["annual_income"] = to_step(np.minimum(income, 250_000), 100)


def _home(found: Applicants, draws: Draws) -> None:
    facts, age, income = credit_facts()["housing"], found.numbers["age"], found.numbers["annual_income"]
    pair = found.one_of("family_status", MARRIED, COHABITING)
    jobless = found.one_of("employment", RETIRED, JOBLESS)
    settled = np.exp(-(((age - 41) / 11) ** 2))
    rich = np.log(income / 26_000)
    housing = draws.choice(
        0.5 - 0.35 * rich,
        -2.3 + 0.075 * (age - 25) + 0.4 * found.wealth + 0.5 * rich,
        -1.6 + 2.3 * settled + 0.3 * found.wealth + 0.9 * rich + 0.4 * pair - 3.0 * (age > 68),
        3.4 - 0.3 * (age - 18) - 4.5 * pair,
        np.where(jobless, -60.0, -3.2),
    )
    scale = (income / 26_000) ** np.array(facts["cost_growth"])[housing]
    cost = np.array(facts["cost"])[housing] * scale * np.exp(draws.normal(0.24))
    stay = draws.part(0.9, np.array([3.6, 1.6, 2.2, 0.3, 3.0])[housing])
    since = np.where(housing == PARENTS, age, np.maximum(age - 19, 1))
    unsaid = np.array(facts["cost_silent"])[housing]
    found.codes["housing"] = housing
    found.home = to_step(np.minimum(cost, 0.36 * income / 12), 10)
    found.numbers["housing_cost"] = silent(found.home, draws.happens(unsaid))
    found.numbers["home_years"] = silent(np.floor(since * stay), draws.happens(0.36))


def _building(found: Applicants, draws: Draws) -> None:
    """The home itself, described or not as a whole, rather where there is something to show."""
    facts, housing = credit_facts()["housing"], found.codes["housing"]
    unknown = ~draws.happens(np.array(facts["described"])[housing] * np.where(found.quality > 0, 1.1, 0.9))
    space = np.array(facts["area"])[housing] + 7 * found.numbers["dependents"]
    area = np.rint(np.maximum(space * np.exp(draws.normal(0.28)), 14))
    age = np.rint(np.minimum(100 * draws.part(1.1, 1.6) * np.exp(draws.normal(0.25)), 180))
    energy = np.clip(np.rint(2.9 + (age - 40) / 38 - 0.2 * found.wealth + draws.normal(0.95)), 0, 6)
    price = 2750 * np.exp(0.2 * found.wealth - 0.09 * (energy - 3) + draws.normal(0.33))
    found.numbers["home_area"] = silent(area, unknown | draws.happens(0.02))
    found.numbers["home_age"] = silent(age, unknown | draws.happens(0.06))
    found.numbers["home_price"] = silent(to_step(price, 10), unknown | draws.happens(0.05))
    found.codes["energy_class"] = np.where(unknown | draws.happens(0.08), -1, energy).astype(np.int64)
