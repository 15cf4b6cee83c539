/* SPDX-License-Identifier: MIT */
/* memfd_create(2), and the seals of fcntl(2). */
#ifndef UAPI_OCTAVO_MEMFD_H
#define UAPI_OCTAVO_MEMFD_H

#define MFD_CLOEXEC       0x01
#define MFD_ALLOW_SEALING 0x02
#define MFD_HUGETLB       0x04
#define MFD_NOEXEC_SEAL   0x08
#define MFD_EXEC          0x10
#define MFD_HUGE_SIZES    0xfc000000U /* with MFD_HUGETLB: the logarithm of a size */

#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034

#define F_SEAL_SEAL         0x01
#define F_SEAL_SHRINK       0x02
#define F_SEAL_GROW         0x04
#define F_SEAL_WRITE        0x08
#define F_SEAL_FUTURE_WRITE 0x10
#define F_SEAL_EXEC         0x20
#define F_SEALS_ALL         0x3f
#define F_SEALS_NO_WRITE    (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

#endif
