/* SPDX-License-Identifier: MIT */
/*
 * syscall.h - the system calls. Each takes its arguments as the registers hold them and returns a
 * value or a negative errno. The tables, by Linux number, are arch/ARCH/syscall_table.c; what is not
 * in them is ENOSYS (silently, unless debug=syscalls).
 */
#pragma once

#include <octavo/types.h>

typedef long (*syscall_fn)(long, long, long, long, long, long);

/* kernel/: processes */
long sys_exit(int code);
long sys_exit_group(int code);
long sys_fork(void);
long sys_vfork(void);
long sys_execve(const char __user *path, const u32 __user *argv, const u32 __user *envp);
long sys_wait4(int pid, int __user *status, int options, void __user *rusage);
long sys_waitpid(int pid, int __user *status, int options);
long sys_getpid(void);
long sys_gettid(void);
long sys_getppid(void);
long sys_sched_yield(void);
long sys_waitid(int type, int id, void __user *info, int options, void __user *rusage);
/* kernel/: process groups and sessions */
long sys_setpgid(int pid, int pgid);
long sys_getpgid(int pid);
long sys_getpgrp(void);
long sys_setsid(void);
long sys_getsid(int pid);
/* kernel/: signals; a set is 64 bits, `size` says so */
long sys_restart_syscall(void);
long sys_kill(int pid, int signal);
long sys_tkill(int pid, int sig);
long sys_tgkill(int tgid, int pid, int sig);
long sys_rt_sigqueueinfo(int pid, int sig, const void __user *info);
long sys_rt_tgsigqueueinfo(int tgid, int pid, int sig, const void __user *info);
long sys_rt_sigaction(int sig, const void __user *act, void __user *old, u32 size);
long sys_sigaction(int sig, const void __user *act, void __user *old);
long sys_signal(int sig, u32 handler);
long sys_rt_sigprocmask(int how, const void __user *set, void __user *old, u32 size);
long sys_sigprocmask(int how, const u32 __user *set, u32 __user *old);
long sys_sgetmask(void);
long sys_ssetmask(u32 mask);
long sys_rt_sigpending(void __user *to, u32 size);
long sys_sigpending(u32 __user *to);
long sys_rt_sigsuspend(const void __user *mask, u32 size);
long sys_sigsuspend(int unused1, int unused2, u32 mask);
long sys_pause(void);
long sys_rt_sigtimedwait(const void __user *set, void __user *info, const void __user *timeout,
			 u32 size);
long sys_rt_sigtimedwait_time64(const void __user *set, void __user *info,
				const void __user *timeout, u32 size);
long sys_sigaltstack(const void __user *set, void __user *old);
long sys_getitimer(int which, void __user *value);
long sys_setitimer(int which, const void __user *value, void __user *old_value);
long sys_alarm(u32 seconds);
long sys_syslog(int action, char __user *buf, int len);
long sys_vhangup(void); /* drivers/tty_job.c */
long sys_uname(void __user *buf);
long sys_reboot(u32 magic1, u32 magic2, u32 cmd, void __user *arg);
/* kernel/: clone, identity */
long sys_clone(u32 flags, vaddr_t stack, u32 __user *parent_tid, u32 tls, u32 __user *child_tid);
long sys_futex(u32 __user *word, int op, u32 value, const void __user *timeout, u32 __user *word2,
	       u32 value3);
long sys_futex_time64(u32 __user *word, int op, u32 value, const void __user *timeout,
		      u32 __user *word2, u32 value3);
