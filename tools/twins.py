# SPDX-License-Identifier: MIT
"""Debian's kernel and Octavo, started by the same QEMU with the same program, tests/guest/difftest.c."""
import os
import selectors
import subprocess
import sys
import time

import linux

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
PROGRAM = "/tests/difftest"
MEMORY = "128M"
SECONDS = 20        # of silence: the machine hangs


class Dead(Exception):
    """The machine has ended, or says nothing any more."""


class Machine:
    """A kernel on which the program runs: lines go to it and come back."""

    def __init__(self, name, command):
        self.name = name
        self.command = command
        self.process = None
        self.rest = b""

    def start(self):
        """Begins to boot; ready() waits for it."""
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.rest = b""

    def ready(self):
        said = []
        while "difftest ready" not in (said[-1] if said else ""):
            said.append(self.line())

    def line(self):
        while b"\n" not in self.rest:
            with selectors.DefaultSelector() as selector:
                selector.register(self.process.stdout, selectors.EVENT_READ)
                if not selector.select(SECONDS):
                    raise Dead(f"{self.name} hangs: {self.rest.decode('utf-8', 'replace')}")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise Dead(f"{self.name} ended: {self.rest.decode('utf-8', 'replace')}")
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode("utf-8", "replace").rstrip("\r")

    def say(self, text):
        try:
            self.process.stdin.write(text.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Dead(f"{self.name} has ended") from error

    def digests(self, command, first, count):
        """{number: digest} of `count` numbers; where the machine dies its last words stand for the rest."""
        found = {}
        said = []
        try:
            self.say(command)
            while len(found) < count:
                line = self.line()
                words = line.split()
                if len(words) == 3 and words[0] == "=":
                    found[int(words[1])] = words[2]
                else:
                    said.append(line)
        except Dead as error:
            found[first + len(found)] = "\n".join([*said[-30:], str(error)])
            self.restart()
        return found

    def show(self, command):
        """The lines that it writes down, with its last words where it dies of it."""
        said = []
        try:
            self.say(command)
            while not (said and said[-1].startswith("= ")):
                said.append(self.line())
            return said[:-1]
        except Dead as error:
            self.restart()
            return [*said, str(error)]

    def restart(self):
        self.stop()
        self.start()
        self.ready()

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def quit(self):
        """The program ends, and so does Octavo: its status, with an audit."""
        self.say("quit")
        try:
            said = self.process.communicate(timeout=SECONDS)[0]
        except subprocess.TimeoutExpired:
            return f"{self.name} does not end"
        status = self.process.returncode
        self.process = None
        return None if status == 0 else f"{self.name}: status {status}: {said.decode()[-500:]}"


def octavo(flavour):
    return Machine("Octavo", [
        sys.executable, os.path.join(TOP, "octavo"), "run", "--mem", MEMORY, "--flavour", flavour,
        "--", PROGRAM])


def start(flavour):
    """Both, ready. => (Linux, Octavo), seconds"""
    machines = (Machine("Linux", linux.command(PROGRAM, MEMORY)), octavo(flavour))
    began = time.monotonic()
    try:
        for machine in machines:
            machine.start()
        for machine in machines:
            machine.ready()
    except BaseException:
        stop(machines)
        raise
    return machines, time.monotonic() - began


def stop(machines):
    for machine in machines:
        machine.stop()
