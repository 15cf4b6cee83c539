/* SPDX-License-Identifier: MIT */
/* tty_ioctl.c - settings of the terminal: ioctl_tty(2), termios(3). */
#include "tty.h"

#include <octavo/errno.h>
#include <octavo/printk.h>
#include <octavo/string.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/signal.h>

#define SPEED 115200u /* what the port is set to; nothing else is */

/* When new settings hold. */
enum set_when {
	SET_NOW,
	SET_DRAIN, /* when what was written has gone out */
	SET_FLUSH, /* then, and what had been typed and not read is forgotten at once */
};

/* What the line does not do is not set. */
static void keep_known(struct uapi_termios *t)
{
	t->c_cflag = UAPI_B115200 | UAPI_CS8 | UAPI_CREAD | (t->c_cflag & UAPI_HUPCL);
	t->c_line = 0;
}

static long set_termios(struct tty *tty, struct file *file, const void __user *user, size_t size,
			enum set_when when)
{
	struct uapi_termios2 t;
	int err = tty_may_set(tty);

	if (err != 0)
		return err;
	if (copy_from_user(&t, user, size) != 0)
		return -EFAULT;
	keep_known(&t.t);
	mutex_lock(&tty->mutex);
	if (when == SET_FLUSH)
		tty_flush_input(tty);
	if (when != SET_NOW)
		err = tty_wait_output(tty, file, true);
	if (err == 0) {
		tty_line_set(&tty->line, &t.t);
		tty_out_flush(tty);
	}
	mutex_unlock(&tty->mutex);
	tty_input_wanted(tty);
	wake_all(&tty->readable);
	return err;
}

static long get_termios(struct tty *tty, void __user *user, size_t size)
{
	struct uapi_termios2 t = {.c_ispeed = SPEED, .c_ospeed = SPEED};

	mutex_lock(&tty->mutex);
	t.t = tty->line.t;
	mutex_unlock(&tty->mutex);
	return copy_to_user(user, &t, size);
}

static long bytes_ready(struct tty *tty, u32 __user *user)
{
	u32 n;

	mutex_lock(&tty->mutex);
	n = tty_line_count(&tty->line);
	mutex_unlock(&tty->mutex);
	return put_user_u32(n, user);
}

/* TCSBRK, TCSBRKP: wait for the output; a break is no signal that anybody is waiting for here. */
static long drain(struct tty *tty, struct file *file)
{
	int err = tty_may_set(tty);

	if (err != 0)
		return err;
	mutex_lock(&tty->mutex);
	err = tty_wait_output(tty, file, true);
	mutex_unlock(&tty->mutex);
	return err;
}

static long flush(struct tty *tty, u32 which)
{
	int err = tty_may_set(tty);

	if (err != 0)
		return err;
	if (which > UAPI_TCIOFLUSH)
		return -EINVAL;
	tty_flush(tty, which);
	return 0;
}

/* TCIOFF, TCION: the characters that ask the other side, also while our output is stopped. */
static void send_flow(struct tty *tty, unsigned place)
{
	char c = (char)tty->line.t.c_cc[place];

	if (c != 0)
		console_write(&c, 1);
}

static long flow(struct tty *tty, u32 what)
{
	int err = tty_may_set(tty);

	if (err != 0)
		return err;
	if (what > UAPI_TCION)
		return -EINVAL;
	mutex_lock(&tty->mutex);
	if (what <= UAPI_TCOON)
		tty_line_hold(&tty->line, what == UAPI_TCOOFF);
	else
		send_flow(tty, what == UAPI_TCIOFF ? UAPI_VSTOP : UAPI_VSTART);
	mutex_unlock(&tty->mutex);
	return 0;
}

static long get_window(struct tty *tty, void __user *user)
{
	struct uapi_winsize size;

	mutex_lock(&tty->mutex);
	size = tty->window;
	mutex_unlock(&tty->mutex);
	return copy_to_user(user, &size, sizeof(size));
}

static long set_window(struct tty *tty, const void __user *user)
{
	struct uapi_winsize size;
	bool changed;

	if (copy_from_user(&size, user, sizeof(size)) != 0)
		return -EFAULT;
	mutex_lock(&tty->mutex);
	changed = memcmp(&tty->window, &size, sizeof(size)) != 0;
	tty->window = size;
	mutex_unlock(&tty->mutex);
	if (changed)
		tty_signal_foreground(tty, SIGWINCH);
	return 0;
}

long tty_ioctl(struct file *file, u32 cmd, u32 arg)
{
	struct tty *tty = &console_tty;
	void __user *user = (void __user *)(uintptr_t)arg;
	const size_t size = sizeof(struct uapi_termios), size2 = sizeof(struct uapi_termios2);

	if (tty_hung_up(tty, file))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	switch (cmd) {
	case TCGETS:
		return get_termios(tty, user, size);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(tty, file, user, size, (enum set_when)(cmd - TCSETS));
	case TCGETS2:
		return get_termios(tty, user, size2);
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return set_termios(tty, file, user, size2, (enum set_when)(cmd - TCSETS2));
	case TCSBRK:
	case TCSBRKP:
		return drain(tty, file);
	case TCXONC:
		return flow(tty, arg);
	case TCFLSH:
		return flush(tty, arg);
	case FIONREAD:
		return bytes_ready(tty, user);
	case TIOCOUTQ:
		return put_user_u32(0, user);
	case TIOCGETD:
		return put_user_u32(0, user);
	case TIOCGWINSZ:
		return get_window(tty, user);
	case TIOCSWINSZ:
		return set_window(tty, user);
	case TIOCSCTTY:
		return tty_set_controlling(tty, file, arg);
	case TIOCNOTTY:
		return tty_give_up(tty);
	case TIOCGPGRP:
		return tty_get_pgrp(tty, user);
	case TIOCSPGRP:
		return tty_set_pgrp(tty, user);
	case TIOCGSID:
		return tty_get_session(tty, user);
	default:
		return -ENOTTY;
	}
}
