/* SPDX-License-Identifier: MIT */
/* The first program: says hello and how it was called. */
#include <stdio.h>

int main(int argc, char **argv)
{
	printf("hello from %s", argc > 0 ? argv[0] : "nowhere");
	for (int i = 1; i < argc; i++)
		printf(" %s", argv[i]);
	printf("\n");
	return 0;
}
