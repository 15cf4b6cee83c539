# SPDX-License-Identifier: MIT
"""Guest suites: a list of machines that are run, and what is expected of each.

    #!/usr/bin/env python3
    from guest import Suite, run, ktests

    Suite(
        run("/tests/mmap_anon", on="64M"),
        run("/tests/oom", on="16M release", console="Out of memory", why="zone"),
        run("/tests/wild", on="1280M pentium", exit=139, shows="bal-26"),
        ktests("buddy*", on="arm"),
    )

`on` names the machine in words, all of which may be left out:
    64M 1G ...          memory
    debug release       the kernel's flavour
    iso                 booted by GRUB
    arm                 the ARM board mps2-an385
    an386 an500         another of the ARM boards, behind arm
    2cpus ...           CPUs
    pentium 486 ...     any other word is a CPU model of QEMU
    wallclock           without -icount

A spread() runs each program on FOUR_CPUS as well; for `make test-all` whatever runs on one CPU
of an x86 machine with the debug kernel does.

Each run is one TAP point (each kernel test too): it passes if the exit status
is as said, no "not ok" stood on the console, and the patterns are found.  The
host command itself fails runs whose audit, lock validator or panic speaks.
Runs with only_all=True are left out of `make test`; so are most of a spread().
"""
import atexit
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from typing import Optional

from tap import Tap

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OCTAVO = os.path.join(TOP, "octavo")
ALL = bool(os.environ.get("OCTAVO_TEST_ALL"))
TIMEOUT_SECONDS = 120
LONGEST = float(os.environ.get("OCTAVO_TIMEOUT", "inf"))    # mutants may hang: bound them
TAIL_LINES = 25
FOUR_CPUS = "64M debug 4cpus wallclock"     # some of them at once, the lock validator on


def machine_options(on):
    """The options of `octavo run` for a machine in words."""
    options = []
    icount = True
    for word in on.split():
        if re.fullmatch(r"\d+[KMG]", word):
            options += ["--mem", word]
        elif re.fullmatch(r"\d+cpus?", word):
            options += ["--cpus", re.match(r"\d+", word).group()]
        elif word in ("debug", "release"):
            options += ["--flavour", word]
        elif word == "iso":
            options += ["--boot", "iso"]
        elif word == "arm":
            options += ["--arch", "arm-nommu"]
        elif re.fullmatch(r"an\d+", word):
            options += ["--board", word]
        elif word == "wallclock":
            icount = False
        else:
            options += ["--cpu", word]
    if icount:
        options.append("--icount")
    return options


@dataclass
class Run:
    """One machine that is started, and what is expected of it."""
    program: tuple
    on: str = ""
    append: str = ""
    exit: object = 0           # a status, or several of which one must be
    console: Optional[str] = None   # pattern that the console's output must have
    absent: Optional[str] = None    # pattern that it must not have
    stderr: Optional[str] = None    # pattern in octavo's own lines
    why: Optional[str] = None       # pattern that a why-line must have
    stdin: Optional[bytes] = None
    typed: tuple = ()               # (pattern, bytes): what is typed when it stands there
    name: Optional[str] = None
    shows: str = ""
    timeout: float = TIMEOUT_SECONDS
    only_all: bool = False
    options: tuple = ()
    kernel_tests: bool = False
    frames: list = field(default_factory=list)

    def machine(self):
        """What makes it another run than others."""
        return (self.program, frozenset(self.on.split()), self.append, self.name, self.stdin)

    def title(self):
        title = self.name or " ".join(self.program) or "boot"
        details = ", ".join(part for part in (self.on, self.append) if part)
        return title + (f" ({details})" if details else "")

    def command(self, report):
        command = [sys.executable, OCTAVO, "run", *machine_options(self.on),
                   "--timeout", str(min(self.timeout, LONGEST)), "--report", report, *self.options]
        if self.append:
            command += ["--append", self.append]
        if self.program:
            command += ["--", *self.program]
        return command

    def execute(self):
        """Runs the machine: (exit status, console, octavo's lines, frames, command)."""
        with tempfile.TemporaryDirectory(prefix="octavo-test-") as folder:
            report = os.path.join(folder, "report")
            command = self.command(report)
            status, console, stderr = self.talk(command) if self.typed else self.feed(command)
            self.frames = []
            if os.path.exists(report):
                with open(report, encoding="utf-8") as lines:
                    self.frames = [json.loads(line) for line in lines]
        return (status, console.decode("utf-8", "replace"), stderr.decode("utf-8", "replace"),
                command)

    def feed(self, command):
        """All input at once: (exit status, console, octavo's lines)."""
        done = subprocess.run(command, input=self.stdin if self.stdin is not None else b"",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              timeout=self.timeout + 60)
        return done.returncode, done.stdout, done.stderr

    def talk(self, command):
        """What stdin says at once; then each input when the console shows its pattern, behind what
        the one before waited for.
        A pattern that never comes ends the conversation, and the machine by its timeout."""
        console, seen = b"", 0
        with tempfile.TemporaryFile() as errors, \
             subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=errors) as machine:
            machine.stdin.write(self.stdin or b"")
            machine.stdin.flush()
            for pattern, keys in self.typed:
                found = None
                while found is None:
                    more = os.read(machine.stdout.fileno(), 65536)
                    console += more
                    found = re.search(pattern.encode(), console[seen:], re.M)
                    if not more:
                        break
                if found is None:
                    break
                seen += found.end()
                machine.stdin.write(keys)
                machine.stdin.flush()
            console += machine.communicate()[0]
            errors.seek(0)
            return machine.returncode, console, errors.read()


