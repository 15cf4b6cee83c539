/* SPDX-License-Identifier: MIT */
/*
 * Ends the chain of GCC's own <limits.h>, which looks for a C library's file
 * of the same name behind itself; a freestanding program has none.
 */
