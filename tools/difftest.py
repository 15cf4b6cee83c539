#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Linux is the yardstick: the same sequences of memory calls on Debian's i386 kernel and on Octavo.

    tools/difftest.py [--seed N] [--count N] [--steps N]

Both machines are started once, by the same QEMU, with the same program: tests/guest/difftest.c,
which says what a sequence is.  They are compared by a digest of what each wrote down; where that
differs steps are left out for as long as it still does, and the shortest sequence is printed as
Linux (-) and Octavo (+) tell it.  What docs/differences.md says is meant to differ is counted only.

Exit status: 0 nothing differs, 1 something does, 2 there is no Linux to compare with.
"""
import argparse
import difflib
import os
import re
import selectors
import subprocess
import sys
import time

import linux

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
PROGRAM = "/tests/difftest"
MEMORY = "128M"
SECONDS = 20        # of silence: the machine hangs
BATCH = 20          # sequences asked for at a time

# First lines that differ, Linux's and Octavo's, where docs/differences.md says why.
EXPLAINED = (
    ("zero pages after fork", r"' mincore .* = 0$", r"' mincore .* = 0$"),
    ("areas kept apart", r"mremap .* = -14", r"mremap .* = \w[-+]\w+"),
)


class Dead(Exception):
    """The machine has ended, or says nothing any more."""


class Machine:
    """A kernel on which the program runs: lines go to it and come back."""

    def __init__(self, name, command):
        self.name = name
        self.command = command
        self.process = None
        self.rest = b""

    def start(self):
        """Begins to boot; ready() waits for it."""
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.rest = b""

    def ready(self):
        said = []
        while "difftest ready" not in (said[-1] if said else ""):
            said.append(self.line())

    def line(self):
        while b"\n" not in self.rest:
            with selectors.DefaultSelector() as selector:
                selector.register(self.process.stdout, selectors.EVENT_READ)
                if not selector.select(SECONDS):
                    raise Dead(f"{self.name} hangs: {self.rest.decode('utf-8', 'replace')}")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise Dead(f"{self.name} ended: {self.rest.decode('utf-8', 'replace')}")
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode("utf-8", "replace").rstrip("\r")

    def say(self, text):
        try:
            self.process.stdin.write(text.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Dead(f"{self.name} has ended") from error

    def digests(self, seed, count, steps):
        """{seed: digest}; where the machine dies its last words stand for the rest."""
        found = {}
        said = []
        try:
            self.say(f"run {seed} {count} {steps}")
            while len(found) < count:
                line = self.line()
                words = line.split()
                if len(words) == 3 and words[0] == "=":
                    found[int(words[1])] = words[2]
                else:
                    said.append(line)
        except Dead as error:
            found[seed + len(found)] = "\n".join([*said[-30:], str(error)])
            self.restart()
        return found

    def show(self, seed, steps, mask):
        """The lines that it writes down, with its last words where it dies of it."""
        said = []
        try:
            self.say(f"show {seed} {steps} {mask}")
            while not (said and said[-1].startswith("= ")):
                said.append(self.line())
            return said[:-1]
        except Dead as error:
            self.restart()
            return [*said, str(error)]

    def restart(self):
        self.stop()
        self.start()
        self.ready()

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def quit(self):
        """The program ends, and so does Octavo: its status, with an audit."""
        self.say("quit")
        try:
            said = self.process.communicate(timeout=SECONDS)[0]
        except subprocess.TimeoutExpired:
            return f"{self.name} does not end"
        status = self.process.returncode
        self.process = None
        return None if status == 0 else f"{self.name}: status {status}: {said.decode()[-500:]}"


def octavo(flavour):
    return Machine("Octavo", [
        sys.executable, os.path.join(TOP, "octavo"), "run", "--mem", MEMORY, "--flavour", flavour,
        "--", PROGRAM])


def mask_of(taken, steps):
    """As the program reads it: a hexadecimal digit for each four steps."""
    digits = [0] * ((steps + 3) // 4)
    for i in taken:
        digits[i // 4] |= 1 << i % 4
    return "".join(f"{digit:x}" for digit in digits)


def differs(machines, seed, steps, taken):
    """What both tell of the sequence that is made of the steps TAKEN, where that is not the same."""
    told = [machine.show(seed, steps, mask_of(taken, steps)) for machine in machines]
    return told if told[0] != told[1] else None


def shrink(machines, seed, steps):
    """The fewest steps that make a difference: (steps, what both tell), or None."""
    taken = list(range(steps))
    told = differs(machines, seed, steps, taken)
    if not told:
        return None
    size = steps // 2
    while size:
        at = 0
        while at < len(taken):
            fewer = taken[:at] + taken[at + size:]
            shorter = differs(machines, seed, steps, fewer)
            if shorter:
                taken, told = fewer, shorter
            else:
                at += size
        size //= 2
    return taken, told


def explained(told):
    """Why it is meant to be so, or None."""
    for linux_line, octavo_line in zip(*told):
        if linux_line != octavo_line:
            return next((name for name, *patterns in EXPLAINED
                         if all(map(re.search, patterns, (linux_line, octavo_line)))), None)
    return None


def report(seed, steps, found):
    taken, told = found
    yield f"seed {seed}: steps {' '.join(map(str, taken))} (show {seed} {steps} {mask_of(taken, steps)})"
    yield from list(difflib.unified_diff(*told, "Linux", "Octavo", n=100, lineterm=""))[2:]


def compare(machines, options):
    """Prints each difference. => their number"""
    differences = 0
    first, end = options.seed, options.seed + options.count
    while first < end:
        count = min(BATCH, end - first)
        digests = [machine.digests(first, count, options.steps) for machine in machines]
        done = min(map(len, digests))
        for seed in range(first, first + done):
            if digests[0][seed] == digests[1][seed]:
                continue
            found = shrink(machines, seed, options.steps)
            if found is None:
                print(f"seed {seed}: only once: {digests[0][seed]}, {digests[1][seed]}")
            elif explained(found[1]):
                print(f"seed {seed}: {explained(found[1])}")
                continue
            else:
                print("\n".join(report(seed, options.steps, found)))
            sys.stdout.flush()
            differences += 1
            if differences >= options.most:
                return differences
        first += done
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="of the first sequence")
    parser.add_argument("--count", type=int, default=200, help="how many sequences")
    parser.add_argument("--steps", type=int, default=50, help="calls in each")
    parser.add_argument("--most", type=int, default=10, help="stop after so many differences")
    parser.add_argument("--flavour", default="debug", help="of Octavo's kernel")
    options = parser.parse_args()
    if not linux.is_there():
        print("difftest: no kernel of Debian's: make build/linux/vmlinuz fetches it")
        return 2
    machines = (Machine("Linux", linux.command(PROGRAM, MEMORY)), octavo(options.flavour))
    began = time.monotonic()
    try:
        for machine in machines:
            machine.start()
        for machine in machines:
            machine.ready()
        booted = time.monotonic()
        differences = compare(machines, options)
        end = machines[1].quit()
    finally:
        for machine in machines:
            machine.stop()
    if end:
        print(end)
    print(f"difftest: {options.count} sequences of {options.steps} from seed {options.seed}: "
          f"{differences} differ (booted in {booted - began:.0f} s, {time.monotonic() - booted:.0f} s more)")
    return 1 if differences or end else 0


sys.exit(main())
