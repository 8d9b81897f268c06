"""Mistakes in case files: named with file, line, key, what was found and what is allowed; the rest is kept."""

from pathlib import Path

import pytest
from messy import AOI, CASE, changed, write_case

from roadstead.case import load_case, new_case
from roadstead.model import CaseError, InputError

WHEN = 'when = "2024-10-17"'
SPAN = 'when = { start = "%s", end = "%s" }'
VESSEL_LOST = "case.toml:27: claims[0].who: vessel 'v1' was left out for a mistake of its own; correct that first"


def mistakes_of(folder: Path, text: str) -> list[str]:
    case = load_case(write_case(folder, text))
    assert case.claims
    return [m.removeprefix(f"{folder}/") for m in case.mistakes]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('home = "roads"', 'hoem = "roads"', [
            ("case.toml:15: vessels[0].hoem: unknown key; did you mean 'home'? Known: calls_at, class, home, hull, id, "
            "length_m, mmsi, name, speed_kn, troops"), VESSEL_LOST]),
        ('who = ["v1"]', 'who = "v1"', [
            'case.toml:27: claims[0].who: found "v1"; write a list in brackets, like [...]']),
        ('who = ["v1"]', 'who = ["v1", "v1"]', ["case.toml:27: claims[0].who: 'v1' stands twice; name each once"]),
        ('site = "roads"', 'site = "raods"', [
            "case.toml:28: claims[0].site: unknown site 'raods'; did you mean 'roads'? Known: roads"]),
        ('home = "roads"', 'home = "nowhere"', [
            "case.toml:15: vessels[0].home: unknown site 'nowhere'; known: roads", VESSEL_LOST]),
        ("prior = [0.2, 0.8]", "prior = [0.9, 0.1]", [
            "case.toml:30: claims[0].prior: found [0.9, 0.1]; the lower value stands first: [0.1, 0.9]"]),
        ("prior = [0.2, 0.8]", "prior = 0.5", [
            "case.toml:30: claims[0].prior: found 0.5; write [low, high], two numbers from 0 to 1"]),
        ("prior = [0.2, 0.8]", "prior = [nan, 0.8]", [
            "case.toml:30: claims[0].prior: found [nan, 0.8]; write [low, high], two numbers from 0 to 1"]),
        ("prior = [0.2, 0.8]", 'prior = ["0.2", "0.8"]', [
            'case.toml:30: claims[0].prior: found ["0.2", "0.8"]; write [low, high], two numbers from 0 to 1']),
        ("prior = [0.2, 0.8]", "prior = [-0.2, 0.8]", [
            "case.toml:30: claims[0].prior: found [-0.2, 0.8]; both numbers must be from 0 to 1"]),
        ("speed_kn = [14, 18]", "speed_kn = [0, 0]", [
            "case.toml:14: vessels[0].speed_kn: found [0, 0]; both numbers must be from 0.1 to 100 knots",
            VESSEL_LOST]),
        ("length_m = [110, 115]", "length_m = [110, inf]", [
            "case.toml:13: vessels[0].length_m: found [110, inf]; write [low, high], two numbers from 1 to 600 metres",
            VESSEL_LOST]),
        (WHEN, SPAN % ("2024-10-20", "2024-10-17"), [
            "case.toml:29: claims[0].when: the window ends (2024-10-17) before it starts (2024-10-20); swap the two"]),
        (WHEN, SPAN % ("2024-10-18", "2024-10-17"), [
            "case.toml:29: claims[0].when: the window ends (2024-10-17) before it starts (2024-10-18); swap the two"]),
        (WHEN, 'when = { start = "2024-10-17", ende = "2024-10-20" }', [
            "case.toml:29: claims[0].when.end: is missing and must be given",
            "case.toml:29: claims[0].when.ende: unknown key; did you mean 'end'? Known: end, start, timezone"]),
        (WHEN, "when = 20241017", [
            ('case.toml:29: claims[0].when: found 20241017; write a date or time like "2024-10-17", or '
            '{ start = "2024-10-17", end = "2024-10-20" }')]),
        (WHEN, SPAN % ("1924", "2024"), [
            ("case.toml:29: claims[0].when: the window is 101 years long, more than the 3 that can be weighed; split "
            'the claim, or make it kind = "statement"')]),
        ('id = "some"', 'id = "lay-there"', [
            "case.toml:33: claims[1].id: 'lay-there' is already the id of claims[0]; ids must differ"]),
        ('id = "some"', 'id = "<script>"', [
            ('case.toml:33: claims[1].id: found "<script>"; allowed: lower-case letters, digits and hyphens, beginning '
            "with a letter or digit")]),
        ('kind = "count"', 'kind = "cuont"', [
            ('case.toml:36: claims[1].kind: found "cuont"; allowed: "presence", "transit", "count", "activity", '
            '"persons", "composed" or "statement"')]),
        ('who = ["v1"]', 'who = ["v1"]\nlength_m = [100, 600]', [
            ("case.toml:22: claims[0]: only a count of ships of any name has a `length_m` of its own; that of a named "
            "vessel stands under [[vessels]]")]),
        ('kind = "count"', 'kind = "count"\nlength_m = [150, 150]', [
            ("case.toml:32: claims[1]: `length_m` of a count spans 0 m; give a span of at least 2 m, since no image "
             "measures a ship more finely")]),
        ('kind = "count"', 'kind = "count"\nlength_m = [100, 700]', [
            "case.toml:37: claims[1].length_m: found [100, 700]; both numbers must be from 1 to 600 metres"]),
        ('images = ["images"]', 'imagse = ["images"]', [
            ("case.toml:4: imagse: unknown key; did you mean 'images'? Known: claims, embargo_until, hypotheses, id, "
            "images, routine, schema_version, sea, seed, simulated, sites, sources, summary, thresholds, timezone, "
            "title, vessels, window")]),
        ("[[sites]]", "seed = -1\n[[sites]]", ["case.toml:5: seed: found -1; must be at least 0"]),
    ],
)  # fmt: skip
def test_a_mistake_costs_its_entry_and_is_named(tmp_path: Path, old: str, new: str, said: list[str]) -> None:
    assert mistakes_of(tmp_path, changed(old, new)) == said


