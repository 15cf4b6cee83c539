#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""size.py ARCH DIR NM: what the kernel in DIR consists of, by source folder.

Reads the linker's map, so sections that the linker dropped do not count. Where the kernel was
optimized in one piece the map knows no folders; of functions, NM tells them from the debug
information.
"""
import collections
import os
import re
import subprocess
import sys

KINDS = (("text", (".text", ".init.text", ".boot", ".vectors")),
         ("rodata", (".rodata", ".ro_after_init", ".ex_table")),
         ("data", (".data", ".init.data")),
         ("bss", (".bss", "COMMON")))


def kind_of(section):
    for kind, prefixes in KINDS:
        if any(section == p or section.startswith(p + ".") for p in prefixes):
            return kind
    return None


def read_sources(nm, elf):
    """{function: folder}"""
    top = os.getcwd() + "/"
    lines = subprocess.run([nm, "-l", elf], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = re.findall(r"^\w+ [tT] (\S+)\t(\S+)/[^/\n]+$", lines, re.MULTILINE)
    return {name: folder[len(top):] for name, folder in found if folder.startswith(top)}


def read_map(path, build_dir, sources):
    """{folder: {kind: bytes}} from the memory map part of a GNU ld map."""
    sizes = collections.defaultdict(collections.Counter)
    inside = False
    pending = None
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("Linker script and memory map"):
                inside = True
            if not inside:
                continue
            alone = re.match(r" ([.\w]\S*)$", line)
            if alone:
                pending = alone.group(1)
                continue
            full = re.match(r" ([.\w]\S*)?\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S+)$", line)
            if full:
                kind = kind_of(full.group(1) or pending or "")
                owner = full.group(3)
                if kind and int(full.group(2), 16):
                    if owner.endswith(".ltrans.o"):
                        folder = sources.get((full.group(1) or pending).split(".", 2)[-1], "all of them")
                    elif owner.startswith(build_dir + "/"):
                        folder = os.path.dirname(owner[len(build_dir) + 1:]) or "symbol table"
                    else:
                        folder = "libgcc"
                    folder = "/".join(folder.split("/")[:2]) if folder.startswith("arch") \
                        else folder.split("/")[0]
                    sizes[folder][kind] += int(full.group(2), 16)
            pending = None
    return sizes


def main():
    arch, build_dir, nm = sys.argv[1], sys.argv[2].rstrip("/"), sys.argv[3]
    sources = read_sources(nm, os.path.join(build_dir, "octavo.elf"))
    sizes = read_map(os.path.join(build_dir, "octavo.map"), build_dir, sources)
    names = [kind for kind, _ in KINDS]
    total = collections.Counter()
    print(f"{arch} ({os.path.basename(build_dir)})")
    print(f"  {'folder':<16}" + "".join(f"{n:>9}" for n in names) + f"{'in file':>10}")
    for folder in sorted(sizes):
        row = sizes[folder]
        total.update(row)
        in_file = sum(row[n] for n in names if n != "bss")
        print(f"  {folder:<16}" + "".join(f"{row[n]:>9}" for n in names) + f"{in_file:>10}")
    in_file = sum(total[n] for n in names if n != "bss")
    print(f"  {'total':<16}" + "".join(f"{total[n]:>9}" for n in names) + f"{in_file:>10}")


if __name__ == "__main__":
    main()
