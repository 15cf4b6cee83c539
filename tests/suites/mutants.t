#!/bin/bash
# SPDX-License-Identifier: MIT
# One mutant of each subsystem is caught; all of them for `make test-all`.
cd "$(dirname "$0")/../.." || exit 1
if [ -n "${OCTAVO_TEST_ALL-}" ]; then
	exec tests/mutants/run
fi
exec tests/mutants/run --quick
