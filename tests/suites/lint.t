#!/bin/bash
# SPDX-License-Identifier: MIT
# The tree's layout, sparse, cppcheck and the rules of CONTRIBUTING.md.
cd "$(dirname "$0")/../.." || exit 1
echo 1..1
if out=$(make --no-print-directory lint 2>&1); then
	echo "ok 1 - make lint has nothing to say"
else
	echo "not ok 1 - make lint has nothing to say"
	sed 's/^/# /' <<<"$out"
	exit 1
fi
