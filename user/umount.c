/* SPDX-License-Identifier: MIT */
/* umount DIRECTORY ...: takes off what is mounted there. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 2) {
		fiprintf(stderr, "usage: umount directory ...\n");
		return 1;
	}
	for (int i = 1; i < argc; i++) {
		if (umount(argv[i]) == 0)
			continue;
		fiprintf(stderr, "umount: %s: %s\n", argv[i], strerror(errno));
		failed = 1;
	}
	return failed;
}
