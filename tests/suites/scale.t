#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Much of everything works, and costs what little of it costs: with 60,000 mappings, or 500 processes that
share a file, no operation takes more than the logarithm allows."""
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tests", "lib"), os.path.join(TOP, "tools")]
import bench  # noqa: E402
from guest import judge, run  # noqa: E402
from tap import Tap  # noqa: E402

OPERATIONS = {"find", "fault", "map", "map_fixed", "unmap", "fork", "exit", "punch", "file_fault", "file_map",
              "file_unmap", "rmap_walk", "cow_fault", "anon_unmap", "sharer_exit"}


def growth(tap):
    found = bench.measure_growth()
    tap.point(found.keys() == OPERATIONS, f"what grows: {' '.join(found)}")
    for name, costs in found.items():
        ratio, most = bench.growth(costs)
        tap.point(ratio <= most, f"{name}: {ratio:.2f} times as much at {max(costs)} as at {min(costs)}, "
                  f"{most:.2f} at the most")


def main():
    tap = Tap()
    judge(tap, run("/tests/scale", on="256M debug"))
    judge(tap, run("/tests/scale", on="256M release 4cpus wallclock"))
    growth(tap)
    tap.done()


main()
