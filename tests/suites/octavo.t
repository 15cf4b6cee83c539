#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The host command itself, with a puppet kernel that does what it is told."""
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "lib"))
from tap import Tap  # noqa: E402

OCTAVO = os.path.join(TOP, "octavo")
PUPPET = os.path.join(TOP, "build", "host", "puppet.elf")
tap = Tap()


def frame(kind, text):
    return b"\x02" + kind.encode() + b"%04x" % len(text.encode()) + text.encode() + b"\x03"


def script(folder, console=b"", control=b"", then=b"e"):
    path = os.path.join(folder, "script")
    with open(path, "wb") as file:
        file.write(struct.pack("<I", len(console)) + console +
                   struct.pack("<I", len(control)) + control + then)
    return path


def octavo(*arguments, stdin=b""):
    return subprocess.run([OCTAVO, *arguments], input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, timeout=60)


def puppet(*arguments, stdin=b"", program=(), **what):
    with tempfile.TemporaryDirectory() as folder:
        words = ["run", "--kernel", PUPPET, "--image", script(folder, **what), *arguments]
        if "--timeout" not in arguments:
            words += ["--timeout", "30"]
        return octavo(*words, *(["--", *program] if program else []), stdin=stdin)


def check(name, done, status, stdout=None, stderr=None):
    wrong = []
    if done.returncode != status:
        wrong.append(f"status {done.returncode}, expected {status}")
    if stdout is not None and stdout not in done.stdout:
        wrong.append(f"stdout has no {stdout!r}")
    if stderr is not None and stderr not in done.stderr:
        wrong.append(f"stderr has no {stderr!r}")
    if stderr is not None and len(done.stderr.splitlines()) != 1:
        wrong.append("stderr is not one line")
    tap.point(not wrong, name, [*wrong, f"stdout: {done.stdout!r}", f"stderr: {done.stderr!r}"])


OK = frame("A", "ok")


def test_ends():
    check("exit status of the program",
          puppet(console=b"hello\n", control=frame("S", "768") + OK), 3, b"hello\n")
    check("a status is eight bits", puppet(control=frame("X", "-1") + OK), 255)
    check("killed by a signal", puppet(control=frame("S", "11") + OK), 139)
    check("a core dump bit is no signal", puppet(control=frame("S", "139") + OK), 139)
    check("panic", puppet(control=frame("P", "ouch")), 121, None, b"octavo: 121: the kernel pani")
    check("panic goes before a status",
          puppet(control=frame("S", "0") + OK + frame("P", "ouch")), 121, None, b"ouch")
    check("panic and hang is a panic",
          puppet("--timeout", "2", control=frame("P", "ouch"), then=b"h"), 121, None, b"ouch")
    check("lock validator", puppet(control=frame("L", "order") + frame("S", "0") + OK),
          120, None, b"octavo: 120: ")
    check("the last line where nothing else was said", puppet(console=b"one\r\nI stop\r\n"),
          124, None, b"octavo: 124: the machine ended with: I stop")
    check("hang", puppet("--timeout", "1", then=b"h"), 122, None, b"octavo: 122: ")
    check("audit differs",
          puppet(control=frame("S", "0") + frame("A", "differ: 1") + frame("A", "differ: 2")),
          123, None, b"differ: 1 (and 1 more)")
    check("no audit is no good audit", puppet(control=frame("S", "0")), 123, None, b"without an")
    check("no audit where none was wanted",
          puppet("--append", "audit=0", control=frame("S", "0")), 0)
    check("end without a word", puppet(), 124, None, b"octavo: 124: ")
    check("triple fault", puppet(then=b"r"), 124, None, b"octavo: 124: ")
    check("stderr is kept apart", puppet(control=frame("E", "oops\n") + frame("S", "0") + OK),
          0, None, b"oops\n")
    check("noise between frames",
          puppet(control=b"xx" + frame("S", "256") + b"\x02Q" + OK), 1, None, b"4 bytes")


def test_command_line():
    words = ("/bin/x", "it's a \"test\"", "back\\slash", "$HOME", "a  b")
    end = frame("S", "0") + OK
    direct = puppet("--append", 'key="a b"', control=end, program=words)
    by_grub = puppet("--boot", "iso", "--append", 'key="a b"', control=end, program=words)
    check("command line by QEMU", direct, 0,
          b"""[octavo.elf "key=a b" -- /bin/x "it's a \\"test\\"" back\\\\slash $HOME "a  b"]""")
    check("command line by GRUB", by_grub, 0,
          b"""["key=a b" -- /bin/x "it\\'s a \\"test\\"" back\\\\slash $HOME "a  b"]""")
    check("an empty argument", puppet(control=end, program=("x", "", "y")), 0, b'-- x "" y]')


