#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The console: lines typed into the shell and into programs, echo, erase, end of file."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import FOUR_CPUS, Suite, run  # noqa: E402

# What is typed at the shell's prompt, and when: a group that stops, goes on behind, wants to read
# there, comes back, and is interrupted; then two jobs; then keys at the prompt itself.  A pattern
# goes to the end of its line, so that what is typed is not echoed into it; and `until_job STATE`
# waits for the first job to be in STATE, however slow the machine is.
UNTIL_JOB = (b"until_job() { until jobs >/tmp/jobs; read number sign state command </tmp/jobs; "
             b"test \"$state\" = $1; do sleep 0.1; done; cat /tmp/jobs; }\n")
# The second job says when it was continued: a shell that was told `fg` has named the job before
# it gives the terminal away, and a stop key in between would be for the shell.
BACK = b"sh -c 'trap \"echo back\" CONT; >/tmp/set; while sleep 0.1; do :; done'"
PROMPT = r"^# "
BOOTED = r"root: [^\n]*\n"
JOB_CONTROL = (
    (PROMPT, UNTIL_JOB),
    (r"; }\s+^# ", b"sh -c 'echo I am here; exec cat </dev/tty'\n"),
    (r"^I am here\s*\n", b"\x1a"),
    (r"^\^Z\[1\] \+ Stopped[^~]*^# ", b"jobs\n"),
    (r"^\[1\] \+ Stopped[^~]*^# ", b"bg\n"),
    (r"^\[1\] sh -c[^~]*^# ", b"until_job Stopped\n"),
    (r"^\[1\] \+ Stopped[^~]*^# ", b"fg\n"),
    (r"^sh -c [^\n]*\n", b"words\n"),
    (r"^words\s+words\s", b"\x03"),
    (PROMPT, b"echo status $?\n"),
    (r"^status 130\s+^# ", b"sleep 1000 &\n"),
    (r"^\[1\] \d+\s+^# ", BACK + b" | cat &\n"),
    (r"^\[2\] \d+\s+^# ", b"until test -e /tmp/set; do sleep 0.1; done; jobs\n"),
    (r"^\[2\] \+ Running +sh -c [^\n]*\n\[1\] - Running +sleep 1000\s+^# ",
     b"kill %1; wait %1; echo status $?\n"),
    (r"^status 143\s+^# ", b"fg\n"),
    (r"^back\s*\n", b"\x1a"),
    (r"^\^Z\[2\] \+ Stopped +sh -c[^~]*^# ", b"kill -KILL %2; until_job Killed\n"),
    (r"^\[2\] \+ Killed +sh -c[^~]*^# ", b"lost\x03"),
    (r"\^C\s+^# ", b"echo 'lost\n"),
    (r"^> ", b"\x03"),
    (r"\^C\s+^# ", b"lost\x1a"),
    (r"\^Z", b"echo status $?\n"),
    (r"^status 130\s+^# ", b"cat\n"),
    (r"cat\s*\n", b"\x04"),
    (PROMPT, b"exit 5\n"),
)

LINES = ((BOOTED, b"some words\n"), (r"some words\s+some words\s*\n", b"and more\n"))

Suite(
    *(run("/bin/sh", on=machine, typed=JOB_CONTROL, exit=5, timeout=40, name="job control")
      for machine in ("64M release wallclock", "64M debug wallclock", FOUR_CPUS)),
    run("/bin/sh", on="64M", exit=7, name="lines",
        typed=((PROMPT, b"echo one\n"), (r"echo one\s+one\s+# ", b"echo two\n"),
               (r"two\s+two\s+# ", b"exit 7\n"))),
    run("/bin/sh", on="64M iso wallclock", exit=3, name="input from the first moment, behind GRUB",
        stdin=b"echo early\n", typed=((r"^(# )?early\s", b"exit 3\n"),)),
    run("/bin/sh", on="64M release wallclock", exit=4, name="input from the first moment",
        stdin=b"echo early\n", typed=((r"^(# )?early\s", b"exit 4\n"),)),
    run("/bin/sh", on="64M", stdin=b"echo one >/tmp/x\nread x </tmp/x\n[ $x = one ] && exit 7\n",
        exit=7, name="lines typed ahead"),
    run("/bin/sh", on="64M", stdin=b"echo onx\x7fe\r", console=r"^(# )?one\s", name="erase"),
    run("/bin/sh", on="64M", stdin=b"false nonsense\x15echo killed\n", console=r"^(# )?killed\s",
        name="kill the line"),
    run("/bin/cat", on="64M", typed=LINES, console=r"and more\s+and more\s",
        name="a program reads lines"),
    run("/bin/sh", on="arm", exit=7, name="the shell on the ARM board",
        typed=((PROMPT, b"echo one | cat\n"), (r"^one\s+# ", b"nothing\n"),
               (r"nothing: not found\s+# ", b"cat\n"), (r"^cat\s", b"is it there\n"),
               (r"^is it there\s+is it there\s", b"\x03"), (r"\^C\s+# ", b"cat\n"),
               (r"^cat\s", b"again\n"), (r"^again\s+again\s", b"\x1a"),
               (r"Stopped\s+cat\s+# ", b"sleep 9 &\n"),
               (r"^\[2\] \d+\s+# ", b"kill %2; wait %2; fg %1\n"), (r"^cat\s", b"back\n"),
               (r"^back\s+back\s", b"\x03"), (r"\^C\s+# ", b"exit 7\n"))),
    run("/bin/cat", on="arm wallclock", typed=LINES, console=r"and more\s+and more\s",
        name="the same on the ARM board"),
    run("/bin/cat", on="64M", typed=(LINES[0], (LINES[1][0], b"\x03")), exit=130,
        console=r"\^C", name="the interrupt key ends the program"),
    run("/bin/cat", on="64M", stdin=b"lost\x1c", exit=131, console=r"lost\^\\",
        name="the quit key too"),
    run("/bin/cat", on="64M", stdin=b"one\x16\x03two three\x17four\n", console=r"^one\x03two four\s",
        name="literal next, word erase"),
    run("/bin/cat", on="64M", stdin=b"no newline", console=r"no newline.*no newline",
        name="end of file ends a line, then the file", only_all=True),
    run("/bin/cat", on="64M", stdin=b"x" * 5000 + b"\nafter\n", console=r"^after\s",
        name="a line longer than the line", only_all=True),
)
