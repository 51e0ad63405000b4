"""Real-time tracks and forecast advisories: both spellings, three forms, observed and expected kept apart."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quanyu.perils import LawError
from quanyu.perils.cyclone import KNOT, NAUTICAL_MILE, Grade, Kind, grade_by_wind
from quanyu.perils.cyclone.reading import AdvisoryReading, read_advisory, read_bulletin, read_nmc, read_realtime

OLD = """\
tfid,time,lng,lat,strong,power,speed,move_dir,move_speed,pressure,radius7,radius10,radius12,radius7_quad.ne,radius7_quad.se,radius7_quad.sw,radius7_quad.nw
201909,2019-08-09T20:00:00,122.0,27.5,强台风(STY),15,48,西北,15,935,380,180,,400,400,350,320
201909,2019-08-10T02:00:00,121.4,28.4,台风(TY),13,40,北,12,950,300,,,0,0,0,0
"""
NEW = """\
tfid,time,lng,lat,strong,speed,pressure,r7,r7Quad.ne,r7Quad.se,r7Quad.sw,r7Quad.nw
201909,2019-08-09T20:00:00,122.0,27.5,强台风(STY),48,935,380,400,400,350,320
"""
BULLETIN = """\
WTPQ50 RJTD 090000
RSMC TROPICAL CYCLONE ADVISORY
NAME  TY 1909 LEKIMA (1909)
ANALYSIS
PSTN  090000UTC 26.4N 123.4E GOOD
MOVE  NW 12KT
PRES  940HPA
MXWD  090KT
GUST  130KT
50KT  80NM
30KT  270NM EAST 180NM WEST
FORECAST
24HF  100000UTC 29.3N 120.9E 60NM 70%
PRES  970HPA
MXWD  065KT
48HF  110000UTC 33.6N 120.4E 90NM 70%
PRES  985HPA
MXWD  045KT =
"""


def advisory() -> dict[str, object]:
    """A bulletin in our own form, as its module documents it."""
    known = {"time": "2019-08-09T14:00:00+08:00", "lat": 27.1, "lon": 122.5, "wind": 50, "pressure": 935}
    return {
        "form": "quanyu-advisory-1",
        "storm": "1909",
        "name": "LEKIMA",
        "agency": "cma",
        "minutes": 2,
        "issued": "2019-08-09T06:30:00Z",
        "known": [known | {"grade": "STY", "radii": {"R7": [400, 400, 350, 320]}}],
        "forecast": [{"time": "2019-08-09T18:00:00Z", "lat": 28.4, "lon": 121.4, "wind": 48, "circle": 90}],
    }


def nmc(**changes: object) -> str:
    """A storm as the site of CMA serves it, wrapped in its callback."""
    points = [
        [1, "201908090600", 1565330400000, "STY", 122.5, 27.1, 935, 50, "NW", 15,
         [["30KTS", 400, 400, 350, 320, 1], ["64KTS", 90, 90, 80, 80, 1]],
         {"BABJ": [[12, "201908091800", 121.4, 28.4, 950, 45, "BABJ", "STY"],
                   [24, "201908100600", 120.4, 30.1, 975, 28, "BABJ", "STS"]]}],
    ]  # fmt: skip
    storm: list[object] = [2539155, "LEKIMA", "利奇马", "1909", "1909", None, "", "start", points, None]
    for place, value in changes.items():
        storm[int(place[1:])] = value
    return f"typhoon_jsons_view_2539155({json.dumps({'typhoon': storm}, ensure_ascii=False)})"


def codes(reading: AdvisoryReading) -> list[tuple[str, int]]:
    return [(f.code, f.place.line if f.place else 0) for f in reading.findings]


def test_both_spellings_of_the_columns_say_the_same() -> None:
    old, new = read_realtime(OLD, "old.csv"), read_realtime(NEW, "new.csv")
    assert not old.findings
    assert not new.findings
    first, other = old.tracks[0].fixes[0], new.tracks[0].fixes[0]
    assert first.time == other.time == datetime(2019, 8, 9, 12, tzinfo=UTC)
    assert first.radii[-1] == other.radii[-1]
    assert first.radii[-1].km == (400.0, 400.0, 350.0, 320.0)
    assert first.grade is Grade.SEVERE_TYPHOON
    assert (old.tracks[0].kind, old.tracks[0].minutes) == (Kind.OBSERVED, 2)


def test_one_radius_stands_for_all_where_no_quadrant_is_given() -> None:
    fix = read_realtime(OLD, "old.csv").tracks[0].fixes[1]
    assert [(r.label, r.km) for r in fix.radii] == [("R7", (300.0,) * 4)]


def test_a_file_of_one_storm_needs_its_name() -> None:
    alone = NEW.replace("tfid,", "").replace("201909,", "")
    assert [f.code for f in read_realtime(alone, "x.csv").findings] == ["track-columns"]
    assert read_realtime(alone, "x.csv", storm="201909").tracks[0].storm == "201909"


def test_bad_rows_are_found_with_their_lines() -> None:
    reading = read_realtime(OLD.replace("121.4", "12l.4").replace("122.0", "422.0"), "old.csv")
    assert [(f.code, str(f.place)) for f in reading.findings] == [
        ("track-value", "old.csv:2:1"),
        ("track-line", "old.csv:3:1"),
    ]
    assert reading.left_out == ("201909",)


def test_the_exchanged_tracks_of_80_years(shared: Path) -> None:
    text = gzip.decompress((shared / "data/tracks/isc_tracks.csv.gz").read_bytes()).decode()
    reading = read_realtime(text, "isc.csv")
    # Two pressures of 50 and 100 hPa and two radii of 3,380 km are slips of the source.
    assert [f.code for f in reading.findings] == ["track-value"] * 4
    assert (len(reading.tracks), len(reading.left_out)) == (1994, 3)
    assert sum(any(r.label == "R7" for r in f.radii) for t in reading.tracks for f in t.fixes) > 20_000


def test_our_own_form() -> None:
    reading = read_advisory(json.dumps(advisory()), "a.json")
    assert not reading.findings
    made = reading.advisory
    assert made is not None
    assert made.issued == datetime(2019, 8, 9, 6, 30, tzinfo=UTC)
    assert made.known.kind is Kind.OBSERVED
    assert made.known.fixes[0].time == datetime(2019, 8, 9, 6, tzinfo=UTC)
    ahead = made.ahead()
    assert (ahead.kind, ahead.issued) == (Kind.FORECAST, made.issued)
    assert [f.lat for f in ahead.fixes] == [27.1, 28.4]
    assert ahead.fixes[1].circle == 90.0


def test_radii_are_held_only_where_that_is_asked_for() -> None:
    made = read_advisory(json.dumps(advisory()), "a.json").advisory
    assert made is not None
    assert made.ahead().fixes[1].radii == ()
    assert made.ahead(hold_radii=True).fixes[1].radii == made.known.fixes[-1].radii


def test_all_bad_fixes_of_our_own_form_at_once() -> None:
    wrong = advisory()
    wrong["forecast"] = [
        {"time": "2019-08-09 18:00", "lat": 28.4, "lon": 121.4},
        {"time": "2019-08-10T00:00:00Z", "lat": 98.4, "lon": 121.4},
        {"time": "2019-08-10T06:00:00Z", "lat": 29.4, "lon": 121.4, "wind": "48"},
    ]
    reading = read_advisory(json.dumps(wrong, indent=1), "a.json")
    assert reading.advisory is None
    assert [c for c, _ in codes(reading)] == ["track-line", "track-value", "track-line"]
    lines = [line for _, line in codes(reading)]
    assert lines == sorted(set(lines))
    assert lines[0] > 1


@pytest.mark.parametrize("key", ["storm", "agency", "minutes", "issued", "form"])
def test_our_own_form_needs_its_head(key: str) -> None:
    wrong = advisory()
    del wrong[key]
    assert codes(read_advisory(json.dumps(wrong), "a.json")) == [("advisory-form", 1)]


def test_no_json_is_told_with_its_line() -> None:
    assert codes(read_advisory('{"form":\n nothing}', "a.json")) == [("advisory-form", 2)]


def test_a_forecast_of_the_past_is_refused() -> None:
    wrong = advisory()
    wrong["forecast"] = [{"time": "2019-08-09T05:00:00Z", "lat": 28.4, "lon": 121.4}]
    assert codes(read_advisory(json.dumps(wrong), "a.json")) == [("track-order", 1)]


def test_without_a_forecast_there_is_no_way_ahead() -> None:
    made = read_advisory(json.dumps(advisory() | {"forecast": []}), "a.json").advisory
    assert made is not None
    with pytest.raises(LawError, match="no forecast"):
        made.ahead()


def test_the_site_of_cma() -> None:
    reading = read_nmc(nmc(), "view.json")
    assert not reading.findings
    made = reading.advisory
    assert made is not None
    known = made.known.fixes[0]
    assert (made.known.storm, made.known.minutes) == ("1909", 2)
    assert known.time == datetime(2019, 8, 9, 6, tzinfo=UTC)
    assert (known.lat, known.lon, known.wind, known.pressure) == (27.1, 122.5, 50.0, 935.0)
    assert [(r.label, r.km[0]) for r in known.radii] == [("R30", 400.0), ("R64", 90.0)]
    assert [f.time.hour for f in made.forecast] == [18, 6]
    assert made.forecast[1].grade is grade_by_wind(28.0)


def test_the_site_of_cma_when_it_changes() -> None:
    assert codes(read_nmc("sorry", "view.json")) == [("advisory-form", 1)]
    assert codes(read_nmc(nmc(p8=[]), "view.json")) == [("advisory-form", 1)]
    points = [[1, "201908090600", 0, "STY", "122.5", 27.1, 935, 50, "NW", 15, [], {}], [1, "2019"]]
    assert [c for c, _ in codes(read_nmc(nmc(p8=points), "view.json"))] == ["track-line", "track-line"]


def test_the_bulletin_of_tokyo() -> None:
    reading = read_bulletin(BULLETIN, "wtpq50.txt", received=datetime(2019, 8, 9, 1, tzinfo=UTC))
    assert not reading.findings
    made = reading.advisory
    assert made is not None
    known = made.known.fixes[0]
    assert (made.known.storm, made.known.name, made.known.minutes) == ("1909", "LEKIMA", 10)
    assert known.time == datetime(2019, 8, 9, tzinfo=UTC)
    assert known.grade is Grade.TYPHOON
    assert known.wind == pytest.approx(90 * KNOT)
    assert [r.label for r in known.radii] == ["R50", "R30"]
    assert known.radii[0].km == pytest.approx((80 * NAUTICAL_MILE,) * 4)
    assert known.radii[1].km[0] > known.radii[1].km[3]
    assert [(f.time.day, f.pressure) for f in made.forecast] == [(10, 970.0), (11, 985.0)]
    assert made.forecast[0].circle == pytest.approx(60 * NAUTICAL_MILE)


def test_a_bulletin_over_the_end_of_a_month() -> None:
    text = (
        BULLETIN.replace("090000UTC", "310000UTC").replace("100000UTC", "010000UTC").replace("110000UTC", "020000UTC")
    )
    made = read_bulletin(text, "x.txt", received=datetime(2019, 8, 31, 1, tzinfo=UTC)).advisory
    assert made is not None
    assert [f.time.month for f in made.ahead().fixes] == [8, 9, 9]


def test_a_bulletin_of_somebody_else_or_broken() -> None:
    when = datetime(2019, 8, 9, tzinfo=UTC)
    assert codes(read_bulletin("WTPN31 PGTW 090000\n", "x.txt", received=when)) == [("advisory-form", 1)]
    broken = BULLETIN.replace("26.4N 123.4E", "26.4 123.4").replace("270NM EAST 180NM WEST", "270NM UP 180NM DOWN")
    assert codes(read_bulletin(broken, "x.txt", received=when)) == [("track-line", 5)]
    sides = BULLETIN.replace("EAST", "UP")
    assert codes(read_bulletin(sides, "x.txt", received=when)) == [("track-line", 11)]