@pytest.mark.parametrize(
    ("old", "new", "first"),
    [
        ('title = "A messy case"', 'title = "A messy case', "case.toml:3: is no valid TOML: Illegal character"),
        ('title = "A messy case"', "title = 5", "case.toml:3: title: found 5; write text in quotes"),
        ("schema_version = 1", "schema_version = 2",
         "case.toml:1: schema_version: found 2; this version of Roadstead reads schema_version = 1"),
        ("schema_version = 1", "schema_version = true", "case.toml:1: schema_version: found true; this version"),
        ('id = "c"', 'id = "../../x"', 'case.toml:2: id: found "../../x"; allowed: lower-case letters'),
        (CASE, "", "case.toml: schema_version: is missing and must be given"),
        (CASE, "a = [", "case.toml:1: is no valid TOML: Invalid value; correct that line"),
        ("[[sites]]", "[sites]",
         "case.toml:5: sites: found a table; begin each entry with [[sites]] in double brackets"),
        ('credibility = "3"', "credibility = 3",
         'case.toml:21: sources[0].credibility: found 3; allowed: "1", "2", "3", "4", "5" or "6"'),
        ("Asia/Vladivostok", "../../etc/passwd",
         "case.toml:8: sites[0].timezone: time zone '../../etc/passwd' is not an IANA name"),
        (AOI, "[[132.0, 42.8], [132.1, 42.86], [132.1, 42.8], [132.0, 42.86]]",
         "case.toml:9: sites[0].aoi: the area of interest is no simple ring (Self-intersection[132.05 42.83]); give"),
        (AOI, "[[42.8, 132.0], [42.9, 132.1], [42.8, 132.1]]",
         "case.toml:9: sites[0].aoi[0]: [42.8, 132.0] is no [longitude, latitude] in degrees; longitude stands first"),
        (AOI, "[[179.9, 42.8], [-179.9, 42.8], [-179.9, 42.9]]",
         "case.toml:9: sites[0].aoi: the area reaches from -179.9 to 179.9 degrees of longitude, over half the Earth"),
        (AOI, "[[nan, 42.8], [132.1, 42.8], [132.1, 42.9]]",
         "case.toml:9: sites[0].aoi[0]: found [nan, 42.8]; write [longitude, latitude], two numbers in degrees"),
        ("traffic = [0.2, 4.0]", "traffic = [0, 1e308]",
         "case.toml:10: sites[0].traffic: found [0, 1e+308]; both numbers must be from 0 to 2000 vessels at once"),
    ],
)  # fmt: skip
def test_where_nothing_can_be_weighed_the_case_is_refused(tmp_path: Path, old: str, new: str, first: str) -> None:
    with pytest.raises(CaseError) as refused:
        load_case(write_case(tmp_path, changed(old, new)))
    assert str(refused.value).removeprefix(f"{tmp_path}/").startswith(first)


def test_line_ends_and_byte_order_marks_of_windows_change_nothing(tmp_path: Path) -> None:
    text = changed('home = "roads"', 'hoem = "roads"')
    usual = mistakes_of(tmp_path, text)
    assert mistakes_of(tmp_path, "\ufeff" + text.replace("\n", "\r\n")) == usual


