/* SPDX-License-Identifier: MIT */
/* gfp.h - how an allocation may be satisfied. */
#pragma once

#include <octavo/types.h>

#define __GFP_WAIT    0x01u  /* may sleep: may free pages first (bal-1) */
#define __GFP_IO      0x02u  /* may start I/O to free pages (bal-1, bal-3) */
#define __GFP_FS      0x04u  /* may enter a file system to free pages */
#define __GFP_HIGH    0x08u  /* may dig into the reserve (bal-26) */
#define __GFP_DMA     0x10u  /* from the DMA zone only */
#define __GFP_HIGHMEM 0x20u  /* may come from memory outside the direct map */
#define __GFP_USER    0x40u  /* for user space: never from a kernel-only zone */
#define __GFP_NOFAIL  0x80u  /* boot and other places that cannot go back: panics instead */
#define __GFP_NOWARN  0x100u /* a refusal leaves no why-line (the caller writes its own) */
#define __GFP_ZERO    0x200u /* contents zeroed */
#define __GFP_NORETRY 0x400u

#define GFP_ATOMIC   __GFP_HIGH
#define GFP_KERNEL   (__GFP_WAIT | __GFP_IO | __GFP_FS)
#define GFP_USER     (GFP_KERNEL | __GFP_USER)
#define GFP_HIGHUSER (GFP_USER | __GFP_HIGHMEM)
