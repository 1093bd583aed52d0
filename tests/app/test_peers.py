"""Which agencies are most like one, and by what."""

from app.peers import Profile, alike, nearest

MIX = {"Retraite": 0.6, "Réversion": 0.4}
OTHER = {"Retraite": 0.2, "Réversion": 0.8}


def network(**agencies: tuple[int, dict[str, float], float | None]) -> dict[str, Profile]:
    return {name: Profile(name, volume, mix, fte) for name, (volume, mix, fte) in agencies.items()}


def test_the_nearest_has_the_same_volume_mix_and_staff() -> None:
    known = network(
        Lille=(1000, MIX, 10.0), Twin=(1010, MIX, 10.0), Small=(200, MIX, 2.0), Mixed=(1000, OTHER, 10.0)
    )
    assert nearest("Lille", known, 1) == ("Twin",)


def test_volumes_are_compared_by_their_ratio() -> None:
    known = network(Lille=(1000, MIX, 5.0), Half=(480, MIX, 5.0), More=(1900, MIX, 5.0), Far=(9000, MIX, 5.0))
    assert nearest("Lille", known, 1) == ("More",)


def test_an_agency_is_not_its_own_peer() -> None:
    known = network(Lille=(1000, MIX, 5.0), Rouen=(900, MIX, 5.0))
    assert nearest("Lille", known) == ("Rouen",)


def test_ties_go_by_name() -> None:
    known = network(Lille=(1000, MIX, 5.0), Zed=(500, MIX, 5.0), Ann=(500, MIX, 5.0))
    assert nearest("Lille", known) == ("Ann", "Zed")


def test_staff_that_is_unknown_somewhere_is_left_out() -> None:
    known = network(Lille=(1000, MIX, None), Near=(990, MIX, 90.0), Far=(100, MIX, 10.0))
    assert nearest("Lille", known, 1) == ("Near",)


def test_many_types_weigh_no_more_than_one_trait() -> None:
    fine = {f"t{number}": 0.1 for number in range(10)}
    shifted = fine | {"t0": 0.12, "t1": 0.08}
    known = network(
        Lille=(1000, fine, 5.0),
        Alike=(1000, shifted, 5.0),
        Sized=(3000, fine, 5.0),
        Odd=(1000, {"t0": 1.0}, 5.0),
    )
    assert nearest("Lille", known, 1) == ("Alike",)


def test_an_agency_that_closed_nothing_has_no_peers() -> None:
    assert nearest("Lille", network(Rouen=(900, MIX, 5.0))) == ()


def test_only_the_traits_that_all_share_are_named() -> None:
    known = network(Lille=(1000, MIX, 10.0), A=(1100, MIX, 10.5), B=(950, OTHER, 9.0))
    assert alike("Lille", ("A", "B"), known) == ("volume", "staff")


def test_a_fifth_more_is_still_the_same_volume_and_more_is_not() -> None:
    known = network(Lille=(1000, MIX, 10.0), A=(1200, MIX, 12.0), B=(1210, MIX, 12.2))
    assert alike("Lille", ("A",), known) == ("volume", "mix", "staff")
    assert alike("Lille", ("B",), known) == ("mix",)


def test_an_unknown_peer_is_like_nobody() -> None:
    known = network(Lille=(1000, MIX, 10.0), A=(1000, MIX, 10.0))
    assert alike("Lille", ("A", "Nowhere"), known) == ()
