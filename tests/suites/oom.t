#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Running out of memory; random mappings against a model; floating point across switches."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import FOUR_CPUS, Suite, run, spread  # noqa: E402

Suite(
    run("/tests/oom", on="16M debug", console="out of memory: killed oom", why="ENOMEM"),
    *(run("/tests/oom", on=machine, why="ENOMEM") for machine in ("64M release", FOUR_CPUS)),
    *(run(append="init=/tests/init_oom", on=machine, name="PID 1 finds no memory in a read",
          console=r"^1\.\.", absent="^not ok") for machine in ("64M debug", FOUR_CPUS)),
    run("/tests/available", "1280", on="1280M release"),
    run("/tests/available", "1280", on="1280M release 4cpus wallclock"),
    run("/tests/oom", on="1280M release", timeout=600, only_all=True),
    run("/tests/oom", on="3G release", timeout=900, only_all=True),
    *spread(("/tests/mm_random", "/tests/fpu"), ("64M debug", "16M debug", "64M release")),
    run("/tests/mm_random", on="64M debug", append="chaos=6"),
    run("/tests/mm_random", "99", "6000", on="64M release", only_all=True),
    run("/tests/fpu", on="64M debug", append="chaos=7"),
)
