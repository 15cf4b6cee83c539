#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The in-guest programs on this host's Linux: what they assert of Linux must be so."""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "lib"))
from tap import Tap  # noqa: E402

PROGRAMS = ("mmap_anon", "mprotect", "mremap", "mincore", "munmap", "brk", "stack", "shared_anon", "fork", "cow", "wait",
            "exec", "badelf", "interp", "faults", "efault", "files", "sysargs", "orphans", "fpu", "oom",
            "mm_random", "filemap", "file_random", "truncate_race", "text", "clone",
            "identity", "signals", "jobs", "sigfault", "attributes", "clock", "descriptors", "sendfile")
PROGRAMS += ("paths", "mount", "statfs")
PROGRAMS += ("limits", "users", "users_exec", "inspect", "proc_mm")
PROGRAMS += ("poll", "script", "pipes", "segments")
PROGRAMS += ("fallocate", "eventfd", "mlock", "madvise", "remap_pages", "memfd", "sysvshm", "sysvshm_rights", "spawn", "timeouts", "vectors", "process_vm")
PROGRAMS += ("meminfo", "smaps", "pagemap")
PROGRAMS += ("ptrace", "ptrace_attach", "ptrace_edges")
# As on i386: programs end at 3G; as on a machine of its own: the same addresses every time.
LIKE_I386 = ("setarch", "i686", "--3gb", "--addr-no-randomize")
SECONDS = 120


def here(name):
    return os.path.join(TOP, "build", "user-x86", name)


def judge(tap, name):
    done = subprocess.run([*LIKE_I386, here(f"tests/{name}")], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          timeout=SECONDS)
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    wrong = [line for line in lines if re.match("not ok|Bail out|#", line)]
    tap.point(done.returncode == 0, f"{name} on Linux",
              [f"status {done.returncode}", *wrong])


def main():
    tap = Tap()
    try:
        runs = subprocess.run([*LIKE_I386, here("bin/true")], check=False).returncode == 0
    except OSError:
        runs = False
    for name in PROGRAMS:
        if runs:
            judge(tap, name)
        else:
            tap.point(True, f"{name} on Linux: this host runs no i386 programs: skipped")
    tap.done()


main()
