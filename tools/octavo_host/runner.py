# SPDX-License-Identifier: MIT
"""Runs a machine: starts QEMU, passes the console through, and judges the end.

QEMU has both UARTs on pipes that it inherits, so that no name in the file
system and no port is in the way, and its end is the end of both streams.
However octavo ends, QEMU ends too: on each path here, and by the kernel's
parent-death signal where octavo is killed outright.
"""
import ctypes
import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time

from . import frames, machine as machines, screen, symbols
from .errors import (EXIT_AUDIT, EXIT_HANG, EXIT_LOCKVAL, EXIT_OWN, EXIT_PANIC, EXIT_SILENT,
                     OctavoError)
from .terminal import Escapes, Terminal

CHUNK = 65536
INPUT_AHEAD = 4096
END_OF_INPUT = b"\x04"
PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 2.0
LINE_MAX = 200
F_SETPIPE_SZ = 1031     # from Python 3.10 on it stands in fcntl
PIPE_BYTES = 1 << 20    # the most that Linux gives to everybody


class Interrupted(Exception):
    """A signal asked octavo to end."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


class Outcome:
    """What the control channel said, and what it comes to."""

    def __init__(self, expect_audit):
        self.expect_audit = expect_audit
        self.status = None
        self.audited = False
        self.differences = []
        self.panic = None
        self.lockval = None
        self.timeout = None
        self.qemu_status = None
        self.qemu_message = ""
        self.console_tail = ""
        self.last_line = ""     # on the console, where nothing else was said

    def take(self, frame):
        if frame.type == "S":
            raw = int(frame.text)
            self.status = 128 + (raw & 0x7F) if raw & 0x7F else (raw >> 8) & 0xFF
        elif frame.type == "X":
            if self.status is None:
                self.status = int(frame.text) & 0xFF
        elif frame.type == "A":
            self.audited = True
            if frame.text != "ok":
                self.differences.append(frame.text)
        elif frame.type == "P" and self.panic is None:
            self.panic = frame.text
        elif frame.type == "L" and self.lockval is None:
            self.lockval = frame.text

    def console(self, data):
        """What the machine says on its console: the last line may be all that it says."""
        text = (self.console_tail + data.decode("utf-8", "replace"))[-LINE_MAX:]
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        self.console_tail = text
        self.last_line = lines[-1] if lines else ""

    def judge(self):
        """(exit status, the line that explains it or None)"""
        if self.panic is not None:
            return EXIT_PANIC, f"the kernel panicked: {self.panic}"
        if self.lockval is not None:
            return EXIT_LOCKVAL, f"the lock validator reports: {self.lockval}"
        if self.timeout is not None:
            return EXIT_HANG, f"the machine did not end within {self.timeout:g} s"
        if self.differences:
            more = len(self.differences) - 1
            return EXIT_AUDIT, f"the audit reports: {self.differences[0]}" + \
                (f" (and {more} more)" if more else "")
        if self.qemu_message and self.status is None:
            return EXIT_OWN, f"QEMU: {self.qemu_message}"
        if self.status is None:
            if self.last_line:
                return EXIT_SILENT, f"the machine ended with: {self.last_line}"
            return EXIT_SILENT, "the machine ended without a word (reset or powered off)"
        if self.expect_audit and not self.audited:
            return EXIT_AUDIT, "the machine ended without an audit"
        return self.status, None


class Report:
    """All frames as JSON lines, for who asked for them."""

    def __init__(self, path):
        try:
            self._file = open(path, "w", encoding="utf-8") if path else None
        except OSError as error:
            raise OctavoError(f"--report: {error}") from error

    def frame(self, frame):
        self.line(type=frame.type, name=frames.NAMES.get(frame.type, "?"), text=frame.text)

    def line(self, **fields):
        if self._file:
            self._file.write(json.dumps(fields) + "\n")

    def close(self):
        if self._file:
            self._file.close()


def die_with_parent():
    """In QEMU's process: a session of its own, and no life after octavo's."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Lines:
    """The console's output as a file wants it: the guest's terminal ends lines with CR and NL."""

    def __init__(self):
        self._held = b""    # a CR whose NL may come

    def plain(self, data):
        data = self._held + data
        self._held = b"\r" if data.endswith(b"\r") else b""
        return data[:len(data) - len(self._held)].replace(b"\r\n", b"\n")

    def rest(self):
        rest, self._held = self._held, b""
        return rest