def run(*program, **expectations):
    """A run of PROGRAM (with its arguments); no program: the machine's own choice."""
    return Run(program=program, **expectations)


def ktests(pattern="all", **expectations):
    """A run of the kernel's own tests; each is a point."""
    append = f"ktest={pattern} " + expectations.pop("append", "")
    return Run(program=(), append=append.strip(), kernel_tests=True, **expectations)


def image(base, cut=None, garbage=False):
    """A root file system image made from BASE: cut after some bytes, or garbage of its size."""
    scratch = tempfile.NamedTemporaryFile(prefix="octavo-image-", delete=False)
    atexit.register(os.unlink, scratch.name)
    with open(base, "rb") as file, scratch:
        data = file.read()
        scratch.write(bytes((i * 37 + 11) & 0xFF for i in range(len(data))) if garbage
                      else data[:cut])
    return scratch.name


def on_four_cpus(one):
    """The same run with four CPUs, which go their own ways; None: it has several, or is no x86."""
    words = one.on.split()
    if one.kernel_tests or {"arm", "release"} & set(words) or "cpus" in one.on:
        return None
    words += [] if "wallclock" in words else ["wallclock"]
    return replace(one, on=" ".join(words + ["4cpus"]), timeout=2 * one.timeout, frames=[])


def spread(programs, machines, **expectations):
    """Runs of each program: on two of the machines in turn and on FOUR_CPUS; on all of them for
    `make test-all`.

    So each machine runs some programs, and each program meets different machines.
    """
    runs = [run(*program.split(), on=FOUR_CPUS, **expectations) for program in programs]
    for i, program in enumerate(programs):
        words = program.split()
        chosen = {i % len(machines), (i + 1 + i // len(machines)) % len(machines)}
        for k, on in enumerate(machines):
            runs.append(run(*words, on=on, only_all=k not in chosen, **expectations))
    return runs


def defects(one, status, console, stderr):
    """What is not as expected, in words."""
    wanted = one.exit if isinstance(one.exit, (tuple, list, range)) else (one.exit,)
    if status not in wanted:
        yield f"exit status {status}, expected {' or '.join(map(str, wanted))}"
    if one.exit == 0 and not one.kernel_tests:
        for line in re.findall(r"^\s*not ok.*$", console, re.M):
            yield f"the program says: {line.strip()}"
    if one.console is not None and not re.search(one.console, console, re.M):
        yield f"console: nothing like {one.console!r}"
    if one.absent is not None and re.search(one.absent, console, re.M):
        yield f"console: there is {one.absent!r}"
    if one.stderr is not None and not re.search(one.stderr, stderr, re.M):
        yield f"stderr: nothing like {one.stderr!r}"
    if one.why is not None:
        reasons = [frame["text"] for frame in one.frames if frame.get("type") == "W"]
        if not any(re.search(one.why, reason) for reason in reasons):
            yield f"no why-line like {one.why!r} among {len(reasons)}"


def kernel_points(tap, one):
    """The kernel's own points, from its K frames."""
    count = 0
    for frame in one.frames:
        match = re.match(r"(not )?ok \d+ -? ?(.*)", frame.get("text", "")) \
            if frame.get("type") == "K" else None
        if match:
            count += 1
            tap.point(not match.group(1), f"ktest {match.group(2)} ({one.on or 'x86'})")
        elif frame.get("type") == "K" and frame["text"].startswith("#"):
            tap.comment(frame["text"].lstrip("# "))
    return count


def judge(tap, one):
    """Runs one machine and prints its points."""
    try:
        status, console, stderr, command = one.execute()
    except subprocess.TimeoutExpired:
        tap.point(False, one.title(), ["octavo itself hangs"])
        return
    wrong = list(defects(one, status, console, stderr))
    if one.kernel_tests and kernel_points(tap, one) == 0:
        wrong.append("the kernel ran no test")
    command_line = "./octavo " + " ".join(
        shlex.quote(word) for word in command[2:]
        if word != "--report" and not word.startswith("/tmp/octavo-test-"))
    tail = console.replace("\r", "").rstrip().splitlines()[-TAIL_LINES:]
    tap.point(not wrong, one.title(), [
        *wrong, f"command: {command_line}", *(f"stderr: {line}" for line in stderr.splitlines()),
        *(f"console: {line}" for line in tail)])
    if one.shows:
        tap.comment(f"shows: {one.shows}")


def Suite(*runs):  # pylint: disable=invalid-name
    """Runs all, prints TAP, ends the program.  Words on the command line choose by title."""
    tap = Tap()
    words = sys.argv[1:]
    wanted = {one.machine(): one for one in runs}
    for twin in filter(None, map(on_four_cpus, runs if ALL else ())):
        wanted.setdefault(twin.machine(), twin)
    for one in wanted.values():
        if one.only_all and not ALL:
            continue
        if words and not any(word in one.title() for word in words):
            continue
        judge(tap, one)
    tap.done()
