#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Test programs with every kernel allocation failing in turn: clean failures, no leak.

The first EACH allocations of each kind fail one by one, the rest by their call chains: of each
chain the 1st, 2nd, 4th, 8th ... occurrence. The release kernel does not know call chains; there
the later allocations are sampled by number, as are those of the SAMPLED programs in `make test`.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import FOUR_CPUS, Suite, run  # noqa: E402

EACH = 100
PROGRAMS = ("mmap_anon", "mlock", "madvise", "remap_pages", "brk", "shared_anon", "fork", "mprotect", "mremap", "mincore", "stack", "files", "efault",
            "faults", "orphans", "munmap", "cow", "wait", "exec", "script", "badelf", "sysargs",
            "pipes", "segments", "clock", "syslog", "poll", "sendfile",
            "filemap", "text", "fallocate", "memfd", "sysvshm", "sysvshm_rights", "spawn", "signals", "jobs", "sigfault", "futex", "mount", "paths", "proc",
            "proc_pid", "proc_mm", "smaps", "pagemap", "kmsg", "overcommit",
            "descriptors", "vectors", "eventfd", "clone", "limits memory", "process_vm")
# Programs that take a second or more for each run: fewer one by one.
LONG = {"fpu": 8, "sched": 8, "mm_random 1 300": 20, "file_random 1 300": 20, "fsedge": 20,
        "hostile 1 1000": 30, "threads": 8}
# In `make test` all call chains of some, and samples of others: less than 90 seconds in all.
QUICK = ("mmap_anon", "brk", "shared_anon", "stack")
SAMPLED = ("fork", "mprotect", "files", "pipes", "signals", "jobs", "mount", "proc",
           "poll", "descriptors", "clone", "limits memory", "madvise", "sysvshm", "efault", "sigfault", "futex",
           "overcommit")


def sweep(name, each, on="64M debug", **expectations):
    return run("/tests/failsweep", "-e", str(each), *f"/tests/{name}".split(), on=on,
               **expectations)


Suite(
    *(sweep(name, 16, timeout=600) for name in QUICK),
    *(run("/tests/failsweep", "-Q", *f"/tests/{name}".split(), on="64M debug", timeout=600)
      for name in SAMPLED),
    run("/tests/failsweep", "-Q", "-s", "slab", "/tests/paths", on="64M debug", timeout=600),
    *(run("/tests/failsweep", "-Q", *f"/tests/{name}".split(), on=on, timeout=1200)
      for name, on in (("clone", "64M debug 4cpus"), ("fork", FOUR_CPUS))),
    run("/tests/failsweep", "-q", "/tests/fork", on="16M release", timeout=600),
    *(sweep(name, EACH, timeout=3000, only_all=True) for name in PROGRAMS),
    *(sweep(name, each, timeout=3000, only_all=True) for name, each in LONG.items()),
    sweep("oom", 8, on="8M debug", timeout=3000, only_all=True),
)
