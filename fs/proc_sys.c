/* SPDX-License-Identifier: MIT */
/*
 * proc_sys.c - /proc/sys: settings. Every one here acts; what would only be shown is not there.
 *
 * A number is written as Linux reads it: blanks, a decimal number, and then a blank or the end;
 * anything else, or a value outside its bounds, is EINVAL and changes nothing.
 */
#include "proc.h"
#include "proc_sys.h"

#include <octavo/errno.h>
#include <octavo/printf.h>
#include <octavo/random.h>
#include <octavo/string.h>
#include <octavo/task.h>
#include <octavo/version.h>
#include <uapi/octavo/stat.h>

/* --- numbers --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

int proc_number(char **s, u32 *n)
{
	char *c = *s;
	bool too_large = false;

	while (is_blank(*c))
		c++;
	if (*c < '0' || *c > '9')
		return -EINVAL;
	for (*n = 0; *c >= '0' && *c <= '9'; c++) {
		too_large |= __builtin_mul_overflow(*n, 10u, n);
		too_large |= __builtin_add_overflow(*n, (u32)(*c - '0'), n);
	}
	if (*c != '\0' && !is_blank(*c))
		return -EINVAL;
	*s = c;
	return too_large ? -EINVAL : 0;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

int proc_c_number(const char *s, size_t len, u32 *n)
{
	int base = 10;
	bool too_large = false;

	if (memchr(s, '\0', len) != NULL)
		return -EINVAL;
	if (*s == '+')
		s++;
	if (*s == '0') {
		base = 8;
		if ((s[1] | 0x20) == 'x' && digit_value(s[2]) < 16) {
			base = 16;
			s += 2;
		}
	}
	if (digit_value(*s) >= base)
		return -EINVAL;
	for (*n = 0; digit_value(*s) < base; s++) {
		too_large |= __builtin_mul_overflow(*n, (u32)base, n);
		too_large |= __builtin_add_overflow(*n, (u32)digit_value(*s), n);
	}
	if (*s == '\n')
		s++;
	if (*s != '\0')
		return -EINVAL;
	return too_large ? -ERANGE : 0;
}

int sysctl_show(struct proc_inode *p, struct text *t, u64 *cursor)
{
	const struct sysctl *s = p->entry->data;

	u32 n = s->get != NULL ? s->get() : *s->value;

	text_printf(t, s->max > INT32_MAX ? "%u\n" : "%d\n", n);
	*cursor = PROC_END;
	return 0;
}

int sysctl_store(struct proc_inode *p, char *buf, size_t len)
{
	const struct sysctl *s = p->entry->data;
	u32 n;
	int err = proc_number(&buf, &n);

	(void)len;
	if (err != 0)
		return err;
	if (n < s->min || n > s->max)
		return -EINVAL;
	if (s->set != NULL)
		return s->set(n);
	*s->value = n;
	return 0;
}

/* --- kernel/ --- */

static void ostype_text(struct text *t)
{
	text_puts(t, "Linux\n");
}

static void osrelease_text(struct text *t)
{
	text_puts(t, OCTAVO_LINUX_RELEASE "\n");
}

static void version_text(struct text *t)
{
	text_puts(t, "Octavo " OCTAVO_VERSION "\n");
}

static const struct sysctl pid_max = {
	.get = task_pid_max, .set = task_set_pid_max, .min = PID_MAX_LEAST, .max = PID_MAX};

/* Sixteen random bytes as a version 4 UUID. */
static void put_uuid(struct text *t, u8 *b)
{
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	for (unsigned i = 0; i < 16; i++)
		text_printf(t, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
	text_puts(t, "\n");
}

static void uuid_text(struct text *t)
{
	u8 bytes[16];

	random_bytes(bytes, sizeof(bytes));
	put_uuid(t, bytes);
}

/* Made when the first procfs is mounted. */
static u8 boot_id[16]; /* [I] then */
static atomic_t boot_id_made;

static void boot_id_text(struct text *t)
{
	u8 bytes[16];

	memcpy(bytes, boot_id, sizeof(bytes));
	put_uuid(t, bytes);
}

void proc_sys_init(void)
{
	if (atomic_inc_return(&boot_id_made) == 1)
		random_bytes(boot_id, sizeof(boot_id));
	else
		atomic_dec(&boot_id_made);
}

#define SHOWN (S_IFREG | 0444)
#define SET   (S_IFREG | 0644)
#define DIR   (S_IFDIR | 0555)

static const struct proc_entry random_entries[] = {
	{.name = "boot_id", .mode = SHOWN, .sysctl = true, .text = boot_id_text},
	{.name = "uuid", .mode = SHOWN, .sysctl = true, .text = uuid_text},
};
static const struct proc_dir random_dir = {
	.entries = random_entries, .nr = ARRAY_SIZE(random_entries), .base = 192};

static const struct proc_entry kernel_entries[] = {
	{.name = "osrelease", .mode = SHOWN, .sysctl = true, .text = osrelease_text},
	{.name = "ostype", .mode = SHOWN, .sysctl = true, .text = ostype_text},
	{.name = "pid_max", .mode = SET, SYSCTL(pid_max)},
	{.name = "random", .mode = DIR, .dir = &random_dir},
	{.name = "shm_next_id", .mode = SET, SYSCTL(sysctl_shm_next_id)},
	{.name = "shm_rmid_forced", .mode = SET, SYSCTL(sysctl_shm_rmid_forced)},
	{.name = "shmall", .mode = SET, SYSCTL(sysctl_shmall)},
	{.name = "shmmax", .mode = SET, SYSCTL(sysctl_shmmax)},
	{.name = "shmmni", .mode = SET, SYSCTL(sysctl_shmmni)},
	{.name = "version", .mode = SHOWN, .sysctl = true, .text = version_text},
};
static const struct proc_dir kernel_dir = {
	.entries = kernel_entries, .nr = ARRAY_SIZE(kernel_entries), .base = 160};

/* --- the top --- */

static const struct proc_entry entries[] = {
	{.name = "kernel", .mode = DIR, .dir = &kernel_dir},
	{.name = "vm", .mode = DIR, .dir = &proc_sys_vm_dir},
};
const struct proc_dir proc_sys_dir = {.entries = entries, .nr = ARRAY_SIZE(entries), .base = 96};
