#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""chaos=SEED: races become reproducible."""
import difflib
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import OCTAVO  # noqa: E402
from tap import Tap  # noqa: E402

TESTS = "ktest=locks,wait,mutex,sched_chaos_preempts"


def console(seed, pause=0, cpus=1):
    """What a machine says, times included; octavo sleeps for some seconds and does not listen.

    Its console's input stays open and silent: an end of file would come as an
    interrupt, at a moment that the host chooses.
    """
    with subprocess.Popen([sys.executable, OCTAVO, "run", "--icount", "--mem", "64M",
                           "--cpus", str(cpus), "--timeout", "100", "--append", f"chaos={seed} {TESTS}"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as machine:
        said = machine.stdout.read(1)
        machine.send_signal(signal.SIGSTOP)
        time.sleep(pause)
        machine.send_signal(signal.SIGCONT)
        said += machine.stdout.read()
        return machine.wait(), said


def differences(one, two):
    """The first lines that differ."""
    lines = [said.decode("utf-8", "replace").splitlines() for _, said in (one, two)]
    return list(difflib.unified_diff(*lines, lineterm="", n=1))[:20]


def same_twice(tap, what, first, again):
    tap.point(first[0] == 0, f"the locks hold under chaos: {what}")
    tap.point(first == again, f"the same seed gives the same run, to the instruction: {what}",
              differences(first, again))


tap = Tap()
first, again, other = console(3), console(3, pause=2), console(4)
same_twice(tap, "one CPU", first, again)
same_twice(tap, "four CPUs", console(3, cpus=4), console(3, cpus=4))
tap.point(other[0] == 0 and first != other, "another seed gives another run")
tap.done()
