"""Perils: facts that may happen.

Takes  laws of counts, severities, times and facts; defaults; histories and mean-reverting series; a seed and years.
Gives  occurrences and series by year: same model, years and seed, same facts, whatever the blocks and threads; any
       year replays alone. Beside them exact totals with brackets, and laws fitted to a table of losses.
Never  knows a deductible or a party, reads a file or a clock, or keeps a generator's state.
"""

from quanyu.perils.columns import Occurrences, Paths
from quanyu.perils.count_fitting import FrequencyFit, fit_frequency
from quanyu.perils.counts import Binomial, CountLaw, EmpiricalCount, NegativeBinomial, Poisson, fixed_count
from quanyu.perils.default import Default
from quanyu.perils.dependence import Dependence
from quanyu.perils.discrete import Categorical, Empirical, fixed
from quanyu.perils.errors import LawError
from quanyu.perils.exact import Bracket, Exact, compound
from quanyu.perils.families import Beta, Gamma, Lognormal, Lomax, Normal, Pareto, Uniform, Weibull
from quanyu.perils.fitting import FITTED, Fit, fit
from quanyu.perils.frequency import FrequencySeverity
from quanyu.perils.goodness import Compared, Goodness, compare, goodness, mean_excess, pp_points, qq_points
from quanyu.perils.history import Bootstrap, History
from quanyu.perils.law import Law
from quanyu.perils.layer import Annual, Layer
from quanyu.perils.reading import read_categorical, read_count, read_fact, read_law, read_time
from quanyu.perils.sampler import CountTable, Lookup, Table, count_table, sampler
from quanyu.perils.series import MeanReversion, Reverting
from quanyu.perils.times import TimeLaw, at, monthly, season, through_the_year
from quanyu.perils.together import Peril, Perils

__all__ = [
    "FITTED",
    "Annual",
    "Beta",
    "Binomial",
    "Bootstrap",
    "Bracket",
    "Categorical",
    "Compared",
    "CountLaw",
    "CountTable",
    "Default",
    "Dependence",
    "Empirical",
    "EmpiricalCount",
    "Exact",
    "Fit",
    "FrequencyFit",
    "FrequencySeverity",
    "Gamma",
    "Goodness",
    "History",
    "Law",
    "LawError",
    "Layer",
    "Lognormal",
    "Lomax",
    "Lookup",
    "MeanReversion",
    "NegativeBinomial",
    "Normal",
    "Occurrences",
    "Pareto",
    "Paths",
    "Peril",
    "Perils",
    "Poisson",
    "Reverting",
    "Table",
    "TimeLaw",
    "Uniform",
    "Weibull",
    "at",
    "compare",
    "compound",
    "count_table",
    "fit",
    "fit_frequency",
    "fixed",
    "fixed_count",
    "goodness",
    "mean_excess",
    "monthly",
    "pp_points",
    "qq_points",
    "read_categorical",
    "read_count",
    "read_fact",
    "read_law",
    "read_time",
    "sampler",
    "season",
    "through_the_year",
]
