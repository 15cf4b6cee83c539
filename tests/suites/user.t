#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The programs of the root file system: init, the shell at a terminal, the tools."""
import os
import sys
from dataclasses import replace

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import FOUR_CPUS, Suite, run  # noqa: E402


def typed(name, text, **expectations):
    """A session with the shell: a line for each prompt, so that no echo is in its answers."""
    lines = tuple((r"^(# |> )", line.encode()) for line in text.splitlines(keepends=True))
    return run("/bin/sh", name=f"sh: {name}", typed=lines, **expectations)


RUNS = (
    typed("quotes", "echo one 'two  words' \"a \\\"quote\\\"\" back\\ slash # no more\n",
          console=r'^(# )?one two  words a "quote" back slash'),
    typed("a command goes on in the next line", "echo 'one\ntwo' | cat\n",
          console=r"^(# |> )*one\s+two"),
    typed("exit with a status", "exit 37\n", exit=37),
    typed("the status of the last program ends it", "false\n", exit=1),
    typed("a program that is not there", "nothing\n", exit=127, console=r"sh: 1: nothing: not found"),
    typed("a file that is no program", "/dev/null\n", exit=126, console="Permission denied"),
    typed("an error ends the line, not the shell", "echo ${x?gone}; echo no\necho goes on\n",
          console=r"(?s)x: gone.*^(# )?goes on", absent=r"^(# )?no\s"),
    typed("a syntax error ends the line, not the shell", "fi\necho goes on\n",
          console=r'(?s)"fi" unexpected.*^(# )?goes on'),
    typed("directories", "cd /tests\npwd\ncd ..\npwd\ncd nowhere\n", exit=2,
          console=r"(?s)/tests.*\n?/\s.*can't cd to nowhere"),
    run("/bin/sh", exit=9, name="sh: input for the program that is started",
        typed=((r"^# ", b"cat\n"), (r"cat\s*\n", b"these are\n"),
               (r"^these are\s+these are\s*\n", b"two lines\n"),
               (r"^two lines\s+two lines\s*\n", b"\x04"), (r"^# ", b"exit 9\n"))),
    run("/bin/sh", on="64M release", exit=9, name="sh: input typed ahead for it",
        stdin=b"cat >/tmp/x\nthese are\ntwo lines\n\x04read x </tmp/x\n"
              b"[ \"$x\" = 'these are' ] && exit 9\n"),
    typed("pipes and loops", "for i in 3 1 2; do echo line $i; done | wc -l\n",
          console=r"^(# )?3\s"),
    run("/bin/cat", "/tests", "/none", exit=1, console=r"cat: /none: No such",
        name="cat says what it cannot read"),
    run("/bin/ls", "-l", "/dev/null", console=r"^crw-rw-rw-.*1,\s+3 .*/dev/null",
        name="ls -l"),
    run("/bin/sh", "-c", "ls -lR / >/tmp/all", console=r"\A(?!.*ls:)",
        name="ls -lR of all there is, /proc too"),
    run("/bin/sh", "-c", "exit 5", exit=5, name="sh -c"),
    run("/none", exit=127, console=r"^init: cannot run /none: No such file",
        name="init: a program that is not there"),
    run("/dev", exit=126, console=r"^init: cannot run /dev: Permission denied",
        name="init: what is no program"),
    run("/bin/poweroff", name="poweroff ends the machine"),
    run("/bin/sh", stdin=b"", name="sh ends where its input does"),
)

Suite(*(replace(one, on=machine) for machine in ("64M release", FOUR_CPUS) for one in RUNS))
