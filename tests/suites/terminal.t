#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Waiting for the kernel's log."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from guest import Suite, run, spread  # noqa: E402

Suite(
    *spread(("/tests/kmsg",), ("64M debug", "16M release")),
    run("/tests/kmsg", on="64M debug", append="chaos=9"),
)
