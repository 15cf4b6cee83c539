#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a machine says when its kernel breaks a rule, panics or hangs; and how much it says."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run  # noqa: E402

BOTH_STACKS = (r"lock validator: wrong order: task_list_lock with uts_lock held\n"
               r"(?s:.*)then_take_upper\+(?s:.*)ktest_run\+(?s:.*)"
               r"uts_lock was taken at:(?s:.*)take_lower_first\+")
PANIC = (r"panic: on purpose, with the number 42\n.*task init\[1\]"
         r"(?s:.*)ktest_deliberate_panic\+")


def deliberate(name, **expectations):
    """A kernel test that breaks something on purpose."""
    return run(append=f"ktest=deliberate_{name}", **expectations)


Suite(
    deliberate("inversion", on="64M debug", exit=120, console=BOTH_STACKS,
               stderr="octavo: 120: .*wrong order: task_list_lock with uts_lock held"),
    deliberate("inversion", on="arm debug", exit=120, console=BOTH_STACKS),
    deliberate("area_unlocked", on="64M debug", exit=120, console=r"vma_insert\+(?s:.*)deliberate_area_unlocked\+",
               stderr=r"octavo: 120: .*vma_check_locks\(\): not held: page_table_lock"),
    deliberate("panic", on="64M debug", exit=121, console=PANIC + r"(?s:.*)ktest_run\+",
               stderr="octavo: 121: .*on purpose, with the number 42"),
    deliberate("panic", on="64M release", exit=121, console=PANIC),
    deliberate("panic", on="arm debug", exit=121, console=PANIC),
    deliberate("panic", on="arm release", exit=121, console=PANIC),
    *(deliberate("panic_in_panic", on=on, exit=121,
                 console=r"panic: the first panic\n(?s:.*)panic in panic: ")
      for on in ("64M debug", "arm debug")),
    *(deliberate("damaged_current", on=on, exit=121,
                 console=r"panic: current is damaged\n.*current task is damaged \(00001234\)")
      for on in ("64M debug", "64M release", "arm release")),
    deliberate("bad_access", on="64M debug", exit=121,
               console=r"panic: kernel write of fffffff0(?s:.*)eip (?s:.*)bad_access\+"),
    deliberate("hang", on="64M debug", exit=122, timeout=8, only_all=True),
    run("/bin/hello", append="loglevel=0", on="64M", console=r"^hello", absent=r"^\[ "),
    run("/bin/hello", append="chaos=11", on="64M debug", console=r"^hello"),
    run("/bin/hello", append="ktest=no_such_test", on="64M", exit=1,
        console="no test is named no_such_test"),
)