long sys_set_tid_address(u32 __user *address);
long sys_set_robust_list(void __user *head, u32 len);
long sys_get_robust_list(int pid, u32 __user *head, u32 __user *len);
long sys_getrandom(char __user *buf, u32 len, u32 flags);
long sys_getuid(void);
long sys_getuid16(void);
long sys_geteuid(void);
long sys_geteuid16(void);
long sys_getgid(void);
long sys_getgid16(void);
long sys_getegid(void);
long sys_getegid16(void);
long sys_setuid(u32 id);
long sys_setuid16(u32 id);
long sys_setgid(u32 id);
long sys_setgid16(u32 id);
long sys_setfsuid(u32 id);
long sys_setfsuid16(u32 id);
long sys_setfsgid(u32 id);
long sys_setfsgid16(u32 id);
long sys_setreuid(u32 real, u32 effective);
long sys_setreuid16(u32 real, u32 effective);
long sys_setregid(u32 real, u32 effective);
long sys_setregid16(u32 real, u32 effective);
long sys_setresuid(u32 real, u32 effective, u32 saved);
long sys_setresuid16(u32 real, u32 effective, u32 saved);
long sys_setresgid(u32 real, u32 effective, u32 saved);
long sys_setresgid16(u32 real, u32 effective, u32 saved);
long sys_getresuid(u32 __user *real, u32 __user *effective, u32 __user *saved);
long sys_getresuid16(u16 __user *real, u16 __user *effective, u16 __user *saved);
long sys_getresgid(u32 __user *real, u32 __user *effective, u32 __user *saved);
long sys_getresgid16(u16 __user *real, u16 __user *effective, u16 __user *saved);
long sys_getgroups(int size, u32 __user *list);
long sys_getgroups16(int size, u16 __user *list);
long sys_setgroups(int size, const u32 __user *list);
long sys_setgroups16(int size, const u16 __user *list);
long sys_capget(u32 __user *header, void __user *data);
long sys_capset(u32 __user *header, const void __user *data);
/* kernel/: limits, scheduling, attributes, the machine */
long sys_getrlimit(u32 which, void __user *limit);
long sys_old_getrlimit(u32 which, void __user *limit);
long sys_setrlimit(u32 which, const void __user *limit);
long sys_prlimit64(int pid, u32 which, const void __user *new_limit, void __user *old_limit);
long sys_getpriority(int which, int who);
long sys_setpriority(int which, int who, int nice);
long sys_nice(int increment);
long sys_sched_setscheduler(int pid, int policy, const int __user *param);
long sys_sched_setparam(int pid, const int __user *param);
long sys_sched_getscheduler(int pid);
long sys_sched_getparam(int pid, int __user *param);
long sys_sched_get_priority_max(int policy);
long sys_sched_get_priority_min(int policy);
long sys_sched_rr_get_interval(int pid, void __user *interval);
long sys_sched_rr_get_interval_time64(int pid, void __user *interval);
long sys_sched_getaffinity(int pid, u32 len, void __user *mask);
long sys_sched_setaffinity(int pid, u32 len, const void __user *mask);
long sys_getcpu(u32 __user *cpu, u32 __user *node, void __user *unused);
long sys_prctl(int option, u32 a, u32 b, u32 c, u32 d);
long sys_personality(u32 persona);
long sys_sethostname(const char __user *name, int len);
long sys_setdomainname(const char __user *name, int len);
long sys_sysinfo(void __user *buf);
/* kernel/: time */
long sys_clock_getres(int clock, void __user *res);
long sys_clock_getres64(int clock, void __user *res);
long sys_clock_settime(int clock, const void __user *ts);
long sys_clock_settime64(int clock, const void __user *ts);
long sys_settimeofday(const void __user *tv, const void __user *tz);
long sys_clock_nanosleep(int clock, int flags, const void __user *req, void __user *rem);
long sys_clock_nanosleep64(int clock, int flags, const void __user *req, void __user *rem);
long sys_getrusage(int who, void __user *usage);
long sys_times(void __user *buf);
long sys_clock_gettime(int clock, void __user *ts);
long sys_clock_gettime64(int clock, void __user *ts);
long sys_nanosleep(const void __user *req, void __user *rem);
long sys_time(s32 __user *t);
long sys_gettimeofday(void __user *tv, void __user *tz);

/* mm/ */
long sys_brk(vaddr_t brk);
long sys_mmap2(vaddr_t addr, u32 len, u32 prot, u32 flags, int fd, u32 pgoff);
long sys_old_mmap(const u32 __user *args);
long sys_munmap(vaddr_t addr, u32 len);
long sys_mincore(vaddr_t start, u32 len, u8 __user *vec);
long sys_mremap(vaddr_t addr, u32 old_len, u32 new_len, u32 flags, vaddr_t new_addr);
long sys_mprotect(vaddr_t addr, u32 len, u32 prot);
long sys_msync(vaddr_t addr, u32 len, u32 flags);
long sys_mlock(vaddr_t addr, u32 len);
long sys_mlock2(vaddr_t addr, u32 len, u32 flags);
long sys_munlock(vaddr_t addr, u32 len);
long sys_mlockall(u32 flags);
long sys_munlockall(void);
long sys_madvise(vaddr_t addr, u32 len, int advice);
long sys_remap_file_pages(vaddr_t start, u32 len, u32 prot, u32 index, u32 flags);

