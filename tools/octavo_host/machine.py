# SPDX-License-Identifier: MIT
"""The machines: what each needs, and QEMU's command line for it."""
import os
import re
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from typing import List, Optional

from . import cmdline, cpio, iso, romfs
from .errors import OctavoError, UsageError

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "build")

MAX_CPUS = 8
X86_MEMORY = (4 << 20, 3584 << 20)
ARM_BOARDS = ("mps2-an385", "mps2-an386", "mps2-an500")     # Cortex-M3, M4, M7
ARM_MEMORY = 16 << 20
ARM_MEMORY_FILE = "memory"      # in the machine's folder, with --shot
ARM_ROMFS_ADDRESS = 0x20000000
ARM_PARAMETER_ADDRESS = 0x203FF000
ARM_PARAMETER_MAGIC = b"OCTAVO1\0"


@dataclass
class Machine:
    """What the user asked for."""
    arch: str = "x86"
    memory: Optional[int] = None
    cpus: int = 1
    cpu: Optional[str] = None
    board: Optional[str] = None
    flavour: str = "debug"
    boot: str = "kernel"
    root: Optional[str] = None
    append: str = ""
    icount: bool = False
    kernel: Optional[str] = None
    image: Optional[str] = None
    qemu: List[str] = field(default_factory=list)
    holes: List[str] = field(default_factory=list)
    shot: Optional[str] = None
    program: List[str] = field(default_factory=list)


def parse_size(text):
    """Bytes of "64M", "1G" or "65536K"; a number alone means megabytes, as for QEMU."""
    match = re.fullmatch(r"(\d+)([KkMmGg]?)", text)
    if not match:
        raise UsageError(f"not an amount of memory: {text} (say 64M or 1G)")
    return int(match.group(1)) << {"k": 10, "": 20, "m": 20, "g": 30}[match.group(2).lower()]


def check(machine):
    """UsageError in one line where this machine cannot be."""
    if not 1 <= machine.cpus <= MAX_CPUS:
        raise UsageError(f"--cpus {machine.cpus}: a machine has 1 to {MAX_CPUS}")
    for hole in machine.holes:
        if not re.fullmatch(r"0x[0-9a-fA-F]+-0x[0-9a-fA-F]+", hole):
            raise UsageError(f"--hole {hole}: say 0xFROM-0xTO")
    if machine.holes and machine.boot != "iso":
        raise UsageError("--hole: GRUB makes it, so it needs --boot iso")
    if machine.root is not None and not os.path.isdir(machine.root):
        raise UsageError(f"--root {machine.root}: no such directory")
    if machine.image not in (None, "none") and not os.path.isfile(machine.image):
        raise UsageError(f"--image {machine.image}: no such file")
    if machine.image == "none" and machine.root is not None:
        raise UsageError("--root needs a root file system to be laid over, --image none has none")
    if machine.shot is not None and machine.arch == "x86":
        raise UsageError("--shot: only the ARM boards have a frame buffer (--arch arm-nommu)")
    if machine.arch == "x86":
        if machine.board is not None:
            raise UsageError("--board: that is ARM's (--arch arm-nommu)")
        low, high = X86_MEMORY
        if machine.memory is not None and not low <= machine.memory <= high:
            raise UsageError(f"--mem: an x86 machine has {low >> 20}M to {high >> 20}M")
        return
    if machine.boot != "kernel":
        raise UsageError(f"--boot {machine.boot}: the ARM board boots a kernel only")
    if machine.cpus != 1:
        raise UsageError("--cpus: the ARM board has one CPU")
    if machine.memory not in (None, ARM_MEMORY):
        raise UsageError(f"--mem: the ARM boards have {ARM_MEMORY >> 20}M, no more and no less")


def arm_memory_address(machine):
    """Where the programs' memory lies."""
    return 0x60000000 if machine.board == "mps2-an500" else 0x21000000


