#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Anonymous memory, protections, the heap, the stack, shared memory."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import FOUR_CPUS, Suite, run, spread  # noqa: E402

PROGRAMS = ("/tests/mmap_anon", "/tests/mprotect", "/tests/mremap", "/tests/mincore", "/tests/munmap", "/tests/brk", "/tests/stack",
            "/tests/shared_anon", "/tests/mlock", "/tests/lru", "/tests/madvise", "/tests/remap_pages", "/tests/overcommit",
            "/tests/meminfo", "/tests/smaps", "/tests/pagemap")
MACHINES = ("16M debug", "64M debug", "64M release", "1280M debug", "3G debug",
            "64M release iso wallclock",
            "64M debug qemu32,-pse,-pge")

Suite(
    *spread(PROGRAMS, MACHINES),
    run("/tests/lock_order", on="64M debug"),
    run("/tests/lock_order", on=FOUR_CPUS),
    run("/tests/mmap_anon", on="64M debug", append="chaos=1"),
    run("/tests/shared_anon", on="64M debug", append="chaos=2"),
    run("/tests/pagemap", "races", "20", on=FOUR_CPUS),
    run("/tests/pagemap", "races", "10", on="64M debug", append="chaos=3"),
)
