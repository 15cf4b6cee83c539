#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Several CPUs: their start, where programs run, what memory every CPU sees."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, ktests, run  # noqa: E402

# Two CPUs at least at once, as the host has them; and one after the other, the same way every time.
MACHINES = ("64M release 4cpus", "16M debug 2cpus wallclock", "1280M release 8cpus wallclock")
PROGRAMS = ("fork", "cow", "wait", "exec", "pipes", "clone", "signals", "jobs", "sigfault", "poll",
            "mmap_anon", "mprotect", "mremap", "munmap", "shared_anon", "filemap", "truncate_race", "files",
            "orphans", "fpu", "proc")

Suite(
    run("/tests/smp", "1", on="64M debug"),
    run("/tests/smp", "4", on="64M debug 4cpus"),
    run("/tests/smp", "2", on="64M release 2cpus"),
    run("/tests/smp", "4", on="64M debug 4cpus wallclock"),
    run("/tests/smp", "4", on="64M release 4cpus wallclock"),
    run("/tests/sysfs", "1", on="64M debug"),
    run("/tests/sysfs", "4", on="64M debug 4cpus"),
    run("/tests/sysfs", "8", on="64M release 8cpus wallclock"),
    run("/tests/smp", "8", on="64M debug 8cpus wallclock", append="chaos=1"),
    *(run("/tests/smp", "4", on="64M debug 4cpus", append=f"chaos={seed}", only_all=True)
      for seed in range(2, 10)),
    run("/tests/contention", "4", on="256M debug 4cpus"),
    run("/tests/contention", "4", on="256M debug 4cpus wallclock"),
    *(run("/tests/mm_threads", seed, "300", on="64M debug", append=f"chaos={seed}") for seed in "12"),
    run("/tests/mm_threads", "3", "100", on="64M debug 4cpus wallclock", append="chaos=3"),
    run("/tests/mm_threads", "4", "40", on="64M debug 4cpus", append="chaos=4"),
    run("/tests/mm_threads", "5", "200", on="64M release 4cpus wallclock"),
    *(run("/tests/mm_threads", seed, "100", on="64M debug 4cpus", append=f"chaos={seed}", only_all=True)
      for seed in "6789"),
    *(ktests("smp", on=on) for on in ("64M debug", "64M debug 4cpus", "64M debug 3cpus wallclock")),
    ktests("all", on="64M debug 4cpus"),
    run(append="ktest=deliberate_panic_beside_others", on="64M debug 4cpus", exit=121,
        console=r"panic: with others at work\n.*cpu 3"),
    run(append="ktest=deliberate_panic_beside_others", on="64M release 4cpus wallclock", exit=121,
        console=r"panic: with others at work\n"),
    run(append="ktest=deliberate_stack_overflow_elsewhere", on="64M debug 4cpus", exit=121,
        console=r"double fault: ran into the guard page of a kernel stack(?s:.*)cpu 3"),
    run("/tests/smp", "1", on="64M debug 4cpus", options=("--qemu", "-machine pc,acpi=off"),
        name="without the firmware's tables: one CPU, 8259s and PIT", absent="smp:"),
    run("/tests/smp", "1", on="64M release qemu32,-apic", name="without local APIC", absent="smp:"),
    *(run(f"/tests/{name}", on=on, only_all=(i + k) % len(MACHINES) != 0)
      for i, name in enumerate(PROGRAMS) for k, on in enumerate(MACHINES)),
)
