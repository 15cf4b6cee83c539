#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sequences of memory calls on Debian's Linux and on Octavo: tools/difftest.py, some of them."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import ALL, TOP  # noqa: E402
from tap import Tap  # noqa: E402

RUNS = (("1", "2000"),) if ALL else (("1", "100"),)


def main():
    tap = Tap()
    fetched = subprocess.run(["make", "-s", "--no-print-directory", "-C", TOP, "build/linux/vmlinuz"],
                             check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if not tap.point(fetched.returncode == 0, "Debian's kernel is there",
                     fetched.stdout.decode("utf-8", "replace").splitlines()):
        tap.done()
    for seed, count in RUNS:
        done = subprocess.run([sys.executable, os.path.join(TOP, "tools/difftest.py"), "--seed", seed,
                               "--count", count], check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        tap.point(done.returncode == 0, f"{count} sequences from seed {seed}",
                  done.stdout.decode("utf-8", "replace").splitlines())
    tap.done()


main()
