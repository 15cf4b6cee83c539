/* SPDX-License-Identifier: MIT */
/*
 * Programs and the files that they come from: what runs is not written to, what is written is not
 * run; a program goes on when its file is removed, and starts with fresh data each time.
 */
#include "guest.h"

#define COPY "/tmp/text-copy"

static const char *self;
static volatile int data = 42;
static char space[4 * PAGE]; /* all of bss but a few words */

/* What follows the data in the file is no part of the program: rubbish there must not be seen. */
static void spoil_behind_data(int fd)
{
	uint32_t header[13], segment[8], end = 0; /* elf(5): 52 bytes, 32 bytes */

	memset(space, 0xff, PAGE);
	if (read(fd, header, sizeof(header)) != (ssize_t)sizeof(header))
		bail_out("ELF header: errno %d", errno);
	lseek(fd, (off_t)header[7], SEEK_SET);
	for (unsigned i = 0; i < (header[11] & 0xffff); i++) {
		if (read(fd, segment, sizeof(segment)) != (ssize_t)sizeof(segment))
			bail_out("program header: errno %d", errno);
		if (segment[0] == 1 && segment[1] + segment[4] > end)
			end = segment[1] + segment[4];
	}
	lseek(fd, (off_t)end, SEEK_SET);
	if (write(fd, space, PAGE - end % PAGE) != (ssize_t)(PAGE - end % PAGE))
		bail_out("write: errno %d", errno);
}

static long open_errno(const char *path, int flags)
{
	long fd = sys(__NR_open, path, flags, 0);

	if (fd < 0)
		return fd;
	sys(__NR_close, fd);
	return 0;
}

static int run(const char *path, const char *word)
{
	char *argv[] = {(char *)(uintptr_t)path, (char *)(uintptr_t)word, NULL};
	char *envp[] = {NULL};
	int status;
	pid_t pid = must_fork();

	if (pid == 0)
		_exit((int)-sys(__NR_execve, path, argv, envp));
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static void copy_self(void)
{
	int from = open(self, O_RDONLY), to = open(COPY, O_RDWR | O_CREAT | O_TRUNC, 0700);
	ssize_t n;

	if (from < 0 || to < 0)
		bail_out("a copy: errno %d", errno);
	while ((n = read(from, space, sizeof(space))) > 0)
		if (write(to, space, (size_t)n) != n)
			bail_out("write: errno %d", errno);
	lseek(to, 0, SEEK_SET);
	spoil_behind_data(to);
	is(run(COPY, "exit7"), EXITED(ETXTBSY), "while it is open for writing: ETXTBSY");
	close(from);
	close(to);
}

/* In the copy: its own file cannot be written, and can be removed. */
static int busy(void)
{
	if (open_errno(COPY, O_WRONLY) != -ETXTBSY || open_errno(COPY, O_RDWR) != -ETXTBSY)
		return 1;
	if (open_errno(COPY, O_WRONLY | O_TRUNC) != -ETXTBSY ||
	    open_errno(COPY, O_RDONLY | O_TRUNC) != -ETXTBSY)
		return 2;
	if (in_child(peek_child, (void *)(uintptr_t)&data) != 0 || open_errno(COPY, O_RDONLY) != 0)
		return 3;
	if (open_errno(COPY, O_WRONLY) != -ETXTBSY) /* the child's end has not changed that */
		return 4;
	return 0;
}

static int removed(void)
{
	if (unlink(COPY) != 0)
		return 1;
	data = 43;
	return in_child(poke_child, (void *)(uintptr_t)&data) != 0 || data != 43;
}

static int fresh(void)
{
	int was = data;

	data = 7;
	return was == 42 && all_bytes(space, sizeof(space), 0) ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	self = argv[0];
	if (!strcmp(word, "exit7"))
		return 7;
	if (!strcmp(word, "busy"))
		return busy();
	if (!strcmp(word, "removed"))
		return removed();
	if (!strcmp(word, "fresh"))
		return fresh();
	copy_self();
	is(run(COPY, "exit7"), EXITED(7), "a copy runs");
	is(open_errno(COPY, O_WRONLY), 0, "and may be written to when it has ended");
	is(run(COPY, "busy"), EXITED(0), "while it runs it may not: ETXTBSY");
	is(run(COPY, "fresh"), EXITED(0), "its data is the file's, its bss zeros");
	is(run(COPY, "fresh"), EXITED(0), "each time");
	is(run(COPY, "removed"), EXITED(0), "it goes on when its file is removed");
	is(run(COPY, "exit7"), EXITED(ENOENT), "and is gone then");
	return tap_done();
}
