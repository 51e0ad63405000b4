"""No texts of one language overlap in any picture, and every picture holds its texts."""

from collections.abc import Iterator
from itertools import combinations

import pytest

from documents.documents_sample import sample_report
from quanyu.documents.chart import curve_picture, histogram_picture, ticks
from quanyu.documents.drawing import Picture
from quanyu.documents.legend import legend_picture
from quanyu.documents.lettering import width, wrap
from quanyu.documents.outcomes import Bin, Curve, CurvePoint
from quanyu.documents.palette import cast_of
from quanyu.documents.pictures import case_picture, flow_pictures, tower_suits
from quanyu.documents.stated import Bound, Flow, Party, Step
from quanyu.documents.values import ProgrammePage
from quanyu.terms import Text


def pictures(page: ProgrammePage) -> Iterator[Picture]:
    cast = cast_of(page)
    for flow in page.flows:
        yield from flow_pictures(flow, cast)
    for case in page.cases:
        yield case_picture(case, cast)
    for result in page.results:
        drawn = (curve_picture(result.curves, Text.same("c")), histogram_picture(result.histogram, Text.same("h")))
        for picture in drawn:
            assert picture is not None
            yield picture


def assert_readable(picture: Picture) -> None:
    for language in ("zh", "en"):
        labels = [label for label in picture.labels if label.language in ("", language)]
        assert labels
        for label in labels:
            left, top, right, bottom = label.box
            assert left >= -1, label
            assert top >= -1, label
            assert right <= picture.width + 1, label
            assert bottom <= picture.height + 1, label
        for one, other in combinations(labels, 2):
            a, b = one.box, other.box
            apart = a[2] <= b[0] + 0.5 or b[2] <= a[0] + 0.5 or a[3] <= b[1] + 0.5 or b[3] <= a[1] + 0.5
            assert apart, (one, other)


def test_sample_pictures_are_readable() -> None:
    drawn = [p for page in sample_report().programmes for p in pictures(page)]
    assert {p.style for p in drawn} == {"tower", "river", "chart"}
    for picture in (*drawn, legend_picture()):
        assert_readable(picture)


@pytest.mark.parametrize("count", [1, 2, 7, 15])
@pytest.mark.parametrize("kind", ["tower", "flow"])
def test_many_steps_with_long_names_are_readable(count: int, kind: str) -> None:
    name = Text("一个名字非常非常长的再保险公司宁波分公司", "A reinsurance company with an exceedingly long name")
    page = ProgrammePage(id="p", name=name, version="1", parties=(Party(id="x", name=name, kind="reinsurer"),))
    scope = Text("每年", "each year")
    steps = tuple(
        Step(label=f"s{i}", taker="x", share=0.9, limits=(Bound(scope=scope, amount=10**i),), amount=1.0)
        for i in range(count)
    )
    for total in (None, float(count)):
        flow = Flow(name="losses.from", steps=steps, total=total, picture="tower" if kind == "tower" else "flow")
        for picture in flow_pictures(flow, cast_of(page)):
            assert_readable(picture)


def test_tower_only_where_every_step_answers() -> None:
    scope = Text("每年", "each year")
    limited = Step(label="a", taker="x", limits=(Bound(scope=scope, amount=1),))
    chosen = Step(label="b", taker="x", covers=(Text.same("fire"),))
    assert tower_suits(Flow(name="losses.from", steps=(limited,)))
    assert not tower_suits(Flow(name="losses.from", steps=(limited, chosen)))
    assert not tower_suits(Flow(name="premium.from", steps=(limited,)))


def test_curves_that_cannot_be_drawn_are_left_out() -> None:
    assert curve_picture((Curve(kind="annual", points=(CurvePoint(10, 1.0),)),), Text.same("x")) is None
    assert histogram_picture((Bin(0, 0, 1.0),), Text.same("x")) is None
    flat = Curve(kind="annual", points=(CurvePoint(2, 0.0), CurvePoint(1000, 0.0)))
    drawn = curve_picture((flat,), Text.same("x"))
    assert drawn is not None
    assert_readable(drawn)


def test_negative_curves_have_their_axis() -> None:
    loss = Curve(kind="annual", points=tuple(CurvePoint(t, -1e6 * t) for t in (2, 20, 200)))
    drawn = curve_picture((loss,), Text.same("x"))
    assert drawn is not None
    assert_readable(drawn)


def test_ticks_span() -> None:
    assert ticks(0, 100) == [0, 20, 40, 60, 80, 100]
    marks = ticks(-3.2e6, 9.9e6)
    assert marks[0] <= -3.2e6
    assert marks[-1] >= 9.9e6
    assert len(marks) < 12


def test_wrap_keeps_to_its_room() -> None:
    for text in ("宁波市人民政府灾害应急专项", "An indivisibleandverylongword here", "混合 mixed 文字 of both"):
        for room in (20, 60, 120):
            lines = wrap(text, room, 12, lines=2)
            assert len(lines) <= 2
            assert all(width(line, 12) <= room for line in lines)
    assert wrap("短", 100, 12) == ["短"]
