#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mounts, paths and the calls that change directories."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run, spread  # noqa: E402

PROGRAMS = ("/tests/mount", "/tests/paths", "/tests/deep", "/tests/statfs")
MACHINES = ("64M debug", "16M release", "1280M debug")

Suite(
    *spread(PROGRAMS, MACHINES),
    run("/tests/readonly", on="arm debug"),
    run("/tests/readonly", on="arm release"),
    *(run("/tests/failsweep", "-q", name, on="64M debug", timeout=600, only_all=True)
      for name in PROGRAMS),
)
