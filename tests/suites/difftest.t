#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Memory calls on Debian's Linux and on Octavo: some sequences, and which error comes first."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import ALL, TOP  # noqa: E402
from tap import Tap  # noqa: E402

RUNS = (("1", "2000"),) if ALL else (("1", "100"),)
WRONG = "3" if ALL else "2"


def compare(tap, what, tool, *options):
    done = subprocess.run([sys.executable, os.path.join(TOP, "tools", tool), *options], check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    tap.point(done.returncode == 0, what, done.stdout.decode("utf-8", "replace").splitlines())


def main():
    tap = Tap()
    fetched = subprocess.run(["make", "-s", "--no-print-directory", "-C", TOP, "build/linux/vmlinuz"],
                             check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if not tap.point(fetched.returncode == 0, "Debian's kernel is there",
                     fetched.stdout.decode("utf-8", "replace").splitlines()):
        tap.done()
    for seed, count in RUNS:
        compare(tap, f"{count} sequences from seed {seed}", "difftest.py", "--seed", seed, "--count", count)
    compare(tap, f"up to {WRONG} arguments wrong at once", "errnotest.py", "--wrong", WRONG)
    tap.done()


main()
