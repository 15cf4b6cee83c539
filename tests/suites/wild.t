#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What programs do wrong: faults, wild pointers, bad descriptors, bad arguments."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run, spread  # noqa: E402

PROGRAMS = ("/tests/faults", "/tests/segments", "/tests/efault", "/tests/sysargs", "/tests/files",
            "/tests/fsedge")
MACHINES = ("16M debug", "64M debug", "3G release", "1280M debug",
            "64M release qemu32,-pse,-pge")

Suite(
    *spread(PROGRAMS, MACHINES),
    run("/tests/efault", on="64M debug", append="chaos=5"),
    run("/tests/hostile", "1", "50000", on="64M debug", timeout=120),
    run("/tests/hostile", "2", "50000", on="1280M release", timeout=120),
)
