# SPDX-License-Identifier: MIT
"""The host side of Octavo: makes images, starts machines, reads what they report."""
