#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the kernel's symbol table (include/octavo/ksyms.h) from nm's output.

    nm -n octavo-1.elf | ksyms.py >ksyms.S          the table
    ksyms.py --none >ksyms-none.S                   an empty one, for the first link
    nm -n octavo.elf | ksyms.py --check ksyms.S     fails unless ksyms.S fits
"""
import re
import sys

MARKER_STEP = 16


def read_symbols(lines):
    """The functions, [(address, name)] ascending, and the end of the text."""
    found = {}
    end = 0
    for line in lines:
        fields = line.split()
        if len(fields) != 3 or fields[1] not in "tTwW":
            continue
        address, name = int(fields[0], 16), fields[2]
        end = max(end, address)
        if name.startswith(("$", ".L")):
            continue
        name = re.sub(r"\.(constprop|isra|part|cold)(\.\d+)*$", "", name)
        # of several names for one address, the one without underscores reads best
        old = found.get(address)
        if old is None or (old.startswith("_") and not name.startswith("_")):
            found[address] = name
    symbols = sorted(found.items())
    # a function's cold part repeats its name: keep it, it is another range
    return symbols, end + 1


def table(symbols, end):
    out = [
        "\t.section .note.GNU-stack,\"\",%progbits",
        "\t.section .rodata.ksyms,\"a\",%progbits",
        "\t.balign 4",
    ]

    def label(name):
        out.append(f"\t.globl {name}\n{name}:")

    label("ksym_count")
    out.append(f"\t.4byte {len(symbols)}")
    label("ksym_addresses")
    out.extend(f"\t.4byte {address:#x}" for address, _ in symbols)
    out.append(f"\t.4byte {end:#x}")
    label("ksym_markers")
    offset = 0
    for i, (_, name) in enumerate(symbols):
        if i % MARKER_STEP == 0:
            out.append(f"\t.4byte {offset}")
        offset += len(name) + 1
    label("ksym_names")
    out.extend(f"\t.asciz \"{name}\"" for _, name in symbols)
    out.append("\t.byte 0")
    return "\n".join(out) + "\n"


def main(arguments):
    if arguments == ["--none"]:
        sys.stdout.write(table([], 0))
    elif arguments == []:
        symbols, end = read_symbols(sys.stdin)
        if not symbols:
            sys.exit("ksyms.py: no functions in the first link")
        sys.stdout.write(table(symbols, end))
    elif len(arguments) == 2 and arguments[0] == "--check":
        with open(arguments[1], encoding="ascii") as old:
            if old.read() != table(*read_symbols(sys.stdin)):
                sys.exit("ksyms.py: functions moved between the two links: "
                         "read-only data must lie behind all text")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
