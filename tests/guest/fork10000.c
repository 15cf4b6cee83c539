/* SPDX-License-Identifier: MIT */
/*
 * fork10000 [COUNT]: that many processes, one after the other, of which none
 * leaves a page behind: the kernel's audit looks, here and at the end.
 */
#include "guest.h"

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 10000;
	volatile char *page = map_pages(4, PROT_READ | PROT_WRITE);
	int status, bad = 0, last = 0;

	is(kernel_command("audit"), 0, "the audit before");
	for (int i = 0; i < count; i++) {
		pid_t pid;

		page[0] = (char)i;
		pid = fork();
		if (pid == 0) {
			page[PAGE] = (char)(i + 1); /* a page of its own */
			_exit(page[0] == (char)i ? i & 0x7f : 255);
		}
		if (pid < 0) {
			bail_out("fork %d of %d: errno %d", i, count, errno);
		}
		if (waitpid(pid, &status, 0) != pid || status != EXITED(i & 0x7f))
			bad++;
		last = pid;
	}
	is(bad, 0, "%d children, all with the right status (the last was %d)", count, last);
	is(page[PAGE], 0, "and none wrote its parent's memory");
	is(kernel_command("audit"), 0, "the audit after");
	return tap_done();
}
