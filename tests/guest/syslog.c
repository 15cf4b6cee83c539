/* SPDX-License-Identifier: MIT */
/* syslog(2): the kernel's log. */
#include "guest.h"

enum { OPEN = 1, READ_ALL = 3, READ_CLEAR, CLEAR, CONSOLE_LEVEL = 8, SIZE_UNREAD, SIZE_BUFFER };

static char text[65536];
static char *volatile nowhere = (char *)16;

static long log_call(int action, void *buf, long len)
{
	return sys(__NR_syslog, action, buf, len);
}

static int has(long len, const char *what)
{
	text[len < 0 ? 0 : len] = '\0';
	return strstr(text, what) != NULL;
}

int main(void)
{
	int first_run = open("/tmp/syslog-was-cleared", O_CREAT | O_EXCL, 0600) >= 0;
	long size = log_call(SIZE_BUFFER, NULL, 0), len, part;

	poke(nowhere);
	poke(nowhere);
	ok(size >= 4096, "the buffer's size");
	is(log_call(OPEN, NULL, 0), 0, "opening does nothing");
	len = log_call(READ_ALL, text, sizeof(text) - 1);
	ok(len > 0 && text[len - 1] == '\n', "there is something in it");
	if (on_octavo() && first_run)
		ok(has(len, "Octavo"), "from the beginning");
	part = log_call(READ_ALL, text, len - 10);
	ok(part > 0 && part <= len - 10, "what fits is the newest part");
	is(log_call(READ_ALL, text, 0), 0, "nothing fits into no bytes");

	is(log_call(READ_ALL, NULL, 10), -EINVAL, "no buffer");
	is(log_call(READ_ALL, text, -1), -EINVAL, "a negative length");
	is(log_call(READ_ALL, (void *)KERNEL_ADDRESS, 4096), -EFAULT, "the kernel's address");
	is(log_call(77, text, 10), -EINVAL, "no such action");
	is(log_call(CONSOLE_LEVEL, NULL, 0), -EINVAL, "level 0");
	is(log_call(CONSOLE_LEVEL, NULL, 9), -EINVAL, "level 9");
	is(log_call(CONSOLE_LEVEL, NULL, 4), 0, "a quiet console");

	is(log_call(CLEAR, NULL, 0), 0, "cleared");
	is(log_call(READ_ALL, text, sizeof(text) - 1), 0, "nothing is left");
	poke(nowhere);
	len = log_call(READ_CLEAR, text, sizeof(text) - 1);
	ok(len > 0, "a message that came later");
	if (on_octavo())
		ok(has(len, "write of 00000010"), "is the one about the crash");
	is(log_call(READ_ALL, text, sizeof(text) - 1), 0, "read and cleared");
	return tap_done();
}
