/* SPDX-License-Identifier: MIT */
/*
 * dev_octavo.c - /dev/octavo, through which the tests talk to the kernel.
 *
 * One write is one command; a newline at its end does not matter:
 *	status N	the machine ends with this raw wait status (PID 1 says it)
 *	audit		account for every frame now; EIO if something differs
 *	fail-nth SITE N	the Nth allocation at SITE by this task or its later children fails; 0: none
 *	fail-new SITE	the first one whose call chain is due fails (fail_chains.h)
 *	fail-forget	no call chain has failed yet
 * A read gives three lines:
 *	fired		the state of fail-nth or fail-new, or "not fired"
 *	lost N		allocations that fail-new could not tell apart; 0 or the sweep is not whole
 *	objects N	slab objects in use in all caches: what a test leaves behind shows here
 */
#include "devices.h"

#include <octavo/audit.h>
#include <octavo/errno.h>
#include <octavo/fail.h>
#include <octavo/fail_chains.h>
#include <octavo/machine.h>
#include <octavo/param.h>
#include <octavo/printf.h>
#include <octavo/process.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/uaccess.h>

enum { COMMAND_MAX = 64, WORDS_MAX = 3 };

/* Cut the text at its blanks. => number of words, one more than there is room for at the most */
static unsigned split(char *text, const char **words)
{
	unsigned nr = 0;

	for (char *p = text; *p != '\0' && nr <= WORDS_MAX; nr++) {
		while (*p == ' ')
			p++;
		if (*p == '\0')
			break;
		if (nr < WORDS_MAX)
			words[nr] = p;
		while (*p != '\0' && *p != ' ')
			p++;
		if (*p != '\0')
			*p++ = '\0';
	}
	return nr;
}

static int run_command(char *text)
{
	const char *words[WORDS_MAX];
	unsigned nr = split(text, words);
	u32 n;

	if (nr == 1 && strcmp(words[0], "audit") == 0)
		return audit_run() == 0 ? 0 : -EIO;
	if (nr == 1 && strcmp(words[0], "fail-forget") == 0)
		return fail_chains_forget();
	if (nr == 2 && strcmp(words[0], "fail-new") == 0)
		return fail_set_task_new(words[1]);
	if (nr == 2 && strcmp(words[0], "status") == 0) {
		if (param_u32(words[1], &n) != 0)
			return -EINVAL;
		machine_set_status((int)n, process_last_child_code());
		return 0;
	}
	if (nr == 3 && strcmp(words[0], "fail-nth") == 0) {
		if (param_u32(words[2], &n) != 0)
			return -EINVAL;
		return fail_set_task(words[1], n);
	}
	return -EINVAL;
}

static ssize_t octavo_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	char text[COMMAND_MAX];
	int err;

	(void)file;
	(void)pos;
	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, len) != 0)
		return -EFAULT;
	text[len] = '\0';
	if (text[len - 1] == '\n')
		text[len - 1] = '\0';
	err = run_command(text);
	return err != 0 ? err : (ssize_t)len;
}

static u32 objects_in_use(void)
{
	struct slab_stat stat;
	u32 nr = 0;

	for (unsigned i = 0; slab_stat(i, &stat); i++)
		nr += stat.in_use;
	return nr;
}

static ssize_t octavo_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	char text[COMMAND_MAX];
	size_t size = (size_t)snprintf(text, sizeof(text), "%s\nlost %u\nobjects %u\n",
				       fail_task_fired() ? "fired" : "not fired",
				       fail_chains_lost(), objects_in_use());

	(void)file;
	if (*pos < 0 || *pos >= (loff_t)size)
		return 0;
	len = MIN(len, size - (size_t)*pos);
	if (copy_to_user(buf, text + *pos, len) != 0)
		return -EFAULT;
	*pos += (loff_t)len;
	return (ssize_t)len;
}

const struct file_ops octavo_fops = {
	.read = octavo_read,
	.write = octavo_write,
	.seek = file_seek_inode,
};
