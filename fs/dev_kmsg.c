/* SPDX-License-Identifier: MIT */
/*
 * dev_kmsg.c - /dev/kmsg: the kernel's log, a record with each read, a line with each write.
 *
 *	6,2210,1250,-;boot: 64M of memory\n
 *	|  |    |     '- the text
 *	|  |    '- microseconds since the start
 *	|  '- a number that grows: where the line begins in the log
 *	'- level
 *
 * A file's position is where it is in the log. Where what stood there is overwritten, one read says
 * EPIPE and the next one goes on with the oldest record.
 */
#include "devices.h"

#include <octavo/errno.h>
#include <octavo/poll.h>
#include <octavo/printf.h>
#include <octavo/printk.h>
#include <octavo/string.h>
#include <octavo/uaccess.h>
#include <octavo/user_vector.h>
#include <uapi/octavo/fcntl.h>

enum {
	TEXT_MAX = 512,
	HEAD_MAX = 64,
	WRITE_MAX = 448, /* what the log takes as one line, with its time */
	SEEK_DATA = 3,
};

/* Linux's numbers for our levels, and the other way round. */
static const u8 level_numbers[] = {
	[LOG_EMERG] = 0, [LOG_ERR] = 3, [LOG_WARNING] = 4, [LOG_INFO] = 6, [LOG_DEBUG] = 7};
static const u8 number_levels[] = {LOG_EMERG,   LOG_ERR,  LOG_ERR,  LOG_ERR,
				   LOG_WARNING, LOG_INFO, LOG_INFO, LOG_DEBUG};

/* "[    0.001250] text" => its microseconds; *text: behind it */
static u32 parse_time(const char *line, size_t len, const char **text)
{
	u32 us = 0;
	size_t i = 0;

	*text = line;
	if (len == 0 || line[0] != '[')
		return 0;
	for (i = 1; i < len && line[i] != ']'; i++)
		if (line[i] >= '0' && line[i] <= '9')
			us = us * 10 + (u32)(line[i] - '0');
	if (i + 1 < len)
		*text = line + i + 2;
	return us;
}

static ssize_t kmsg_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	char line[TEXT_MAX], record[HEAD_MAX + TEXT_MAX];
	u64 next = (u64)*pos, start;
	const char *text;
	unsigned level;
	ssize_t n;
	u32 us;

	while ((n = log_read_line(&next, &start, &level, line, sizeof(line) - 1)) < 0) {
		int err = log_wait(next, (file->flags & O_NONBLOCK) != 0);

		if (err != 0)
			return err;
	}
	if (*pos != 0 && start != (u64)*pos) { /* a file that nobody has read begins anywhere */
		*pos = (loff_t)start;
		return -EPIPE;
	}
	line[n] = '\0';
	us = parse_time(line, (size_t)n, &text);
	n = scnprintf(record, sizeof(record), "%u,%llu,%u,-;%s\n",
		      level < ARRAY_SIZE(level_numbers) ? level_numbers[level] : 7,
		      (unsigned long long)start, us, text);
	if ((size_t)n > len)
		return -EINVAL;
	if (copy_to_user(buf, record, (size_t)n) != 0)
		return -EFAULT;
	*pos = (loff_t)next;
	return n;
}

/* "<4>text"; without a level it is a warning, as everywhere. */
static ssize_t kmsg_write_vector(struct file *file, struct user_vector *from, size_t len,
				 loff_t *pos)
{
	char line[WRITE_MAX];
	const char *text = line;
	enum log_level level = LOG_WARNING;

	(void)file;
	(void)pos;
	if (len >= sizeof(line))
		return -EINVAL;
	if (user_vector_read(from, 0, line, len) != 0)
		return -EFAULT;
	line[len] = '\0';
	if (line[0] == '<' && line[1] >= '0' && line[1] <= '9') {
		u32 number = 0;

		for (text = line + 1; *text >= '0' && *text <= '9'; text++)
			number = number * 10 + (u32)(*text - '0');
		if (*text == '>') {
			level = number_levels[number & 7];
			text++;
		} else {
			text = line;
		}
	}
	printk(level, "%s", text);
	return (ssize_t)len;
}

static ssize_t kmsg_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	USER_VECTOR_ONE(from, buf, len);

	return kmsg_write_vector(file, &from, len, pos);
}

static u32 kmsg_poll(struct file *file, struct poll_table *pt)
{
	u32 behind;

	poll_wait(pt, &log_readers);
	behind = (u32)(log_end() - (u64)file->pos);
	if (behind == 0)
		return 0;
	if (behind > LOG_BYTES && file->pos != 0)
		return POLLIN | POLLRDNORM | POLLERR | POLLPRI;
	return POLLIN | POLLRDNORM;
}

/* The oldest record, the end, or (there is no reader's mark) the oldest. Others: EINVAL, ESPIPE */
static loff_t kmsg_seek(struct file *file, loff_t offset, u32 whence)
{
	if (offset != 0)
		return -ESPIPE;
	if (whence != SEEK_END && whence != SEEK_SET && whence != SEEK_DATA)
		return -EINVAL;
	file->pos = whence == SEEK_END ? (loff_t)log_end() : 0;
	return 0;
}

const struct file_ops kmsg_fops = {
	.read = kmsg_read,
	.write = kmsg_write,
	.write_vector = kmsg_write_vector,
	.seek = kmsg_seek,
	.poll = kmsg_poll,
};
