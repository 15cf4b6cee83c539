#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the kernel's symbol table (include/octavo/ksyms.h) from nm's output.

    nm -n octavo-1.elf | ksyms.py KIND >ksyms.S         the table; KIND: names or starts
    ksyms.py none >ksyms-none.S                         an empty one, for the first link
    nm -n octavo.elf | ksyms.py KIND --check ksyms.S    fails unless ksyms.S fits
"""
import collections
import re
import sys

GROUP = 16     # as KSYM_GROUP
NAME_MAX = 64  # as KSYM_NAME_MAX
TOKENS = 128   # bytes 0x80 to 0xff


def read_symbols(lines):
    """The functions, [(address, name)] ascending, and the end of the text."""
    found = {}
    end = 0
    for line in lines:
        fields = line.split()
        if len(fields) != 3 or fields[1] not in "tTwW":
            continue
        address, name = int(fields[0], 16), fields[2]
        if re.search(r"\.c\.[0-9a-f]{8}$", name):
            continue    # link-time optimization's, in the debug information
        end = max(end, address)
        if name.startswith(("$", ".L")):
            continue
        name = re.sub(r"\.(constprop|isra|part|cold|lto_priv)(\.\d+)*$", "", name)
        # of several names for one address, the one without underscores reads best
        old = found.get(address)
        if old is None or (old.startswith("_") and not name.startswith("_")):
            found[address] = name
    symbols = sorted(found.items())
    # a function's cold part repeats its name: keep it, it is another range
    return symbols, end + 1


def pack(names):
    """The names with frequent strings replaced by bytes from 0x80 on, and those strings.

    Each step gives the next byte to the most frequent pair of neighbours."""
    text = "\n".join(names) + "\n"
    tokens = []
    while len(tokens) < TOKENS:
        pairs = collections.Counter(zip(text, text[1:]))
        best = max(((count, pair) for pair, count in pairs.items() if "\n" not in pair),
                   default=(0, None))
        if best[0] < 4:
            break
        text = text.replace("".join(best[1]), chr(0x80 + len(tokens)))
        tokens.append("".join(tokens[ord(c) - 0x80] if ord(c) >= 0x80 else c for c in best[1]))
    return text.split("\n")[:-1], tokens


def table(symbols, end, named):
    out = [
        "\t.section .note.GNU-stack,\"\",%progbits",
        "\t.section .rodata.ksyms,\"a\",%progbits",
        "\t.balign 4",
    ]

    def label(name, size, values):
        out.append(f"\t.globl {name}\n{name}:")
        out.extend(f"\t.{size}byte {value:#x}" for value in values)

    def strings(name, values):
        out.append(f"\t.globl {name}\n{name}:")
        for value in values:
            out.append("\t.byte " + ",".join(str(ord(c)) for c in value + "\0"))

    bases = [address for address, _ in symbols[::GROUP]]
    deltas = [address - bases[i // GROUP] for i, (address, _) in enumerate(symbols)]
    packed, tokens, offsets = [], [], [0]
    if named:
        packed, tokens = pack([name[:NAME_MAX - 1] for _, name in symbols])
    for name in packed:
        offsets.append(offsets[-1] + len(name) + 1)
    if max(deltas + offsets) > 0xffff:
        sys.exit("ksyms.py: the table does not fit into 16 bits")

    label("ksym_count", 4, [len(symbols)])
    label("ksym_bases", 4, bases + [end])
    label("ksym_deltas", 2, deltas)
    if named:
        label("ksym_markers", 2, offsets[:len(symbols):GROUP])
        strings("ksym_names", packed + [""])
        strings("ksym_tokens", tokens + [""])
    return "\n".join(out) + "\n"


def main(arguments):
    kind = arguments[0] if arguments else None
    if kind not in ("none", "names", "starts") or arguments[1:2] not in ([], ["--check"]):
        sys.exit(__doc__)
    symbols, end = ([], 0) if kind == "none" else read_symbols(sys.stdin)
    if not symbols and kind != "none":
        sys.exit("ksyms.py: no functions in the first link")
    made = table(symbols, end, kind != "starts")
    if len(arguments) == 1:
        sys.stdout.write(made)
        return
    with open(arguments[2], encoding="ascii") as old:
        if old.read() != made:
            sys.exit("ksyms.py: functions moved between the two links: "
                     "read-only data must lie behind all text")


if __name__ == "__main__":
    main(sys.argv[1:])
