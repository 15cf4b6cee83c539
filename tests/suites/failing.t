#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Test programs with every kernel allocation failing in turn: clean failures, no leak.

Here the later allocations of each run are sampled; `make test-all` takes every one.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run  # noqa: E402

PROGRAMS = ("mmap_anon", "brk", "shared_anon", "fork", "mprotect", "stack", "files", "efault",
            "faults", "orphans", "munmap", "cow", "wait", "exec", "badelf", "sysargs", "fpu",
            "pipes", "filemap", "text", "file_random")
SAMPLED = PROGRAMS[:6]

Suite(
    *(run("/tests/failsweep", "-q", f"/tests/{name}", on="64M debug", timeout=600)
      for name in SAMPLED),
    run("/tests/failsweep", "-q", "/tests/pipes", on="64M debug", timeout=600),
    run("/tests/failsweep", "-q", "/tests/fork", on="16M release", timeout=600),
    *(run("/tests/failsweep", f"/tests/{name}", on="64M debug", timeout=5000, only_all=True)
      for name in PROGRAMS),
)
