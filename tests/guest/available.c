/* SPDX-License-Identifier: MIT */
/*
 * available MEGABYTES: how much of a machine with that much memory its programs get.
 *
 *	of its own	one program touches pages until none is left for it
 *	of programs	it has all but a few of them; another fills pipes until those are
 *			refused, too: what zones keep from user pages is for what the
 *			kernel needs on behalf of programs
 */
#include "guest.h"

#define SPARE_PAGES 64
#define MAX_PIPES   500

struct shared {
	volatile unsigned long touched;
	volatile int is_full;
};

static struct shared *shared;
static unsigned long total_pages;

static int touch(void *pages)
{
	volatile char *p = map_more(total_pages, PROT_READ | PROT_WRITE, MAP_NORESERVE);

	for (shared->touched = 0; shared->touched < *(unsigned long *)pages; shared->touched++)
		p[shared->touched * PAGE] = 1;
	return 0;
}

/* => pages of pipes filled until the kernel has none left for one more */
static unsigned long fill_pipes(void)
{
	static char bytes[PAGE];
	unsigned long pages = 0;
	long result = 0;
	int fds[2];

	for (int i = 0; i < MAX_PIPES && result != -ENOMEM; i++) {
		if (sys(__NR_pipe2, fds, O_NONBLOCK) != 0)
			break;
		while ((result = sys(__NR_write, fds[1], bytes, PAGE)) == (long)PAGE)
			pages++;
	}
	return pages;
}

/* Tenths of a per cent of the machine's memory. */
static unsigned long share(unsigned long pages)
{
	return pages * 1000 / total_pages;
}

int main(int argc, char **argv)
{
	unsigned long most = argc > 1 ? strtoul(argv[1], NULL, 10) * MB / PAGE : 0;
	unsigned long own, pipes;
	pid_t pid;

	if (most == 0)
		return fiprintf(stderr, "usage: available MEGABYTES\n"), 2;
	total_pages = most;
	shared = map_shared(1);
	is(in_child(touch, &most), KILLED(SIGKILL), "a program that takes all memory is killed");
	own = shared->touched;
	ok(share(own) >= 970, "it had %lu tenths of a per cent", share(own));

	most = own - SPARE_PAGES;
	pid = must_fork();
	if (pid == 0) {
		touch(&most);
		shared->is_full = 1;
		sleep_ms(1000000);
		_exit(0);
	}
	while (!shared->is_full)
		sleep_ms(10);
	pipes = fill_pipes();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ok(share(most + pipes) >= 980, "programs and what the kernel holds for them: %lu tenths",
	   share(most + pipes));
	diag("%lu pages of a program's own, %lu of pipes, of %lu", own, pipes, total_pages);
	return tap_done();
}
