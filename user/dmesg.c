/* SPDX-License-Identifier: MIT */
/* dmesg [-c]: the kernel's log; -c forgets it afterwards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Actions of syslog(2). */
#define READ_ALL    3
#define READ_CLEAR  4
#define SIZE_BUFFER 10

int main(int argc, char **argv)
{
	int action = argc > 1 && strcmp(argv[1], "-c") == 0 ? READ_CLEAR : READ_ALL;
	long size = octavo_syscall(__NR_syslog, SIZE_BUFFER, NULL, 0);
	char *text = size > 0 ? malloc((size_t)size) : NULL;
	long len = -1, done = 0;

	if (text)
		len = octavo_syscall(__NR_syslog, action, text, size);
	if (len < 0) {
		fprintf(stderr, "dmesg: the kernel's log cannot be read\n");
		return 1;
	}
	while (done < len) {
		ssize_t n = write(STDOUT_FILENO, text + done, (size_t)(len - done));

		if (n <= 0)
			return 1;
		done += n;
	}
	return 0;
}
