/* SPDX-License-Identifier: MIT */
/* Writes files, or its input, to its output. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int complain(const char *name)
{
	fiprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
	return 1;
}

static int copy(int fd, const char *name)
{
	static char buf[4096];
	ssize_t got;

	while ((got = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t done = 0; done < got;) {
			ssize_t put = write(STDOUT_FILENO, buf + done, (size_t)(got - done));

			if (put < 0)
				return complain("output");
			done += put;
		}
	}
	return got < 0 ? complain(name) : 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 2)
		return copy(STDIN_FILENO, "input");
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);

		if (fd < 0) {
			failed |= complain(argv[i]);
			continue;
		}
		failed |= copy(fd, argv[i]);
		close(fd);
	}
	return failed;
}
