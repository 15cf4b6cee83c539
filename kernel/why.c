/* SPDX-License-Identifier: MIT */
/* why.c - the ring of refusals. Lock order: why_lock, then those of the log and the channel. */
#include <octavo/control.h>
#include <octavo/log_ring.h>
#include <octavo/param.h>
#include <octavo/printf.h>
#include <octavo/printk.h>
#include <octavo/spinlock.h>
#include <octavo/task.h>
#include <octavo/why.h>

#define WHY_BYTES 8192
#define LINE_MAX  192

static char why_buffer[WHY_BYTES];
static struct log_ring ring = LOG_RING_INIT(why_buffer); /* [why_lock] */
static spinlock_t why_lock = SPINLOCK_INIT(why_lock);
static bool to_console; /* [I] after why_init() */

void why(const char *fmt, ...)
{
	char line[LINE_MAX];
	irqstate_t s;
	va_list ap;
	int len;

	len = scnprintf(line, sizeof(line), "%s[%u]: ", current->comm, current->pid);
	va_start(ap, fmt);
	len += vscnprintf(line + len, sizeof(line) - (size_t)len, fmt, ap);
	va_end(ap);

	s = spin_lock_irqsave(&why_lock);
	log_ring_put(&ring, LOG_INFO, line, (size_t)len);
	spin_unlock_irqrestore(&why_lock, s);
	control_send(CONTROL_WHY, line, (size_t)len);
	if (to_console)
		printk(LOG_INFO, "why: %s\n", line);
}

size_t why_read(u64 *pos, char *buf, size_t len)
{
	irqstate_t s = spin_lock_irqsave(&why_lock);
	size_t n = log_ring_get(&ring, pos, LOG_DEBUG, buf, len);

	spin_unlock_irqrestore(&why_lock, s);
	return n;
}

void why_init(void)
{
	to_console = params_list_has(&boot_params, "debug", "why");
}
