#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The ARM board: a program in place from a romfs, unprivileged."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import TOP, Suite, image, run  # noqa: E402

HELLO = {"console": r"^hello"}
ROOT = os.path.join(TOP, "build", "root-arm.romfs")

Suite(
    run("/bin/hello", on="arm debug", **HELLO),
    run("/bin/hello", on="arm release", **HELLO),
    run("/bin/hello", on="arm debug", append="chaos=1", **HELLO),
    run("/tests/mpu", on="arm debug"),
    run("/tests/mpu", on="arm release"),
    run("/tests/mpu", on="arm debug", append="chaos=3", only_all=True),
    # deed 3 is to read the kernel's text
    run("/tests/mpu", "3", on="arm release", append="nompu", exit=50,
        name="nothing is protected with nompu"),
    run("/tests/threads", on="arm debug", append="nompu"),
    run("/tests/mpu", "3", on="arm debug", append="nompu=/tests/mpu", exit=50,
        name="one program is not protected"),
    run("/bin/sh", "-c", "/tests/mpu 3; echo it got $?", on="arm debug", append="nompu=/bin/sh",
        console="it got 139", name="but those that it starts are"),
    run("/bin/sh", "-c", "/tests/mpu 3; /bin/true; echo it got $?; /tests/mpu 3", on="arm release",
        append="nompu=/tests/mpu", exit=50, console="it got 0", name="it, and others in turn"),
    run("/tests/mpu", on="arm debug", append="nompu=/bin/true chaos=9"),
    run("/tests/mpu_classes", on="arm debug"),
    run("/tests/mpu_classes", on="arm release"),
    run("/tests/mpu_classes", on="arm debug", append="runs=ends chaos=2"),
    run("/tests/nommu_cost", on="arm debug", shows="nm-1"),
    run("/tests/nommu_cost", on="arm release", shows="nm-1"),
    run("/tests/nommu_cost", "overflow", on="arm debug", exit=139, console="stack overflow"),
    run("/tests/nommu_cost", "10000", on="arm release", only_all=True),
    run("/tests/nommu", on="arm debug", shows="nm-2"),
    run("/tests/nommu", on="arm release", shows="nm-2"),
    run("/tests/nommu_map", on="arm debug",
        shows="nm-3 nm-4 nm-5 nm-9 nm-10 nm-11 nm-12 nm-13 nm-14 nm-20 nm-21 nm-22"),
    run("/tests/nommu_map", on="arm release", only_all=True),
    run("/tests/nommu_map", "strict", on="arm debug", append="strict_hint", shows="nm-11"),
    run("/tests/nommu_shm", on="arm debug", shows="nm-1 nm-3 nm-4 nm-6 nm-15 nm-17 nm-20 nm-22"),
    run("/tests/nommu_shm", on="arm release"),
    *(run("/tests/nommu_devices", on=f"arm {flavour}", append=append, only_all=append != "",
          shows="nm-3 nm-4 nm-7 nm-8 nm-12 nm-13 nm-14 nm-15 nm-16 nm-18 nm-19 nm-20 nm-22")
      for flavour, append in (("debug", ""), ("release", ""), ("debug", "chaos=5"))),
    *(run("/tests/nommu_runs", policy, on="arm debug", append=f"runs={policy}")
      for policy in ("blocks", "ends")),
    *(run(f"/tests/{name}", on="arm debug", append="runs=ends", name=f"{name}, runs=ends")
      for name in ("nommu_shm", "nommu_fail", "mpu")),
    run("/tests/nommu_fail", on="arm debug"),
    # those of the other port, unchanged
    *(run(f"/tests/{name}", on=f"arm {flavour}", append=append, only_all=append != "" or flavour == "release")
      for name in ("clock", "identity", "eventfd", "statfs", "files", "fsedge", "paths", "mount",
                   "descriptors", "pipes", "vectors", "sendfile", "fallocate", "poll", "tty_owner",
                   "kmsg", "syslog", "sched", "timeouts", "wait", "orphans", "users")
      for flavour, append in (("debug", ""), ("release", ""), ("debug", "chaos=7"))),
    *(run(f"/tests/{name}", on=f"arm {flavour}", append=append, only_all=append != "")
      for name in ("signals", "jobs", "proc", "proc_pid", "sigfault_arm", "threads_arm", "threads",
                   "thread_signals", "thread_waits", "futex", "sysvshm", "sysvshm_rights", "spawn")
      for flavour, append in (("debug", ""), ("release", ""), ("debug", "chaos=5"))),
    # the other boards: one with each flavour, all for `make test-all`
    *(run(f"/tests/{name}", on=f"arm {board} {flavour}", only_all=only_all)
      for name in ("mpu", "mpu_classes", "nommu", "nommu_cost", "nommu_map", "nommu_shm", "nommu_runs", "nommu_devices",
                   "nommu_fail", "nommu_args", "sysvshm", "spawn", "clock", "identity",
                   "eventfd", "signals", "jobs", "proc", "proc_pid", "sigfault_arm", "threads_arm",
                   "threads", "thread_signals", "thread_waits", "futex", "fpu_arm")
      for board, flavour, only_all in (("an386", "debug", False), ("an500", "release", False),
                                       ("an386", "release", True), ("an500", "debug", True))),
    run("/tests/fpu_arm", on="arm debug"),
    run("/tests/fpu_arm", on="arm an386 release"),
    run("/tests/fpu_arm", on="arm an500 debug", append="chaos=6"),
    run("/bin/cat", "/proc/cpuinfo", on="arm an500 debug", console="AN500"),
    run("/bin/sh", "/tests/nofork", on="arm debug"),
    run("/bin/sh", "/tests/nofork", on="arm release"),
    run("/bin/cat", on="arm debug", name="^C ends the program that PID 1 waits for", exit=130,
        typed=((r"root: romfs.*$", b"hello\n"), (r"hello\s+hello", b"\x03"))),
    run("/tests/nommu_args", on="arm debug"),
    *(run("/tests/pointers", on=on, append=append, only_all=append != "")
      for on, append in (("arm debug", ""), ("arm an500 release", ""), ("arm debug", "chaos=8"))),
    run("/tests/nommu_args", on="arm release", only_all=True),
    run("/tests/nommu_args", on="arm debug", append="chaos=4", only_all=True),
    run(name="kernel stack overflow", on="arm debug", exit=121,
        append="ktest=deliberate_stack_overflow", console=r"kernel stack overflow: init\[1\]"),
    run(name="write to kernel text", on="arm release", exit=121,
        append="ktest=deliberate_write_to_text", console="forbidden access in the kernel"),
    run("/bin/nothing", on="arm debug", exit=range(1, 128), name="a program that is not there"),
    run("/bin/false", on="arm release", exit=1),
    run("/bin/echo", "two words", 'a "quote"', "back\\slash", on="arm debug",
        console=r'^two words a "quote" back\\slash'),
    run("/tests/greet", "of mine", on="arm debug",
        console=r"^well met,  reader /tests/greet of mine\s"),
    run("/tests/greet", on="arm release", console=r"^well met,  reader /tests/greet\s"),
    run(name="no root file system", on="arm debug", options=("--image", "none"), exit=121,
        console="no romfs"),
    run("/bin/hello", name="a truncated root file system", on="arm debug", exit=121,
        options=("--image", image(ROOT, cut=2000)), console="panic: .*(root|cannot start)"),
    run("/bin/hello", name="a root file system of garbage", on="arm debug", exit=121,
        options=("--image", image(ROOT, garbage=True)), console="no romfs"),
    *(run("/bin/hello", on="arm debug", append=f"fail={site}:{n}", exit=(0, 121, 126),
          absent=r"panic: (?!init: )", only_all=n > 3)
      for site in ("page", "slab", "vmalloc") for n in (1, 2, 3, 4, 6, 8, 10, 12, 15)),
)
