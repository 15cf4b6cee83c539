#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What programs do wrong: faults, wild pointers, bad descriptors, bad arguments."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import FOUR_CPUS, Suite, run, spread  # noqa: E402

PROGRAMS = ("/tests/faults", "/tests/segments", "/tests/efault", "/tests/pointers", "/tests/sysargs", "/tests/files",
            "/tests/fsedge")
MACHINES = ("16M debug", "64M debug", "3G release", "1280M debug",
            "64M release qemu32,-pse,-pge")

Suite(
    *spread(PROGRAMS, MACHINES),
    run("/tests/efault", on="64M debug", append="chaos=5"),
    # A million calls: on one CPU, each child by itself for long; on four, all beside each other.
    run("/tests/hostile", "1", "700000", on="64M debug", timeout=600),
    run("/tests/hostile", "2", "200000", "16", on=FOUR_CPUS, timeout=600),
    run("/tests/hostile", "3", "100000", on="1280M release", timeout=300),
    *(run("/tests/hostile", str(seed), "300000", "16", on=on, timeout=3000, only_all=True)
      for seed in range(4, 20) for on in ("64M debug", "16M debug", "1280M release 4cpus wallclock")),
    *(run("/tests/hostile", str(seed), "100000", "8", on="64M debug", append=f"chaos={seed}",
          timeout=3000, only_all=True) for seed in range(20, 30)),
)
