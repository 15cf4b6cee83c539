#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench_linux.py: the same benchmark programs on Debian's i386 kernel and on Octavo's release kernel.

Both run in the same QEMU with -icount, where a nanosecond is an instruction. What comes out is written
to docs/bench.md. The figures that `make bench` compares with, bench/linux-6.1-x86.tsv, stay as they are.
"""
import os
import subprocess
import sys

import bench
import linux

OUTPUT = os.path.join(bench.TOP, "docs", "bench.md")
MEMORY = "1536M"
ICOUNT = ("-icount", "shift=0,sleep=off")
APPEND = 'hugepages=64 -- -c "mount -t tmpfs none /tmp; exec {program}"'
OPTIONS = ("--arch", "x86", "--mem", MEMORY)
SECONDS = 1200
HEAD = """\
# The same programs on Linux and on Octavo

`make bench-linux` writes this file. The benchmark programs of `bench/`, the same binaries, have run on Debian's i386 kernel ({version}) and on Octavo's release kernel, in the same QEMU with `-icount`, one CPU and {memory}: what is counted is instructions, so that the numbers are the same on every host, and caches and TLBs do not count. An operation without a figure is one that this kernel does not have.

"""
GROWTH = """
## How it grows

The cost of one operation where there is little already and where there is much: mappings in the process that asks, and processes that map each page of one file by a mapping of its own. `fork` and `exit` are counted for one mapping, `rmap_walk` (a file is cut under all that map it) for one entry; `punch` takes one page out of a file of which each page has a mapping; sharers of private memory have it by fork (`cow_fault`, `anon_unmap`). `tests/suites/scale.t` holds that no operation of Octavo grows faster than the logarithm does.

"""


def on_linux(program):
    """([(name, unit, instructions)], the kernel's version)"""
    command = linux.command("/bin/sh", MEMORY, ICOUNT, huge="always",
                            append=APPEND.format(program=program))
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
    console = done.stdout.decode("utf-8", "replace").splitlines()
    rows = bench.rows_of(console)
    if not rows:
        sys.exit("\n".join(["bench-linux: Linux measured nothing:", *console[-20:]]))
    versions = [line.split("Not tainted ")[1] for line in console if "Not tainted " in line]
    return rows, versions[0].strip() if versions else "its version is not known"


def line(*cells):
    return "| " + " | ".join(cells) + " |\n"


def head(*names):
    return line(*names) + line(*("---" for _ in names))


def number(value):
    return "" if value is None else f"{value:,.1f}"


def operations(theirs, ours):
    yield head("operation", "unit", "Linux", "Octavo", "ratio")
    ours = {name: instructions for name, _, instructions in ours}
    for name, unit, instructions in theirs:
        own = ours.get(name)
        yield line(name, unit, number(instructions), number(own),
                   f"{own / instructions:.3f}" if own is not None else "")


def growths(theirs, ours):
    yield head("operation", "of", "Linux", "", "growth", "Octavo", "", "growth", "logarithm")
    for name, costs in ours.items():
        cells = []
        for each in (theirs[name], costs):
            cells += [number(each[min(each)][1]), number(each[max(each)][1]),
                      f"{bench.growth(each)[0]:.2f}"]
        what = "sharers" if 1 in costs else "mappings"
        yield line(name, f"{min(costs)} to {max(costs):,} {what}", *cells,
                   f"{bench.growth(costs)[1]:.2f}")


def main():
    theirs, version = on_linux("/bench/mmbench")
    grown, _ = on_linux("/bench/scalebench")
    ours = bench.measure(OPTIONS, "/bench/mmbench")[0]
    with open(OUTPUT, "w", encoding="utf-8") as out:
        out.write(HEAD.format(version=version, memory=MEMORY))
        out.writelines(operations(theirs, ours))
        out.write(GROWTH)
        out.writelines(growths(bench.by_size(grown), bench.measure_growth(OPTIONS)))
    print(f"bench-linux: {len(theirs)} operations, in {os.path.relpath(OUTPUT, bench.TOP)}")


if __name__ == "__main__":
    main()
