"""Task resplit with quanyu: the stored claims of t1 through the programme with changed terms."""

from bench.meter import Meter, options


def main() -> None:
    """Simulate and store (not timed as work), then split again: terms, program, years, statistics are `resplit`."""
    asked = options()
    meter = Meter("quanyu")
    with meter.phase("import"):
        from bench.collective import LEVEL
        from bench.subjects import programme
        from quanyu.language.change import with_terms
        from quanyu.simulation import Plan, Stored, simulate_columns

        programme.start()
    document = programme.read()
    annual = programme.ready(document)
    plan = Plan(asked.years, seed=asked.seed, levels=(LEVEL,))
    columns = programme.accounts(annual)
    with meter.phase("compile"):
        simulate_columns(annual, Plan(64, levels=(LEVEL,)), list(columns.values()))
    stored = Stored()
    with meter.phase("store"):
        simulate_columns(annual, plan, list(columns.values()), store=stored)
    with meter.phase("resplit"):
        other = programme.ready(with_terms(document, programme.CHANGES))
        columns = programme.accounts(other)
        run = simulate_columns(other, plan, list(columns.values()), replay=stored)
    meter.report("quanyu", size=run.years, answers=programme.answers(list(columns), run.figures))


if __name__ == "__main__":
    main()
