# SPDX-License-Identifier: MIT
"""Reads lists of what is in a root file system.

One entry a line, blanks between the words, # begins a comment:

    dir   PATH MODE
    file  PATH MODE SOURCE
    link  PATH TARGET
    char  PATH MODE MAJOR MINOR
    block PATH MODE MAJOR MINOR

A word PATH=SOURCE on the command line is a file; its mode is the source's.
"""
WORDS = {"dir": 3, "file": 4, "link": 3, "char": 5, "block": 5}


class ListError(Exception):
    """A line of a list is wrong."""


def read_list(name):
    """Yields (kind, path, rest of the words) for each line of the file NAME."""
    with open(name, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            words = line.split("#", 1)[0].split()
            if not words:
                continue
            if WORDS.get(words[0]) != len(words):
                raise ListError(f"{name}:{number}: not an entry: {line.strip()}")
            yield words[0], words[1], words[2:]


def fill(target, list_names, files):
    """Adds the entries of the lists, then the files (PATH=SOURCE), to TARGET.

    TARGET has the methods of cpio.Archive.
    """
    for name in list_names:
        for kind, path, rest in read_list(name):
            if kind == "dir":
                target.add_dir(path, int(rest[0], 8))
            elif kind == "link":
                target.add_symlink(path, rest[0])
            elif kind == "file":
                with open(rest[1], "rb") as source:
                    target.add_file(path, source.read(), int(rest[0], 8))
            else:
                add = target.add_char if kind == "char" else target.add_block
                add(path, int(rest[0], 8), int(rest[1]), int(rest[2]))
    for word in files:
        path, equals, source = word.partition("=")
        if not equals:
            raise ListError(f"not PATH=SOURCE: {word}")
        target.add_host(path, source)
