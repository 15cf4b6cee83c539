/* SPDX-License-Identifier: MIT */
/*
 * System-call numbers on x86 (Linux i386): int $0x80, number in eax,
 * arguments in ebx, ecx, edx, esi, edi, ebp, result in eax. syscalls(2), syscall(2).
 */
#ifndef UAPI_OCTAVO_UNISTD_I386_H
#define UAPI_OCTAVO_UNISTD_I386_H

#define __NR_waitpid           7
#define __NR_time              13
#define __NR_umount            22
#define __NR_ptrace            26
#define __NR_alarm             27
#define __NR_utime             30
#define __NR_getrlimit         76
#define __NR_select            82
#define __NR_signal            48
#define __NR_sgetmask          68
#define __NR_ssetmask          69
#define __NR_mmap              90
#define __NR_ipc               117
#define __NR_modify_ldt        123
#define __NR_mincore           218
#define __NR_madvise           219
#define __NR_getdents64        220
#define __NR_set_thread_area   243
#define __NR_get_thread_area   244
#define __NR_fadvise64         250
#define __NR_exit_group        252
#define __NR_remap_file_pages  257
#define __NR_set_tid_address   258
#define __NR_clock_settime     264
#define __NR_clock_gettime     265
#define __NR_clock_getres      266
#define __NR_clock_nanosleep   267
#define __NR_statfs64          268
#define __NR_fstatfs64         269
#define __NR_tgkill            270
#define __NR_utimes            271
#define __NR_mbind             274
#define __NR_get_mempolicy     275
#define __NR_set_mempolicy     276
#define __NR_waitid            284
#define __NR_migrate_pages     294
#define __NR_openat            295
#define __NR_mkdirat           296
#define __NR_mknodat           297
#define __NR_fchownat          298
#define __NR_futimesat         299
#define __NR_fstatat64         300
#define __NR_unlinkat          301
#define __NR_renameat          302
#define __NR_linkat            303
#define __NR_symlinkat         304
#define __NR_readlinkat        305
#define __NR_fchmodat          306
#define __NR_faccessat         307
#define __NR_pselect6          308
#define __NR_ppoll             309
#define __NR_set_robust_list   311
#define __NR_get_robust_list   312
#define __NR_move_pages        317
#define __NR_getcpu            318
#define __NR_utimensat         320
#define __NR_eventfd           323
#define __NR_fallocate         324
#define __NR_eventfd2          328
#define __NR_dup3              330
#define __NR_pipe2             331
#define __NR_preadv            333
#define __NR_pwritev           334
#define __NR_rt_tgsigqueueinfo 335
#define __NR_prlimit64         340
#define __NR_syncfs            344
#define __NR_process_vm_readv  347
#define __NR_process_vm_writev 348
#define __NR_getrandom         355
#define __NR_memfd_create      356
#define __NR_userfaultfd       374
#define __NR_mlock2            376
#define __NR_preadv2           378
#define __NR_pwritev2          379
#define __NR_renameat2         353
#define __NR_statx             383
#define __NR_rseq              386
#define __NR_shmget            395
#define __NR_shmctl            396
#define __NR_shmat             397
#define __NR_shmdt             398

#endif
