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
import re
import sys
import time

import linux
import twins

BATCH = 20          # sequences asked for at a time

# First lines that differ, Linux's and Octavo's, where docs/differences.md says why.
EXPLAINED = (
    ("zero pages after fork", r"' mincore .* = 0$", r"' mincore .* = 0$"),
    ("sealed, and no bytes to write", r"pwrite .* = -14$", r"pwrite .* = -1$"),
    ("areas kept apart", r"mremap .* = -14", r"mremap .* = \w[-+]\w+"),
)


def mask_of(taken, steps):
    """As the program reads it: a hexadecimal digit for each four steps."""
    digits = [0] * ((steps + 3) // 4)
    for i in taken:
        digits[i // 4] |= 1 << i % 4
    return "".join(f"{digit:x}" for digit in digits)


def differs(machines, seed, steps, taken):
    """What both tell of the sequence that is made of the steps TAKEN, where that is not the same."""
    told = [machine.show(f"show {seed} {steps} {mask_of(taken, steps)}") for machine in machines]
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
        digests = [machine.digests(f"run {first} {count} {options.steps}", first, count)
                   for machine in machines]
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
    machines, boot_seconds = twins.start(options.flavour)
    booted = time.monotonic()
    try:
        differences = compare(machines, options)
        end = machines[1].quit()
    finally:
        twins.stop(machines)
    if end:
        print(end)
    print(f"difftest: {options.count} sequences of {options.steps} from seed {options.seed}: "
          f"{differences} differ (booted in {boot_seconds:.0f} s, {time.monotonic() - booted:.0f} s more)")
    return 1 if differences or end else 0


sys.exit(main())