/* fs/ */
long sys_open(const char __user *path, int flags, u32 mode);
long sys_openat(int dirfd, const char __user *path, int flags, u32 mode);
long sys_creat(const char __user *path, u32 mode);
long sys_close(u32 fd);
long sys_read(u32 fd, char __user *buf, u32 len);
long sys_write(u32 fd, const char __user *buf, u32 len);
long sys_lseek(u32 fd, s32 offset, u32 whence);
long sys_llseek(u32 fd, u32 high, u32 low, s64 __user *result, u32 whence);
long sys_pipe(s32 __user *fds);
long sys_pipe2(s32 __user *fds, u32 flags);
long sys_memfd_create(const char __user *name, u32 flags);
long sys_eventfd(u32 count);
long sys_eventfd2(u32 count, u32 flags);
long sys_dup(u32 fd);
long sys_dup2(u32 fd, u32 newfd);
long sys_dup3(u32 fd, u32 newfd, u32 flags);
long sys_fcntl64(u32 fd, u32 cmd, u32 arg);
long sys_fsync(u32 fd);
long sys_sync(void);
long sys_syncfs(u32 fd);
long sys_pread64(u32 fd, char __user *buf, u32 len, u32 low, u32 high);
long sys_pwrite64(u32 fd, const char __user *buf, u32 len, u32 low, u32 high);
long sys_readv(u32 fd, const void __user *vector, u32 count);
long sys_writev(u32 fd, const void __user *vector, u32 count);
/* sendfile(2): -EFAULT, -EBADF, -ESPIPE, -EINVAL, -EOVERFLOW, -EAGAIN, -EPIPE, what a write says */
long sys_sendfile(u32 out_fd, u32 in_fd, s32 __user *offset, u32 count);
long sys_sendfile64(u32 out_fd, u32 in_fd, s64 __user *offset, u32 count);
long sys_preadv(u32 fd, const void __user *vector, u32 count, u32 low, u32 high);
long sys_pwritev(u32 fd, const void __user *vector, u32 count, u32 low, u32 high);
long sys_preadv2(u32 fd, const void __user *vector, u32 count, u32 low, u32 high, u32 flags);
long sys_pwritev2(u32 fd, const void __user *vector, u32 count, u32 low, u32 high, u32 flags);
long sys_stat64(const char __user *path, void __user *st);
long sys_lstat64(const char __user *path, void __user *st);
long sys_fstat64(u32 fd, void __user *st);
long sys_readlink(const char __user *path, char __user *buf, u32 len);
long sys_getcwd(char __user *buf, u32 len);
long sys_chdir(const char __user *path);
long sys_fchdir(u32 fd);
long sys_chroot(const char __user *path);
long sys_mount(const char __user *source, const char __user *target, const char __user *type,
	       u32 flags, const void __user *data);
long sys_umount2(const char __user *target, u32 flags);
long sys_oldumount(const char __user *target);
long sys_getdents64(u32 fd, void __user *buf, u32 len);
long sys_ioctl(u32 fd, u32 cmd, u32 arg);
long sys_umask(u32 mask);
/* fs/: entries of directories; `dirfd` or AT_FDCWD is where a relative path begins */
long sys_mkdir(const char __user *path, u32 mode);
long sys_mkdirat(int dirfd, const char __user *path, u32 mode);
long sys_mknod(const char __user *path, u32 mode, u32 dev);
long sys_mknodat(int dirfd, const char __user *path, u32 mode, u32 dev);
long sys_symlink(const char __user *target, const char __user *path);
long sys_symlinkat(const char __user *target, int dirfd, const char __user *path);
long sys_link(const char __user *from, const char __user *to);
long sys_linkat(int from_fd, const char __user *from, int to_fd, const char __user *to, u32 flags);
long sys_unlink(const char __user *path);
long sys_rmdir(const char __user *path);
long sys_unlinkat(int dirfd, const char __user *path, u32 flags);
long sys_rename(const char __user *from, const char __user *to);
long sys_renameat(int from_fd, const char __user *from, int to_fd, const char __user *to);
long sys_renameat2(int from_fd, const char __user *from, int to_fd, const char __user *to,
		   u32 flags);
