#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py [PROGRAM ...]: measures the kernel beside Linux.

Runs the programs of bench/ (default: /bench/mmbench) on the release kernel
with -icount, where a nanosecond is an instruction, and prints for each
operation: name, unit, instructions, what Linux takes, the ratio, and whether
that is what we aim at.  The same goes to build/bench.tsv.  Linux's figures and
the aims are in bench/linux-6.1.tsv.

A program prints lines: name, unit, operations, least, most, separated by
tabs; least and most are nanoseconds for one operation.  Operations that are
not available say so with N/A.
"""
import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINUX = os.path.join(TOP, "bench", "linux-6.1.tsv")
OUTPUT = os.path.join(TOP, "build", "bench.tsv")
PROGRAMS = ["/bench/mmbench"]
TIMEOUT_SECONDS = "1200"
BOOT_AIM_NS = 40e6
CALIBRATION = (0.99, 1.01)
COLUMNS = ("name", "unit", "instructions", "linux", "ratio", "aim")


def read_linux():
    """{name: (unit, instructions, aim)}"""
    rows = {}
    with open(LINUX, encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#") and line.strip():
                name, unit, linux, aim = line.rstrip("\n").split("\t")
                rows[name] = (unit, float(linux), aim)
    return rows


def measure(program):
    """([(name, unit, least instructions)], {report name: value}) of one program."""
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as folder:
        report = os.path.join(folder, "report")
        done = subprocess.run(
            [os.path.join(TOP, "octavo"), "run", "--flavour", "release", "--icount", "--timeout",
             TIMEOUT_SECONDS, "--report", report, "--", *program.split()],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            sys.stdout.write(done.stdout)
            sys.exit(f"bench: {program} ended with status {done.returncode}")
        with open(report, encoding="utf-8") as lines:
            frames = [json.loads(line) for line in lines]
    rows = []
    for line in done.stdout.splitlines():
        fields = line.rstrip("\r").split("\t")
        if len(fields) == 5 and not line.startswith("#") and fields[2] != "N/A":
            rows.append((fields[0], fields[1], float(fields[3])))
    reports = dict(f["text"].split(" ", 1) for f in frames
                   if f["type"] == "R" and " " in f["text"])
    return rows, reports


def verdict(instructions, aim):
    if aim in ("", "calibrates"):
        return aim
    return "reached" if instructions <= float(aim) else f"missed ({float(aim):,.0f})"


def table(rows, linux):
    """One row of COLUMNS (as text) for each measured operation."""
    for name, unit, instructions in rows:
        _, theirs, aim = linux.get(name, (unit, None, ""))
        yield (name, unit, f"{instructions:.1f}", f"{theirs:.1f}" if theirs else "",
               f"{instructions / theirs:.3f}" if theirs else "", verdict(instructions, aim))


def main():
    rows, reports = [], {}
    for program in sys.argv[1:] or PROGRAMS:
        more, reported = measure(program)
        rows += more
        reports.update(reported)
    lines = list(table(rows, read_linux()))
    if "boot_ns" in reports:
        boot = float(reports["boot_ns"])
        lines.append(("boot_to_main", "boot", f"{boot:.1f}", "4840000000.0",
                      f"{boot / 4840e6:.3f}", verdict(boot, str(BOOT_AIM_NS))))
    with open(OUTPUT, "w", encoding="utf-8") as out:
        for line in (COLUMNS, *lines):
            out.write("\t".join(line) + "\n")
    widths = [max(len(line[i]) for line in (COLUMNS, *lines)) for i in range(len(COLUMNS))]
    for line in (COLUMNS, *lines):
        print("  ".join(text.ljust(width) if i in (0, 1, 5) else text.rjust(width)
                        for i, (text, width) in enumerate(zip(line, widths))).rstrip())
    loop = [instructions for name, _, instructions in rows if name == "user_loop"]
    if not rows:
        sys.exit("bench: nothing was measured")
    if loop and not CALIBRATION[0] <= loop[0] <= CALIBRATION[1]:
        sys.exit(f"bench: user_loop took {loop[0]} for one instruction: this run means nothing")


if __name__ == "__main__":
    main()
