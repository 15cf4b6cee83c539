#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The x86 machine: guard pages, read-only kernel, processors that lack something."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run  # noqa: E402

GUARD = r"panic: double fault: ran into the guard page of a kernel stack"

# Not at page borders, a whole 4M, next to each other, single pages.
HOLES = tuple(word for hole in ("0x1800000-0x1801800", "0x2000123-0x2400001", "0x2800000-0x2c00000",
                                "0x2c00000-0x2d00000", "0x3000000-0x3001000", "0x3002000-0x3003000")
              for word in ("--hole", hole))


def deliberate(name, **expectations):
    """A kernel test that ends the machine on purpose."""
    return run(append=f"ktest=deliberate_{name}", **expectations)


Suite(
    deliberate("stack_overflow", on="64M debug", exit=121,
               console=GUARD + r"(?s:.*)ktest_deliberate_stack_overflow\+"),
    deliberate("stack_overflow", on="1280M release qemu32,-pse,-pge", exit=121, console=GUARD),
    deliberate("write_to_text", on="64M debug", exit=121, console="read-only kernel memory"),
    deliberate("write_to_text", on="1280M release qemu32,-pse,-pge", exit=121,
               console="read-only kernel memory"),
    run("/tests/mmap_anon", on="64M iso", name="memory in pieces", options=HOLES),
    run("/tests/fork", on="1280M release iso", name="memory in pieces", options=HOLES),
    run("/tests/fork", on="64M debug 4cpus iso wallclock", name="memory in pieces", options=HOLES),
    run("/bin/hello", on="64M iso", name="no memory in the DMA zone but what is used",
        options=("--hole", "0x700000-0x1000000")),
    run("/tests/fpu", on="64M pentium2", name="registers without SSE"),
    run("/tests/fpu", on="64M release qemu32,-fxsr,-sse,-sse2", name="registers without FXSAVE"),
    run("/bin/hello", on="64M 486", exit=124, console="Octavo needs an i686",
        timeout=20, name="a processor that is too old says so"),
    run("/bin/hello", on="64M pentium", exit=124, console="Octavo needs an i686",
        timeout=20, name="a processor without CMOV says so"),
)