/* fs/: what an inode tells of itself, and what of that is changed */
long sys_fstatat64(int dirfd, const char __user *path, void __user *st, u32 flags);
long sys_statx(int dirfd, const char __user *path, u32 flags, u32 mask, void __user *st);
long sys_statfs(const char __user *path, void __user *st);
long sys_fstatfs(u32 fd, void __user *st);
long sys_statfs64(const char __user *path, u32 size, void __user *st);
long sys_fstatfs64(u32 fd, u32 size, void __user *st);
long sys_access(const char __user *path, u32 mode);
long sys_faccessat(int dirfd, const char __user *path, u32 mode);
long sys_faccessat2(int dirfd, const char __user *path, u32 mode, u32 flags);
long sys_readlinkat(int dirfd, const char __user *path, char __user *buf, u32 len);
long sys_chmod(const char __user *path, u32 mode);
long sys_fchmod(u32 fd, u32 mode);
long sys_fchmodat(int dirfd, const char __user *path, u32 mode);
long sys_chown(const char __user *path, u32 uid, u32 gid);
long sys_lchown(const char __user *path, u32 uid, u32 gid);
long sys_fchown(u32 fd, u32 uid, u32 gid);
long sys_chown16(const char __user *path, u32 uid, u32 gid);
long sys_lchown16(const char __user *path, u32 uid, u32 gid);
long sys_fchown16(u32 fd, u32 uid, u32 gid);
long sys_fchownat(int dirfd, const char __user *path, u32 uid, u32 gid, u32 flags);
long sys_utime(const char __user *path, const s32 __user *times);
long sys_utimes(const char __user *path, const void __user *times);
long sys_futimesat(int dirfd, const char __user *path, const void __user *times);
long sys_utimensat(int dirfd, const char __user *path, const void __user *times, u32 flags);
long sys_utimensat_time64(int dirfd, const char __user *path, const void __user *times, u32 flags);
long sys_truncate(const char __user *path, s32 size);
long sys_truncate64(const char __user *path, u32 low, u32 high);
long sys_ftruncate(u32 fd, s32 size);
/* i386's: EINVAL, too, for more than 31 bits without O_LARGEFILE; others ask for that at open(2) alone */
long sys_ftruncate64(u32 fd, u32 low, u32 high);
long sys_fallocate(u32 fd, u32 mode, u32 low, u32 high, u32 len_low, u32 len_high);
/* where the two halves of a size come in an even register and the next */
long sys_truncate64_even(const char __user *path, u32 pad, u32 low, u32 high);
long sys_ftruncate64_even(u32 fd, u32 pad, u32 low, u32 high);
/* ipc/ */
long sys_shmget(s32 key, u32 size, u32 flags);
long sys_shmat(int id, vaddr_t addr, u32 flags);
long sys_shmdt(vaddr_t addr);
long sys_shmctl(int id, int cmd, void __user *buf);
long sys_old_shmctl(int id, int cmd, void __user *buf); /* with IPC_64: today's structures */
long sys_ipc(u32 call, int first, u32 second, u32 third, void __user *ptr);
/* on a machine with an MMU; the same order on both sides */
long sys_ptrace(u32 request, int pid, u32 address, u32 data);
long sys_process_vm_readv(int pid, const void __user *ours, u32 nr_ours, const void __user *theirs,
			  u32 nr_theirs, u32 flags);
long sys_process_vm_writev(int pid, const void __user *ours, u32 nr_ours, const void __user *theirs,
			   u32 nr_theirs, u32 flags);
/* fs/: poll */
long sys_poll(void __user *fds, u32 nr, int timeout_ms);
long sys_ppoll(void __user *fds, u32 nr, void __user *timeout, const void __user *mask, u32 size);
long sys_ppoll_time64(void __user *fds, u32 nr, void __user *timeout, const void __user *mask,
		      u32 size);
long sys_old_select(const u32 __user *args);
long sys_select(int n, void __user *in, void __user *out, void __user *except,
		void __user *timeout);
long sys_pselect6(int n, void __user *in, void __user *out, void __user *except,
		  void __user *timeout, const u32 __user *mask);
long sys_pselect6_time64(int n, void __user *in, void __user *out, void __user *except,
			 void __user *timeout, const u32 __user *mask);

extern bool debug_syscalls; /* debug=syscalls: unknown calls are named */
long sys_unknown(u32 nr);   /* what the entry code calls for a number outside the table */
