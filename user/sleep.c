/* SPDX-License-Identifier: MIT */
/* sleep SECONDS[.FRACTION] */
#include <errno.h>
#include <stdio.h>
#include <time.h>

int main(int argc, char **argv)
{
	struct timespec wanted = {0, 0};
	long unit = 1000000000 / 10;
	const char *c = argc == 2 ? argv[1] : "";

	if (!*c) {
		fiprintf(stderr, "usage: sleep seconds\n");
		return 1;
	}
	for (; *c >= '0' && *c <= '9' && wanted.tv_sec < 100000000; c++)
		wanted.tv_sec = 10 * wanted.tv_sec + *c - '0';
	if (*c == '.')
		for (c++; *c >= '0' && *c <= '9'; c++, unit /= 10)
			wanted.tv_nsec += unit * (*c - '0');
	if (*c) {
		fiprintf(stderr, "sleep: invalid time '%s'\n", argv[1]);
		return 1;
	}
	while (nanosleep(&wanted, &wanted) < 0)
		if (errno != EINTR)
			return 1;
	return 0;
}
