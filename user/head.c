/* SPDX-License-Identifier: MIT */
/* head [-n LINES] [FILE ...]: the first lines, ten if it is not said how many. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int show(int fd, long lines)
{
	char buf[1024];
	ssize_t got = 0;

	while (lines > 0 && (got = read(fd, buf, sizeof(buf))) > 0) {
		ssize_t len = 0;

		while (len < got && lines > 0)
			lines -= buf[len++] == '\n';
		if (fwrite(buf, 1, (size_t)len, stdout) != (size_t)len)
			return -1;
	}
	return got < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	long lines = 10;
	int failed = 0, first = 1;

	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		lines = atol(argv[2]);
		first = 3;
	} else if (argc > 1 && argv[1][0] == '-' && argv[1][1] >= '0' && argv[1][1] <= '9') {
		lines = atol(argv[1] + 1);
		first = 2;
	}
	for (int i = first; i < argc || i == first; i++) {
		const char *name = i < argc ? argv[i] : "input";
		int fd = i < argc ? open(argv[i], O_RDONLY) : STDIN_FILENO;

		if (argc - first > 1 && fd >= 0)
			iprintf("%s==> %s <==\n", i > first ? "\n" : "", name);
		if (fd < 0 || show(fd, lines) < 0) {
			fflush(stdout);
			fiprintf(stderr, "head: %s: %s\n", name, strerror(errno));
			failed = 1;
		}
		if (fd > STDIN_FILENO)
			close(fd);
	}
	return fflush(stdout) ? 1 : failed;
}
