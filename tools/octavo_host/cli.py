# SPDX-License-Identifier: MIT
"""The command `octavo`: what may be asked for, and help."""
import argparse
import math
import shlex
import sys

from . import iso, machine as machines, runner
from .errors import EXIT_OWN, OctavoError, UsageError

DESCRIPTION = "Octavo: a machine with exactly the memory that you name, for your program."

RUN_DESCRIPTION = """\
Boots a machine under QEMU, runs PROGRAM in it, and ends with its exit status.
The console is passed through; Ctrl-A x ends the machine.  Without PROGRAM a
shell is started.  Files that are missing in build/ are built."""

RUN_EPILOG = """\
exit status:
  0..119   the program's own (as is any other that no line on stderr explains)
  128+n    signal n killed the program
  120      the lock validator reported a violation
  121      the kernel panicked
  122      the machine did not end in time (--timeout)
  123      the audit of the page frames found a difference, or was not made
  124      the machine ended without a word
  125      octavo itself failed, or was asked for something that makes no sense

examples:
  octavo run
  octavo run --mem 16M -- /tests/mmap_anon
  octavo run --root mydir --flavour release --icount --timeout 60 -- /bin/myprogram "an argument"
  octavo run --append "fail=slab:100 debug=why" -- /tests/fork
  octavo run --arch arm-nommu -- /bin/hello
  octavo run --arch arm-nommu --shot out.png -- /demo/plasma
"""


class Parser(argparse.ArgumentParser):
    """Errors are one line and status 125."""

    def error(self, message):
        raise UsageError(f"{message} (octavo --help)")


def positive_seconds(text):
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < 1e9:
        raise argparse.ArgumentTypeError(f"not a time in seconds: {text}")
    return seconds


def add_run(commands):
    run = commands.add_parser(
        "run", help="boot a machine and run a program in it",
        usage="octavo run [OPTIONS] [-- PROGRAM ARGS...]",
        description=RUN_DESCRIPTION, epilog=RUN_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    machine = run.add_argument_group("the machine")
    machine.add_argument("--arch", choices=("x86", "arm-nommu"), default="x86",
                         help="i686 PC, or an ARM board without an MMU (default: x86)")
    machine.add_argument("--board", choices=[name[5:] for name in machines.ARM_BOARDS],
                         help="of the ARM boards mps2-: with a Cortex-M3 (an385, the default), "
                              "M4 (an386) or M7 (an500)")
    machine.add_argument("--mem", metavar="SIZE",
                         help="memory, as 64M or 1G (default: 1280M; the ARM board has 16M)")
    machine.add_argument("--cpus", type=int, default=1, metavar="N", help="1 to 8 (default: 1)")
    machine.add_argument("--cpu", metavar="MODEL",
                         help="a CPU model of QEMU, say pentium or 486, to do without features")
    machine.add_argument("--flavour", choices=("debug", "release"), default="debug",
                         help="which kernel (default: debug)")
    machine.add_argument("--boot", choices=("kernel", "iso"), default="kernel",
                         help="let QEMU load the kernel, or GRUB from a CD (default: kernel)")
    machine.add_argument("--hole", action="append", default=[], metavar="FROM-TO",
                         help="memory that GRUB keeps from the kernel, say 0x1800000-0x1801800 "
                              "(several times; --boot iso)")
    inside = run.add_argument_group("what is inside")
    inside.add_argument("--root", metavar="DIR",
                        help="a folder whose files are laid over the root file system")
    inside.add_argument("--append", default="", metavar="PARAMS",
                        help="kernel parameters, say \"chaos=7 audit=0\"")
    inside.add_argument("--kernel", metavar="FILE", help="another kernel than the one in build/")
    inside.add_argument("--image", metavar="FILE",
                        help="another root file system image; none: no image at all")
    how = run.add_argument_group("how it is run")
    how.add_argument("--icount", action="store_true",
                     help="one instruction is one nanosecond: the same run every time")
    how.add_argument("--timeout", type=positive_seconds, metavar="S",
                     help="end a machine that is still there after S seconds (status 122)")
    how.add_argument("--report", metavar="FILE",
                     help="write what the kernel reports, as lines of JSON")
    how.add_argument("--shot", metavar="FILE",
                     help="save what the frame buffer shows as a PNG, while the machine runs and "
                          "when it ends (ARM)")
    how.add_argument("--why", action="store_true",
                     help="print the kernel's reason for every refusal on stderr")
    how.add_argument("--qemu", default="", metavar="OPTIONS",
                     help="more options for QEMU, to look into a machine: \"-s -S\" waits for "
                          "gdb on port 1234, \"-d int -D FILE\" writes all exceptions to FILE")
    run.set_defaults(call=do_run)


def add_iso(commands):
    image = commands.add_parser(
        "iso", help="make a bootable CD image of the x86 machine",
        usage="octavo iso [OPTIONS] --output FILE [-- PROGRAM ARGS...]",
        description="Makes an ISO image with GRUB, the kernel and the root file system.")
    image.add_argument("--flavour", choices=("debug", "release"), default="debug")
    image.add_argument("--append", default="", metavar="PARAMS", help="kernel parameters")
    image.add_argument("--output", required=True, metavar="FILE")
    image.set_defaults(call=do_iso)


def split_options(text):
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(f"--qemu {text}: {error}") from error


def do_run(options, program):
    memory = machines.parse_size(options.mem) if options.mem is not None else None
    machine = machines.Machine(
        arch=options.arch, memory=memory, cpus=options.cpus, cpu=options.cpu,
        board=options.board and f"mps2-{options.board}", flavour=options.flavour, boot=options.boot, root=options.root, append=options.append,
        icount=options.icount, kernel=options.kernel, image=options.image,
        qemu=split_options(options.qemu), holes=options.hole, shot=options.shot,
        program=program)
    return runner.run(machine, options.timeout, options.report, options.why)


def do_iso(options, program):
    kernel, image = machines.built(f"x86-{options.flavour}/octavo.elf", "root-x86.cpio")
    words = machines.cmdline.words_of(options.append, program)
    machines.cmdline.join(words)
    iso.make(options.output, kernel, image, words)
    return 0


def main(arguments):
    program = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, program = arguments[:at], arguments[at + 1:]
    parser = Parser(prog="octavo", description=DESCRIPTION, allow_abbrev=False)
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", parser_class=Parser)
    add_run(commands)
    add_iso(commands)
    try:
        options, rest = parser.parse_known_args(arguments)
        if options.command is None:
            parser.print_help()
            return EXIT_OWN
        if rest and not rest[0].startswith("-"):
            raise UsageError(f"write -- before the program: octavo run ... -- {rest[0]}")
        if rest:
            raise UsageError(f"no such option: {rest[0]} (octavo {options.command} --help)")
        return options.call(options, program)
    except OctavoError as error:
        print(f"octavo: {error}", file=sys.stderr)
        return EXIT_OWN
    except OSError as error:
        print(f"octavo: {error}", file=sys.stderr)
        return EXIT_OWN
