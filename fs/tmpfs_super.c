/* SPDX-License-Identifier: MIT */
/*
 * tmpfs_super.c - a mounted tmpfs as a whole: its options, what it may have, its end. tmpfs(5)
 *
 *	mount -t tmpfs -o size=64k,mode=1777 none /tmp
 *
 * A page or an inode is charged before it is had, so that the counts exceed their limits only for the
 * moment in which somebody finds it full. A limit of UINT32_MAX is none.
 */
#include "tmpfs.h"

#include <octavo/audit.h>
#include <octavo/errno.h>
#include <octavo/panic.h>
#include <octavo/printf.h>
#include <octavo/slab.h>
#include <octavo/spinlock.h>
#include <octavo/string.h>
#include <octavo/zone.h>
#include <uapi/octavo/mount.h>

#define NO_LIMIT UINT32_MAX

static LIST_HEAD(, tmpfs_super) all_supers = LIST_HEAD_INITIALIZER(all_supers); /* [list_lock] */
static spinlock_t list_lock = SPINLOCK_INIT(inode_list_lock);

/* --- options --- */

struct options {
	u32 max_pages, max_inodes, mode, uid, gid;
};

/* A number in any base, with k, m, g behind it if `scaled`; => what follows it, NULL: no number */
static const char *parse_number(const char *p, unsigned base, bool scaled, u64 *out)
{
	u64 n = 0;
	const char *start;

	if (base == 0 && p[0] == '0')
		base = p[1] == 'x' || p[1] == 'X' ? 16 : 8;
	if (base == 16)
		p += 2;
	base = base == 0 ? 10 : base;
	for (start = p;; p++) {
		unsigned digit = *p >= '0' && *p <= '9'   ? (unsigned)(*p - '0')
				 : *p >= 'a' && *p <= 'f' ? (unsigned)(*p - 'a' + 10)
				 : *p >= 'A' && *p <= 'F' ? (unsigned)(*p - 'A' + 10)
							  : 99;

		if (digit >= base)
			break;
		if (n > (UINT64_MAX - digit) / base)
			return NULL;
		n = n * base + digit;
	}
	if (p == start)
		return NULL;
	if (scaled) {
		static const char units[] = "kmg";
		const char *unit = *p != '\0' ? strchr(units, *p | 0x20) : NULL;

		if (unit != NULL) {
			unsigned shift = 10 * ((unsigned)(unit - units) + 1);

			if (n > UINT64_MAX >> shift)
				return NULL;
			n <<= shift;
			p++;
		}
	}
	*out = n;
	return p;
}

/* size=: bytes, or per cent of the memory; rounded up to pages; 0 is no limit */
static int parse_size(const char *value, u32 *max_pages)
{
	u64 n;
	const char *end = parse_number(value, 0, true, &n);

	if (end == NULL)
		return -EINVAL;
	if (*end == '%') {
		n = n * nr_total_pages() / 100 * PAGE_SIZE;
		end++;
	}
	if (*end != '\0')
		return -EINVAL;
	n = n / PAGE_SIZE + (n % PAGE_SIZE != 0);
	*max_pages = n == 0 || n >= NO_LIMIT ? NO_LIMIT : (u32)n;
	return 0;
}

static int parse_count(const char *value, u32 *max)
{
	u64 n;
	const char *end = parse_number(value, 0, true, &n);

	if (end == NULL || *end != '\0')
		return -EINVAL;
	*max = n == 0 || n >= NO_LIMIT ? NO_LIMIT : (u32)n;
	return 0;
}

static int parse_plain(const char *value, unsigned base, u32 *out)
{
	u64 n;
	const char *end = parse_number(value, base, false, &n);

	if (end == NULL || *end != '\0' || n > UINT32_MAX)
		return -EINVAL;
	*out = (u32)n;
	return 0;
}

/* -1 is nobody. */
static int parse_id(const char *value, u32 *id)
{
	int err = parse_plain(value, 0, id);

	return err == 0 && *id == UINT32_MAX ? -EINVAL : err;
}

