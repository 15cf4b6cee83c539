#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The programs of the root file system: init's report, the launcher, the tools."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run  # noqa: E402


def typed(name, text, **expectations):
    """A session with the launcher."""
    return run("/bin/sh", on="64M release", name=f"sh: {name}", stdin=text.encode(), **expectations)


Suite(
    typed("quotes", "echo one 'two  words' \"a \\\"quote\\\"\" back\\ slash # no more\n",
          console=r'^(# )?one two  words a "quote" back slash'),
    typed("a quote that is not closed", "echo 'one\necho two\n", console="a quote is not closed"),
    typed("exit with a status", "exit 37\n", exit=37),
    typed("the status of the last program ends it", "false\n", exit=1,
          console=r"\[false: exit status 1\]"),
    typed("a program that is not there", "nothing\n", exit=127, console=r"sh: nothing: No such"),
    typed("a file that is no program", "/dev/null\n", exit=126, console="Permission denied"),
    typed("directories", "cd /tests\npwd\ncd ..\npwd\ncd nowhere\n", exit=1,
          console=r"(?s)/tests.*\n?/\s.*No such file"),
    typed("help", "help\n", console=r"exit \[STATUS\]"),
    typed("input for the program that is started", "cat\nthese are\ntwo lines\n\x04exit 9\n",
          exit=9, console=r"(?s)these are.*two lines.*these are.*two lines"),
    typed("cat and ls", "ls -l /dev/null\nls /\ncat /tests /none\n", exit=1,
          console=r"(?s)c0666\s+1,\s+3 /dev/null.*bin.*tests.*cat: /none: No such"),
    run("/bin/poweroff", on="64M", name="poweroff ends the machine"),
    run("/bin/sh", on="64M", stdin=b"", name="sh ends where its input does"),
)
