#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--root DIR: files of the host are laid over the root file system of both machines."""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import FOUR_CPUS, TOP, Suite, run  # noqa: E402

BUILD = os.path.join(TOP, "build")


def overlay(folder, hello):
    """A folder with a text in a new directory, a link, and HELLO under new names."""
    os.makedirs(os.path.join(folder, "data", "deep"))
    with open(os.path.join(folder, "data", "deep", "text"), "w", encoding="ascii") as file:
        file.write("this came with the host's folder\n" * 300)
    os.symlink("/data/deep/text", os.path.join(folder, "data", "link"))
    os.makedirs(os.path.join(folder, "bin"))
    shutil.copy(hello, os.path.join(folder, "bin", "greet"))
    if "x86" in hello:
        shutil.copy(hello, os.path.join(folder, "bin", "false"))    # in the place of another
    os.chmod(os.path.join(folder, "bin", "greet"), 0o755)
    return folder


with tempfile.TemporaryDirectory(prefix="octavo-root-") as scratch:
    X86 = overlay(os.path.join(scratch, "x86"), os.path.join(BUILD, "user-x86", "bin", "hello"))
    ARM = overlay(os.path.join(scratch, "arm"), os.path.join(BUILD, "user-arm", "bin", "hello"))
    Suite(
        run("/bin/cat", "/data/deep/text", on="64M debug", options=("--root", X86),
            console=r"^(this came with the host's folder\r?\n){300}", name="a new file"),
        run("/bin/cat", "/data/deep/text", on=FOUR_CPUS, options=("--root", X86),
            console=r"^(this came with the host's folder\r?\n){300}", name="a new file"),
        run("/bin/cat", "/data/link", on="64M release", options=("--root", X86),
            console=r"^this came with", name="a symbolic link"),
        run("/bin/greet", on="64M debug iso wallclock", options=("--root", X86),
            console=r"^hello from /bin/greet", name="a program"),
        run("/bin/false", on="16M debug", options=("--root", X86),
            console=r"^hello from /bin/false", name="a program in the place of another"),
        run("/bin/echo", "still there", on="64M debug", options=("--root", X86),
            console=r"^still there", name="what is beneath"),
        run("/bin/greet", on="arm debug", options=("--root", ARM),
            console=r"^hello from /bin/greet", name="a program for ARM"),
        run("/bin/hello", on="arm release", options=("--root", ARM),
            console=r"^hello from /bin/hello", name="what is beneath on ARM"),
    )