def test_wrong_use():
    def refused(name, *arguments):
        check(name, octavo(*arguments), 125, b"", b"octavo: ")

    refused("no such option", "run", "--zork")
    refused("no such architecture", "run", "--arch", "pdp11")
    refused("memory that is none", "run", "--mem", "much")
    refused("too little memory", "run", "--mem", "1M")
    refused("too much memory", "run", "--mem", "9G")
    refused("too many CPUs", "run", "--cpus", "9")
    refused("time that is none", "run", "--timeout", "-1")
    refused("no such folder", "run", "--root", "/nonexistent")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "sparse"), "wb") as file:
            file.truncate(5 << 30)
        refused("files larger than memory", "run", "--mem", "64M", "--root", folder, "--kernel",
                PUPPET)
    refused("no such image", "run", "--image", "/nonexistent")
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(70 << 20)
        refused("an image larger than memory", "run", "--mem", "64M", "--image", file.name,
                "--kernel", PUPPET)
    refused("a program without --", "run", "/bin/hello")
    refused("ARM with other memory", "run", "--arch", "arm-nommu", "--mem", "64M")
    refused("ARM from a CD", "run", "--arch", "arm-nommu", "--boot", "iso")
    refused("unfinished quote", "run", "--append", 'a="b', "--kernel", PUPPET)
    refused("not UTF-8", "run", "--append", b"a=\xff", "--kernel", PUPPET)
    refused("a command line too long", "run", "--kernel", PUPPET, "--", "/bin/x", "y" * 3000)
    refused("QEMU's own refusal", "run", "--kernel", PUPPET, "--image", "none", "--cpu", "z80",
            "--timeout", "20")
    refused("a report that cannot be written", "run", "--kernel", PUPPET, "--report",
            "/nonexistent/x")


def test_input():
    end = frame("S", "0") + OK
    check("input from a pipe", puppet(control=end, then=b"c", stdin=b"some input\n"), 0,
          b"some input\n")
    check("long input", puppet(control=end, then=b"c", stdin=b"0123456789" * 3000), 0,
          b"0123456789" * 3000)
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report")
        puppet("--report", report, control=frame("R", "boot_ns 5") + end)
        with open(report, encoding="utf-8") as lines:
            found = [json.loads(line) for line in lines]
        tap.point([f["type"] for f in found] == ["R", "S", "A", "end"] and
                  found[0]["text"] == "boot_ns 5" and found[-1]["status"] == 0,
                  "a report of all frames", map(str, found))


def qemu_of(pid):
    """The QEMU that a process has started, or None."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            return next((int(child) for child in children.read().split()), None)
    except OSError:
        return None


def gone(pid):
    for _ in range(50):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as status:
                if status.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except OSError:
            return True
        time.sleep(0.1)
    return False


def test_signals():
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)):
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen(
                [OCTAVO, "run", "--kernel", PUPPET, "--image", script(folder, then=b"h")],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            qemu = None
            for _ in range(100):
                qemu = qemu_of(process.pid)
                if qemu:
                    break
                time.sleep(0.1)
            time.sleep(0.3)
            process.send_signal(number)
            ended = process.wait(20)
            ended_too = qemu is not None and gone(qemu)
            tap.point(ended == status and ended_too,
                      f"{signal.Signals(number).name} ends QEMU too",
                      [f"status {ended}, QEMU {qemu}"])
            if qemu is not None and not ended_too:
                os.kill(qemu, signal.SIGKILL)


def test_terminal():
    """At a terminal every key goes to the guest; Ctrl-A x ends; the settings come back."""
    import termios
    with tempfile.TemporaryDirectory() as folder:
        try:
            pid, master = pty.fork()
        except OSError as error:
            tap.comment(f"no terminal can be had here ({error}): its tests are left out")
            return
        if pid == 0:
            os.execv(OCTAVO, [OCTAVO, "run", "--kernel", PUPPET, "--image",
                              script(folder, then=b"c")])
        before = termios.tcgetattr(master)
        seen = b""

        def expect(text):
            nonlocal seen
            end = time.monotonic() + 30
            while text not in seen and time.monotonic() < end:
                if select.select([master], [], [], 0.5)[0]:
                    try:
                        seen += os.read(master, 4096)
                    except OSError:
                        break
            return text in seen

        started = expect(b"[octavo.elf ]")
        os.write(master, b"ab\x03cd")
        echoed = expect(b"ab\x03cd")
        raw = termios.tcgetattr(master)
        os.write(master, b"\x01x")
        _, status = os.waitpid(pid, 0)
        after = termios.tcgetattr(master)
        os.close(master)
    tap.point(started and echoed, "keys reach the guest, Ctrl-C too", [repr(seen)])
    tap.point(raw[3] != before[3] and after == before, "the terminal is put back as it was")
    tap.point(os.waitstatus_to_exitcode(status) == 130, "Ctrl-A x ends the machine",
              [f"status {status}"])


test_ends()
test_command_line()
test_wrong_use()
test_input()
test_signals()
test_terminal()
tap.done()
