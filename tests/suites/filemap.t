#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The page cache: mapped files, read and write beside them, truncation."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run, spread  # noqa: E402

PROGRAMS = ("/tests/filemap",)
MACHINES = ("16M debug", "64M debug", "64M release", "1280M debug", "3G release",
            "64M debug qemu32,-pse,-pge")

Suite(
    *spread(PROGRAMS, MACHINES),
    run("/tests/filemap", on="64M debug", append="chaos=1"),
)
