#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the root file system of a machine without MMU: a romfs."""
import argparse
import sys

from octavo_host import romfs, rootlist
from octavo_host.errors import OctavoError


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=rootlist.__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    parser.add_argument("-l", "--list", action="append", default=[], metavar="LIST",
                        help="a list of entries (may be repeated)")
    parser.add_argument("files", nargs="*", metavar="PATH=SOURCE",
                        help="a file of the host under its path in the machine")
    options = parser.parse_args()
    try:
        romfs.make(options.output, options.list, options.files)
    except OctavoError as error:
        sys.exit(f"mkromfs: {error}")


if __name__ == "__main__":
    main()
