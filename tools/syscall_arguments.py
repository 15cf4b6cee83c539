#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What each system call takes, from the kernel's own table and prototypes.

    syscall_arguments.py arch/arm-nommu     a line for each call that takes a pointer

A line is for C, which says what CALL is: CALL("name", number, "argument", ...). Of a pointer
the argument begins with *, of one to what is only read with &, and of a path's with $.
"""
import glob
import re
import sys

TABLE = "kernel/syscalls_common.inc"
PROTOTYPE = re.compile(r"\blong\s+(\w+)\(([^()]*)\)")
OF_MACHINE = ("sys_nommu_refused",)     # they look at no argument


def text_of(path):
    """A file without its comments."""
    with open(path, encoding="utf-8") as source:
        return re.sub(r"/\*.*?\*/", "", source.read(), flags=re.S)


def argument(text):
    """One parameter: its name, with what kind of pointer it is."""
    name = re.search(r"\w+$", text.strip()).group()
    if "*" not in text:
        return name
    if "const" not in text:
        return "*" + name
    return ("$" if "char" in text and name != "buf" else "&") + name


def prototypes(arch):
    """The parameters of each function that the headers and the machine's table have."""
    found = {}
    for path in [*glob.glob("include/octavo/*.h"), *glob.glob(f"{arch}/include/arch/*.h"),
                 f"{arch}/syscall_table.c"]:
        for name, parameters in PROTOTYPE.findall(text_of(path)):
            found[name] = [] if parameters.strip() == "void" else parameters.split(",")
    return found


def main():
    """See above."""
    arch = sys.argv[1]
    known = prototypes(arch)
    lines = text_of(TABLE) + re.sub(r"#define.*", "", text_of(f"{arch}/syscall_table.c"))
    for call, function in re.findall(r"\bCALL\((\w+), (\w+)\)", lines):
        if function in OF_MACHINE:
            continue
        if function not in known:
            sys.exit(f"{function} of {call}: no header of include/octavo has its prototype")
        arguments = [argument(text) for text in known[function]]
        if any(not text[0].isalpha() for text in arguments):
            quoted = ", ".join(f'"{text}"' for text in arguments)
            print(f'CALL("{call}", __NR_{call}, {quoted})')


main()
