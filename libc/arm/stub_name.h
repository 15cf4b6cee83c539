/* SPDX-License-Identifier: MIT */
/*
 * newlib for arm-none-eabi has write() itself and calls _write() below it.
 */
#ifndef LIBC_STUB_NAME_H
#define LIBC_STUB_NAME_H

#define NEWLIB_STUB(name) _##name

#endif
