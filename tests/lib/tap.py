# SPDX-License-Identifier: MIT
"""Test results as TAP: one line for each point, the plan at the end."""
import sys


class Tap:
    """Counts the points of one test program."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def point(self, ok, name, details=()):
        """One point; DETAILS are lines that a failure prints as comments."""
        self.count += 1
        name = name.replace("#", "no.").replace("\n", " ")
        print(f"{'ok' if ok else 'not ok'} {self.count} - {name}")
        if not ok:
            self.failed += 1
            for line in details:
                print(f"# {line}")
        sys.stdout.flush()
        return ok

    def comment(self, text):
        print(f"# {text}", flush=True)

    def done(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)
