from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from roadstead.assess import assess, places, probability_word, weighed_reports
from roadstead.assess.priors import prior_corners
from roadstead.case import Case, load_case
from roadstead.coverage import coverage_of
from roadstead.infer import Observed
from roadstead.model import (
    Call,
    Detection,
    ElementName,
    Estimate,
    Look,
    Modality,
    Range,
    Sighting,
    Status,
    TimeSpan,
    Verdict,
)

CASES = Path(__file__).resolve().parents[2] / "cases"
TRANSFER = (
    "nis-first-lift",
    "nis-first-lift-weak",
    "nis-escorts",
    "nis-1500-soldiers",
    "cns-transfer-to-dunai",
    "cns-hundreds",
)


@pytest.fixture(scope="module")
def dunai() -> Case:
    return load_case(CASES / "dunai-2024")


def verdict(case: Case, claim_id: str, observed: tuple[Observed, ...] = ()) -> Verdict:
    claim = case.claim(claim_id)
    return assess(case, claim, observed, [], coverage_of(claim.when, places(claim), [o.look for o in observed]))


def look(day: int, lengths: list[float], *, site: str = "chongjin", p: tuple[float, ...] = (0.9,) * 4) -> Observed:
    t = datetime(2024, 10, day, 3, tzinfo=UTC)
    found = tuple(
        Detection(
            id=f"{day}-{i}",
            scene_id=f"s{day}",
            time=None,
            outline_px=(),
            outline=None,
            row_px=0,
            col_px=0,
            score=0.95,
            length_m=Estimate(length, 4.0),
            beam_m=Estimate(15.0, 3.0),
            heading_deg=None,
            method="test",
        )
        for i, length in enumerate(lengths)
    )
    seen = Look(
        scene_id=f"s{day}", site_id=site, time=TimeSpan(t, t), usable_fraction=1, cloud_fraction=0, resolved_m=3,
        sun_elevation_deg=30, modality=Modality.OPTICAL,
    )  # fmt: skip
    return Observed(look=seen, detections=found, p_detect=p, p_detect_other=0.9)


@pytest.mark.parametrize("claim", TRANSFER)
def test_without_looks_the_posterior_is_the_prior_and_nothing_is_called(dunai: Case, claim: str) -> None:
    v = verdict(dunai, claim)
    own = v.without_reports
    assert own.call is Call.NOT_DETERMINABLE
    assert own.probability.low == pytest.approx(own.prior.low, abs=1e-9)
    assert own.probability.high == pytest.approx(own.prior.high, abs=1e-9)
    assert {e.status for e in v.elements} <= {Status.REPORTED, Status.NOT_DETERMINABLE}
    assert {e.status_without_reports for e in v.elements} == {Status.NOT_DETERMINABLE}
    assert "unknown" in v.coverage.statement


def test_deleting_the_reports_returns_the_prior(dunai: Case) -> None:
    bare = replace(dunai, reported=())
    for claim in TRANSFER:
        with_reports = verdict(bare, claim).with_reports
        assert with_reports.probability.low == pytest.approx(with_reports.prior.low, abs=1e-9)
        assert with_reports.probability.high == pytest.approx(with_reports.prior.high, abs=1e-9)


def test_regrading_a_source_changes_nothing_without_reports(dunai: Case) -> None:
    regraded = replace(
        dunai,
        sources=tuple(replace(s, reliability="F", credibility="6") if s.origin == "nis" else s for s in dunai.sources),
    )
    for claim in dunai.claims:
        assert verdict(dunai, claim.id).without_reports == verdict(regraded, claim.id).without_reports


def test_a_source_never_supports_its_own_claim(dunai: Case) -> None:
    for claim in dunai.claims:
        own = dunai.source(claim.source_id).origin
        assert all(dunai.source(r.source_id).origin != own for r in weighed_reports(dunai, claim))


