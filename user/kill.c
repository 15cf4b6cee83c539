/* SPDX-License-Identifier: MIT */
/* kill [-NUMBER] PID ...: sends a signal, SIGTERM if it is not said which. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	int signal_number = SIGTERM, first = 1, failed = 0;

	if (argc > 1 && argv[1][0] == '-' && argv[1][1] >= '0' && argv[1][1] <= '9') {
		signal_number = atoi(argv[1] + 1);
		first = 2;
	}
	if (first == argc) {
		fiprintf(stderr, "usage: kill [-number] pid ...\n");
		return 1;
	}
	for (; first < argc; first++) {
		char *end;
		long pid = strtol(argv[first], &end, 10);

		if (*end || end == argv[first])
			errno = EINVAL;
		else if (kill((pid_t)pid, signal_number) == 0)
			continue;
		fiprintf(stderr, "kill: %s: %s\n", argv[first], strerror(errno));
		failed = 1;
	}
	return failed;
}