/* One "name=value", NUL-terminated. */
static int parse_option(char *word, struct options *o)
{
	char *value = strchr(word, '=');
	int err = -EINVAL;

	if (value == NULL)
		return -EINVAL;
	*value++ = '\0';
	if (strcmp(word, "size") == 0)
		err = parse_size(value, &o->max_pages);
	else if (strcmp(word, "nr_blocks") == 0)
		err = parse_count(value, &o->max_pages);
	else if (strcmp(word, "nr_inodes") == 0)
		err = parse_count(value, &o->max_inodes);
	else if (strcmp(word, "mode") == 0)
		err = parse_plain(value, 8, &o->mode);
	else if (strcmp(word, "uid") == 0)
		err = parse_id(value, &o->uid);
	else if (strcmp(word, "gid") == 0)
		err = parse_id(value, &o->gid);
	o->mode &= 07777;
	return err;
}

/* Words between commas; empty ones do not matter. => 0, -EINVAL, -ENOMEM */
static int parse_options(const char *text, struct options *o)
{
	size_t size = strlen(text) + 1;
	char *copy = kmalloc(size, GFP_KERNEL), *word, *next;
	int err = 0;

	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, text, size);
	for (word = copy; word != NULL && err == 0; word = next) {
		next = strchr(word, ',');
		if (next != NULL)
			*next++ = '\0';
		if (*word != '\0')
			err = parse_option(word, o);
	}
	kfree(copy);
	return err;
}

/* --- what it has --- */

/* Half of the memory. */
u32 tmpfs_share(void)
{
	u32 nr = 0;

	for (struct zone *z = zone_first(); z != NULL; z = zone_next(z))
		nr += z->present_pages;
	return nr / 2;
}

void tmpfs_set_limit(struct super_block *sb, u32 nr)
{
	tmpfs_super(sb)->account.max = nr;
}

u32 tmpfs_nr_pages(struct super_block *sb)
{
	return (u32)atomic_read(&tmpfs_super(sb)->account.used);
}

bool tmpfs_charge_inode(struct super_block *sb)
{
	struct tmpfs_super *s = tmpfs_super(sb);

	if ((u32)atomic_inc_return(&s->nr_inodes) <= s->max_inodes)
		return true;
	atomic_dec(&s->nr_inodes);
	return false;
}

void tmpfs_uncharge_inode(struct super_block *sb)
{
	atomic_dec(&tmpfs_super(sb)->nr_inodes);
}

static void tmpfs_statfs(struct super_block *sb, struct uapi_statfs64 *out)
{
	const struct tmpfs_super *s = tmpfs_super(sb);

	if (s->account.max != NO_LIMIT) {
		out->f_blocks = s->account.max;
		out->f_bfree = out->f_bavail =
			s->account.max - MIN((u32)atomic_read(&s->account.used), s->account.max);
	}
	if (s->max_inodes != NO_LIMIT) {
		out->f_files = s->max_inodes;
		out->f_ffree = s->max_inodes - MIN((u32)atomic_read(&s->nr_inodes), s->max_inodes);
	}
}

static void tmpfs_show(struct super_block *sb, char *buf, size_t len)
{
	const struct tmpfs_super *s = tmpfs_super(sb);
	int n = 0;

	buf[0] = '\0';
	if (s->account.max != NO_LIMIT && s->account.max != tmpfs_share())
		n = scnprintf(buf, len, ",size=%lluk",
			      (unsigned long long)s->account.max * (PAGE_SIZE / 1024));
	if (s->max_inodes != tmpfs_share())
		n += scnprintf(buf + n, len - (size_t)n, ",nr_inodes=%u",
			       s->max_inodes == NO_LIMIT ? 0 : s->max_inodes);
	if (s->mode != 01777)
		n += scnprintf(buf + n, len - (size_t)n, ",mode=%03o", s->mode);
	if (s->uid != 0)
		n += scnprintf(buf + n, len - (size_t)n, ",uid=%u", s->uid);
	if (s->gid != 0)
		n += scnprintf(buf + n, len - (size_t)n, ",gid=%u", s->gid);
}

