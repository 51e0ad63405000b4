"""Tasks t1 and t1-memory with quanyu: the programme file through the public interface."""

import os

from bench.meter import Meter, options


def main() -> None:
    """Run the task once; two threads where nothing is said."""
    asked = options()
    meter = Meter("quanyu")
    with meter.phase("import"):
        from bench.collective import LEVEL
        from bench.subjects import programme
        from quanyu.simulation import Plan, simulate_columns

        programme.start()
    with meter.phase("programme"):
        annual = programme.ready(programme.read())
        columns = programme.accounts(annual)
    threads = asked.threads or min(2, os.cpu_count() or 1)
    plan = Plan(asked.years, seed=asked.seed, threads=threads, levels=(LEVEL,))
    with meter.phase("compile"):
        simulate_columns(annual, Plan(64, levels=(LEVEL,)), list(columns.values()))
    with meter.phase("simulate"):
        run = simulate_columns(annual, plan, list(columns.values()))
    found = programme.answers(list(columns), run.figures)
    meter.report("quanyu", size=run.years, answers=found, threads=threads)


if __name__ == "__main__":
    main()
