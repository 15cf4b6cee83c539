#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which error comes first: calls with several wrong arguments, on Debian's i386 kernel and on Octavo.

    tools/errnotest.py [--only PATTERN]

The tables of calls and arguments are tests/guest/difftest_*_orders.c; the program makes each call with
all values of its arguments, up to three (--wrong) wrong at once, under several circumstances.  A table is
compared by the digests of its chunks; of those that differ the calls with the fewest wrong arguments
are printed.  What docs/differences.md says is meant to differ is counted only.

Exit status: 0 nothing differs, 1 something does, 2 there is no Linux to compare with.
"""
import argparse
import collections
import re
import sys
import time

import linux
import twins

# Of a call and what both say, where docs/differences.md says why.
EXPLAINED = (
    ("advice that cuts no areas", r"all areas: madvise .*advice=(1|2|1[4-7])\b.* = -11 \|0$"),
    ("two modes at once",
     r"fallocate (?!.*(\blen=0 (?!len_high)|_high=0x[89a-f]\w{7}\b))"
     r".*mode=(9|33|67|80|40|11|19|65|17)\b.* = -22 \|-95$"),
    ("what is replaced counts where it is data only", r"little DATA: .*place=MAP_FIXED.* = w.* \|-12$"),
)


def tables(machine, wrong):
    """[(number, chunks, name)] as the program has them."""
    found = []
    for line in machine.show(f"tables {wrong}"):
        match = re.fullmatch(r"table (\d+) (\d+) (.*)", line)
        if not match:
            raise twins.Dead(f"{machine.name}: {line}")
        found.append((int(match[1]), int(match[2]), match[3]))
    return found


def explained(table, linux_line, octavo_line):
    """Why it is meant to be so, or None."""
    told = f"{table}: {linux_line} |{octavo_line.rsplit(' = ', 1)[-1]}"
    return next((name for name, pattern in EXPLAINED if re.search(pattern, told)), None)


def arguments(line):
    """The arguments of a line that are not right, as a set."""
    return frozenset(re.split(r" (?=\w+=)", line.rsplit(" = ", 1)[0])[1:])


def chunk_differences(machines, wrong, number, chunk):
    """[(Linux's line, Octavo's)] of those that differ in a chunk."""
    told = [machine.show(f"tell {wrong} {number} {chunk}") for machine in machines]
    found = [(ours, theirs) for ours, theirs in zip(*told) if ours != theirs]
    if len(told[0]) != len(told[1]):
        found.append(tuple(f"{len(lines)} lines, the last: {' '.join(lines[-3:])}" for lines in told))
    return found


def shrunk(found):
    """Those with the fewest wrong arguments: what has more of them only shows the same again."""
    kept = []
    for pair in sorted(found, key=lambda pair: len(arguments(pair[0]))):
        if not any(arguments(other[0]) <= arguments(pair[0]) for other in kept):
            kept.append(pair)
    return kept


def compare_table(machines, wrong, table, counts):
    """Prints what differs in a table. => how many calls, with the fewest wrong arguments each"""
    number, chunks, name = table
    digests = [machine.digests(f"digests {wrong} {number}", 0, chunks) for machine in machines]
    found = []
    once = 0
    for chunk in range(chunks):
        said = [digest.get(chunk) for digest in digests]
        if said[0] == said[1]:
            continue
        pairs = chunk_differences(machines, wrong, number, chunk)
        if not pairs:   # a machine has died, or said something else than the second time
            once += 1
            print(f"{name}, chunk {chunk}, only once: {said[0]} on Linux, {said[1]} on Octavo")
        for pair in pairs:
            reason = explained(name, *pair)
            counts[reason] += 1
            if not reason:
                found.append(pair)
    kept = shrunk(found)
    for linux_line, octavo_line in kept:
        print(f"{name}: {linux_line} on Linux, {octavo_line.rsplit(' = ', 1)[-1]} on Octavo")
    sys.stdout.flush()
    return len(kept) + once


def compare(machines, options, counts):
    """Prints each difference. => tables, differences"""
    differences = done = 0
    lists = [tables(machine, options.wrong) for machine in machines]
    if lists[0] != lists[1]:
        print("the tables are not the same")
        return 0, 1
    for table in lists[0]:
        if table[1] == 0 or not re.search(options.only, table[2]):
            continue
        done += 1
        differences += compare_table(machines, options.wrong, table, counts)
        if differences >= options.most:
            break
    return done, differences


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="tables whose name has this pattern")
    parser.add_argument("--wrong", type=int, default=3, help="arguments that are wrong at once")
    parser.add_argument("--most", type=int, default=100, help="stop after so many differences")
    parser.add_argument("--flavour", default="debug", help="of Octavo's kernel")
    options = parser.parse_args()
    if not linux.is_there():
        print("errnotest: no kernel of Debian's: make build/linux/vmlinuz fetches it")
        return 2
    machines, boot_seconds = twins.start(options.flavour)
    counts = collections.Counter()
    booted = time.monotonic()
    done = differences = 0
    try:
        done, differences = compare(machines, options, counts)
        end = machines[1].quit() if done else "no table was compared"
    except twins.Dead as error:
        end = str(error)
    finally:
        twins.stop(machines)
    for reason, count in counts.items():
        if reason:
            print(f"{count} times: {reason}")
    if end:
        print(end)
    print(f"errnotest: {done} tables: {differences} differ "
          f"(booted in {boot_seconds:.0f} s, {time.monotonic() - booted:.0f} s more)")
    return 1 if differences or end else 0


sys.exit(main())
