#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes docs/requirements.md: every requirement number, and the tests that show it.

docs/requirements.tsv has the numbers: number, kind ([S], [F ...], [T]), wording in short.
A test shows a number where one of its lines says so:

    shows: bal-26 bal-27        in a comment of a test program, suite or mutant
    shows="bal-26"              in a run of a guest suite
    KTEST(name, "bal-26")       in a test inside the kernel
    "refused at once (bal-26)"  at the end of the name of a TAP point

Numbers that no test shows are listed at the end.  With --check nothing is
written: the status says whether the table is up to date.
"""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = os.path.join(TOP, "docs", "requirements.tsv")
OUTPUT = os.path.join(TOP, "docs", "requirements.md")
NUMBER = r"(?:bal|hug|lock|numa|oc|bc|nm|con|wli)-\d+"
NUMBERS = rf"{NUMBER}(?:[\s,]+{NUMBER})*"
CLAIMS = (re.compile(rf"shows:\s*({NUMBERS})"),
          re.compile(rf"shows=[\"']({NUMBERS})[\"']"),
          re.compile(rf"\"[^\"\n]*\(({NUMBERS})\)\""),
          re.compile(rf"KTEST\(\s*\w+,\s*\"({NUMBERS})\"\s*\)"))
WHERE = ("tests/", "kernel/ktest", "mm/ktest", "fs/ktest", "bench/")
SECTIONS = {"bal": "Balancing of zones", "hug": "Large pages", "lock": "Locking",
            "numa": "NUMA", "oc": "Overcommit", "bc": "Beancounters",
            "nm": "mmap without an MMU", "con": "Containers", "wli": "Page clustering and rmap"}

HEAD = """\
# Requirements and the tests that show them

Written by `make requirements` from `docs/requirements.tsv` and from what the
tests say of themselves; do not edit it by hand.  `[S]`: a source document says
it; `[F ...]`: filled in from public kernels of that time; `[T]`: the source
contradicts itself or is wrong, and the wording says what was decided.

"""


def read_table():
    """[(number, kind, wording)] in the order of the file."""
    rows = []
    with open(TABLE, encoding="utf-8") as lines:
        for at, line in enumerate(lines, 1):
            fields = line.rstrip("\n").split("\t")
            if len(fields) != 3 or not re.fullmatch(NUMBER, fields[0]):
                sys.exit(f"requirements: {TABLE}:{at}: not number, kind, wording")
            rows.append(tuple(fields))
    return rows


def test_files():
    listed = subprocess.run(["git", "-C", TOP, "ls-files", "-co", "--exclude-standard"],
                            check=True, stdout=subprocess.PIPE, text=True)
    return sorted(name for name in listed.stdout.split("\n") if name.startswith(WHERE))


def read_claims(known):
    """{number: sorted names of the tests that show it}; an unknown number is an error."""
    claims = {}
    for name in test_files():
        path = os.path.join(TOP, name)
        if name.startswith("tests/lib/") or not os.path.isfile(path):
            continue
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        for pattern in CLAIMS:
            for match in pattern.finditer(text):
                for number in re.findall(NUMBER, match.group(1)):
                    if number not in known:
                        sys.exit(f"requirements: {name} shows {number}, which does not exist")
                    claims.setdefault(number, set()).add(name)
    return {number: sorted(names) for number, names in claims.items()}


def render(rows, claims):
    out = [HEAD]
    shown = sum(1 for number, _, _ in rows if number in claims)
    out.append(f"{shown} of {len(rows)} numbers are shown by a test.\n")
    section = None
    for number, kind, wording in rows:
        if number.split("-")[0] != section:
            section = number.split("-")[0]
            out.append(f"\n## {SECTIONS[section]}\n\n| number | kind | wording | tests |\n"
                       "|---|---|---|---|\n")
        tests = "<br>".join(f"`{name}`" for name in claims.get(number, ())) or "none yet"
        out.append(f"| {number} | {kind} | {wording.replace('|', chr(92) + '|')} | {tests} |\n")
    out.append("\n## Numbers that no test shows yet\n\n")
    for prefix in SECTIONS:
        missing = [n for n, _, _ in rows if n.startswith(prefix + "-") and n not in claims]
        if missing:
            out.append(f"- {', '.join(missing)}\n")
    return "".join(out)


def main():
    rows = read_table()
    claims = read_claims({number for number, _, _ in rows})
    text = render(rows, claims)
    if sys.argv[1:] == ["--check"]:
        with open(OUTPUT, encoding="utf-8") as old:
            if old.read() != text:
                sys.exit("requirements: docs/requirements.md is not up to date: make requirements")
        return
    with open(OUTPUT, "w", encoding="utf-8") as out:
        out.write(text)
    missing = [number for number, _, _ in rows if number not in claims]
    print(f"{len(rows) - len(missing)} of {len(rows)} numbers are shown by a test; none yet for:")
    for prefix in SECTIONS:
        numbers = [n.split("-")[1] for n in missing if n.startswith(prefix + "-")]
        if numbers:
            print(f"  {prefix}-: {' '.join(numbers)}")


if __name__ == "__main__":
    main()