def test_one_origin_counts_once_and_f6_not_at_all(dunai: Case) -> None:
    claim = dunai.claim("nis-first-lift")
    origins = [dunai.source(r.source_id).origin for r in weighed_reports(dunai, claim)]
    assert "cns" in origins
    assert len(origins) == len(set(origins))
    silenced = replace(dunai, sources=tuple(replace(s, credibility="6") for s in dunai.sources))
    assert weighed_reports(silenced, claim) == []


def test_reports_alone_never_decide(dunai: Case) -> None:
    loud = replace(dunai, reported=tuple(replace(r, likelihood_ratio=(1e4, 1e5)) for r in dunai.reported))
    for claim in ("nis-first-lift", "rusi-later-vostochny", "cns-transfer-to-dunai"):
        v = verdict(loud, claim)
        assert v.with_reports.call is Call.NOT_DETERMINABLE


def test_a_ship_of_fitting_size_where_none_usually_is_supports_presence(dunai: Case) -> None:
    quiet = replace(
        dunai, traffic=(*(t for t in dunai.traffic if t.site_id != "chongjin"), quiet_at(dunai, "chongjin"))
    )
    v = verdict(quiet, "nis-chongjin-12-oct", (look(12, [112.6]),))
    assert v.without_reports.call is Call.SUPPORTED
    statuses = {e.name: e.status for e in v.elements}
    assert statuses[ElementName.WHO] is Status.CONSISTENT  # size never names a ship


def test_other_traffic_explains_a_ship_away(dunai: Case) -> None:
    busy = replace(dunai, traffic=(*dunai.traffic, replace(quiet_at(dunai, "chongjin"), vessels=Range(5, 20))))
    quiet = replace(dunai, traffic=(*dunai.traffic, quiet_at(dunai, "chongjin")))
    shown = (look(12, [112.6]),)
    in_traffic = verdict(busy, "nis-chongjin-12-oct", shown).without_reports.probability
    alone = verdict(quiet, "nis-chongjin-12-oct", shown).without_reports.probability
    assert in_traffic.low < alone.low


def test_good_empty_looks_all_day_speak_against_presence(dunai: Case) -> None:
    empty = tuple(
        replace(look(12, []), look=replace(look(12, []).look, scene_id=f"e{h}", time=hour(h))) for h in range(0, 15, 2)
    )
    own = verdict(dunai, "nis-chongjin-12-oct", empty).without_reports
    assert own.probability.high < own.prior.high / 2


def test_a_ship_seen_at_dunai_hardly_moves_a_claim_about_vladivostok(dunai: Case) -> None:
    own = verdict(dunai, "nis-first-lift", (look(17, [112.6], site="dunai"),)).without_reports
    assert own.call is Call.NOT_DETERMINABLE
    assert own.probability.high == pytest.approx(own.prior.high, abs=0.1)


def test_alternatives_that_look_the_same_are_named_inseparable(dunai: Case) -> None:
    shares = {h.id: h for h in verdict(dunai, "nis-chongjin-12-oct", (look(12, [112.6]),)).hypotheses}
    assert "staged" in shares["routine"].inseparable_from
    assert "as-claimed" not in shares["routine"].inseparable_from


@pytest.mark.parametrize("claim", TRANSFER)
def test_every_corner_of_the_priors_sums_to_one_within_the_stated_ranges(dunai: Case, claim: str) -> None:
    stated = dunai.claim(claim)
    corners = np.array(prior_corners(stated.prior, dunai.hypotheses, 0.05))
    assert corners.sum(axis=1) == pytest.approx(1)
    assert corners.min() >= 0
    assert set(corners[:, 0]) == {stated.prior.low, stated.prior.high}
    assert len(corners) == 2 ** (1 + sum(h.weight.low < h.weight.high for h in dunai.hypotheses))


def test_none_of_these_never_falls_below_its_floor(dunai: Case) -> None:
    for claim in TRANSFER:
        shares = {h.id: h for h in verdict(dunai, claim).hypotheses}
        assert shares["none-of-these"].prior.low >= 0.05 - 1e-9


