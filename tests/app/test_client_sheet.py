"""The page a client is handed: what it says, in which words, and that it is one page whatever is in it."""

import json
import re
import time
from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdf
import pytest

from app.client_sheet import Subject, content, reference
from app.texts import speaking
from app.typeset import pdf
from models.offers import Offer
from tests.app.sheets import CONTRACT, POINTS, VALUES, decision, explanation, subject

HOSTILE = '#panic("x") *gras* $x$ <b>é</b> \\ " @ref #read("/etc/passwd") 😀漢字\0\u202e ' + "W" * 200
NBSP = "\u00a0"


def words(of: Subject, language: str = "fr") -> str:
    """Every text of the sheet, with plain spaces."""
    with speaking(language):
        return re.sub(r"[\u00a0\u202f]", " ", json.dumps(content(of), ensure_ascii=False))


def page(of: Subject) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(pdf("client_sheet", content(of))))


def text(of: Subject) -> str:
    return " ".join(page(of).pages[0].extract_text().replace("\u200b", "").split())


def test_it_says_who_what_and_why() -> None:
    said = words(subject())
    for fact in (
        "Fiche client n° 100342",
        "Demande du 1ᵉʳ oct. 2026",
        "Établie le 21 nov. 2026",
        "Étude approfondie proposée",
        "estime à 14,2 % le risque que ce crédit ne soit pas remboursé dans les 24 mois",
        "en dessous de 9,1 %, un refus à partir de 14,3 %",
        "24 500 €",
        "60 mois",
        "Modèle version 3, appris le 20 nov. 2026 sur 98 412 demandes",
        "20261121T063803.599663Z",
        "article 22",
        "article 15",
        "loi Informatique et Libertés",
        "La décision appartient à une personne",
    ):
        assert fact in said, fact


def test_a_reader_of_english_reads_english() -> None:
    said = words(subject(decision=decision()), "en")
    assert "Client sheet no. 100342" in said
    assert "Closer look proposed" in said
    assert "GDPR, article 22" in said
    assert not re.search(r"[éèàç]", said.replace(decision().motive, ""))


def test_the_model_associates_and_never_causes() -> None:
    for language, associates in (("fr", "Le modèle associe"), ("en", "The model associates")):
        said = words(subject(decision=decision(), offer=Offer({"duration": 48.0}, 0.087)), language)
        assert associates in said
        assert not re.search(r"\bcaus|à cause|parce que|because", said, re.IGNORECASE)


def test_the_largest_reasons_stand_on_their_side() -> None:
    said: Any = content(subject())["reasons"]
    assert [(row[0], row[2]) for row in said["against"]["rows"]] == [
        ("Part du revenu", f"+4,1{NBSP}points"),
        ("Montant demandé", f"+2,2{NBSP}points"),
        ("Score externe 1", f"+0,8{NBSP}point"),
        ("Durée du crédit", f"+0,6{NBSP}point"),
        ("Ancienneté", f"+0,3{NBSP}point"),
    ]
    assert [(row[0], row[2]) for row in said["favour"]["rows"]] == [
        ("Revenu annuel", f"−1,2{NBSP}point"),
        ("Situation", f"−0,9{NBSP}point"),
    ]


def test_what_is_printed_adds_up() -> None:
    """8.3 + (4.1 + 2.2 + 0.8 + 0.6 + 0.3 − 1.2 − 0.9) + 0.0 = 14.2."""
    addition = "Point de départ 8,3 % ; éléments ci-dessus +5,9 points ; tous les autres 0,0 point"
    assert f"{addition} ; en tout 14,2 %." in words(subject())


def test_without_any_notable_reason_it_says_so() -> None:
    said = words(subject(explanation=explanation({"burden": 0.0002, "income": -0.0001})))
    assert "Aucun élément notable" in said
    assert "tous les autres 0,0 point" in said
    assert page(subject(explanation=explanation({"burden": 0.0})))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("amount", 1_234_567.0, "1 234 567 €"),
        ("duration", 1.0, "1 mois"),
        ("seniority", 1.0, "1 an"),
        ("seniority", 7.0, "7 ans"),
        ("seniority", 365_243.0, "sans emploi"),
        ("job", "CDI", "En CDI"),
        ("job", "autre", "autre"),
        ("owner", 1.0, "oui"),
        ("owner", 0.0, "non"),
        ("burden", 0.184, "18,4 %"),
        ("income", None, "non renseigné"),
    ],
)
def test_values_read_as_people_write_them(name: str, value: float | str | None, said: str) -> None:
    shown: Any = content(subject({name: value}))["data"]
    told: Any = content(subject({name: value}))["reasons"]
    rows = {row[0]: row[1] for row in [*told["favour"]["rows"], *told["against"]["rows"], *shown["rows"]]}
    assert re.sub(r"[\u00a0\u202f]", " ", rows.get(CONTRACT.features[name].labels["fr"], said)) == said


def test_protected_and_later_facts_stay_out_and_it_says_so() -> None:
    shown: Any = content(subject())["data"]
    assert {"Âge", "Sexe", "Retards ensuite"}.isdisjoint(row[0] for row in shown["rows"])
    assert shown["unused"] == "N'entrent pas dans le calcul\u00a0: Âge, Sexe."


