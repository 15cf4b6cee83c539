#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the root file system of a machine without MMU: a romfs by genromfs.

The data of every file starts at a multiple of 4096, so that it can be mapped,
and protected, where it lies.
"""
import argparse
import os
import subprocess
import sys
import tempfile

from octavo_host import rootlist

ALIGNMENT = 4096


class Stage:
    """A folder that genromfs turns into an image; same methods as cpio.Archive."""

    def __init__(self, top):
        self.top = top

    def _path(self, path):
        full = os.path.join(self.top, path.lstrip("/"))
        os.makedirs(os.path.dirname(full), exist_ok=True)
        return full

    def add_dir(self, path, mode=0o755):
        os.makedirs(self._path(path), exist_ok=True)
        os.chmod(self._path(path), mode | 0o700)

    def add_file(self, path, data, mode=0o644):
        with open(self._path(path), "wb") as file:
            file.write(data)
        os.chmod(self._path(path), mode)

    def add_symlink(self, path, target):
        os.symlink(target, self._path(path))

    def _add_node(self, path, kind, major, minor):
        # genromfs's way to name a device without having one
        folder, name = os.path.split(self._path(path))
        with open(os.path.join(folder, f"@{name},{kind},{major},{minor}"), "wb"):
            pass

    def add_char(self, path, _mode, major, minor):
        self._add_node(path, "c", major, minor)

    def add_block(self, path, _mode, major, minor):
        self._add_node(path, "b", major, minor)

    def add_host(self, path, source):
        with open(source, "rb") as file:
            self.add_file(path, file.read(), os.stat(source).st_mode & 0o777)


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=rootlist.__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    parser.add_argument("-l", "--list", action="append", default=[], metavar="LIST")
    parser.add_argument("files", nargs="*", metavar="PATH=SOURCE")
    options = parser.parse_args()
    partial = options.output + ".tmp"
    with tempfile.TemporaryDirectory() as top:
        try:
            rootlist.fill(Stage(top), options.list, options.files)
            subprocess.run(["genromfs", "-d", top, "-f", partial, "-a", str(ALIGNMENT),
                            "-V", "octavo"], check=True, stdin=subprocess.DEVNULL)
        except (OSError, ValueError, rootlist.ListError,
                subprocess.CalledProcessError) as error:
            sys.exit(f"mkromfs: {error}")
    os.replace(partial, options.output)


if __name__ == "__main__":
    main()
