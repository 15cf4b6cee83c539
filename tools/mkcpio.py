#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the root file system of a machine with an MMU: a cpio archive (newc)."""
import argparse
import os
import sys

from octavo_host import cpio, rootlist


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=rootlist.__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    parser.add_argument("-l", "--list", action="append", default=[], metavar="LIST",
                        help="a list of entries (may be repeated)")
    parser.add_argument("files", nargs="*", metavar="PATH=SOURCE",
                        help="a file of the host under its path in the machine")
    options = parser.parse_args()
    archive = cpio.Archive()
    try:
        rootlist.fill(archive, options.list, options.files)
    except (OSError, ValueError, rootlist.ListError) as error:
        sys.exit(f"mkcpio: {error}")
    partial = options.output + ".tmp"
    with open(partial, "wb") as out:
        out.write(archive.to_bytes())
    os.replace(partial, options.output)


if __name__ == "__main__":
    main()
