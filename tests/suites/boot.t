#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Booting: by QEMU and by GRUB, on processors with and without large pages, with bad input."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import FOUR_CPUS, TOP, Suite, image, run  # noqa: E402

SIZES = ("16M", "64M", "1280M", "3G")
HELLO = {"console": r"^hello"}
ROOT = os.path.join(TOP, "build", "root-x86.cpio")

Suite(
    *(run("/bin/hello", on=f"{size} {flavour}", **HELLO,
          only_all=(i + j) % 2 == 1)
      for i, size in enumerate(SIZES) for j, flavour in enumerate(("debug", "release"))),
    run("/bin/hello", on="64M iso wallclock", **HELLO),
    run("/bin/hello", on="1280M release iso", **HELLO),
    run("/bin/hello", on="64M qemu32,-pse", name="4K pages only", **HELLO),
    run("/bin/hello", on="1280M release qemu32,-pse,-pge", name="4K pages only", **HELLO),
    run("/bin/hello", on="64M qemu32,-pge", name="no global pages", **HELLO),
    run("/bin/hello", on="64M pentium3", **HELLO),
    run("/bin/hello", on="64M 2cpus", **HELLO),
    run("/bin/hello", on=FOUR_CPUS, **HELLO),
    run("/bin/hello", on="1280M release iso 4cpus wallclock", **HELLO),
    run("/bin/hello", on="64M wallclock", **HELLO),
    run("/bin/echo", "two words", 'a "quote"', "back\\slash", on="64M",
        console=r'^two words a "quote" back\\slash'),
    run("/bin/nothing", on="64M", exit=127, name="a program that is not there"),
    run("/bin/false", on="64M release", exit=1),
    run(name="no root file system", on="64M", options=("--image", "none"), exit=121,
        console="root|module|image"),
    run(name="a truncated root file system", on="64M", exit=(121, 127),
        options=("--image", image(ROOT, cut=30000)), console="cpio|archive|truncated"),
    run(name="a root file system of garbage", on="64M", exit=121,
        options=("--image", image(ROOT, garbage=True)), console="cpio|archive|root"),
    # an allocation fails while the machine starts: it starts all the same, or says what it lacks
    *(run("/bin/hello", on="64M debug", append=f"fail={site}:{n}", exit=(0, 121, 126, 127),
          absent=r"panic: (?!init: |tmpfs: no memory)", only_all=n > 3)
      for site in ("page", "slab", "vmalloc", "pmap") for n in (1, 2, 5, 10, 20, 50, 100, 300)),
    run("/bin/true", append="zork=1 wibble seed=3", on="64M",
        console="command line: 2 unknown: zork wibble$"),
    run("/bin/true", append="seed=3 debug=why", on="64M", absent="unknown"),
)
