#!/bin/bash
# SPDX-License-Identifier: MIT
# A short run of each fuzzer, the same every time; a long one for `make test-all`.
cd "$(dirname "$0")/../.." || exit 1
if [ -n "${OCTAVO_TEST_ALL-}" ]; then
	export FUZZ_RUNS=-1 FUZZ_SECONDS=120
fi
exec tests/fuzz/run
