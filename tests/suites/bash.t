#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's bash-static for i386, unmodified, and a dynamically linked program of Debian's glibc.

One script of loops, arrays, here-documents, traps and jobs runs here and under the host's bash: what
it prints, and its status, must be equal. stress-ng, with the libraries that Debian has for it, says
its version.
"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import OCTAVO, TOP, machine_options  # noqa: E402
from tap import Tap  # noqa: E402

SECONDS = 120
MACHINES = ("256M debug", "256M debug 4cpus", "64M release 4cpus wallclock")
BEGIN = "=== the script begins"     # behind it: what the kernel says first is not compared
SCRIPT = r"""
for i in 1 2 3; do for ((j = i; j < 4; j++)); do echo -n "$i*$j=$((i * j)) "; done; done; echo
n=0; while :; do ((n += 7)); [[ $n -gt 40 ]] && break; until ((n % 2)); do ((n++)); done; done; echo $n
a=(one "two words" three); a+=(four); a[9]=ten; unset 'a[1]'
echo "${#a[@]} ${!a[@]} ${a[@]:1:2} ${a[-1]}"; for w in "${a[@]}"; do echo "<$w>"; done
declare -A m=([x]=1 [y]=2); m[z]=3; for k in x y z; do ((s += m[$k])); done; echo "sum $s of ${#m[@]}"
mapfile -t lines <<END
first $((40 + 2))
second ${a[0]^^}
END
printf '%s|' "${lines[@]}"; echo
while read -r x y; do echo "$y-$x"; done <<'END'
a $b
c d
END
echo "$(while read -r l; do echo "[$l]"; done <<<"a here string")"
f() { local v=$1; ((v > 0)) && { echo -n "$v "; f $((v - 1)); }; return 5; }; f 9; echo "status $?"
trap 'echo "caught USR1"' USR1; kill -USR1 $$; trap - USR1
trap 'echo "error at $?"' ERR; (exit 3); false; trap - ERR
(trap 'echo "subshell ends with $?"' EXIT; exit 4); echo $?
( kill -TERM $BASHPID ) ; echo "killed: $?"
(trap '' TERM; kill -TERM $BASHPID; echo survived)
{ echo from; echo a; echo pipe; } | while read -r l; do echo -n "$l "; done; echo "${PIPESTATUS[@]}"
(exit 7) & wait $!; echo "job $?"
for i in 1 2 3; do (exit $i) & pids[i]=$!; done
for i in 3 2 1; do wait "${pids[i]}"; echo -n "$? "; done; echo
set -- alpha beta gamma; shift; echo "$# $* ${*:1:1} ${@/a/A}"
case abcde in a?c*) echo pattern;; *) echo none;; esac; [[ key=value =~ ^(.*)=(.*)$ ]] && echo "${BASH_REMATCH[@]}"
str=hello/world/x; echo "${str##*/} ${str%/*} ${str//o/0} ${str:6:5} ${#str} ${str^}"
cd "$W" && echo text >file && echo more >>file && { read -r l; echo "$l"; } <file && echo *; exec 3<file
read -r l <&3; read -r l <&3; echo "$l"; exec 3<&-; (. ./none) 2>/dev/null; echo $?
diff_() { while read -r x <&3 && read -r y <&4; do echo "$x:$y"; done 3<<<"left" 4<<<"right"; }; diff_
printf '%05d %x %s %q\n' 42 255 text "a b"; echo {a..c}{1..2}
trap 'echo bye' EXIT; exit 6
"""


def run(command, **options):
    return subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=SECONDS + 60, **options)


def on_octavo(on, root, *program):
    return run([sys.executable, OCTAVO, "run", *machine_options(on), "--timeout",
                str(SECONDS), "--root", root, "--", *program])


def text(output):
    return output.decode("utf-8", "replace").replace("\r", "")


def printed(done):
    return text(done.stdout).partition(BEGIN)[2]


def bash(tap, scratch):
    root, work = os.path.join(scratch, "root"), os.path.join(scratch, "w")
    shutil.copytree(os.path.join(TOP, "build", "bash"), root)
    os.mkdir(work)
    with open(os.path.join(root, "script"), "w", encoding="ascii") as file:
        file.write(f"exec 2>/dev/null; W=${{W-/tmp}}; echo {BEGIN}\n" + SCRIPT)
    there = run(["bash", os.path.join(root, "script")], env={"W": work, "LC_ALL": "C"})
    for on in MACHINES:
        here = on_octavo(on, root, "/bin/bash", "/script")
        tap.point(
            there.returncode == here.returncode == 6 and printed(here) == printed(there) != "",
            f"bash: a script prints what it prints on Linux, and the audit is clean ({on})",
            [f"status {here.returncode}", *text(here.stdout + here.stderr).splitlines(),
             f"on Linux: status {there.returncode}", *text(there.stdout).splitlines()])


def stress_version(tap):
    for append in ([], ["--append", "norandmaps"]):
        done = run([sys.executable, OCTAVO, "run", *machine_options("256M debug"), "--timeout",
                    str(SECONDS), *append, "--root", os.path.join(TOP, "build", "stress-ng"), "--",
                    "/usr/bin/stress-ng", "--version"])
        tap.point(done.returncode == 0 and "stress-ng, version 0." in text(done.stdout),
                  f"stress-ng, dynamically linked, says its version {' '.join(append[1:])}",
                  [f"status {done.returncode}", *text(done.stdout + done.stderr).splitlines()])


def main():
    tap = Tap()
    fetched = run(["make", "-s", "--no-print-directory", "-C", TOP, "bash", "stress-ng"])
    if not tap.point(fetched.returncode == 0, "Debian's bash and stress-ng are there",
                     text(fetched.stdout + fetched.stderr).splitlines()):
        tap.done()
    with tempfile.TemporaryDirectory(prefix="octavo-bash-") as scratch:
        bash(tap, scratch)
    stress_version(tap)
    tap.done()


main()
