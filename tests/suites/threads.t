#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Threads: clone, futex and signals by number; POSIX threads of glibc and of musl."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import TOP, Suite, run, spread  # noqa: E402

LIBRARIES = ("--root", os.path.join(TOP, "build", "threads"))

Suite(
    *spread(("/tests/threads", "/tests/futex"), ("64M debug", "16M release", "1280M debug")),
    *(run(f"/tests/{name}", on="64M debug", append=f"chaos={seed}") for name in ("threads", "futex")
      for seed in (1, 2, 3)),
    *(run(f"/tests/pthreads_{library}", on=machine, options=LIBRARIES)
      for library in ("glibc", "musl") for machine in ("64M debug", "64M release")),
    *(run(f"/tests/pthreads_{library}", on="64M debug", append=f"chaos={seed}", options=LIBRARIES)
      for seed, library in enumerate(("glibc", "musl", "glibc", "musl"), 1)),
)
