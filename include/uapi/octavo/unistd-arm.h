/* SPDX-License-Identifier: MIT */
/*
 * System-call numbers on ARM (Linux EABI): svc 0, number in r7, arguments in
 * r0 to r5, result in r0. syscalls(2), syscall(2).
 */
#ifndef UAPI_OCTAVO_UNISTD_ARM_H
#define UAPI_OCTAVO_UNISTD_ARM_H

#define __NR_getdents64        217
#define __NR_mincore           219
#define __NR_madvise           220
#define __NR_exit_group        248
#define __NR_remap_file_pages  253
#define __NR_set_tid_address   256
#define __NR_clock_settime     262
#define __NR_clock_gettime     263
#define __NR_clock_getres      264
#define __NR_clock_nanosleep   265
#define __NR_statfs64          266
#define __NR_fstatfs64         267
#define __NR_tgkill            268
#define __NR_utimes            269
#define __NR_waitid            280
#define __NR_shmat             305
#define __NR_shmdt             306
#define __NR_shmget            307
#define __NR_shmctl            308
#define __NR_mbind             319
#define __NR_get_mempolicy     320
#define __NR_set_mempolicy     321
#define __NR_openat            322
#define __NR_mkdirat           323
#define __NR_mknodat           324
#define __NR_fchownat          325
#define __NR_futimesat         326
#define __NR_fstatat64         327
#define __NR_unlinkat          328
#define __NR_renameat          329
#define __NR_linkat            330
#define __NR_symlinkat         331
#define __NR_readlinkat        332
#define __NR_fchmodat          333
#define __NR_faccessat         334
#define __NR_pselect6          335
#define __NR_ppoll             336
#define __NR_set_robust_list   338
#define __NR_get_robust_list   339
#define __NR_move_pages        344
#define __NR_getcpu            345
#define __NR_utimensat         348
#define __NR_eventfd           351
#define __NR_fallocate         352
#define __NR_eventfd2          356
#define __NR_dup3              358
#define __NR_pipe2             359
#define __NR_preadv            361
#define __NR_pwritev           362
#define __NR_rt_tgsigqueueinfo 363
#define __NR_prlimit64         369
#define __NR_syncfs            373
#define __NR_getrandom         384
#define __NR_memfd_create      385
#define __NR_userfaultfd       388
#define __NR_mlock2            390
#define __NR_preadv2           392
#define __NR_pwritev2          393
#define __NR_renameat2         382
#define __NR_statx             397
#define __NR_rseq              398
#define __NR_migrate_pages     400

/* ARM's own */
#define __ARM_NR_cacheflush 0xf0002
#define __ARM_NR_set_tls    0xf0005
#define __ARM_NR_get_tls    0xf0006

#endif
