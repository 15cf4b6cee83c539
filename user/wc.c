/* SPDX-License-Identifier: MIT */
/* wc [-lwc] [FILE ...]: counts lines, words and bytes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINES, WORDS, BYTES, NR_COUNTS };

static int wanted[NR_COUNTS];

static int count(int fd, unsigned long counts[NR_COUNTS])
{
	char buf[4096];
	int in_word = 0;
	ssize_t got;

	while ((got = read(fd, buf, sizeof(buf))) > 0) {
		counts[BYTES] += (unsigned long)got;
		for (ssize_t i = 0; i < got; i++) {
			int blank = strchr(" \t\n\v\f\r", buf[i]) && buf[i];

			counts[LINES] += buf[i] == '\n';
			counts[WORDS] += !blank && !in_word;
			in_word = !blank;
		}
	}
	return got < 0 ? -1 : 0;
}

/* One number stands alone; several, or a name, in columns. */
static void show(const unsigned long counts[NR_COUNTS], const char *name)
{
	int nr = wanted[LINES] + wanted[WORDS] + wanted[BYTES];
	const char *between = "";

	for (int i = 0; i < NR_COUNTS; i++) {
		if (!wanted[i])
			continue;
		iprintf("%s%*lu", between, nr > 1 ? 7 : 1, counts[i]);
		between = " ";
	}
	iprintf("%s%s\n", name ? " " : "", name ? name : "");
}

int main(int argc, char **argv)
{
	unsigned long total[NR_COUNTS] = {0};
	int failed = 0, option, first;

	while ((option = getopt(argc, argv, "lwc")) != -1) {
		if (option == '?')
			return 1;
		wanted[option == 'l' ? LINES : option == 'w' ? WORDS : BYTES] = 1;
	}
	if (!wanted[LINES] && !wanted[WORDS] && !wanted[BYTES])
		wanted[LINES] = wanted[WORDS] = wanted[BYTES] = 1;
	first = optind;
	for (int i = first; i < argc || i == first; i++) {
		const char *name = i < argc ? argv[i] : NULL;
		int fd = name ? open(name, O_RDONLY) : STDIN_FILENO;
		unsigned long counts[NR_COUNTS] = {0};

		if (fd < 0 || count(fd, counts) < 0) {
			fflush(stdout);
			fiprintf(stderr, "wc: %s: %s\n", name ? name : "input", strerror(errno));
			failed = 1;
		} else {
			show(counts, name);
		}
		if (fd > STDIN_FILENO)
			close(fd);
		for (int k = 0; k < NR_COUNTS; k++)
			total[k] += counts[k];
	}
	if (argc - first > 1)
		show(total, "total");
	return fflush(stdout) ? 1 : failed;
}
