#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's stress-ng for i386, unmodified and dynamically linked, on one CPU and on four.

Each stressor does a fixed number of operations and looks at what comes of them (--verify): one after
the other, and then all at once, two of each. That one has passed says stress-ng itself ("passed:",
"skipped: 0"; a version before 0.15.08 does not) and the line of its operations: it stands behind those
that ran to their end; and stress-ng's status is another one where one failed or was left out. What the
kernel does not have and stress-ng does without is listed: nothing else may be missing.
"""
import functools
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import ALL, OCTAVO, TOP, machine_options  # noqa: E402
from tap import Tap  # noqa: E402

SECONDS = 170
ROOT = os.path.join(TOP, "build", "stress-ng")

# stressor: operations, further options
STRESSORS = {
    "vm": (200, "--vm-bytes 4m"),
    "mmap": (6, "--mmap-bytes 2m"),
    "fork": (100, ""),
    "brk": (1000, ""),
    "stack": (2, ""),
    "malloc": (1000, "--malloc-bytes 2m"),
    "pthread": (100, ""),
    "futex": (20, ""),
    "switch": (1000, ""),
    "sigsegv": (1000, ""),
}

# Calls that Linux has and Octavo not: the C library and stress-ng do without.
MISSING = {
    102: "socketcall: there are no sockets",
    386: "rseq",
    434: "pidfd_open",
    435: "clone3",
    449: "futex_waitv",
}

# Machines: one after the other (1), or so many of each at once; what is appended for the kernel.
MACHINES = (
    ("256M debug", 1, ""),
    ("256M debug", 2, ""),
    ("256M debug 4cpus", 1, ""),
    ("256M debug 4cpus", 2, ""),
    ("256M debug 4cpus wallclock", 4, ""),
    ("256M release", 1, ""),
    ("256M release 4cpus wallclock", 2, ""),
    ("64M debug 4cpus", 1, "chaos=5"),
)
CHAOS = tuple(("128M debug 4cpus", 2, f"chaos={seed}") for seed in range(1, 11))


def arguments(each):
    words = ["--verify", "--metrics-brief", "--verbose", "--temp-path", "/tmp"]
    if each == 1:
        words += ["--sequential", "1"]
    for name, (ops, options) in STRESSORS.items():
        words += [f"--{name}", str(each), f"--{name}-ops", str(ops), *options.split()]
    return words


def run_stress(on, each, append):
    command = [sys.executable, OCTAVO, "run", *machine_options(on), "--timeout", str(SECONDS),
               "--append", f"debug=syscalls {append}".strip(), "--root", ROOT, "--",
               "/usr/bin/stress-ng", *arguments(each)]
    return subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=SECONDS + 60)


@functools.cache
def counts_in_words():
    with open(os.path.join(ROOT, "usr/bin/stress-ng"), "rb") as program:
        return b"metrics untrustworthy" in program.read()


def words_of(output, label):
    """The stressors behind "passed: 2: vm (1) mmap (1)"; None: no such line."""
    found = re.search(rf"\] {label}: (.*)$", output, re.M)
    return None if found is None else found.group(1)


def defects(name, output):
    """What speaks against stressor NAME."""
    ops = STRESSORS[name][0]
    line = re.search(rf"metrc: \[\d+\] {name} +(\d+) +\d+\.\d+ ", output)
    if line is None:
        yield "it has no line of operations"
    elif int(line.group(1)) < ops:
        yield f"{line.group(1)} operations of {ops}"
    for bad in re.findall(rf"^(?!stress-ng: debug:).*\b{name}: .*(?:fail|skip).*$", output, re.M):
        yield bad
    passed = words_of(output, "passed")
    if counts_in_words() and not re.search(rf"\b{name} \(\d+\)", passed or ""):
        yield f"passed: {passed}"


def unexpected(output):
    """Lines that no run should have."""
    for line in re.findall(r"^stress-ng: (?:fail|error|warn): .*$", output, re.M):
        yield line
    for line in re.findall(r"^.*\bskipp(?:ed|ing)\b(?!: 0$).*$", output, re.M):
        yield line
    if counts_in_words():
        for label in ("skipped", "failed", "metrics untrustworthy"):
            if words_of(output, label) != "0":
                yield f"{label}: {words_of(output, label)}"
    for nr in sorted(set(map(int, re.findall(r"unknown system call (\d+)", output)))):
        if nr not in MISSING:
            yield f"unknown system call {nr}"
    if "successful run completed" not in output:
        yield "stress-ng does not say that the run was successful"


def machine(tap, on, each, append):
    done = run_stress(on, each, append)
    output = done.stdout.decode("utf-8", "replace").replace("\r", "")
    how = f"{on}, {'one after the other' if each == 1 else f'all at once, {each} of each'}"
    how += f", {append}" if append else ""
    for name in STRESSORS:
        wrong = list(defects(name, output))
        tap.point(not wrong, f"{name} ({how})", wrong)
    wrong = list(unexpected(output))
    tap.point(done.returncode == 0 and not wrong, f"all of it, and the audit ({how})",
              [f"status {done.returncode}", *wrong,
               *done.stderr.decode("utf-8", "replace").splitlines(), *output.splitlines()[-40:]])


def main():
    tap = Tap()
    words = sys.argv[1:]
    fetched = subprocess.run(["make", "-s", "--no-print-directory", "-C", TOP, "stress-ng"],
                             check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if not tap.point(fetched.returncode == 0, "Debian's stress-ng is there",
                     fetched.stdout.decode("utf-8", "replace").splitlines()):
        tap.done()
    for on, each, append in MACHINES + (CHAOS if ALL else ()):
        if not words or any(word in f"{on} {append}" for word in words):
            machine(tap, on, each, append)
    tap.done()


main()
