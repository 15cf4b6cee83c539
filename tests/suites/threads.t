#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Threads: clone, futex and signals by number; POSIX threads of glibc and of musl."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import TOP, Suite, run, spread  # noqa: E402

LIBRARIES = ("--root", os.path.join(TOP, "build", "threads"))
BY_NUMBER = ("/tests/threads", "/tests/thread_signals", "/tests/thread_waits", "/tests/futex")
BY_LIBRARY = tuple(f"/tests/{name}_{library}" for name in ("pthreads", "pthread_ends", "pthread_locks")
                   for library in ("glibc", "musl"))

Suite(
    *spread(BY_NUMBER, ("64M debug", "16M release", "1280M debug", "64M release")),
    *(run(name, on="64M debug 4cpus") for name in BY_NUMBER),
    *(run(name, on="64M debug", append=f"chaos={seed}") for name in BY_NUMBER for seed in (1, 4)),
    run("/tests/thread_signals", "cpu", on="64M debug 4cpus"),
    *(run("/tests/threads", "exec", on="64M debug 4cpus wallclock", append=f"chaos={seed}",
          only_all=seed != 17) for seed in (17, 3, 5, 8)),
    *spread(BY_LIBRARY, ("64M debug", "64M release"), options=LIBRARIES),
    *(run(name, on=on, options=LIBRARIES)
      for name in BY_LIBRARY for on in ("64M debug 4cpus", "64M release 4cpus wallclock")),
    *(run(name, on="64M debug", append=f"chaos={seed}", options=LIBRARIES)
      for seed, name in enumerate(BY_LIBRARY, 1)),
)
