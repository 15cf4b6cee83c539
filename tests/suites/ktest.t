#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The tests inside the kernel, on both machines."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, ktests  # noqa: E402

Suite(
    ktests(on="64M debug"),
    ktests(on="1280M release"),
    ktests(on="arm debug"),
    ktests(on="arm release"),
    ktests(on="arm an386 release"),
    ktests(on="arm an500 debug"),
    ktests(on="16M debug", append="chaos=1"),
    ktests(on="3G debug", only_all=True),
    ktests(on="64M debug qemu32,-pse,-pge", only_all=True),
    ktests(on="arm debug", append="chaos=2", only_all=True),
)
