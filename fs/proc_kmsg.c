/* SPDX-License-Identifier: MIT */
/*
 * proc_kmsg.c - /proc/kmsg: the kernel's log for one reader, "<6>[    0.001250] text" a line.
 *
 * What has been read is gone for the next reader, as on Linux: the position is the log's, not the
 * file's. Lock: kmsg_mutex for the position and the line that is half read; without it they are looked
 * at for a guess.
 */
#include "proc.h"

#include <octavo/errno.h>
#include <octavo/mutex.h>
#include <octavo/poll.h>
#include <octavo/printf.h>
#include <octavo/printk.h>
#include <octavo/string.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/fcntl.h>

enum {
	LINE_MAX = 512,
	LEVEL_MAX = 4, /* "<6>" */
};

/* Linux's numbers for our levels. */
static const u8 level_numbers[] = {
	[LOG_EMERG] = 0, [LOG_ERR] = 3, [LOG_WARNING] = 4, [LOG_INFO] = 6, [LOG_DEBUG] = 7};

static struct mutex kmsg_mutex = MUTEX_INIT(kmsg_mutex, proc_file);
static u64 next_pos;                    /* [kmsg_mutex] */
static char line[LEVEL_MAX + LINE_MAX]; /* [kmsg_mutex] the line that is being read */
static size_t line_len, line_read;      /* [kmsg_mutex] */

/* Have something to read in `line`. => false: the log is at its end */
static bool fetch_line(void)
{
	unsigned level = LOG_INFO;
	u64 start;
	ssize_t n;

	if (line_read < line_len)
		return true;
	n = log_read_line(&next_pos, &start, &level, line + LEVEL_MAX - 1, LINE_MAX - 1);
	if (n < 0)
		return false;
	line[0] = '<';
	line[1] = (char)('0' + (level < ARRAY_SIZE(level_numbers) ? level_numbers[level] : 7));
	line[2] = '>';
	line_len = LEVEL_MAX - 1 + (size_t)n;
	line[line_len++] = '\n';
	line_read = 0;
	return true;
}

/* What there is, up to len. => bytes, 0: nothing; -EFAULT */
static ssize_t take(char __user *buf, size_t len)
{
	size_t done = 0;

	mutex_lock(&kmsg_mutex);
	while (done < len && fetch_line()) {
		size_t n = MIN(len - done, line_len - line_read);

		if (copy_to_user(buf + done, line + line_read, n) != 0) {
			mutex_unlock(&kmsg_mutex);
			return done > 0 ? (ssize_t)done : -EFAULT;
		}
		line_read += n;
		done += n;
	}
	mutex_unlock(&kmsg_mutex);
	return (ssize_t)done;
}

static ssize_t kmsg_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	ssize_t n;

	(void)pos;
	do {
		/* Before the look: another reader may leave half a line behind it. */
		u64 seen = next_pos;

		n = take(buf, len);
		if (n != 0 || len == 0)
			break;
		n = log_wait(seen, (file->flags & O_NONBLOCK) != 0);
	} while (n == 0);
	return n;
}

static u32 kmsg_poll(struct file *file, struct poll_table *pt)
{
	(void)file;
	poll_wait(pt, &log_readers);
	return line_read < line_len || log_end() != next_pos ? POLLIN | POLLRDNORM : 0;
}

const struct file_ops proc_kmsg_fops = {.read = kmsg_read, .poll = kmsg_poll};
