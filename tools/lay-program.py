#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""lay-program.py ROOT PLACE PACKAGE...: a dynamically linked program as a root file system has it.

PLACE is where the program lies in the first unpacked PACKAGE folder; it gets the same place under
ROOT, the dynamic linker that it names its own, and the libraries that it needs, and those that they
need, lie in ROOT/lib. What no package has is an error.
"""
import os
import re
import shutil
import subprocess
import sys


def readelf(what, path):
    return subprocess.run(["readelf", "-W", what, path], check=True, stdout=subprocess.PIPE,
                          env={**os.environ, "LC_ALL": "C"}, text=True).stdout


def libraries(packages):
    """Name -> file, symbolic links followed."""
    found = {}
    for package in packages:
        for folder, _, names in os.walk(package):
            for name in names:
                if ".so" in name:
                    found.setdefault(name, os.path.join(folder, name))
    return found


def lay(source, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(os.path.realpath(source), target)
    os.chmod(target, 0o755)


def main():
    root, place, *packages = sys.argv[1:]
    program = os.path.join(packages[0], place)
    found = libraries(packages)
    shutil.rmtree(root, ignore_errors=True)
    lay(program, os.path.join(root, place))
    interp = re.search(r"program interpreter: (.*)\]", readelf("-l", program)).group(1)
    lay(found[os.path.basename(interp)], os.path.join(root, interp.lstrip("/")))
    todo, seen = [program], {os.path.basename(interp)}
    while todo:
        for name in re.findall(r"\(NEEDED\).*\[(.*)\]", readelf("-d", todo.pop())):
            if name in seen:
                continue
            if name not in found:
                sys.exit(f"lay-program: no package has {name}")
            seen.add(name)
            todo.append(found[name])
            lay(found[name], os.path.join(root, "lib", name))


main()
