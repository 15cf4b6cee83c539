#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""chaos=SEED: races become reproducible."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import OCTAVO  # noqa: E402
from tap import Tap  # noqa: E402

TESTS = "ktest=locks,wait,mutex,sched_chaos_preempts"


def console(seed):
    """What a machine says, times included."""
    done = subprocess.run([sys.executable, OCTAVO, "run", "--icount", "--mem", "64M",
                           "--timeout", "100", "--append", f"chaos={seed} {TESTS}"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    return done.returncode, done.stdout


tap = Tap()
first, again, other = console(3), console(3), console(4)
tap.point(first[0] == 0 and other[0] == 0, "the locks hold under chaos")
tap.point(first == again, "the same seed gives the same run, to the instruction")
tap.point(first != other, "another seed gives another run")
tap.done()
