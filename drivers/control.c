/* SPDX-License-Identifier: MIT */
/*
 * control.c - frames on the control channel; control.h draws one.
 *
 * control_lock keeps frames whole. During a panic it is not taken: the frame that it interrupts is
 * lost, and the host, which looks for the byte that begins a frame, finds the next.
 */
#include <octavo/control.h>
#include <octavo/panic.h>
#include <octavo/printf.h>
#include <octavo/spinlock.h>
#include <octavo/string.h>

#define FRAME_START   0x02
#define FRAME_END     0x03
#define PAYLOAD_MAX   4096
#define FORMATTED_MAX 256

static spinlock_t control_lock = SPINLOCK_INIT(control_lock);
static void (*device_write)(const char *bytes, size_t len); /* [I] once it is set */

void control_register(void (*write)(const char *bytes, size_t len))
{
	device_write = write;
}

static void write_frame(enum control_type type, const char *text, size_t len)
{
	static const char end = FRAME_END;
	char head[8];

	scnprintf(head, sizeof(head), "%c%c%04x", FRAME_START, (char)type, (unsigned)len);
	device_write(head, 6);
	device_write(text, len);
	device_write(&end, 1);
}

void control_send(enum control_type type, const char *text, size_t len)
{
	irqstate_t s;

	if (device_write == NULL)
		return;
	if (len > PAYLOAD_MAX)
		len = PAYLOAD_MAX;
	if (panic_in_progress()) {
		write_frame(type, text, len);
		return;
	}
	s = spin_lock_irqsave(&control_lock);
	write_frame(type, text, len);
	spin_unlock_irqrestore(&control_lock, s);
}

void control_sendf(enum control_type type, const char *fmt, ...)
{
	char text[FORMATTED_MAX];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vscnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	control_send(type, text, (size_t)len);
}