class Channel:
    """Two pipes to a UART: what the machine says, and what is said to it.

    QEMU writes byte by byte.  A socket has room for some 200 such pieces, and behind them the UART
    makes the guest wait until we have read: a run would depend on the host's moments.  A pipe has
    room for a million.
    """

    def __init__(self):
        self.source, self._output = os.pipe()
        self._input, self.sink = os.pipe()
        try:
            fcntl.fcntl(self._output, F_SETPIPE_SZ, PIPE_BYTES)
        except OSError:  # this user has too many already
            pass
        for fd in (self.source, self.sink):
            os.set_blocking(fd, False)

    def theirs(self):
        """The ends that QEMU inherits."""
        return self._input, self._output

    def close_theirs(self):
        for fd in self.theirs():
            os.close(fd)

    def fileno(self):
        """Of what the machine says, for a selector."""
        return self.source

    def receive(self):
        return os.read(self.source, CHUNK)

    def send(self, data):
        return os.write(self.sink, data)

    def close(self):
        os.close(self.source)
        os.close(self.sink)


def write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]


class Session:
    """One run of one machine."""

    def __init__(self, machine, timeout=None, report=None, show_why=False):
        self.machine = machine
        self.timeout = timeout
        self.show_why = show_why
        self.outcome = Outcome("audit=0" not in machine.append.split())
        self.report = Report(report)
        self.selector = selectors.DefaultSelector()
        self.reader = frames.Reader()
        self.screen = None
        self.escapes = None
        self.names = None
        self.lines = None if sys.stdout is not None and os.isatty(1) else Lines()
        self.input = bytearray()
        self.last_input = b""  # the newest of it
        self.awake = False  # the machine has said something: its serial port takes input
        self.writes = False  # the selector looks whether input can be sent
        self.qemu = None
        self.open_channels = set()
        self.deadline = None

    def run(self):
        """Boots the machine, waits for its end; returns octavo's exit status."""
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="octavo-") as folder:
            try:
                if self.timeout is not None:
                    self.deadline = started + self.timeout
                self._start(folder)
                if sys.stdin is not None and os.isatty(0):
                    self.escapes = Escapes()
                    with Terminal(0):
                        self._loop()
                else:
                    self._loop()
            finally:
                self._stop()
            if self.screen and not self.screen.save():
                say(f"--shot {self.screen.path}: the machine has shown nothing")
        self.reader.finish()
        status, line = self.outcome.judge()
        if self.reader.garbage:
            say(f"{self.reader.garbage} bytes on the control channel were no frame")
        if line:
            say(f"{status}: {line}")
        self.report.line(type="end", status=status, explanation=line,
                         seconds=round(time.monotonic() - started, 3))
        self.report.close()
        return status

    def _start(self, folder):
        if self.machine.shot is not None:
            memory = os.path.join(folder, machines.ARM_MEMORY_FILE)
            self.screen = screen.Screen(self.machine.shot, memory,
                                        machines.arm_memory_address(self.machine))
        self.console, self.control = Channel(), Channel()
        channels = {"console": self.console, "control": self.control}
        arguments = machines.command(self.machine, folder, channels)
        self.names = symbols.Names(os.path.abspath(machines.kernel_of(self.machine)))
        self.errors = open(os.path.join(folder, "qemu-errors"), "w+", encoding="utf-8",
                           errors="replace")
        self.qemu = subprocess.Popen(arguments, cwd=folder, stdin=subprocess.DEVNULL,
                                     stdout=self.errors, stderr=self.errors,
                                     pass_fds=[*self.console.theirs(), *self.control.theirs()],
                                     preexec_fn=die_with_parent)
        for channel in channels.values():
            channel.close_theirs()
            self.selector.register(channel, selectors.EVENT_READ)
            self.open_channels.add(channel)
        try:
            self.selector.register(0, selectors.EVENT_READ)
        except (OSError, ValueError):  # a regular file, /dev/null, or closed: read it now
            self._read_input_whole()

    def _read_input_whole(self):
        try:
            while data := os.read(0, CHUNK):
                self.input += data
        except OSError:
            return
        self._input_ends(self.input)
        self._want_console_writes()

    def _loop(self):
        while self.open_channels:
            left = None
            if self.deadline is not None:
                left = self.deadline - time.monotonic()
                if left <= 0:
                    self.outcome.timeout = self.timeout
                    return
            for key, _ in self.selector.select(left):
                if key.fileobj == 0:
                    if not self._typed():
                        return
                elif key.fileobj is self.control:
                    self._from_control()
                elif key.fileobj is self.console:
                    self._from_console()
                else:
                    self._to_console()

    def _receive(self, channel):
        """Bytes of a channel; none, and the channel is done, at its end."""
        try:
            data = channel.receive()
        except BlockingIOError:
            return b""
        if not data:
            self.selector.unregister(channel)
            self.open_channels.discard(channel)
            self._want_console_writes()
        elif not self.awake:
            self.awake = True
            self._want_console_writes()
        return data

    def _from_console(self):
        data = self._receive(self.console)
        ended = self.console not in self.open_channels
        if self.lines:
            data = self.lines.rest() if ended else self.lines.plain(data)
        if data:
            self.outcome.console(data)
            write_all(1, self.names.put_in(data))

    def _from_control(self):
        for frame in self.reader.feed(self._receive(self.control)):
            self.report.frame(frame)
            try:
                self.outcome.take(frame)
            except ValueError:
                say(f"a frame {frame.type} that says nothing: {frame.text}")
            if frame.type == "R" and self.screen:
                self.screen.report(frame.text, self.qemu)
            if frame.type == "E":
                write_all(2, frame.payload)
            elif frame.type == "W" and self.show_why:
                say(f"why: {frame.text}")

    def _typed(self):
        """Takes the user's input; False when that asks for the end."""
        data = os.read(0, CHUNK)
        if not data:
            self.selector.unregister(0)
            self._input_ends(self.last_input)
        elif self.escapes:
            data, quit_now = self.escapes.filter(data)
            if quit_now:
                raise Interrupted(signal.SIGINT)
        self.input += data
        self.last_input = data or self.last_input
        self._want_console_writes()
        return True

    def _input_ends(self, last):
        """Behind an unfinished line the first end-of-file character only hands the line out."""
        self.input += END_OF_INPUT if last[-1:] in (b"", b"\n", b"\r") else END_OF_INPUT * 2

    def _want_console_writes(self):
        """A byte that arrives before the kernel has set up the port would be lost."""
        wanted = bool(self.input) and self.awake and self.console in self.open_channels
        if wanted and not self.writes:
            self.selector.register(self.console.sink, selectors.EVENT_WRITE)
        elif self.writes and not wanted:
            self.selector.unregister(self.console.sink)
        self.writes = wanted

    def _to_console(self):
        try:
            sent = self.console.send(self.input[:INPUT_AHEAD])
        except BlockingIOError:
            return
        except BrokenPipeError:
            sent = len(self.input)
        del self.input[:sent]
        self._want_console_writes()

    def _stop(self):
        """QEMU is no more when this returns."""
        if self.qemu is None:
            return
        if not self.open_channels:
            try:
                self.qemu.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                pass
        if self.qemu.poll() is None:
            self.qemu.kill()
        self.outcome.qemu_status = self.qemu.wait()
        self.errors.seek(0)
        lines = [line.strip() for line in self.errors if line.strip()]
        self.errors.close()
        self.outcome.qemu_message = lines[0] if lines else ""
        self.console.close()
        self.control.close()
        self.selector.close()


def say(text):
    print(f"octavo: {text}", file=sys.stderr, flush=True)


def interrupt(number, _frame):
    raise Interrupted(number)


def run(machine, timeout=None, report=None, show_why=False):
    """Runs a machine to its end and returns the exit status that octavo ends with."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    machines.check(machine)
    try:
        os.fstat(1)
    except OSError as error:
        raise OctavoError("the standard output is closed: the console has nowhere to go") \
            from error
    try:
        return Session(machine, timeout, report, show_why).run()
    except Interrupted as interrupted:
        say(f"ended by {signal.Signals(interrupted.number).name}")
        return 128 + interrupted.number
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