def built(*names):
    """The paths of built files, made with make where they are missing."""
    paths = [os.path.join(BUILD, name) for name in names]
    missing = [os.path.join("build", n) for n, p in zip(names, paths) if not os.path.exists(p)]
    if missing:
        outer = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")    # of a make that calls us
        made = subprocess.run(["make", "--no-print-directory", "-C", TOP, *missing],
                              env={k: v for k, v in os.environ.items() if k not in outer},
                              stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
        if made.returncode:
            raise OctavoError("could not build " + " ".join(missing))
    return paths


def need(program):
    """The path of a tool, or a line that says where it comes from."""
    path = shutil.which(program)
    if not path:
        raise OctavoError(f"{program} is missing: tools/setup installs it")
    return path


def kernel_of(machine):
    """The kernel's file: the one with tests inside where its tests are asked for."""
    if machine.kernel:
        return machine.kernel
    keys = [word.partition("=")[0] for word in cmdline.split(machine.append)]
    name = "octavo-ktest.elf" if "ktest" in keys else "octavo.elf"
    arch = "x86" if machine.arch == "x86" else "arm"
    return built(f"{arch}-{machine.flavour}/{name}")[0]


def command(machine, folder, channels):
    """QEMU's command line; FOLDER, where QEMU will run, gets the files that it names.
    CHANNELS are the UARTs' by name, in order.

    Names without a path keep blanks and commas of the tree's own path out of
    options that give them a meaning.
    """
    arguments = ["-accel", "tcg", "-nodefaults", "-no-user-config", "-no-reboot",
                 "-display", "none", "-monitor", "none"]
    for name, channel in channels.items():
        for fd, suffix in zip(channel.theirs(), ("in", "out")):
            os.symlink(f"/dev/fd/{fd}", os.path.join(folder, f"{name}.{suffix}"))
        arguments += ["-chardev", f"pipe,id={name},path={name}", "-serial", f"chardev:{name}"]
    if machine.icount:
        arguments += ["-icount", "shift=0,sleep=off"]
        if machine.arch == "x86":
            # The firmware waits for the clock chip's seconds: let them be the machine's too.
            arguments += ["-rtc", "base=2026-01-01T00:00:00,clock=vm"]
    if machine.cpu:
        arguments += ["-cpu", machine.cpu]
    arguments += machine.qemu
    build = x86_arguments if machine.arch == "x86" else arm_arguments
    return build(machine, folder, arguments)


def x86_arguments(machine, folder, arguments):
    words = cmdline.words_of(machine.append, machine.program)
    line = cmdline.join(words)
    memory = machine.memory if machine.memory is not None else 1280 << 20
    arguments += ["-m", f"{memory >> 10}K", "-smp", str(machine.cpus), "-nic", "none",
                  "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    kernel = kernel_of(machine)
    image = x86_image(machine, folder, memory)
    if image and os.path.getsize(image) > memory:
        raise OctavoError(f"the root file system has {os.path.getsize(image) >> 20} MB, and the "
                          f"machine only {memory >> 20} MB of memory")
    if machine.boot == "iso":
        iso.make(os.path.join(folder, "octavo.iso"), kernel, image, words, machine.holes)
        arguments += ["-cdrom", "octavo.iso", "-boot", "d"]
    else:
        os.symlink(os.path.abspath(kernel), os.path.join(folder, "octavo.elf"))
        arguments += ["-kernel", "octavo.elf", "-append", line]
        if image:
            os.symlink(os.path.abspath(image), os.path.join(folder, "root"))
            arguments += ["-initrd", "root"]
    return [need("qemu-system-i386")] + arguments


def x86_image(machine, folder, memory):
    """The root file system with --root's files appended as an archive of their own."""
    if machine.image == "none":
        return None
    base = machine.image or built("root-x86.cpio")[0]
    if machine.root is None:
        return base
    overlay = cpio.Archive(memory)
    try:
        overlay.add_tree(machine.root)
    except (OSError, ValueError) as error:
        raise OctavoError(f"--root: {error}") from error
    merged = os.path.join(folder, "root-with-overlay")
    with open(base, "rb") as file:
        data = file.read()
    with open(merged, "wb") as out:
        out.write(data + bytes(-len(data) % cpio.PAGE) + overlay.to_bytes())
    return merged


def arm_arguments(machine, folder, arguments):
    line = cmdline.join(cmdline.words_of(machine.append, machine.program)).encode()
    kernel = kernel_of(machine)
    os.symlink(os.path.abspath(kernel), os.path.join(folder, "octavo.elf"))
    with open(os.path.join(folder, "parameters"), "wb") as page:
        page.write(ARM_PARAMETER_MAGIC + struct.pack("<I", len(line)) + line)
    board = machine.board or ARM_BOARDS[0]
    if machine.shot is not None:
        board += ",memory-backend=memory"
        arguments += ["-object", f"memory-backend-file,id=memory,size={ARM_MEMORY},share=on,"
                                 f"mem-path={ARM_MEMORY_FILE}"]
    arguments += ["-M", board,
                  "-semihosting-config", "enable=on,target=native", "-kernel", "octavo.elf",
                  "-device", f"loader,file=parameters,addr={ARM_PARAMETER_ADDRESS:#x},"
                             "force-raw=on"]
    image = arm_image(machine, folder)
    if image:
        if os.path.getsize(image) > ARM_PARAMETER_ADDRESS - ARM_ROMFS_ADDRESS:
            raise OctavoError("the root file system is larger than the board's room for it")
        os.symlink(os.path.abspath(image), os.path.join(folder, "root"))
        arguments += ["-device", f"loader,file=root,addr={ARM_ROMFS_ADDRESS:#x},force-raw=on"]
    return [need("qemu-system-arm")] + arguments


def arm_image(machine, folder):
    """The root file system; --root's files mean making it anew, romfs cannot be appended to."""
    if machine.image == "none":
        return None
    if machine.root is None:
        return machine.image or built("root-arm.romfs")[0]
    if machine.image is not None:
        raise UsageError("--root and --image do not go together on ARM")
    built("root-arm.romfs")
    merged = os.path.join(folder, "root-with-overlay")
    with open(os.path.join(BUILD, "root-arm.list"), encoding="utf-8") as words:
        files = words.read().split()
    romfs.make(merged, [os.path.join(TOP, "user", "rootfs.list")],
               [word.replace("=build/", f"={BUILD}/", 1) for word in files], machine.root)
    return merged
