/* SPDX-License-Identifier: MIT */
/* tty_job.c - the terminal and the processes that use it. */
#include "tty.h"

int tty_open(struct inode *inode, struct file *file)
{
	(void)inode;
	file->private = (void *)(uintptr_t)console_tty.hangups;
	return 0;
}

bool tty_hung_up(struct tty *tty, struct file *file)
{
	return file->ops == &tty_fops &&
	       file->private != (void *)(uintptr_t)arch_read_once(&tty->hangups);
}

int tty_may_read(struct tty *tty, struct file *file)
{
	(void)tty;
	(void)file;
	return 0;
}

int tty_may_write(struct tty *tty, struct file *file)
{
	(void)tty;
	(void)file;
	return 0;
}

int tty_may_set(struct tty *tty, struct file *file)
{
	(void)tty;
	(void)file;
	return 0;
}

void tty_signal_foreground(struct tty *tty, int signal)
{
	(void)tty;
	(void)signal;
}
