/* SPDX-License-Identifier: MIT */
/*
 * dev_console.c - /dev/console: lines from the serial port, with echo and erase. termios(3)
 *
 *	interrupt --console_input()--> ring --reader--> line --> read(2)
 *				     [ring_lock]    [input_mutex]
 *
 * The reader does the editing: it takes bytes out of the ring, echoes them, and hands out the line
 * when it is complete (newline, or end-of-file character). Without ICANON it hands out what there
 * is. Nobody sleeps with the mutex held, so a second reader, or a killed one, gets on.
 *
 * Lock order: console_input > mmap_sem (user copies); console_ring_lock on its own.
 */
#include "devices.h"

#include <octavo/console_input.h>
#include <octavo/errno.h>
#include <octavo/printk.h>
#include <octavo/spinlock.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/uaccess.h>
#include <octavo/wait.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/termios.h>

enum {
	RING_SIZE = 1024, /* a power of two */
	LINE_SIZE = 1024,
	WRITE_CHUNK = 256,
};

static struct {
	spinlock_t lock;
	u32 head, tail; /* bytes ever put in and taken out [lock] */
	u8 bytes[RING_SIZE];
} ring = {.lock = SPINLOCK_INIT(console_ring_lock)};

static struct wait_queue readers = WAIT_QUEUE_INIT(readers);

/* The line that is being edited, or handed out. */
static struct mutex input_mutex = MUTEX_INIT(input_mutex, console_input);
static struct {
	u32 len;       /* bytes in it */
	u32 taken;     /* of these, handed out */
	bool complete; /* no more is added until it is handed out whole */
	char text[LINE_SIZE];
} line; /* [input_mutex] */

static struct uapi_termios termios = {
	.c_iflag = UAPI_ICRNL,
	.c_cflag = UAPI_B38400 | UAPI_CS8 | UAPI_CREAD,
	.c_lflag = UAPI_ICANON | UAPI_ECHO | UAPI_ECHOE | UAPI_ECHOK,
	.c_cc = {[UAPI_VERASE] = 0x7f, [UAPI_VKILL] = 0x15, [UAPI_VEOF] = 0x04, [UAPI_VMIN] = 1},
}; /* [input_mutex] */

/* --- the ring --- */

void console_input(u8 byte)
{
	irqstate_t s = spin_lock_irqsave(&ring.lock);

	if (ring.head - ring.tail < RING_SIZE)
		ring.bytes[ring.head++ % RING_SIZE] = byte;
	spin_unlock_irqrestore(&ring.lock, s);
	wake_all(&readers);
}

static bool ring_empty(void)
{
	return arch_read_once(&ring.head) == arch_read_once(&ring.tail);
}

/* => the next byte, or -1 */
static int ring_take(void)
{
	irqstate_t s = spin_lock_irqsave(&ring.lock);
	int c = -1;

	if (ring.head != ring.tail)
		c = ring.bytes[ring.tail++ % RING_SIZE];
	spin_unlock_irqrestore(&ring.lock, s);
	return c;
}

/* --- editing --- */

static void echo(const char *text, size_t len)
{
	if (termios.c_lflag & UAPI_ECHO)
		console_write(text, len);
}

/* What has been handed out, without ICANON, is not to be erased any more. */
static void erase_last(void)
{
	if (line.len == line.taken)
		return;
	line.len--;
	if (termios.c_lflag & UAPI_ECHOE)
		echo("\b \b", 3);
}

static void add_byte(char c)
{
	if (line.len == LINE_SIZE)
		return;
	line.text[line.len++] = c;
	echo(&c, 1);
}

static void edit(char c)
{
	if (c == '\r' && (termios.c_iflag & UAPI_ICRNL))
		c = '\n';
	if (!(termios.c_lflag & UAPI_ICANON)) {
		add_byte(c);
	} else if (c == '\n') {
		if (line.len == LINE_SIZE)
			line.len--; /* a full line keeps room for its end */
		add_byte(c);
		line.complete = true;
	} else if ((u8)c == termios.c_cc[UAPI_VEOF]) {
		line.complete = true;
	} else if ((u8)c == termios.c_cc[UAPI_VERASE] || c == '\b') {
		erase_last();
	} else if ((u8)c == termios.c_cc[UAPI_VKILL]) {
		while (line.len > line.taken)
			erase_last();
	} else {
		add_byte(c);
	}
}

