/* SPDX-License-Identifier: MIT */
/* cp [-rR] FROM ... TO: copies files; -r directories with all in them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copy.h"

int main(int argc, char **argv)
{
	int recursive = 0, failed = 0, option;
	struct stat st;

	while ((option = getopt(argc, argv, "rR")) != -1) {
		if (option == '?')
			return 1;
		recursive = 1;
	}
	if (argc - optind < 2) {
		fiprintf(stderr, "cp: missing operand\n");
		return 1;
	}
	if (argc - optind > 2 && (stat(argv[argc - 1], &st) < 0 || !S_ISDIR(st.st_mode))) {
		fiprintf(stderr, "cp: %s is not a directory\n", argv[argc - 1]);
		return 1;
	}
	for (; optind < argc - 1; optind++) {
		char *to = copy_target(argv[optind], argv[argc - 1]);

		if (!to) {
			fiprintf(stderr, "cp: %s\n", strerror(ENOMEM));
			return 1;
		}
		failed |= copy_tree("cp", argv[optind], to, recursive);
		free(to);
	}
	return failed;
}
