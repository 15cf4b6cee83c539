#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The page cache: mapped files, read and write beside them, truncation."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run, spread  # noqa: E402

PROGRAMS = ("/tests/filemap", "/tests/file_random", "/tests/truncate_race", "/tests/text",
            "/tests/fallocate", "/tests/memfd", "/tests/sysvshm", "/tests/sysvshm_rights")
MACHINES = ("16M debug", "64M debug", "64M release", "1280M debug", "3G release",
            "64M debug qemu32,-pse,-pge")

Suite(
    *spread(PROGRAMS, MACHINES),
    run("/tests/filemap", on="64M debug", append="chaos=1"),
    run("/tests/sysvshm", "2.6", on="16M debug", append="shm=2.6"),
    *(run("/tests/truncate_race", on="64M debug", append=f"chaos={seed}") for seed in (2, 3, 4)),
    run("/tests/truncate_race", on="1280M debug", append="chaos=5"),
    run("/tests/file_random", "7", "3000", on="64M debug", append="chaos=6"),
    *(run("/tests/file_random", str(seed), "20000", on="1280M release", only_all=True)
      for seed in range(10, 20)),
)
