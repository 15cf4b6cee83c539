#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The console: lines typed into the launcher and into programs, echo, erase, end of file."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run  # noqa: E402

Suite(
    run("/bin/sh", on="64M", stdin=b"echo one\necho two\nexit 7\n", exit=7,
        console=r"echo one\s[^~]*^(# )?one\s+# two\s", name="lines"),
    run("/bin/sh", on="64M iso wallclock", stdin=b"echo early\nexit 3\n", exit=3,
        console=r"^(# )?early\s", name="input from the first moment, behind GRUB"),
    run("/bin/sh", on="64M release wallclock", stdin=b"echo early\nexit 4\n", exit=4,
        console=r"^(# )?early\s", name="input from the first moment"),
    run("/bin/sh", on="64M", stdin=b"echo onx\x7fe\r", console=r"^(# )?one\s", name="erase"),
    run("/bin/sh", on="64M", stdin=b"false nonsense\x15echo killed\n", console=r"^(# )?killed\s",
        name="kill the line"),
    run("/bin/cat", on="64M", stdin=b"some words\nand more\n",
        console=r"(some words\s+and more\s+){2}", name="a program reads lines"),
    run("/bin/sh", on="arm", stdin=b"echo one\nnothing\nexit 7\n", exit=7,
        console=r"^(# )?one\s[^~]*sh: nothing: [^\n]*\s+.nothing: exit status 127",
        name="the launcher on the ARM board"),
    run("/bin/cat", on="arm wallclock", stdin=b"some words\nand more\n",
        console=r"(some words\s+and more\s+){2}", name="the same on the ARM board"),
    run("/bin/cat", on="64M", stdin=b"some words\n\x03", exit=130,
        console=r"some words\s[^~]*\^C", name="the interrupt key ends the program"),
    run("/bin/cat", on="64M", stdin=b"lost\x1c", exit=131, console=r"lost\^\\",
        name="the quit key too"),
    run("/bin/cat", on="64M", stdin=b"one\x16\x03two three\x17four\n", console=r"^one\x03two four\s",
        name="literal next, word erase"),
    run("/bin/cat", on="64M", stdin=b"no newline", console=r"no newline.*no newline",
        name="end of file ends a line, then the file", only_all=True),
    run("/bin/cat", on="64M", stdin=b"x" * 5000 + b"\nafter\n", console=r"^after\s",
        name="a line longer than the line", only_all=True),
)
