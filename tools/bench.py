#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py [x86|arm ...]: measures the kernels beside Linux.

Runs the programs of bench/ on the release kernels with -icount, where a
nanosecond is an instruction, and prints for each operation: name, unit,
instructions, what Linux takes, the ratio, and whether that is what we aim at.
The same goes to build/bench.tsv.  Linux's figures and the aims are in
bench/linux-6.1-*.tsv.  Each x86 row is measured on a machine with four CPUs too,
where one does the work: it may pay MOST_ON_MANY times as much at the most. Each row
of ARM is measured with `nompu` too: what it takes less then is the price of the MPU.

A program prints lines: name, unit, operations, least, most, separated by
tabs; least and most are nanoseconds for one operation.  Operations that are
not available say so with N/A.

Behind x86's figures comes how what an operation costs grows with the number of mappings
or of processes that share a file: what bench/scalebench.c says, and by how much it may
grow where that is like the logarithm.

Behind ARM's figures comes how well its two allocators of runs find memory in
a row: what bench/runbench.c says under either.
"""
import json
import math
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUTPUT = os.path.join(TOP, "build", "bench.tsv")
# machine: how octavo is told, the program, Linux's figures, what the names of rows begin with
MACHINES = {
    "x86": (("--arch", "x86"), "/bench/mmbench", "linux-6.1-x86.tsv", ""),
    "arm": (("--arch", "arm-nommu"), "/bench/nommubench", "linux-6.1-arm.tsv", "arm:"),
}
TIMEOUT_SECONDS = "1200"
BOOT_AIM_NS = 40e6
LINUX_BOOT_NS = 4840e6
CALIBRATION = (0.99, 1.01)
MANY_CPUS = "4"
MOST_ON_MANY = 1.1
RUN_POLICIES = ("blocks", "ends")
COLUMNS = ("name", "unit", "instructions", "linux", "ratio", "aim", f"{MANY_CPUS} CPUs", "cost",
           "no MPU", "price")


def read_linux(name):
    """{name: (unit, instructions, aim)}"""
    rows = {}
    with open(os.path.join(TOP, "bench", name), encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#") and line.strip():
                name, unit, linux, aim = line.rstrip("\n").split("\t")
                rows[name] = (unit, float(linux), aim)
    return rows


def execute(options, program, *arguments):
    """(lines of the console, frames) of one program."""
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as folder:
        report = os.path.join(folder, "report")
        done = subprocess.run(
            [os.path.join(TOP, "octavo"), "run", *options, "--flavour", "release", "--icount",
             "--timeout", TIMEOUT_SECONDS, "--report", report, "--", program,
             *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            sys.stdout.write(done.stdout)
            sys.exit(f"bench: {program} ended with status {done.returncode}")
        with open(report, encoding="utf-8") as lines:
            return done.stdout.splitlines(), [json.loads(line) for line in lines]


def rows_of(console):
    """[(name, unit, least instructions)] of a program's lines."""
    rows = []
    for line in console:
        fields = line.rstrip("\r").split("\t")
        if len(fields) == 5 and not line.startswith("#") and fields[2] != "N/A":
            rows.append((fields[0], fields[1], float(fields[3])))
    return rows


def measure(options, program, *arguments):
    """([(name, unit, least instructions)], {report name: value}) of one program."""
    console, frames = execute(options, program, *arguments)
    reports = dict(f["text"].split(" ", 1) for f in frames
                   if f["type"] == "R" and " " in f["text"])
    return rows_of(console), reports


def verdict(instructions, aim):
    if aim in ("", "calibrates"):
        return aim
    return "reached" if instructions <= float(aim) else f"missed ({float(aim):,.0f})"


def on_many(instructions, alone):
    """What the same costs where other CPUs have nothing to do: the number, and in words."""
    if instructions is None:
        return "", ""
    ratio = instructions / alone
    return f"{instructions:.1f}", f"{ratio:.3f}" + (" missed" if ratio > MOST_ON_MANY else "")


def of_mpu(without, instructions):
    """What the same costs where nothing is protected: the number, and how much less."""
    if without is None:
        return "", ""
    return f"{without:.1f}", f"{instructions - without:.1f}"