def test_the_decision_is_told_with_its_motive() -> None:
    said = words(subject(decision=decision()))
    assert "Crédit accordé" in said
    assert "Décision prise par une personne le 20 nov. 2026." in said
    assert "Elle s'écarte de la proposition du modèle." in said
    assert "Motif : Contrat à durée indéterminée signé ce mois-ci." in said


def test_a_decision_on_another_score_says_which() -> None:
    assert "le risque était alors estimé à 22,0 %" in words(subject(decision=decision(probability=0.22)))


def test_without_a_decision_a_person_will_take_it() -> None:
    said = words(subject())
    assert "Aucune décision n'est enregistrée" in said
    assert "Crédit accordé" not in said


def test_what_would_have_changed_the_proposal() -> None:
    said = words(subject(offer=Offer({"duration": 48.0, "amount": 21_000.0}, 0.0871)))
    assert "Durée du crédit : 48 mois au lieu de 60 mois" in said
    assert "Montant demandé : 21 000 € au lieu de 24 500 €" in said
    assert "estimé à 8,7 %" in said
    assert "Aucun changement simple" in words(subject())
    granted = explanation({"income": -0.02})
    assert "Un accord est déjà proposé" in words(subject(explanation=granted))


def test_a_risk_next_to_a_cut_is_told_from_it() -> None:
    nearly = replace(
        explanation(POINTS), score=replace(explanation(POINTS).score, default_probability=0.0912)
    )
    said = words(subject(explanation=nearly))
    assert "estime à 9,12 %" in said
    assert "en dessous de 9,09 %" in said
    assert "9,12" not in words(subject())


def test_the_horizon_reads_as_people_say_it() -> None:
    for months, said in (
        (1, "remboursé dans le mois qui suit."),
        (24, "dans les 24 mois."),
        (None, "remboursé."),
    ):
        assert said in words(subject(contract=replace(CONTRACT, horizon_months=months)))


def test_a_risk_is_never_a_certainty() -> None:
    nearly = replace(
        explanation(POINTS), score=replace(explanation(POINTS).score, default_probability=0.00004)
    )
    assert "moins de 0,1 %" in words(subject(explanation=nearly))
    surely = replace(
        explanation(POINTS), score=replace(explanation(POINTS).score, default_probability=0.99996)
    )
    assert "plus de 99,9 %" in words(subject(explanation=surely))


def test_what_lacks_or_was_never_seen_is_told() -> None:
    said = words(subject(explanation=explanation(POINTS, missing=tuple(POINTS), out_of_domain=("amount",))))
    named = "Part du revenu, Montant demandé, Score externe 1, Durée du crédit et 4 de plus"
    assert f"Ne sont pas renseignés : {named}." in said
    assert "hors de ce que le modèle a appris : Montant demandé" in said


def test_the_way_to_contest_is_the_organisation_s() -> None:
    said = words(subject(organisation="Caisse du Nord", contact="écrivez à recours@caisse.example."))
    assert "Caisse du Nord" in said
    assert "Pour cela : écrivez à recours@caisse.example." in said
    assert "adressez-vous à la personne qui vous a remis cette fiche" in words(subject())


def test_simulated_people_do_not_exist() -> None:
    assert "cette personne n'existe pas" in words(subject(simulated=True))
    assert "cette personne n'existe pas" not in words(subject())


def test_its_reference_changes_with_what_it_says() -> None:
    sheets = [subject(), subject(decision=decision()), subject(client_id=100_343)]
    assert len({reference(each) for each in sheets}) == 3
    assert reference(subject()) == reference(subject())
    assert reference(subject()) in words(subject())


def test_the_page_holds_every_word() -> None:
    of = subject(decision=decision(), offer=Offer({"duration": 48.0}, 0.0871), organisation="Caisse du Nord")
    drawn = re.sub(r"\W", "", text(of))

    def check(value: Any) -> None:
        if isinstance(value, str) and value not in ("fr", "review"):
            assert re.sub(r"\W", "", value) in drawn, value
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(each)

    check(content(of))


def test_a_screen_reader_finds_language_title_and_structure() -> None:
    read = page(subject())
    root: Any = read.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"] is True or bool(root["/MarkInfo"]["/Marked"])
    assert "/StructTreeRoot" in root
    assert read.metadata
    assert read.metadata.title == "Fiche client n° 100342"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_hostile_words_are_words_and_one_page_holds_them(language: str) -> None:
    names = [name for name, value in VALUES.items() if isinstance(value, str)]
    hostile = subject(
        dict.fromkeys(names, HOSTILE),
        decision=decision(motive=HOSTILE * 10),
        offer=Offer({"duration": 48.0, "amount": 21_000.0}, 0.0871),
        organisation=HOSTILE[:80],
        contact=HOSTILE * 2,
    )
    with speaking(language):
        read = page(hostile)
        said = text(hostile)
    assert len(read.pages) == 1
    assert '#panic("x")' in said
    assert "root:" not in said
    assert reference(hostile) in said
    assert "cnil.fr" in said


def test_it_is_made_within_a_second() -> None:
    pdf("client_sheet", content(subject()))
    started = time.perf_counter()
    pdf("client_sheet", content(subject(decision=decision(motive="x " * 400))))
    assert time.perf_counter() - started < 1
