/* SPDX-License-Identifier: MIT */
/* mkdir [-p] [-m MODE] DIRECTORY ...: makes directories; -p those above them too. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int complain(const char *name)
{
	fiprintf(stderr, "mkdir: cannot create directory '%s': %s\n", name, strerror(errno));
	return 1;
}

/* With all directories above it; one that is there is no error. */
static int make_all(char *path, mode_t mode)
{
	struct stat st;

	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int made;

		*slash = '\0';
		made = mkdir(path, 0777);
		*slash = '/';
		if (made < 0 && errno != EEXIST)
			return complain(path);
	}
	if (mkdir(path, mode) == 0)
		return 0;
	if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	errno = EEXIST;
	return complain(path);
}

int main(int argc, char **argv)
{
	int parents = 0, failed = 0, option;
	mode_t mode = 0777;

	while ((option = getopt(argc, argv, "pm:")) != -1) {
		if (option == 'p')
			parents = 1;
		else if (option == 'm')
			mode = (mode_t)strtol(optarg, NULL, 8);
		else
			return 1;
	}
	if (optind == argc) {
		fiprintf(stderr, "mkdir: missing operand\n");
		return 1;
	}
	for (; optind < argc; optind++) {
		if (parents)
			failed |= make_all(argv[optind], mode);
		else if (mkdir(argv[optind], mode) < 0)
			failed |= complain(argv[optind]);
	}
	return failed;
}