def test_a_claim_about_one_minute_keeps_its_prior(dunai: Case) -> None:
    minute = TimeSpan(datetime(2024, 10, 12, 3, 15, tzinfo=UTC), datetime(2024, 10, 12, 3, 16, tzinfo=UTC))
    claim = replace(dunai.claim("nis-chongjin-12-oct"), id="minute", when=minute)
    own = verdict(replace(dunai, claims=(*dunai.claims, claim)), "minute").without_reports
    assert own.prior.low >= claim.prior.low
    assert own.prior.high == pytest.approx(claim.prior.high, abs=0.1)
    assert own.bayes_factor == Range(1.0, 1.0)


def test_a_passage_that_no_ship_can_sail_keeps_its_prior_and_says_why(dunai: Case) -> None:
    short = TimeSpan(datetime(2024, 10, 8, tzinfo=UTC), datetime(2024, 10, 8, 4, tzinfo=UTC))
    claim = replace(dunai.claim("nis-first-lift"), id="sprint", when=short)
    own = verdict(replace(dunai, claims=(*dunai.claims, claim)), "sprint").without_reports
    assert own.prior == own.probability == claim.prior
    assert any("no voyage" in n for n in own.notes)


def test_presence_alone_never_supports_an_activity_or_passengers(dunai: Case) -> None:
    quiet = replace(dunai, traffic=(*(t for t in dunai.traffic if t.site_id != "dunai"), quiet_at(dunai, "dunai")))
    shown = tuple(look(d, [112.6], site="dunai") for d in (17, 18))
    for claim in ("cns-crane-17-oct", "cns-hundreds"):
        for alternatives in (quiet.hypotheses, tuple(h for h in quiet.hypotheses if h.motion != "as-claimed")):
            own = verdict(replace(quiet, hypotheses=alternatives), claim, shown).without_reports
            assert own.call is not Call.SUPPORTED
            assert own.probability.low < 0.8


def test_looks_at_other_days_alone_call_nothing(dunai: Case) -> None:
    quiet = replace(
        dunai, traffic=(*(t for t in dunai.traffic if t.site_id != "chongjin"), quiet_at(dunai, "chongjin"))
    )
    looks = (look(11, [112.6]), look(13, [112.6]))
    around = tuple(replace(o, look=replace(o.look, time=t)) for o, t in zip(looks, beside_the_day(), strict=True))
    v = verdict(quiet, "nis-chongjin-12-oct", around)
    assert v.without_reports.call is Call.NOT_DETERMINABLE
    assert v.coverage.also_weighed == ("s11", "s13")
    assert "elsewhere or shortly before" in v.without_reports.words


def test_a_report_that_names_other_ships_too_does_not_weigh(dunai: Case) -> None:
    claim = replace(dunai.claim("nis-chongjin-12-oct"), id="one", who=("oslyabya",), source_id="rusi")
    assert weighed_reports(dunai, claim) == []
    whole = replace(claim, who=dunai.claim("nis-chongjin-12-oct").who)
    assert weighed_reports(dunai, whole) != []


@pytest.mark.parametrize(
    ("p", "word"),
    [(0.01, "almost no chance"), (0.1, "very unlikely"), (0.3, "unlikely"), (0.5, "roughly even chance"),
     (0.7, "likely"), (0.9, "very likely"), (0.99, "almost certain"), (1.0, "almost certain")],
)  # fmt: skip
def test_probability_words_follow_icd_203(p: float, word: str) -> None:
    assert probability_word(p) == word


def hour(h: int) -> TimeSpan:
    t = (
        datetime(2024, 10, 11, 15 + 0, tzinfo=UTC).replace(day=12, hour=h)
        if h < 15
        else datetime(2024, 10, 11, h, tzinfo=UTC)
    )
    return TimeSpan(t, t)


