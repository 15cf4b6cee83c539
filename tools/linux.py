# SPDX-License-Identifier: MIT
"""Debian's i386 kernel, with Octavo's programs in its memory: what Octavo is measured by."""
import os

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
IMAGE = os.path.join(TOP, "build/linux/vmlinuz")    # make build/linux/vmlinuz
APPEND = ("console=ttyS0 quiet panic=-1 transparent_hugepage={huge} mitigations=off nokaslr audit=0 "
          "tsc=reliable rdinit={program}")


def command(program, memory, options=(), huge="never", append=""):
    """How QEMU is called; program is the first process, with what stands behind -- in append."""
    return ["qemu-system-i386", "-accel", "tcg", "-nodefaults", "-no-user-config", "-no-reboot",
            "-display", "none", "-monitor", "none", "-nic", "none", "-m", memory, "-serial", "stdio",
            *options, "-kernel", IMAGE, "-initrd", os.path.join(TOP, "build/root-x86.cpio"),
            "-append", APPEND.format(program=program, huge=huge) + (f" {append}" if append else "")]


def is_there():
    return os.path.exists(IMAGE)
