#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks what docs and CONTRIBUTING.md ask of the code and no other tool looks at."""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAX_FILE_LINES = 700
MAX_FUNCTION_LINES = 80
SOURCES = (".c", ".h", ".S", ".py", ".ld", ".mk")
NO_CONDITIONS = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b")
KERNEL = ("mm/", "kernel/", "fs/", "drivers/", "lib/", "arch/")


def listed():
    names = subprocess.run(["git", "-C", TOP, "ls-files", "-co", "--exclude-standard"],
                           check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")
    return [n for n in names if n.endswith(SOURCES) and os.path.isfile(os.path.join(TOP, n))]


def long_functions(lines):
    """(line, name, length) of functions longer than they should be."""
    start = name = None
    for at, line in enumerate(lines, 1):
        if line.startswith("{"):
            start, name = at, lines[at - 2].strip()
        elif line.startswith("}") and start is not None:
            if at - start - 1 > MAX_FUNCTION_LINES:
                yield start, name, at - start - 1
            start = None


def complaints(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as file:
        lines = file.read().split("\n")
    if not any("SPDX-License-Identifier: MIT" in line for line in lines[:3]):
        yield 1, "no SPDX line at the top"
    if name.endswith((".c", ".S", ".h")) and len(lines) - 1 > MAX_FILE_LINES:
        yield MAX_FILE_LINES, f"{len(lines) - 1} lines: something wants to come out"
    if name.endswith(".c"):
        for at, function, length in long_functions(lines):
            yield at, f"a function of {length} lines: {function}"
    if name.endswith(".c") and name.startswith(KERNEL):
        for at, line in enumerate(lines, 1):
            if NO_CONDITIONS.match(line):
                yield at, "conditional compilation in a .c file: a difference is a file"
    for at, line in enumerate(lines, 1):
        if line.rstrip("\n") != line.rstrip():
            yield at, "blanks at the end of the line"


def main():
    count = 0
    for name in listed():
        for at, what in complaints(name):
            print(f"  {name}:{at}: {what}")
            count += 1
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
