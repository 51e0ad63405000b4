"""Readers of track files: text in, whole storms and findings out.

Takes  the text of a file with its name.
Gives  every storm that is whole, and all that is wrong at once with file and line.
Never  opens a file or an address, and never gives a storm of which a line could not be read.
"""

from quanyu.perils.cyclone.reading.advisory import Advisory, AdvisoryReading, read_advisory
from quanyu.perils.cyclone.reading.bulletin import read_bulletin
from quanyu.perils.cyclone.reading.cma import read_cma
from quanyu.perils.cyclone.reading.ibtracs import AGENCIES, read_ibtracs
from quanyu.perils.cyclone.reading.jma import read_jma
from quanyu.perils.cyclone.reading.nmc import read_nmc
from quanyu.perils.cyclone.reading.realtime import read_realtime
from quanyu.perils.cyclone.reading.storms import TrackReading

__all__ = [
    "AGENCIES",
    "Advisory",
    "AdvisoryReading",
    "TrackReading",
    "read_advisory",
    "read_bulletin",
    "read_cma",
    "read_ibtracs",
    "read_jma",
    "read_nmc",
    "read_realtime",
]
