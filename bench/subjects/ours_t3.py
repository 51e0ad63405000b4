"""Task t3 with quanyu: the exact law of the gross year and of each layer's year, with bounds."""

from typing import Any

from bench.meter import Meter, options


def main() -> None:
    """Run the task once; the programme is read and the laws are made in the timed phases."""
    options()
    meter = Meter("quanyu")
    with meter.phase("import"):
        from bench.collective import LEVEL
        from bench.subjects import programme
        from quanyu.simulation.exact import exact_steps

        programme.start()
    with meter.phase("programme"):
        annual = programme.ready(programme.read())
    with meter.phase("transform"):
        found = exact_steps(annual, (LEVEL,))
    paths = {"gross": "", **{name: path for name, path in programme.STEPS.items() if name != "quota share"}}
    brackets: dict[str, dict[str, Any]] = {}
    for name, path in paths.items():
        figures = found[path]
        if figures is None:
            raise SystemExit(f"{name} has no exact answer")
        _, var, tvar = figures.tails[0]
        brackets[name] = {"mean": figures.mean, "sd": figures.sd, "var": var, "tvar": tvar}
    answers = {name: {k: b.value for k, b in told.items()} for name, told in brackets.items()}
    bounds = {
        name: {k: max(b.high - b.value, b.value - b.low) for k, b in told.items()} for name, told in brackets.items()
    }
    meter.report("quanyu", size=1, answers=answers, bounds=bounds)


if __name__ == "__main__":
    main()
