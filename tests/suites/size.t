#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The release kernel without an MMU is small: what it has in its file, text, constants and data."""
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "lib"))
from tap import Tap  # noqa: E402

MOST = 178000   # bytes; docs/arm-nommu.md says where they are


def main():
    tap = Tap()
    done = subprocess.run(["make", "--no-print-directory", "-s", "size", "FLAVOUR=release"], cwd=TOP,
                          stdout=subprocess.PIPE, text=True, check=False)
    totals = [line.split() for line in done.stdout.splitlines() if line.split()[:1] == ["total"]]
    tap.point(done.returncode == 0 and len(totals) == 2, "make size")
    if totals:
        size = int(totals[-1][-1])
        tap.point(size <= MOST, f"the ARM kernel: {size} bytes, at most {MOST}")
    tap.done()


main()