@pytest.mark.parametrize("when", [
    "2024-10-17", '"2024-10-17"', "{ start = 2024-10-17, end = 2024-10-17 }",
    '{ start = "2024-10-17", end = 2024-10-17, timezone = "Asia/Vladivostok" }',
])  # fmt: skip
def test_a_date_of_toml_and_its_text_are_the_same_local_day(tmp_path: Path, when: str) -> None:
    span = load_case(write_case(tmp_path, changed(WHEN, f"when = {when}"))).claims[0].when
    assert (span.start.isoformat(), span.hours()) == ("2024-10-16T14:00:00+00:00", 24)


def test_a_window_may_be_one_instant(tmp_path: Path) -> None:
    span = load_case(write_case(tmp_path, changed(WHEN, SPAN % (("2024-10-17T02:00:30Z",) * 2)))).claims[0].when
    assert span.start == span.end


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "is not UTF-8 text (byte 0); save it as UTF-8"),
        (b"x = " + b"[" * 5000 + b"]" * 5000, "is nested too deeply to be read; flatten its lists"),
        (b"# " + b"x" * 10_000_000, "is larger than 8 MiB; a case file holds text only"),
        (b"x = " + b"9" * 5000, "holds a number that no computer reads"),
    ],
)
def test_files_that_are_no_case_are_refused_in_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "case.toml").write_bytes(content)
    with pytest.raises(CaseError, match=r"^[^\n]*$") as refused:
        load_case(tmp_path)
    assert said in str(refused.value)


WEIRD = (
    "nan", "-inf", "[nan]", "[]", "{}", "true", '"x"', '"\\u0000"', "-1", "0", "1e400", "9" * 30, "[[]]", "{a=1}",
    "[{a=1}]", "2024-10-17", "03:00:00", '["a","a"]', "[1,2,3]", "[true,false]", '"../../x"', '"\\U0001f6a2"',
    "[1e308,1e308]", "[[1,2],[3,4],[5,nan]]", "0001-01-01T00:00:00+14:00", '"9999-12-31T23:59Z"', '""',
)  # fmt: skip


@pytest.mark.parametrize("row", [i for i, text in enumerate(CASE.splitlines()) if " = " in text])
def test_no_value_of_any_key_ends_in_anything_but_a_sentence(tmp_path: Path, row: int) -> None:
    lines = CASE.splitlines()
    key = lines[row].split(" = ")[0]
    for value in WEIRD:
        text = "\n".join([*lines[:row], f"{key} = {value}", *lines[row + 1 :]])
        try:
            said = load_case(write_case(tmp_path, text)).mistakes
        except InputError as error:
            said = tuple(str(error).splitlines())
        assert all(s.startswith(f"{tmp_path}/case.toml:") for s in said)


REPORT = """schema_version = 1
[[sightings]]
id = "{id}"
source = "src"
site = "roads"
when = "2024-10-17"
text = "t"
{more}
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema_version = 1\n[[sightings", "reported.toml:2: is no valid TOML"),
        (REPORT.format(id="r", more="likelihood_ratio = [2, 10]"),
         "reported.toml:2: sightings[0]: a likelihood_ratio needs `lr_reason`: say why this report weighs so much"),
        (REPORT.format(id="r", more='vessels = ["v2"]'),
         "reported.toml:8: sightings[0].vessels: unknown vessel 'v2'; known: v1"),
        (REPORT.format(id="r", more='class = "aligator"'),
         "reported.toml:8: sightings[0].class: unknown vessel class 'aligator'; did you mean 'alligator'?"),
        (REPORT.format(id="R", more=""), 'reported.toml:3: sightings[0].id: found "R"; allowed: lower-case letters'),
    ],
)  # fmt: skip
def test_a_mistake_in_the_reports_costs_only_that_report(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "reported.toml").write_text(text)
    case = load_case(write_case(tmp_path))
    assert len(case.claims) == 2
    assert not case.reported
    assert [m.removeprefix(f"{tmp_path}/")[: len(said)] for m in case.mistakes] == [said]


def test_a_case_without_claims_says_so(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path, CASE.split("[[claims]]")[0]))
    assert case.warnings == ("the case states no claim, so nothing is weighed; add one with [[claims]]",)


def test_a_new_case_is_read_without_mistakes_and_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "reported.toml").write_text("schema_version = 1 # mine")
    case = load_case(new_case(tmp_path).parent)
    assert (len(case.claims), case.mistakes) == (1, ())
    assert (tmp_path / "reported.toml").read_text() == "schema_version = 1 # mine"
    (tmp_path / "case.toml").write_text("mine")
    with pytest.raises(InputError, match="exists already; nothing was changed"):
        new_case(tmp_path)
    assert (tmp_path / "case.toml").read_text() == "mine"
