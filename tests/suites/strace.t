#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's strace for i386, unmodified, follows programs: processes, threads, signals."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import TOP, Suite, run  # noqa: E402

MACHINES = ("64M debug", "64M release", "64M debug 4cpus")
TREE = os.path.join(TOP, "build", "strace")


def strace(*program, **expectations):
    return run("/usr/bin/strace", *program, options=("--root", TREE), **expectations)


Suite(
    *(strace("/bin/true", on=on, console=r'^execve\("/bin/true", \["/bin/true"\], .*\) = 0\s+exit_group\(0\) +'
             r"= \?\s+\+\+\+ exited with 0 \+\+\+") for on in MACHINES),
    *(strace("-f", "/bin/sh", "-c", "ls / | cat; true & wait", on=on,
             console=r"SIGCHLD \{si_signo=SIGCHLD, si_code=CLD_EXITED(.|\n)*^\+\+\+ exited with 0 \+\+\+")
      for on in MACHINES),
    strace("-f", "/tests/threads", on="64M debug", console=r"\[pid +\d+\] \+\+\+ exited with 0 \+\+\+"),
    strace("-c", "/bin/ls", "/", on="64M release", console=r"^100\.00 .* total"),
)
