#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's busybox for i386, unmodified: what it prints here is what it prints on the host's Linux.

Each case is a script for its shell. The same scripts run on both kernels, in a directory of their
own with all applets on the PATH; what a case prints, and its status, must be equal. Where the host
cannot run i386 programs, or has other values (free, ps, mount), the case states what is expected.
A case fails where its shell did not find a program, here or there.
One machine runs all cases, on one CPU and on four; the audit of its memory follows.
"""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import OCTAVO, TOP, machine_options  # noqa: E402
from tap import Tap  # noqa: E402

BUSYBOX = os.path.join(TOP, "build", "busybox", "bin", "busybox")
SECONDS = 400

# The shell's last child is on its way to the program of that name: until it has got there.
SLEEPS = "until read -r c < /proc/$!/comm && [ $c = sleep ]; do :; done; "

# name: script
SAME = {
    "pipeline": "echo one two three | tr ' ' '\\n' | sort -r | head -n 2",
    "seq, wc, tail": "seq 1 1000 | wc; seq 1 1000 | tail -n 3",
    "a long pipeline": "seq 1 20000 | sed 's/7/x/g' | grep x | awk '{ print length($1), $1 ~ /^x/ }' |"
                       "sort | uniq -c | sort -rn | head -n 5",
    "sort of a large file": "seq 1 20000 | sort >big; md5sum <big; wc big; sort -rn big | head -n 3;"
                            "awk 'BEGIN { x = 1; while (i++ < 50000) {"
                            "x = (x * 16807) % 2147483647; print x, i } }' >huge; wc huge;"
                            "sort -n huge | md5sum; sort -k 2,2nr huge | md5sum",
    "uniq, cut, tr": "printf 'a:1\\na:2\\nb:3\\n' | cut -d: -f1 | uniq -c | tr -s ' '",
    "grep": "seq 1 500 | grep -c 7; seq 1 30 | grep -E '^(1|2)5$'; echo x | grep -q y",
    "sed": "printf 'one\\ntwo\\nthree\\n' | sed -n -e 's/t\\(.*\\)/<\\1>/p' -e '1!d'",
    "awk": "seq 1 100 | awk '{ s += $1 * $1; n[$1 % 7]++ } END { print s, n[3], length(n) }'",
    "xargs": "seq 1 9 | xargs -n 4 echo row",
    "loops and arithmetic": "i=0; while [ $i -lt 20 ]; do i=$((i * 2 + 1)); echo $i; done;"
                            "for w in a b; do case $w in a) echo A;; *) echo other;; esac; done",
    "functions and status": "f() { return $1; }; f 3; echo $?; f 0 && echo yes; f 1 || echo no; (exit 9)",
    "here-document": "cat <<END | sed s/o/0/g\nto be\nor $((1 + 1))\nEND",
    "substitution": "x=$(echo inner $(echo most)); echo \"$x\"; echo ${x%% *} ${x#* } ${#x}",
    "redirections": "echo a >f; echo b >>f; cat <f; cat none 2>&1 | sed 's/.*none/none/';"
                    "{ echo out; echo err >&2; } 2>e >o; cat e o",
    "background jobs": "(sleep 0.2; echo second) & echo first; wait; echo third;"
                       "sleep 30 & kill $!; wait $!; echo $?",
    "trap": "trap 'echo caught' USR1; kill -USR1 $$; trap 'echo bye' EXIT; echo last",
    "files": "mkdir -p d/e; echo text >d/e/f; ln -s e/f d/l; cat d/l; readlink d/l; mv d/e/f d/g;"
             "cp d/g d/h; cmp d/g d/h && echo same; ls d; rm -r d; ls d 2>/dev/null; echo $?",
    "ls -l": "umask 022; mkdir m; echo 12345 >m/f; chmod 640 m/f; ln -s f m/s;"
             "ls -ln m | sed -E 's/ [A-Z][a-z][a-z] .*:[0-9]+ / /; s/ +/ /g' | grep -v total",
    "ls -lR": "mkdir -p r/a/b r/c; touch r/a/1 r/a/b/2 r/c/3; ls -1R r",
    "find": "mkdir -p t/u/v; touch t/1 t/u/2 t/u/v/3; find t | sort; find t -type f -name '[23]' | sort;"
            "find t -type d -exec echo in {} \\; | sort",
    "stat and test": "echo 123 >s; stat -c '%s %F %a' s; [ -s s ] && [ ! -d s ] && echo yes;"
                     "touch -d '2020-01-02 03:04:05' s; stat -c %Y s",
    "dd": "dd if=/dev/zero of=z bs=1M count=64 2>&1 | grep -E 'records|^67108864 bytes' | cut -c1-20;"
          "md5sum z; ls -l z | awk '{ print $5 }';"
          "dd if=z bs=1000 skip=3 count=7 2>/dev/null | wc -c; rm z",
    "checksums": "seq 1 5000 >c; md5sum c; sha1sum c; sha256sum c; sha512sum c",
    "md5sum of itself": "md5sum <\"$BUSYBOX\"; wc -c <\"$BUSYBOX\"",
    "tar": "mkdir -p w/x; seq 1 300 >w/x/n; ln -s x/n w/l; tar cf w.tar w; rm -r w; tar tf w.tar | sort;"
           "tar xf w.tar; md5sum w/l; readlink w/l",
    "gzip": "seq 1 20000 >g; gzip g; ls; gunzip g.gz; md5sum g; gzip -c g | zcat | cmp - g && echo same",
    "od, hexdump, base64": "printf '\\001\\002abc' | od -c; printf abc | hexdump -C; seq 9 | base64",
    "printf and expr": "printf '%05d %x %s\\n' 42 255 text; expr 7 \\* 6; expr length abc",
    "date": "date -u -d @86400 '+%Y-%m-%d %H:%M:%S'; TZ=UTC-2 date -d @0 +%H",
    "env": "env -i A=1 B=two \"$BUSYBOX\" env | sort; env -i \"$BUSYBOX\" sh -c 'echo ${A-unset}'",
    "sleep and timeout": "timeout 1 sleep 20; echo $?; timeout 20 sleep 0.1; echo $?",
    "diff": "seq 1 5 >p; seq 2 6 >q; diff p q | grep -v '^[-+][-+]'; diff p p && echo equal",
    "layout of meminfo": "awk '/^(Mem|Swap|AnonPages|Mapped|Buffers|Cached|Shmem:|KReclaim|S.*claim|Slab)/"
                         "{ print $1, length($0), $3 }' /proc/meminfo",
    "layout of buddyinfo": "awk '/zone +DMA / { print length($0), NF, substr($0, 1, 24) }' /proc/buddyinfo",
    "layout of zoneinfo": "sed -n '/^Node 0, zone *DMA$/p; /^  pages free/,/managed/p' /proc/zoneinfo |"
                          "sed '/boost\\|promo/d; s/[0-9]*$/N/; /managed/q'",
    "layout of vmstat": "grep -o -E '^(nr_free_pages|nr_slab_.*able|nr_anon_pages|nr_mapped|nr_file_pages|nr_shmem"
                        "|nr_kernel_stack|nr_page_table_pages|pgalloc_dma|pgfree|pgfault|pgmajfault"
                        "|oom_kill) ' /proc/vmstat",
    "layout of PID/stat, statm, maps": "cut -d' ' -f2,3 /proc/self/stat; wc -w </proc/self/stat;"
                                       "sed 's/[0-9]\\+/N/g' /proc/self/statm; awk 'NR == 1"
                                       "{ print length($1), $2, $3 }' /proc/self/maps",
    "layout of PID/status": "awk '/^(Vm(Peak|Size|Lck|Pin|HWM|RSS|Data|Stk|Exe|Lib|PTE|Swap)|Rss.*|Cap...):/"
                            "{ print $1, length }"
                            "/^(Name|Umask|State|TracerPid|Uid|Gid|Threads|S(ig|hd)(Pnd|Cgt)):/;"
                            "/^(SigQ|NoNewPrivs|Seccomp|Cpus_allowed(_list)?):/ { print $1 }'"
                            " /proc/self/status",
    "tee, rev, tac": "seq 11 16 | tee all | tac; rev all | head -n 2",
    "signals": "sleep 20 & p=$!; kill -STOP $p; kill -CONT $p; kill -TERM $p; wait $p; echo $?;"
               "kill -0 $p 2>/dev/null; echo $?; kill -l 9",
    "descriptors": "exec 5>five; echo to five >&5; exec 5>&-; cat five; ulimit -n 100; ulimit -n",
    "a thousand files": "i=0; while [ $i -lt 200 ]; do echo $i >n$i; i=$((i + 1)); done; cat n* | wc;"
                        "ls | wc -l; rm n*; ls | wc -l",
    "sh -c": "sh -c 'echo $0 $#' name a b; \"$BUSYBOX\" sh -c 'seq 9 | tac | tr 1-5 a-e | sort -r'",
    "getopts, read": "printf 'a b\\nc d\\n' | while read x y; do echo $y-$x; done;"
                     "set -- -a v -b; while getopts a:b o; do echo $o ${OPTARG-}; done",
}

# name: (script, pattern that its output must have); @SIZE@ and @MD5@ are of busybox itself
HERE = {
    "layout of maps": ("awk 'NR == 1 { print index($0, \"/\") }' /proc/self/maps", r"^50\n"),
    "hostname": ("hostname; uname -s; hostname folio; uname -n", r"^octavo\nLinux\nfolio\n"),
    "id": ("id; whoami 2>&1 | head -n 1", r"^uid=0 gid=0"),
    "date of the machine": ("date -u +%Y-%m-%d", r"^2026-01-01\n"),
    "setting the date": ("date -u -s '2030-05-06 07:08:09' >/dev/null; date -u +%F", r"^2030-05-06\n"),
    "dmesg": ("dmesg | grep -c Octavo", r"^1\n"),
    "ls -lR /": ("ls -lR /; echo status $?; ls -lR / 2>&1 >/dev/null | grep -v -e /exe: -e /fd/",
                 r"^/:\n(?=.*^/bin:\n.*^-rwxr-xr-x +1 \d+ +\d+ +@SIZE@ [^\n]* busybox$)"
                 r"(?=.*^/dev:\n.*^crw-rw-rw- +1 \d+ +\d+ +1, +3 [^\n]* null$)"
                 r"(?=.*^lrwxrwxrwx [^\n]* self -> \d+$)(?=.*^/proc/1/fd:$)"
                 r"(?=.*^/proc/sys/vm:\n.*^-rw-r--r-- [^\n]* min_free_kbytes$).*^status 0\n\Z"),
    "cat /proc/meminfo": ("cat /proc/meminfo",
                          r"^MemTotal: +2[45]\d{4} kB\nMemFree: +\d+ kB\nMemAvailable: +\d+ kB\n"
                          r"(?=.*^Cached: +\d+ kB$)(?=.*^AnonPages: +\d+ kB$)"),
    "free": ("t=$(awk '/^MemTotal/ { print $2 }' /proc/meminfo); free | head -n 1;"
             "free | awk -v t=$t '/^Mem:/ { print ($2 == t), ($3 + $4 + $6 == t), ($7 > $4 / 2), ($7 < t),"
             "($5 > 2000 && $5 <= $6) }"
             "/^Swap:/ { print $2 + $3 + $4 }'",
             r"^ +total +used +free +shared +buff/cache +available\n1 1 1 1 1\n0\n"),
    "ps": ("sleep 33 & p=$!; " + SLEEPS + "ps -o pid,ppid,comm,args | awk -v p=$p -v s=$$ "
           "'NR == 1 || $1 == 1 { print $1, $2, $3 } $1 == p { print $2 == s, $3, $4, $5 }'; kill $p",
           r"^PID PPID COMMAND\n1 0 \S+\n1 sleep sleep 33\n"),
    "top -b -n1": ("sleep 34 & " + SLEEPS + "top -b -n1; kill $!",
                   r"^Mem: \d+K used, \d+K free, .*^CPU: +\d+% usr .*% idle "
                   r".*^Load average: \d+\.\d\d .*^ +PID +PPID USER +STAT +VSZ %VSZ %CPU COMMAND$"
                   r"(?=.*^ +\d+ +\d+ \S+ +S +\d+ .* sleep 34$)(?=.*^ +1 +0 )(?=.* top -b -n1$)"),
    "mount": ("mount", r"^tmpfs on / type tmpfs \(rw,.*^devtmpfs on /dev type devtmpfs \(rw,nosuid"
                       r".*^proc on /proc type proc \(rw"),
    "df": ("u() { df . | awk 'NR == 2 { print $3 }'; };"
           "df | awk '$6 == \"/\" { print $1, ($2 > 100000), ($3 + $4 == $2), ($3 > 2000), $5 ~ /%$/ }';"
           "a=$(u); dd if=/dev/zero of=z bs=1M count=4 2>/dev/null; b=$(u); rm z; c=$(u);"
           "echo $((b - a)) $((c - a))", r"^tmpfs 1 1 1 1\n4096 0\n"),
    "its own path": ("readlink /proc/self/exe; sh -c 'readlink /proc/$$/exe'; ls -l /proc/$$/exe",
                     r"^/bin/busybox\n/bin/busybox\n.* -> /bin/busybox\n"),
    "text shared by processes": ("$BUSYBOX sleep 35 & p=$!; sleep 0.2; awk '/ r-xp / { t = 1 }"
                                 "t && /^Rss:/ { r = $2 } t && /^Shared_/ { s += $2 }"
                                 "t && /^Anonymous:/ { print (s > 200), (s > r / 2), $2; exit }' "
                                 "/proc/$p/smaps; kill $p", r"^1 1 0\n"),
    "md5sum of what the host has": ("md5sum $BUSYBOX; cp $BUSYBOX c; md5sum <c",
                                    r"^@MD5@  /bin/busybox\n@MD5@  -\n"),
    "devices": ("ls /dev | tr '\\n' ' '; echo x >/dev/null; head -c 5 /dev/zero | od -An -tx1",
                r"console.*null.*zero.*00 00 00 00 00"),
    "tmpfs mounted and taken off": ("mkdir mnt; mount -t tmpfs none mnt; echo a >mnt/a; ls mnt;"
                                    "umount mnt; ls mnt; echo $?", r"^a\n0\n"),
}

# Scripts that run with every kernel allocation failing in turn.
SWEPT = (
    "seq 1 300 | sort -rn | head -n 2",
    "ls -lR / >/dev/null; cat /proc/meminfo; free; ps",
    "dd if=/dev/zero of=/tmp/x bs=64k count=4; md5sum /tmp/x; rm -f /tmp/x",
)


def script_of(cases, busybox):
    """One script that runs every case in a new directory, with marks between."""
    lines = [f"BUSYBOX={busybox}", "export BUSYBOX TZ=UTC0", "unset OLDPWD"]
    for i, (name, case) in enumerate(cases):
        case = case.replace("'", "'\\''")
        lines += [f"mkdir $W/{i}", f"cd $W/{i}", f"echo '=== {name}'",
                  f"\"$BUSYBOX\" sh -c '{case}' >../out 2>../err",
                  "s=$?; cat ../out; grep ': not found$' ../err | sed 's/^/*** /'; echo \"--- $s\""]
    return "\n".join(lines) + "\n"


def sections(text):
    """The output of each case: {name: (output, status)}."""
    found = {}
    for part in re.split(r"^=== ", text.replace("\r", ""), flags=re.M)[1:]:
        name, _, rest = part.partition("\n")
        match = re.match(r"(.*)^--- (\d+)$", rest, re.S | re.M)
        found[name] = (match.group(1), int(match.group(2))) if match else (rest, None)
    return found


def applets(folder, target):
    """Links to TARGET for every applet."""
    os.makedirs(folder)
    names = subprocess.run([BUSYBOX, "--list"], check=True, stdout=subprocess.PIPE)
    for name in names.stdout.decode("ascii").split():
        os.symlink(target, os.path.join(folder, name))


def on_host(cases, scratch):
    work = os.path.join(scratch, "work")
    os.mkdir(work)
    applets(os.path.join(scratch, "b"), BUSYBOX)
    script = os.path.join(scratch, "host.sh")
    with open(script, "w", encoding="ascii") as file:
        file.write(script_of(cases, BUSYBOX))
    done = subprocess.run([BUSYBOX, "sh", script], check=False, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS,
                          env={"PATH": os.path.join(scratch, "b"), "W": work})
    return sections(done.stdout.decode("utf-8", "replace"))


def run_octavo(on, root, *program):
    command = [sys.executable, OCTAVO, "run", *machine_options(on), "--timeout", str(SECONDS),
               "--root", root, "--", *program]
    return subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=SECONDS + 60)


def make_root(scratch, on):
    root = os.path.join(scratch, "root-" + re.sub(r"\W", "", on))
    os.makedirs(os.path.join(root, "bin"))
    os.makedirs(os.path.join(root, "root"))
    shutil.copy(BUSYBOX, os.path.join(root, "bin", "busybox"))
    return root


def on_octavo(cases, scratch, on):
    root = make_root(scratch, on)
    applets(os.path.join(root, "b"), "/bin/busybox")
    with open(os.path.join(root, "root", "cases.sh"), "w", encoding="ascii") as file:
        file.write("export PATH=/b W=/tmp/w; mkdir $W; exec 2>/dev/null\n"
                   "[ -e /proc/meminfo ] || mount -t proc proc /proc\n")
        file.write(script_of(cases, "/bin/busybox"))
        file.write("cd /; rm -r $W\n")
    done = run_octavo(on, root, "/bin/busybox", "sh", "/root/cases.sh")
    return (sections(done.stdout.decode("utf-8", "replace")), done.returncode,
            done.stderr.decode("utf-8", "replace"))


def lines_of(title, result):
    output, status = result
    return [f"{title}: {line}" for line in [*output.splitlines()[:30], f"status {status}"]]


def pattern_of(name):
    """What the output of a case of HERE must have."""
    with open(BUSYBOX, "rb") as file:
        data = file.read()
    return HERE[name][1].replace("@SIZE@", str(len(data))).replace(
        "@MD5@", hashlib.md5(data).hexdigest())


def lacks_program(result):
    return re.search(r"^\*\*\* ", result[0], re.M) is not None


def group(tap, on, scratch, chosen, host):
    """All cases on one machine."""
    cases = [*((name, SAME[name]) for name in SAME if chosen(name) and name in host),
             *((name, HERE[name][0]) for name in HERE if chosen(name))]
    here, status, stderr = on_octavo(cases, scratch, on)
    for name, _ in cases:
        mine = here.get(name, ("", None))
        if name in HERE:
            ok = re.search(pattern_of(name), mine[0], re.S | re.M) is not None
            tap.point(ok and not lacks_program(mine), f"{name} ({on})",
                      [f"nothing like {pattern_of(name)!r}", *lines_of("here", mine)])
        else:
            ok = mine == host[name] and mine[0] != "" and not lacks_program(mine)
            tap.point(ok, f"{name} ({on})",
                      [*lines_of("here", mine), *lines_of("on Linux", host[name])])
    tap.point(status == 0, f"the machine ends, and its audit is clean ({on})",
              [f"status {status}", *stderr.splitlines()])


def sweep(tap, on, scratch):
    """Each script of SWEPT with failing allocations; the audit is made after each run."""
    root = make_root(scratch, on)
    how = ["-e", "100"] if "OCTAVO_TEST_ALL" in os.environ else ["-Q"]
    for script in SWEPT:
        done = run_octavo(on, root, "/tests/failsweep", *how, "/bin/busybox", "sh", "-c", script)
        output = (done.stdout + done.stderr).decode("utf-8", "replace")
        tap.point(done.returncode == 0 and "\nok 4 - " in output.replace("\r", ""),
                  f"with failing allocations: {script} ({on})",
                  [f"status {done.returncode}", *output.splitlines()])


def make_qemu(tap):
    """What README.md begins with: the shell of `make qemu-x86`, and busybox in it."""
    typed = b"busybox sh -c 'seq 9 | sort -r | head -n 2 | tr 89 AB'\npoweroff\n"
    done = subprocess.run(["make", "-s", "--no-print-directory", "-C", TOP, "qemu-x86"],
                          check=False, input=typed, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=SECONDS)
    output = done.stdout.decode("utf-8", "replace").replace("\r", "")
    tap.point(done.returncode == 0 and re.search(r"^(# )?B\nA\n", output, re.M) is not None,
              "make qemu-x86 gives a shell, and busybox works in it",
              [f"status {done.returncode}", *output.splitlines()])


def main():
    tap = Tap()
    words = sys.argv[1:]
    fetched = subprocess.run(["make", "-s", "--no-print-directory", "-C", TOP, "busybox"],
                             check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if not tap.point(fetched.returncode == 0, "Debian's busybox is there",
                     fetched.stdout.decode("utf-8", "replace").splitlines()):
        tap.done()

    def chosen(name):
        return not words or any(word in name for word in words)

    with tempfile.TemporaryDirectory(prefix="octavo-busybox-") as scratch:
        try:
            host = on_host([(name, SAME[name]) for name in SAME if chosen(name)], scratch)
        except OSError:
            host = {}
            tap.comment("this host runs no i386 programs: only the stated values are looked at")
        for on in ("256M release", "256M debug 4cpus wallclock"):
            group(tap, on, scratch, chosen, host)
        if chosen("make qemu-x86"):
            make_qemu(tap)
        if chosen("failing allocations"):
            sweep(tap, "64M debug", scratch)
    tap.done()


main()