/* Take from the ring until there is something to hand out. => is there? [input_mutex] */
static bool fill_line(void)
{
	while (!line.complete) {
		int c = line.len < LINE_SIZE || (termios.c_lflag & UAPI_ICANON) ? ring_take() : -1;

		if (c < 0)
			return line.len > 0 && !(termios.c_lflag & UAPI_ICANON);
		edit((char)c);
	}
	return true;
}

/* Hand out up to len bytes of the line; 0 at an end of file. [input_mutex] */
static ssize_t take_line(char __user *buf, size_t len)
{
	size_t n = MIN(len, (size_t)(line.len - line.taken));

	if (copy_to_user(buf, line.text + line.taken, n) != 0)
		return -EFAULT;
	line.taken += (u32)n;
	if (line.taken == line.len) {
		line.len = 0;
		line.taken = 0;
		line.complete = false;
	}
	return (ssize_t)n;
}

static ssize_t console_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	(void)pos;
	for (;;) {
		ssize_t n = -EAGAIN;
		bool ready;

		mutex_lock(&input_mutex);
		ready = fill_line();
		if (ready)
			n = take_line(buf, len);
		mutex_unlock(&input_mutex);
		if (ready || (file->flags & O_NONBLOCK))
			return n;
		if (wait_event_killable(&readers, !ring_empty()) != 0)
			return -EINTR;
	}
}

static ssize_t write_user_text(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	char chunk[WRITE_CHUNK];
	size_t done = 0;

	(void)file;
	(void)pos;
	while (done < len) {
		size_t want = MIN(len - done, sizeof(chunk));
		size_t n = want - copy_from_user_partial(chunk, buf + done, want);

		console_write(chunk, n);
		done += n;
		if (n < want)
			return done > 0 ? (ssize_t)done : -EFAULT;
		if (task_must_die())
			break;
	}
	return (ssize_t)done;
}

/* --- settings --- */

static long set_termios(const void __user *user, bool discard)
{
	struct uapi_termios t;

	if (copy_from_user(&t, user, sizeof(t)) != 0)
		return -EFAULT;
	mutex_lock(&input_mutex);
	termios.c_iflag = t.c_iflag & UAPI_ICRNL;
	termios.c_lflag = t.c_lflag & (UAPI_ICANON | UAPI_ECHO | UAPI_ECHOE | UAPI_ECHOK);
	memcpy(termios.c_cc, t.c_cc, sizeof(termios.c_cc));
	if (discard) {
		line.len = line.taken = 0;
		line.complete = false;
		while (ring_take() >= 0)
			;
	}
	mutex_unlock(&input_mutex);
	return 0;
}

static long get_termios(void __user *user)
{
	struct uapi_termios t;

	mutex_lock(&input_mutex);
	t = termios;
	mutex_unlock(&input_mutex);
	return copy_to_user(user, &t, sizeof(t));
}

static long bytes_ready(u32 __user *user)
{
	u32 n = 0;

	mutex_lock(&input_mutex);
	if (fill_line())
		n = line.len - line.taken;
	mutex_unlock(&input_mutex);
	return put_user_u32(n, user);
}

static long console_ioctl(struct file *file, u32 cmd, u32 arg)
{
	static const struct uapi_winsize size; /* a serial line does not know it */
	void __user *user = (void __user *)(uintptr_t)arg;

	(void)file;
	switch (cmd) {
	case TCGETS:
		return get_termios(user);
	case TCSETS:
	case TCSETSW:
		return set_termios(user, false);
	case TCSETSF:
		return set_termios(user, true);
	case TIOCGWINSZ:
		return copy_to_user(user, &size, sizeof(size));
	case FIONREAD:
		return bytes_ready(user);
	default:
		return -ENOTTY;
	}
}

const struct file_ops console_fops = {
	.read = console_read,
	.write = write_user_text,
	.ioctl = console_ioctl,
};
