#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the allocators find out about their callers: each of these ends the machine with a message."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run  # noqa: E402

FINDS = (("write_behind_object", r"slab kmalloc-48: write behind object"),
         ("write_before_object", r"slab kmalloc-48: write before object"),
         ("write_after_free", r"slab kmalloc-2048: object \S+ written while it was free; "
                              r"freed last by ktest_deliberate_write_after_free"),
         ("free_twice", r"slab kmalloc-64: object \S+ freed twice; "
                        r"freed last by ktest_deliberate_free_twice"))

Suite(
    *(run(name=name, on=on, append=f"ktest=deliberate_{name}", exit=121, console=message)
      for on in ("64M debug", "arm debug") for name, message in FINDS),
    *(run(name="page_freed_twice", on=on, append="ktest=deliberate_page_freed_twice", exit=121,
          console=message)
      for on, message in (("64M debug", r"is_not_single"),
                          ("64M release", r"a check failed(?s:.*)free_(page|listed)\+"),
                          ("arm release", r"a check failed(?s:.*)free_(page|listed)\+"))),
)
