/* SPDX-License-Identifier: MIT */
/* sys_syslog.c - syslog(2): a program reads the kernel's log. Lines come without "<level>". */
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/printk.h>
#include <octavo/spinlock.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>

enum syslog_action {
	SYSLOG_CLOSE,
	SYSLOG_OPEN,
	SYSLOG_READ, /* waits for new lines: not here */
	SYSLOG_READ_ALL,
	SYSLOG_READ_CLEAR,
	SYSLOG_CLEAR,
	SYSLOG_CONSOLE_OFF,
	SYSLOG_CONSOLE_ON,
	SYSLOG_CONSOLE_LEVEL,
	SYSLOG_SIZE_UNREAD,
	SYSLOG_SIZE_BUFFER,
};

#define CHUNK 256

/* Linux's levels 1 to 8: which of our messages go to the console. */
static const enum log_level console_levels[] = {
	LOG_EMERG, LOG_EMERG, LOG_EMERG, LOG_ERR, LOG_WARNING, LOG_WARNING, LOG_INFO, LOG_DEBUG,
};

/* Where READ_ALL begins since the last clear; a torn value only shows too much or too little. */
static u64 cleared_pos;

/* Bytes from pos to the end; *end is that end. */
static u32 bytes_left(u64 pos, u64 *end)
{
	char chunk[CHUNK];
	u32 sum = 0;
	size_t n;

	while ((n = log_read(&pos, chunk, sizeof(chunk))) != 0)
		sum += n;
	*end = pos;
	return sum;
}

/* Read over `skip` bytes, and what is left of the line that they end in. */
static void skip_bytes(u64 *pos, u32 skip)
{
	char chunk[CHUNK];
	char last = '\n';

	while (skip != 0) {
		size_t n = log_read(pos, chunk, MIN(skip, (u32)sizeof(chunk)));

		if (n == 0)
			return;
		skip -= n;
		last = chunk[n - 1];
	}
	while (last != '\n' && log_read(pos, &last, 1) != 0)
		continue;
}

/* The newest whole lines that fit into len bytes. => how many bytes, -EFAULT */
static long read_all(char __user *buf, u32 len, bool clear)
{
	u64 pos = cleared_pos, end;
	u32 size = bytes_left(pos, &end), done = 0;
	char chunk[CHUNK];

	if (size > len)
		skip_bytes(&pos, size - len);
	while (done < len) {
		size_t n = log_read(&pos, chunk, MIN(len - done, (u32)sizeof(chunk)));

		if (n == 0)
			break;
		if (copy_to_user(buf + done, chunk, n) != 0)
			return -EFAULT;
		done += n;
	}
	if (clear)
		cleared_pos = end;
	return (long)done;
}

long sys_syslog(int action, char __user *buf, int len)
{
	u64 end;

	if (!(action == SYSLOG_READ_ALL || action == SYSLOG_SIZE_BUFFER) && !capable(CAP_SYSLOG) &&
	    !capable(CAP_SYS_ADMIN))
		return -EPERM;
	switch (action) {
	case SYSLOG_CLOSE:
	case SYSLOG_OPEN:
		return 0;
	case SYSLOG_READ_ALL:
	case SYSLOG_READ_CLEAR:
		if (buf == NULL || len < 0)
			return -EINVAL;
		return read_all(buf, (u32)len, action == SYSLOG_READ_CLEAR);
	case SYSLOG_CLEAR:
		cleared_pos = log_end();
		return 0;
	case SYSLOG_CONSOLE_OFF:
		log_set_console_level(LOG_EMERG);
		return 0;
	case SYSLOG_CONSOLE_ON:
		log_set_console_level(LOG_INFO);
		return 0;
	case SYSLOG_CONSOLE_LEVEL:
		if (len < 1 || len > (int)ARRAY_SIZE(console_levels))
			return -EINVAL;
		log_set_console_level(console_levels[len - 1]);
		return 0;
	case SYSLOG_SIZE_UNREAD:
		return (long)bytes_left(cleared_pos, &end);
	case SYSLOG_SIZE_BUFFER:
		return LOG_BYTES;
	default:
		return -EINVAL;
	}
}
