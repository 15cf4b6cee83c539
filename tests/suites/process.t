#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Processes: fork, copy on write, exec, wait, the scheduler."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import FOUR_CPUS, Suite, run, spread  # noqa: E402

PROGRAMS = ("/tests/fork", "/tests/cow", "/tests/wait", "/tests/exec", "/tests/script", "/tests/badelf",
            "/tests/interp", "/tests/proc", "/tests/proc_pid", "/tests/proc_mm", "/tests/sched",
            "/tests/clock", "/tests/syslog", "/tests/orphans", "/tests/pipes", "/tests/poll",
            "/tests/clone", "/tests/identity", "/tests/users", "/tests/users_exec", "/tests/inspect",
            "/tests/attributes",
            "/tests/descriptors", "/tests/vectors", "/tests/sendfile", "/tests/eventfd", "/tests/spawn",
            "/tests/process_vm", "/tests/ptrace", "/tests/ptrace_attach", "/tests/ptrace_edges")
MACHINES = ("16M debug", "64M release", "1280M debug", "64M debug iso wallclock", "3G release",
            "64M debug qemu32,-pse,-pge")

Suite(
    *spread(PROGRAMS, MACHINES),
    run("/tests/fork", on="64M debug", append="chaos=1"),
    run("/tests/cow", on="64M debug", append="chaos=2"),
    run("/tests/wait", on="64M release", append="chaos=3"),
    run("/tests/orphans", on="64M debug", append="chaos=4"),
    *(run(f"/tests/{name}", on="64M debug", append="chaos=3")
      for name in ("clone", "users", "users_exec", "process_vm", "ptrace", "ptrace_attach")),
    *(run(f"/tests/{name}", on=FOUR_CPUS) for name in ("process_vm", "ptrace_race")),
    run(append="init=/tests/ptrace_edges", on="64M debug", name="PID 1 asks to be traced",
        console=r"^1\.\.3", absent="^not ok"),
    *(run("/tests/ptrace_race", "60", str(seed), on="64M debug", append=f"chaos={seed}") for seed in (1, 2)),
    run("/tests/ptrace_race", "60", on="64M debug 4cpus"),
    *(run(f"/tests/{name}", on=machine) for name in ("signals", "jobs", "sigfault")
      for machine in ("64M debug", "64M release", FOUR_CPUS)),
    *(run(f"/tests/{name}", on="64M debug", append=f"chaos={seed}") for seed, name in
      enumerate(("signals", "jobs", "sigfault"), 5)),
    run("/tests/sigfault", on="64M debug qemu32,-fxsr,-sse,-sse2"),
    *(run("/tests/timeouts", "exact", on=machine)
      for machine in ("64M debug", "16M release", "64M debug 4cpus", "64M release 4cpus")),
    *(run("/tests/sched", "exact", on=machine)
      for machine in ("64M debug 2cpus", "64M debug 4cpus", "64M release 4cpus")),
    *(run("/tests/timeouts", on=machine) for machine in (FOUR_CPUS, "64M debug qemu32,-apic")),
    *(run("/tests/limits", on=machine) for machine in ("64M release", FOUR_CPUS)),
    *(run("/tests/greet", "of mine", on=machine, name="a script is the first program",
          console=r"^well met,  reader /tests/greet of mine\s")
      for machine in ("64M release", FOUR_CPUS)),
    run("/tests/fork10000", on="64M release", timeout=300),
    *(run("/tests/fork10000", "300", on=machine) for machine in ("16M debug", FOUR_CPUS)),
)