/* --- beginning and end --- */

static void tmpfs_umount(struct super_block *sb)
{
	tmpfs_empty(sb);
	inode_put(sb->root);
}

static void tmpfs_free(struct super_block *sb)
{
	struct tmpfs_super *s = tmpfs_super(sb);

	ASSERT(tmpfs_nr_pages(sb) == 0 && atomic_read(&s->nr_inodes) == 0);
	spin_lock(&list_lock);
	LIST_REMOVE(s, all);
	spin_unlock(&list_lock);
	kfree(sb->source);
	kfree(s);
}

/* Less than there is already is refused. */
static int tmpfs_remount(struct super_block *sb, const char *text)
{
	struct tmpfs_super *s = tmpfs_super(sb);
	struct options o = {s->account.max, s->max_inodes, s->mode, s->uid, s->gid};
	int err = parse_options(text, &o);

	if (err != 0)
		return err;
	if (tmpfs_nr_pages(sb) > o.max_pages || (u32)atomic_read(&s->nr_inodes) > o.max_inodes)
		return -EINVAL;
	s->account.max = o.max_pages;
	s->max_inodes = o.max_inodes;
	return 0;
}

static const struct super_ops tmpfs_super_ops = {
	.umount = tmpfs_umount,
	.free = tmpfs_free,
	.magic = TMPFS_MAGIC,
	.statfs = tmpfs_statfs,
	.remount = tmpfs_remount,
	.show = tmpfs_show,
};

static int tmpfs_new(const struct options *o, struct super_block **out)
{
	struct tmpfs_super *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (s == NULL)
		return -ENOMEM;
	super_init(&s->sb, "tmpfs", &tmpfs_super_ops);
	s->account.max = o->max_pages;
	s->max_inodes = o->max_inodes;
	s->mode = o->mode;
	s->uid = o->uid;
	s->gid = o->gid;
	s->sb.root = tmpfs_root(&s->sb, o->mode);
	if (s->sb.root == NULL) {
		kfree(s);
		return -ENOMEM;
	}
	s->sb.root->uid = o->uid;
	s->sb.root->gid = o->gid;
	spin_lock(&list_lock);
	LIST_INSERT_HEAD(&all_supers, s, all);
	spin_unlock(&list_lock);
	*out = &s->sb;
	return 0;
}

static int tmpfs_mount(const char *text, u32 flags, struct super_block **out)
{
	struct options o = {tmpfs_share(), tmpfs_share(), 01777, 0, 0};
	int err = parse_options(text, &o);

	(void)flags;
	return err != 0 ? err : tmpfs_new(&o, out);
}

const struct fs_type tmpfs_type = {.name = "tmpfs", .nodev = true, .mount = tmpfs_mount};

void tmpfs_init(void)
{
	const struct options unlimited = {NO_LIMIT, NO_LIMIT, 0755, 0, 0};
	struct super_block *unnamed;

	if (tmpfs_new(&unlimited, &unnamed) != 0 || fs_type_register(&tmpfs_type) != 0)
		panic("tmpfs: no memory for its first directory");
	memfd_init(unnamed);
}

struct super_block *tmpfs_mount_root(void)
{
	struct options o = {tmpfs_share(), NO_LIMIT, 0755, 0, 0};
	struct super_block *sb;

	tmpfs_init();
	if (tmpfs_new(&o, &sb) != 0)
		panic("tmpfs: no memory for the root directory");
	return sb;
}

void tmpfs_audit_supers(struct audit *a)
{
	struct tmpfs_super *s;

	LIST_FOREACH(s, &all_supers, all) {
		if (s->audit_pages != tmpfs_nr_pages(&s->sb))
			audit_differ(a, "tmpfs %u: %u pages in files, %u counted", s->sb.dev,
				     s->audit_pages, tmpfs_nr_pages(&s->sb));
		s->audit_pages = 0;
	}
}
