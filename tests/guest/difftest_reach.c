/* SPDX-License-Identifier: MIT */
/*
 * difftest_reach.c - memory and files that are reached in other ways than by touching and mapping them:
 * another process's memory, /proc/self/mem, from file to file, seals; memory that is executed, and what
 * the kernel says of how much there is.
 */
#include "difftest.h"

#include <uapi/octavo/memfd.h>

/* --- processes' memory --- */

enum { PIECES = 3 };

/* Of the program itself, not of the window. */
static unsigned char buffer[16 * PAGE] __attribute__((aligned(PAGE)));

/* Some pieces of pages, or of the buffer; of a size that i386's Linux copies as a whole. */
static void any_vector(uint32_t (*v)[2], unsigned n, int in_buffer)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned long at = any_page();
		uint32_t offset = one_in(2) ? below(PAGE) & COPIED : 0;

		if (in_buffer)
			at = (unsigned long)buffer + below(11) * PAGE;
		v[i][0] = at + offset;
		v[i][1] = clip(v[i][0], any_length() & 0x3fff) & COPIED;
		note(" %s+%lx", in_buffer ? "buffer" : where(v[i][0]), (unsigned long)v[i][1]);
	}
}

static uint32_t buffer_sum(uint32_t len)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < len; i++)
		sum = sum * 31 + buffer[i];
	return sum;
}

/* Linux has brought in several of their pages before it looks at ours. */
static void touch(pid_t other, uint32_t (*v)[2], unsigned n, int write)
{
	uint32_t byte = 0, ours[2] = {(uint32_t)&byte, 1};

	for (unsigned i = 0; i < n; i++) {
		uint32_t end = v[i][0] + v[i][1];

		for (uint32_t at = v[i][0]; at < end; at = (at & ~(PAGE - 1)) + PAGE) {
			uint32_t theirs[2] = {at, 1};

			if (sys(__NR_process_vm_readv, other, ours, 1, theirs, 1, 0) == 1 && write)
				sys(__NR_process_vm_writev, other, ours, 1, theirs, 1, 0);
		}
	}
}

void step_process_vm(void)
{
	uint32_t ours[PIECES][2], theirs[PIECES][2];
	unsigned nr_ours = 1 + below(PIECES), nr_theirs = 1 + below(PIECES);
	long nr = (long)ONE_OF(__NR_process_vm_readv, __NR_process_vm_writev);
	pid_t other = one_in(3) ? getpid() : the_other();
	int wild_ours = one_in(2);
	long result;
	uint32_t byte;

	note(nr == __NR_process_vm_readv ? "process_vm_readv" : "process_vm_writev");
	note(other == getpid() ? " own" : "");
	any_vector(ours, nr_ours,
		   !wild_ours); /* bytes that are moved onto themselves may come in any order */
	note(" of");
	any_vector(theirs, nr_theirs, wild_ours);
	touch(other, theirs, nr_theirs, nr == __NR_process_vm_writev);
	for (unsigned i = 0; i < nr_ours; i++) /* Octavo does it in any case */
		for (uint32_t at = 0; nr == __NR_process_vm_writev && at < ours[i][1]; at += 64)
			try_read(ours[i][0] + at, &byte);
	result = sys(nr, other, ours, nr_ours, theirs, nr_theirs, 0);
	note(" sum %lx", (unsigned long)buffer_sum(sizeof(buffer)));
	note_result(result);
}

/* As a debugger: what may not be written is copied. */
void step_proc_mem(void)
{
	unsigned long at = any_page() + below(PAGE);
	uint32_t len = 1 + below(one_in(2) ? 16 : 2 * PAGE);
	int fd = open("/proc/self/mem", O_RDWR);
	long n;

	len = clip(at, len);
	if (one_in(2)) {
		note("mem read %s len %lu", where(at), (unsigned long)len);
		n = sys(__NR_pread64, fd, buffer, len, at, 0);
		note(" sum %lx", (unsigned long)buffer_sum(n > 0 ? (uint32_t)n : 0));
	} else {
		memset(buffer, (int)below(256), len);
		note("mem write %s len %lu", where(at), (unsigned long)len);
		n = sys(__NR_pwrite64, fd, buffer, len, at, 0);
	}
	note_result(n);
	close(fd);
}