def beside_the_day() -> tuple[TimeSpan, TimeSpan]:
    """An hour before and an hour after 12 October in Chongjin (UTC+9)."""
    before, after = datetime(2024, 10, 11, 14, tzinfo=UTC), datetime(2024, 10, 12, 16, tzinfo=UTC)
    return TimeSpan(before, before), TimeSpan(after, after)


def quiet_at(case: Case, site: str):  # noqa: ANN201 - a SiteTraffic
    return replace(case.traffic_at(site), site_id=site, vessels=Range(0.01, 0.05))


def crowd(n: int, hour_utc: int = 12) -> Observed:
    """A radar look at San Pedro Bay with n ships."""
    one = look(5, [120.0] * n, site="san-pedro-bay", p=())
    t = datetime(2021, 1, 5, hour_utc, tzinfo=UTC)
    found = replace(one.look, time=TimeSpan(t, t), modality=Modality.SAR)
    return replace(one, look=found, p_detect_other=0.5)


def test_at_least_n_is_never_supported_by_fewer_than_n() -> None:
    """Nineteen found with half of the ships missed make twenty near certain, and still nobody counted twenty."""
    la = load_case(CASES / "los-angeles-2021")
    nineteen, twenty = (verdict(la, "at-least-20", (crowd(n),)).without_reports for n in (19, 24))
    assert nineteen.probability.low > 0.8
    assert nineteen.call is Call.NOT_DETERMINABLE
    assert any("fewer than claimed" in n for n in nineteen.notes)
    assert twenty.call is Call.SUPPORTED


def test_a_report_of_a_count_weighs_on_a_count() -> None:
    la = load_case(CASES / "los-angeles-2021")
    press = replace(la.sources[0], id="press", origin="press", reliability="B", credibility="2")
    span = la.claim("at-least-20").when
    report = Sighting(
        id="forty",
        site_id="san-pedro-bay",
        time=span,
        count=40,
        source_id="press",
        likelihood_ratio=(5, 20),
        lr_reason="x",
    )
    told = verdict(replace(la, sources=(*la.sources, press), reported=(report,)), "at-least-20")
    assert told.with_reports.probability.low > told.without_reports.probability.low + 0.02
    assert told.with_reports.call is Call.NOT_DETERMINABLE


def test_a_sister_ship_of_the_case_may_be_the_one_that_was_seen(dunai: Case) -> None:
    """Four ships of a length: a ship of that length speaks for any of them, and less for the one that is named."""
    claim = replace(dunai.claim("nis-chongjin-12-oct"), id="one", who=("oslyabya",))
    quiet = replace(dunai, claims=(claim,), traffic=(quiet_at(dunai, "chongjin"),))
    alone = replace(quiet, vessels=tuple(v for v in dunai.vessels if v.id == "oslyabya"))
    shown = (look(12, [112.6], p=(0.9,)),)
    with_sisters, without = (verdict(case, "one", shown).without_reports for case in (quiet, alone))
    assert without.call is Call.SUPPORTED
    assert with_sisters.call is Call.NOT_DETERMINABLE
    assert any("left out" in n for n in with_sisters.notes)


@pytest.mark.parametrize(("second", "told"), [("dunai", False), ("vladivostok", True)])
def test_rest_is_told_from_motion_by_two_looks_at_one_place(dunai: Case, second: str, told: bool) -> None:
    """One look at each of two ports says of no ship that it lay still."""
    claim = replace(
        dunai.claim("cns-crane-17-oct"), activity="at anchor", sites=("dunai", "vladivostok"),
        when=TimeSpan(datetime(2024, 10, 16, tzinfo=UTC), datetime(2024, 10, 21, tzinfo=UTC)),
    )  # fmt: skip
    looks = (look(17, [112.5], site="dunai"), look(18, [112.5], site=second))
    v = assess(dunai, claim, looks, [], coverage_of(claim.when, places(claim), [o.look for o in looks]))
    what = next(e for e in v.elements if e.name is ElementName.WHAT)
    assert ("hours apart" in what.why) is told
