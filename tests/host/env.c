/* SPDX-License-Identifier: MIT */
/* env.c - panic and printk for pure files on the host. */
#include <octavo/env.h>
#include <stdarg.h>

enum { HOST_LOG_SIZE = 8192 };

char host_log[HOST_LOG_SIZE];
static size_t host_log_len;

void host_log_clear(void)
{
	host_log_len = 0;
	host_log[0] = '\0';
}

void printk(enum log_level level, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int len;

	(void)level;
	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (len >= (int)sizeof(line))
		len = sizeof(line) - 1;
	if (getenv("HOST_LOG"))
		fputs(line, stderr);
	if (host_log_len + (size_t)len + 1 > HOST_LOG_SIZE)
		host_log_len = 0;
	memcpy(host_log + host_log_len, line, (size_t)len + 1);
	host_log_len += (size_t)len;
}

/* glibc 2.36 has none. */
size_t strlcpy(char *restrict dst, const char *restrict src, size_t size)
{
	size_t len = strlen(src);

	if (size) {
		size_t n = len < size ? len : size - 1;

		memcpy(dst, src, n);
		dst[n] = '\0';
	}
	return len;
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("panic: ", stderr);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}