/* --- files --- */

void step_sendfile(void)
{
	unsigned from = ONE_OF(A_RDWR, A_RDONLY, B_RDWR, MEMFD), to = ONE_OF(A_RDWR, B_RDWR, MEMFD);
	uint32_t offset = any_offset(), len = any_length() & 0x7fff;
	long long at = any_offset();
	unsigned old;
	long result;

	if (from == to || (from == A_RDONLY && to == A_RDWR))
		to = from == MEMFD ? A_RDWR : MEMFD;
	sys(__NR_lseek, fds[to], offset, SEEK_SET);
	note("sendfile file %u at %lu to file %u at %lu len %lu", from, (unsigned long)at, to,
	     (unsigned long)offset, (unsigned long)len);
	old = file_size(fds[to]);
	result = sys(__NR_sendfile64, fds[to], fds[from], &at, len);
	clear_tail(fds[to], old, offset, result > 0 ? 0 : -1);
	note(" to %lu", (unsigned long)at);
	note_result(result);
}

void step_truncate_path(void)
{
	int in_a = one_in(2), fd = fds[in_a ? A_RDWR : B_RDWR];
	const char *path = in_a ? "/tmp/a" : "/tmp/b";
	unsigned size = any_offset(), old;
	long result;

	old = file_size(fd);
	note("truncate %s to %u", path, size);
	result = sys(__NR_truncate, path, size);
	clear_tail(fd, old, size, result);
	note_result(result);
}

void step_seal(void)
{
	uint32_t seals =
		one_in(8) ? below(F_SEAL_EXEC) /* which is newer */
			  : ONE_OF(F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE, F_SEAL_FUTURE_WRITE);

	note("seal file %u %lx", MEMFD, (unsigned long)seals);
	note_result(sys(__NR_fcntl64, fds[MEMFD], F_ADD_SEALS, seals));
	note("seals");
	note_result(sys(__NR_fcntl64, fds[MEMFD], F_GET_SEALS));
}

/* --- execution --- */

/* A return is put there, if it can be; else nothing may be there, or what the page allows. */
void step_execute(void)
{
	enum { RETURN = 0xc3 };
	unsigned long at = any_page() + below(PAGE);
	uint32_t value = 0;

	note("execute %s", where(at));
	if (try_write(at, RETURN) == 0)
		value = RETURN;
	else if (try_read(at, &value) == 0 && value != RETURN) {
		note(" = no\n");
		return;
	}
	if (try_jump((void (*)(void))at) == 0)
		note_result(0);
	else
		note_fault();
}

/* --- reports --- */

static const char *const sizes[] = {"VmSize:", "VmLck:", "VmData:", "VmStk:"};
enum { LOCKED_SIZE = 1 };
int all_locked;
static long sizes_before[sizeof(sizes) / sizeof(sizes[0])];

static void read_sizes(long *kb)
{
	static char text[4096];
	int fd = open("/proc/self/status", O_RDONLY);
	long n = sys(__NR_read, fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const char *p = strstr(text, sizes[i]);

		kb[i] = p ? strtol(p + strlen(sizes[i]), NULL, 10) : 0;
	}
}

unsigned long size_now(const char *name)
{
	long now[sizeof(sizes) / sizeof(sizes[0])];
	unsigned i = 0;

	read_sizes(now);
	while (strcmp(sizes[i], name))
		i++;
	return (unsigned long)now[i];
}

void remember_sizes(void)
{
	read_sizes(sizes_before);
}

void step_sizes(void)
{
	long now[sizeof(sizes) / sizeof(sizes[0])];

	read_sizes(now);
	note("sizes");
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (i != LOCKED_SIZE || !all_locked) /* then it counts what the program is itself */
			note(" %s %ld", sizes[i], now[i] - sizes_before[i]);
	note("\n");
}
