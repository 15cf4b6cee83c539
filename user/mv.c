/* SPDX-License-Identifier: MIT */
/* mv FROM ... TO: renames; a file that goes to another file system is copied and removed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copy.h"

static int move(const char *from, const char *to)
{
	struct stat st;

	if (rename(from, to) == 0)
		return 0;
	if (errno == EXDEV && lstat(from, &st) == 0 && !S_ISDIR(st.st_mode)) {
		if (unlink(to) < 0 && errno != ENOENT) {
			fiprintf(stderr, "mv: %s: %s\n", to, strerror(errno));
			return 1;
		}
		if (copy_tree("mv", from, to, 1))
			return 1;
		if (unlink(from) == 0)
			return 0;
	}
	fiprintf(stderr, "mv: cannot move '%s' to '%s': %s\n", from, to, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	int failed = 0;
	struct stat st;

	while (getopt(argc, argv, "f") != -1)
		;
	if (argc - optind < 2) {
		fiprintf(stderr, "mv: missing operand\n");
		return 1;
	}
	if (argc - optind > 2 && (stat(argv[argc - 1], &st) < 0 || !S_ISDIR(st.st_mode))) {
		fiprintf(stderr, "mv: %s is not a directory\n", argv[argc - 1]);
		return 1;
	}
	for (; optind < argc - 1; optind++) {
		char *to = copy_target(argv[optind], argv[argc - 1]);

		if (!to) {
			fiprintf(stderr, "mv: %s\n", strerror(ENOMEM));
			return 1;
		}
		failed |= move(argv[optind], to);
		free(to);
	}
	return failed;
}
