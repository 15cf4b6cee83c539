#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `make bench` measures of system calls, faults, processes, threads, pipes and signals: as much as
we aim at, and on a machine with four CPUs, of which one does the work, little more. On ARM: at most half of
what Linux takes."""
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "tests", "lib"), os.path.join(TOP, "tools")]
import bench  # noqa: E402
from tap import Tap  # noqa: E402

PARTS = ("null", "anon_write_fault", "cow_fault", "small", "exec", "thread", "pipe", "signal")


def measure_arm(tap):
    options, program, linux, _ = bench.MACHINES["arm"]
    rows = {name: n for name, _, n in bench.measure(options, program)[0]}
    for name, (unit, theirs, aim) in bench.read_linux(linux).items():
        tap.point(name in rows and rows[name] <= float(aim) <= theirs / 2,
                  f"arm: {name}: {rows.get(name)} for a {unit}, at most {aim}")


def main():
    tap = Tap()
    measure_arm(tap)
    options, program, linux, _ = bench.MACHINES["x86"]
    aims = bench.read_linux(linux)
    many = {name: n for name, _, n in
            bench.measure((*options, "--cpus", bench.MANY_CPUS), program, *PARTS)[0]}
    rows = bench.measure(options, program, *PARTS)[0]
    tap.point(len(rows) >= len(PARTS), "there are rows")
    for name, unit, instructions in rows:
        tap.point(bench.verdict(instructions, aims[name][2]) == "reached",
                  f"{name}: {instructions:.1f} for a {unit}, at most {aims[name][2]}")
        tap.point(many[name] <= bench.MOST_ON_MANY * instructions,
                  f"{name}: {many[name]:.1f} where {bench.MANY_CPUS} CPUs are")
    tap.done()


main()