def table(rows, many, without, linux, prefix):
    """One row of COLUMNS (as text) for each operation; many, without: {name: instructions}."""
    for name, unit, instructions in rows:
        _, theirs, aim = linux.get(name, (unit, None, ""))
        yield (prefix + name, unit, f"{instructions:.1f}", f"{theirs:.1f}" if theirs else "",
               f"{instructions / theirs:.3f}" if theirs else "", verdict(instructions, aim),
               *on_many(many.get(name), instructions), *of_mpu(without.get(name), instructions))


def measure_machine(machine):
    """The rows of one machine; ends the program where they mean nothing."""
    options, program, linux, prefix = MACHINES[machine]
    rows, reports = measure(options, program)
    if not rows:
        sys.exit(f"bench: {program} measured nothing")
    for name, _, instructions in rows:
        if name == "user_loop" and not CALIBRATION[0] <= instructions <= CALIBRATION[1]:
            sys.exit(f"bench: {prefix}user_loop took {instructions} for one instruction: "
                     "this run means nothing")
    many, without = {}, {}
    if machine == "x86":
        many = {name: n for name, _, n in measure((*options, "--cpus", MANY_CPUS), program)[0]}
    else:
        without = {name: n for name, _, n in
                   measure((*options, "--append", "nompu"), program)[0]}
    lines = list(table(rows, many, without, read_linux(linux), prefix))
    if machine == "x86" and "boot_ns" in reports:
        boot = float(reports["boot_ns"])
        lines.append(("boot_to_main", "boot", f"{boot:.1f}", f"{LINUX_BOOT_NS:.1f}",
                      f"{boot / LINUX_BOOT_NS:.3f}", verdict(boot, str(BOOT_AIM_NS)), *[""] * 4))
    return lines


def print_table(lines, left):
    """Columns side by side; those whose numbers are in LEFT begin at the left."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        print("  ".join(text.ljust(width) if i in left else text.rjust(width)
                        for i, (text, width) in enumerate(zip(line, widths))).rstrip())


def by_size(rows):
    """{operation: {size: (unit, instructions)}} of scalebench's rows."""
    found = {}
    for name, unit, instructions in rows:
        operation, size = name.split("@")
        found.setdefault(operation, {})[int(size)] = (unit, instructions)
    return found


def measure_growth(options=MACHINES["x86"][0]):
    """The same, measured."""
    return by_size(measure(options, "/bench/scalebench")[0])


def growth(costs):
    """By how much the largest size costs more than the smallest, and how much the logarithm grows."""
    smallest, largest = min(costs), max(costs)
    return (costs[largest][1] / costs[smallest][1],
            math.log(largest + 1) / math.log(smallest + 1))


def growth_table(found, mappings):
    """The operations whose sizes are (or are not) numbers of mappings."""
    several = {name: costs for name, costs in found.items() if (1 not in costs) == mappings}
    sizes = sorted(next(iter(several.values())))
    yield ("mappings" if mappings else "sharers", "unit", *map(str, sizes), "growth", "logarithm")
    for name, costs in several.items():
        yield (name, costs[sizes[0]][0], *(f"{costs[size][1]:.1f}" for size in sizes),
               *(f"{ratio:.2f}" for ratio in growth(costs)))


def run_table():
    """Success, slack and longest row of one trace of mmap and munmap, for each policy."""
    columns = [("memory in a row",)]
    for policy in RUN_POLICIES:
        console, _ = execute((*MACHINES["arm"][0], "--append", f"runs={policy}"),
                             "/bench/runbench")
        rows = [line.split("\t") for line in console if "\t" in line]
        columns[0] = ("memory in a row", *(name for name, *_ in rows))
        columns.append((f"runs={policy}", *(f"{numbers[1]} of {numbers[0]}" if len(numbers) > 2
                                            else " of ".join(numbers) for _, *numbers in rows)))
    return list(zip(*columns))


def main():
    machines = sys.argv[1:] or list(MACHINES)
    for machine in machines:
        if machine not in MACHINES:
            sys.exit(f"bench: no machine {machine}, only {' '.join(MACHINES)}")
    lines = [line for machine in machines for line in measure_machine(machine)]
    with open(OUTPUT, "w", encoding="utf-8") as out:
        for line in (COLUMNS, *lines):
            out.write("\t".join(line) + "\n")
    print_table((COLUMNS, *lines), (0, 1, 5))
    if "x86" in machines:
        found = measure_growth()
        for mappings in (True, False):
            print()
            print_table(list(growth_table(found, mappings)), (0, 1))
    if "arm" in machines:
        print()
        print_table(run_table(), (0,))


if __name__ == "__main__":
    main()
