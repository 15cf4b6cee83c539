#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The shell: scripts of tests/sh/ run in the machine as they run under dash on the host.

What they write and the status they end with must be the same.  All run in one machine, so that
the shell that starts them is tested for what it leaves behind as well.
"""
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "lib"))
from guest import ALL, FOUR_CPUS, run  # noqa: E402
from tap import Tap  # noqa: E402

SCRIPTS = os.path.join(TOP, "tests", "sh")
NAMES = sorted(name for name in os.listdir(SCRIPTS) if name.endswith(".sh"))
DASH = "/usr/bin/dash"
# Runs each script that it is given the names of; marks what each wrote, and its status.
DRIVER = """
cd /
for script; do
	echo "=== $script"
	sh $SCRIPTS/$script 2>/dev/null </dev/null
	echo "=== status $?"
done
"""


def parts(text):
    """{script: what it wrote and its status} of a driver's output."""
    text = text.replace("\r", "")
    return dict(re.findall(r"^=== (\S+\.sh)\n(.*?^=== status \d+)$", text, re.M | re.S))


def on_host(scratch):
    """The driver under dash, which is the `sh` of the scripts too."""
    os.makedirs(os.path.join(scratch, "bin"))
    os.makedirs(os.path.join(scratch, "tmp"))
    os.symlink(DASH, os.path.join(scratch, "bin", "sh"))
    done = subprocess.run(
        [DASH, "-c", DRIVER, "driver", *NAMES], stdout=subprocess.PIPE, check=False, timeout=120,
        env={"PATH": os.path.join(scratch, "bin") + ":/usr/bin:/bin", "HOME": "/root",
             "SCRIPTS": SCRIPTS, "TMPDIR": os.path.join(scratch, "tmp"), "LC_ALL": "C"})
    return parts(done.stdout.decode("utf-8", "replace"))


def in_guest(scratch, on):
    """The driver under our shell; also whether the machine ended well."""
    root = os.path.join(scratch, "root", "scripts")
    os.makedirs(root, exist_ok=True)
    for name in NAMES:
        with open(os.path.join(SCRIPTS, name), "rb") as file:
            data = file.read()
        with open(os.path.join(root, name), "wb") as file:
            file.write(data)
    one = run("/bin/sh", "-c", "SCRIPTS=/scripts; export SCRIPTS; . /scripts/driver", on=on,
              options=("--root", os.path.join(scratch, "root")), timeout=300)
    with open(os.path.join(root, "driver"), "w", encoding="ascii") as file:
        file.write("set -- " + " ".join(NAMES) + "\n" + DRIVER)
    status, console, stderr, _ = one.execute()
    return status, parts(console), stderr, console


def differences(wanted, got):
    """The first lines in which two texts differ."""
    wanted, got = wanted.splitlines(), got.splitlines()
    for i in range(max(len(wanted), len(got))):
        left = wanted[i] if i < len(wanted) else "(end)"
        right = got[i] if i < len(got) else "(end)"
        if left != right:
            return [f"line {i + 1}", f"dash: {left}", f"here: {right}"]
    return []


def judge(tap, host, scratch, on):
    status, guest, stderr, console = in_guest(scratch, on)
    tap.point(status == 0, f"the machine ends well ({on})",
              [f"status {status}", *stderr.splitlines(), *console.splitlines()[-10:]])
    for name in NAMES:
        wanted, got = host.get(name, "nothing"), guest.get(name, "nothing")
        tap.point(wanted == got, f"{name} as under dash ({on})", differences(wanted, got))


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="octavo-sh-") as scratch:
        host = on_host(scratch)
        for on in ("64M release", FOUR_CPUS, *(("64M debug", "16M debug") if ALL else ())):
            judge(tap, host, scratch, on)
    tap.done()


main()
