/* SPDX-License-Identifier: MIT */
/* page_bytes.h - the bytes of a page frame, for whoever needs them in the kernel: pmap.h has the contract. */
#pragma once

#include <octavo/pmap.h>
