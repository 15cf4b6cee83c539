#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A soak: fork, mappings, signals and threads with chaos= of fifty seeds, on one CPU and on four.

`make test` takes a sample: each program with two of the seeds on each machine.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import FOUR_CPUS, Suite, run  # noqa: E402

SEEDS = range(1, 51)
MACHINES = ("64M debug", FOUR_CPUS)
PROGRAMS = ("fork", "mmap_anon", "signals", "threads", "thread_signals")

Suite(*(run(f"/tests/{name}", on=on, append=f"chaos={seed}",
            only_all=seed % 25 != (3 * i + k) % 25)
        for seed in SEEDS for i, name in enumerate(PROGRAMS) for k, on in enumerate(MACHINES)))
