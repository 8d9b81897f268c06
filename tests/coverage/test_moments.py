"""Passes, listings and looks of one acquisition are one moment; states are kept apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from shapely.geometry import box

from roadstead.coverage import Known, SiteLook, coverage_of, moments_of, site_coverage
from roadstead.model import (
    AnswerState,
    CaseCoverage,
    CatalogueAnswer,
    Direction,
    Listing,
    Look,
    LookState,
    Modality,
    Opportunity,
    Site,
    TimeSpan,
)

T0 = datetime(2024, 10, 7, tzinfo=UTC)
SITE = Site(id="x", name="X", timezone="UTC", aoi=box(132.3, 42.8, 132.4, 42.9))
SPAN = TimeSpan(T0, T0 + timedelta(days=6))


def pass_at(hours: float, platform: str = "sentinel-2a", fraction: float = 1.0) -> Opportunity:
    return Opportunity(
        site_id="x", platform=platform, modality=Modality.SAR if "-1" in platform else Modality.OPTICAL,
        t_utc=T0 + timedelta(hours=hours), incidence_deg=5, off_nadir_deg=4, satellite_azimuth_deg=90,
        direction=Direction.DESCENDING, sun_elevation_deg=30, swath_fraction=fraction,
        elements_epoch=T0, cycles_shifted=1,
    )  # fmt: skip


def listed(hours: float, platform: str = "sentinel-2a", *, systematic: bool = True) -> Listing:
    t = T0 + timedelta(hours=hours)
    return Listing(
        id=f"{platform}-{hours}", products=("c/a", "c/b"), platform=platform,
        modality=Modality.SAR if "-1" in platform else Modality.OPTICAL, time=TimeSpan(t, t), footprint=SITE.aoi,
        catalogues=("c",), systematic=systematic,
    )  # fmt: skip


def held(
    hours: float, platform: str = "sentinel-2a", *, usable: float = 1.0, ships: int = 0, searched: bool = True
) -> SiteLook:
    t = T0 + timedelta(hours=hours)
    look = Look(
        scene_id=f"scene-{hours}", site_id="x", time=TimeSpan(t, t), usable_fraction=usable, cloud_fraction=1 - usable,
        resolved_m=10, sun_elevation_deg=30, modality=Modality.OPTICAL, searched=searched,
    )  # fmt: skip
    return SiteLook(look=look, platform=platform, ships=ships)


def known(*, passes=(), listings=(), looks=(), covers=lambda _mission, _t: False) -> Known:  # noqa: ANN001
    return Known(opportunities=passes, listings=listings, looks=looks, covers=covers)


def states(**facts) -> list[LookState]:  # noqa: ANN003
    return [m.state for m in moments_of(SITE, known(**facts), 112.0, SPAN)]


def test_a_pass_its_listing_and_its_look_are_one_moment() -> None:
    found = moments_of(
        SITE, known(passes=[pass_at(2)], listings=[listed(2.01)], looks=[held(2.005, ships=2)]), 112, SPAN
    )
    assert len(found) == 1
    assert found[0].state is LookState.FOUND
    assert found[0].ships == 2
    assert found[0].opportunity
    assert found[0].listing


def test_each_state_of_knowledge_is_told_apart() -> None:
    covered = lambda mission, _t: mission == "sentinel-2a"  # noqa: E731
    assert states(passes=[pass_at(2)]) == [LookState.POSSIBLE]
    assert states(passes=[pass_at(2)], covers=covered) == [LookState.NOT_LISTED]
    assert states(passes=[pass_at(2, "sentinel-1a")], covers=covered) == [LookState.POSSIBLE]
    assert states(passes=[pass_at(2)], listings=[listed(2)], covers=covered) == [LookState.LISTED]
    assert states(looks=[held(2, usable=0.02)]) == [LookState.UNUSABLE]
    assert states(looks=[held(2, searched=False)]) == [LookState.UNSEARCHED]
    assert states(looks=[held(2)]) == [LookState.NOTHING_FOUND]


def test_another_satellite_minutes_apart_is_another_moment() -> None:
    assert len(states(passes=[pass_at(2)], listings=[listed(2, "sentinel-2b")])) == 2


def test_a_tasked_image_that_no_orbit_predicts_is_listed_and_its_absence_says_nothing() -> None:
    found = states(listings=[listed(3, "umbra-08", systematic=False)], covers=lambda _m, _t: True)
    assert found == [LookState.LISTED]


def test_p_detect_of_a_pass_shrinks_with_the_swath_and_of_a_look_with_its_cloud() -> None:
    whole, edge = (moments_of(SITE, known(passes=[pass_at(2, fraction=f)]), 112, SPAN)[0].p_detect for f in (1.0, 0.25))
    assert whole
    assert edge
    assert edge.high == pytest.approx(whole.high / 4, abs=1e-3)
    clouded = moments_of(SITE, known(looks=[held(2, usable=0.25)]), 112, SPAN)[0].p_detect
    assert clouded == edge


def test_how_often_the_track_was_taken_lately_is_told_where_a_catalogue_answered() -> None:
    before = [listed(2 - 24 * 10 * k) for k in (1, 3)]
    asked_since = T0 - timedelta(days=35)
    found = moments_of(
        SITE, known(passes=[pass_at(2)], listings=before, covers=lambda _m, t: t >= asked_since), 112, SPAN
    )
    assert found[0].acquired_lately == (2, 3)
    assert moments_of(SITE, known(passes=[pass_at(2)], listings=before), 112, SPAN)[0].acquired_lately is None


def answer(state: AnswerState) -> CatalogueAnswer:
    return CatalogueAnswer(
        catalogue="c", name="Catalogue C", asked_at=T0, area=SITE.aoi, span=SPAN, missions=("sentinel-2a",),
        state=state, sentence="", products=1,
    )  # fmt: skip


def said(answers: tuple[CatalogueAnswer, ...], **facts) -> str:  # noqa: ANN003
    whole = site_coverage(SITE, SPAN, known(**facts), (), answers, length_m=112)
    picture = CaseCoverage(sites=(whole,), answers=answers, satellites=(), losses=())
    return coverage_of(SPAN, ["x"], [k.look for k in facts.get("looks", ())], picture).statement


def test_a_verdict_says_what_was_asked_and_what_never_can_be_known() -> None:
    nobody = said((), passes=[pass_at(2), pass_at(80)])
    assert "Sentinel-2A could have imaged these places in 2 passes" in nobody
    assert "no catalogue was asked" in nobody
    assert "For the whole window (144 h) no look at x is known to us" in nobody
    assert "does not mean that nobody looked" in nobody
    some = said(
        (answer(AnswerState.COMPLETE),),
        passes=[pass_at(2), pass_at(80)],
        listings=[listed(2)],
        covers=lambda _m, _t: True,
    )
    assert "Catalogue C, last asked on 2024-10-07, lists 1 acquisition here. 1 pass is not listed." in some
    assert "142 h, from 2024-10-07T02:00:00Z" in some
    assert "no look at x is known" not in some
    half = said((answer(AnswerState.PARTIAL),), passes=[pass_at(2), pass_at(80)], listings=[listed(2)])
    assert "Whether an image was taken is unknown for 1 pass." in half
    silent = said((answer(AnswerState.NO_ANSWER),), passes=[pass_at(2)])
    assert "Catalogue C did not answer: what was taken is unknown there" in silent
    assert "not listed" not in silent


def test_one_pass_at_night_and_by_day_gives_both_chances() -> None:
    whole = site_coverage(SITE, SPAN, known(passes=[pass_at(2), pass_at(93.25, "sentinel-1a")]), (), length_m=112)
    night = [u for u in whole.unseen if u.night_only]
    assert {u.platforms for u in night} == {("sentinel-1a", "sentinel-2a"), ("sentinel-1a",), ("sentinel-2a",)}
    optical = next(u for u in night if u.platforms == ("sentinel-2a",))
    assert optical.between_passes == 1.0
    radar = next(u for u in night if u.platforms == ("sentinel-1a",))
    assert 0.5 < radar.between_passes < 1
    assert radar.undetected.low > radar.between_passes - 1e-9
    assert all(u.between_looks == 1.0 for u in whole.unseen)


def test_a_claim_without_a_place_is_told_so() -> None:
    statement = coverage_of(SPAN, [], [], CaseCoverage(sites=(), answers=(), satellites=(), losses=())).statement
    assert "names no place" in statement
    assert "could have imaged" not in statement


def test_two_tiles_of_one_pass_are_one_moment_with_the_ships_of_the_fuller() -> None:
    looks = [held(2, usable=0.3, ships=1), held(2.001, usable=0.6, ships=2)]
    (found,) = moments_of(SITE, known(passes=[pass_at(2)], looks=looks), 112, SPAN)
    assert (found.ships, found.look.usable_fraction if found.look else 0) == (2, 0.6)


def test_two_small_satellites_minutes_apart_are_two_images() -> None:
    found = moments_of(
        SITE,
        known(looks=[held(2, "planetscope", usable=0.01)], listings=[listed(2.05, "planetscope", systematic=False)]),
        112,
        SPAN,
    )
    assert [m.state for m in found] == [LookState.UNUSABLE, LookState.LISTED]


def test_a_picture_of_an_unnamed_satellite_takes_no_pass_away() -> None:
    found = moments_of(SITE, known(passes=[pass_at(2, "sentinel-1a")], looks=[held(2.02, "")]), 112, SPAN)
    assert {m.state for m in found} == {LookState.POSSIBLE, LookState.NOTHING_FOUND}


def test_an_image_of_an_unstated_sentinel_2_belongs_to_the_pass_of_either() -> None:
    (found,) = moments_of(SITE, known(passes=[pass_at(2)], looks=[held(2.01, "sentinel-2")]), 112, SPAN)
    assert found.opportunity


def test_a_scrap_with_a_ship_shows_presence_and_nothing_more() -> None:
    (found,) = moments_of(SITE, known(looks=[held(2, usable=0.03, ships=1)]), 112, SPAN)
    assert (found.state, found.usable) == (LookState.FOUND, False)


def test_a_cloudy_image_makes_no_satellite_worse() -> None:
    def best(**facts) -> float:  # noqa: ANN003
        whole = site_coverage(SITE, SPAN, known(passes=[pass_at(2)], **facts), (), length_m=112)
        return next(u for u in whole.unseen if not u.night_only).undetected.low

    assert best() == best(looks=[held(2, usable=0.01)]) < 1


def test_looks_that_we_hold_lower_the_chance_that_a_call_fell_between_them() -> None:
    def between(*looks: SiteLook) -> float:
        whole = site_coverage(SITE, SPAN, known(passes=[pass_at(2)], looks=looks), (), length_m=112)
        return next(u for u in whole.unseen if not u.night_only).between_looks

    # 136 h of starts; a look in the middle of the span catches those of the 8 h before it.
    assert between(held(70)) == pytest.approx(1 - 8 / 136, abs=1e-3)
    assert between(held(70, usable=0.01)) == 1.0


def test_a_track_that_a_satellite_did_not_fly_yet_was_not_left_out() -> None:
    start = datetime(2025, 1, 25, 2, tzinfo=UTC)
    soon = replace(pass_at(0, "sentinel-2c"), t_utc=start)
    span = TimeSpan(start - timedelta(hours=1), start + timedelta(days=1))
    (found,) = moments_of(SITE, known(passes=[soon], covers=lambda _m, _t: True), 112, span)
    assert found.acquired_lately is None


def test_a_listing_of_minutes_length_takes_the_time_of_its_pass() -> None:
    t = T0 + timedelta(hours=2)
    vague = replace(listed(2), time=TimeSpan(t - timedelta(minutes=18), t + timedelta(minutes=18)))
    (found,) = moments_of(SITE, known(passes=[pass_at(2)], listings=[vague]), 112, SPAN)
    assert found.time.start == found.time.end == t
    late = TimeSpan(t + timedelta(minutes=5), SPAN.end)
    assert moments_of(SITE, known(passes=[pass_at(2)], listings=[vague]), 112, late) == ()


def test_a_pass_of_a_tasked_satellite_is_never_called_not_listed() -> None:
    assert states(passes=[pass_at(2, "planetscope")], covers=lambda _m, _t: True) == [LookState.POSSIBLE]


def day_look() -> SiteLook:
    known_look = held(2)
    return replace(known_look, look=replace(known_look.look, time=TimeSpan(T0, T0 + timedelta(days=1))))


def test_a_look_known_to_the_day_takes_no_pass_and_closes_no_gap_for_sure() -> None:
    assert len(states(passes=[pass_at(2)], looks=[day_look()])) == 2
    whole = site_coverage(SITE, SPAN, known(looks=[day_look()]), (), length_m=112)
    assert {u.between_looks for u in whole.unseen} == {1.0}


def test_answers_about_another_place_say_nothing_here() -> None:
    elsewhere = replace(answer(AnswerState.COMPLETE), area=box(0, 0, 1, 1))
    assert site_coverage(SITE, SPAN, known(), (), (elsewhere,), length_m=112).answers == ()


def test_the_best_further_image_lies_where_our_looks_leave_a_gap() -> None:
    looks = tuple(held(h) for h in range(7, 78, 7))
    whole = site_coverage(SITE, SPAN, known(looks=looks), (), length_m=112)
    best = next(u for u in whole.unseen if not u.night_only)
    assert best.best_tasked_at
    assert best.between_looks_with_it is not None
    assert best.best_tasked_at > T0 + timedelta(hours=80)
    assert best.between_looks_with_it < best.between_looks
