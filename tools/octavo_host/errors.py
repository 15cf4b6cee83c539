# SPDX-License-Identifier: MIT
"""Errors that are one line to whoever called, and the exit statuses."""

EXIT_LOCKVAL = 120
EXIT_PANIC = 121
EXIT_HANG = 122
EXIT_AUDIT = 123
EXIT_SILENT = 124
EXIT_OWN = 125


class OctavoError(Exception):
    """Something that octavo itself could not do."""


class UsageError(OctavoError):
    """What was asked for makes no sense."""
