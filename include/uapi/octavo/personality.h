/* SPDX-License-Identifier: MIT */
/* Flags of personality(2). */
#ifndef UAPI_OCTAVO_PERSONALITY_H
#define UAPI_OCTAVO_PERSONALITY_H

#define ADDR_NO_RANDOMIZE 0x0040000

#endif
