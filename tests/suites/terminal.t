#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The terminal with keys that come when they are asked for, and waiting for the kernel's log."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run, spread  # noqa: E402

STOP, START, INTERRUPT, END = b"\x13", b"\x11", b"\x03", b"\x04"

# What tests/guest/terminal.c asks for, and what is typed then.
ANSWERS = (
    ("raw 1", b"ab"),
    ("raw 2", b"a"),
    ("raw 3", b"ab"),
    ("raw 4", b"abc"),
    ("raw 5", b"abc"),
    ("raw 6", b"abc"),
    ("raw 7", b"a"),
    ("raw 8", b"abc"),
    ("half a line", b"ab" + STOP),
    ("its end, and the next", START + b"c\nd\n"),
    ("two lines in pieces", b"efg\nhij\n"),
    ("end of file", b"x" + END + END),
    ("half a line, raw", b"yz" + STOP),
    ("stop", STOP),
    ("start", START),
    ("start, and a line", START + b"x\n"),
    ("stop, any", STOP),
    ("any key", b"x\n"),
    ("stop, then IXON goes", STOP),
    ("stop as text", STOP + b"\n"),
    ("stop, echo, interrupt", STOP + b"dropped" + INTERRUPT),
    ("stop, and a line to keep", STOP + b"kept\n"),
    ("start to drain", START),
    ("stop, and a line to lose", STOP + b"lost\n"),
    ("another line, and start", b"new\n" + START),
    ("stop, and echo to drop", STOP + b"dropped\n"),
    ("start after the drop", START),
    ("raw, to flush", b"abc\n"),
    ("stop, with echo that a hangup frees", STOP + b"dropped"),
    ("start after the hangup", START),
    ("before the hangup", b"old\n"),
    ("after the hangup", b"new\n"),
)
TYPED = tuple((f"type: {question}\\.", keys) for question, keys in ANSWERS)


def terminal(on, **more):
    """The terminal's test: keys come from outside, so time is the host's."""
    return run("/tests/terminal", on=on + " wallclock", typed=TYPED, timeout=90, absent="dropped",
               console=r"^kept\s[^~]*^lost\s", **more)


Suite(
    terminal("64M release"),
    terminal("64M debug"),
    terminal("64M debug 4cpus"),
    terminal("64M debug", append="chaos=8", only_all=True),
    *spread(("/tests/kmsg", "/tests/tty_owner"), ("64M debug", "16M release")),
    run("/tests/kmsg", on="64M debug", append="chaos=9"),
)
