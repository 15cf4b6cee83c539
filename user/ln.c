/* SPDX-License-Identifier: MIT */
/* ln [-sf] TARGET [NAME]: another name for a file; -s a symbolic link, -f in the place of NAME. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "copy.h"

int main(int argc, char **argv)
{
	int symbolic = 0, force = 0, option;
	char *name;

	while ((option = getopt(argc, argv, "sf")) != -1) {
		if (option == 's')
			symbolic = 1;
		else if (option == 'f')
			force = 1;
		else
			return 1;
	}
	if (argc - optind < 1 || argc - optind > 2) {
		fiprintf(stderr, "usage: ln [-sf] target [name]\n");
		return 1;
	}
	name = copy_target(argv[optind], argc - optind == 2 ? argv[optind + 1] : ".");
	if (!name) {
		fiprintf(stderr, "ln: %s\n", strerror(ENOMEM));
		return 1;
	}
	if (force)
		unlink(name);
	if ((symbolic ? symlink(argv[optind], name) : link(argv[optind], name)) < 0) {
		fiprintf(stderr, "ln: %s: %s\n", name, strerror(errno));
		return 1;
	}
	free(name);
	return 0;
}
