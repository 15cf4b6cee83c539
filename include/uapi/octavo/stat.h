/* SPDX-License-Identifier: MIT */
/*
 * File status as stat64, lstat64 and fstat64 write it. stat(2), inode(7).
 * Natural alignment makes it 96 bytes on i386 and 104 on ARM, as on Linux.
 */
#ifndef UAPI_OCTAVO_STAT_H
#define UAPI_OCTAVO_STAT_H

#define S_IFMT   00170000
#define S_IFSOCK 0140000
#define S_IFLNK  0120000
#define S_IFREG  0100000
#define S_IFBLK  0060000
#define S_IFDIR  0040000
#define S_IFCHR  0020000
#define S_IFIFO  0010000
#define S_ISUID  0004000
#define S_ISGID  0002000
#define S_ISVTX  0001000

#define S_ISLNK(mode)  (((mode)&S_IFMT) == S_IFLNK)
#define S_ISREG(mode)  (((mode)&S_IFMT) == S_IFREG)
#define S_ISDIR(mode)  (((mode)&S_IFMT) == S_IFDIR)
#define S_ISCHR(mode)  (((mode)&S_IFMT) == S_IFCHR)
#define S_ISBLK(mode)  (((mode)&S_IFMT) == S_IFBLK)
#define S_ISFIFO(mode) (((mode)&S_IFMT) == S_IFIFO)
#define S_ISSOCK(mode) (((mode)&S_IFMT) == S_IFSOCK)

struct uapi_stat64 {
	unsigned long long st_dev;
	unsigned char pad0[4];
	unsigned int st_ino_low; /* the inode number's low 32 bits */
	unsigned int st_mode;
	unsigned int st_nlink;
	unsigned int st_uid;
	unsigned int st_gid;
	unsigned long long st_rdev;
	unsigned char pad3[4];
	long long st_size;
	unsigned int st_blksize;
	unsigned long long st_blocks; /* of 512 bytes */
	unsigned int st_atime_sec;
	unsigned int st_atime_nsec;
	unsigned int st_mtime_sec;
	unsigned int st_mtime_nsec;
	unsigned int st_ctime_sec;
	unsigned int st_ctime_nsec;
	unsigned long long st_ino;
};

/* Device numbers in st_dev and st_rdev: 12 bits major, 20 bits minor. */
#define UAPI_MAKEDEV(major, minor)                                                                 \
	(((minor)&0xffU) | (((major)&0xfffU) << 8) | (((minor) & ~0xffU) << 12))

#define UAPI_MAJOR(dev) (((dev) >> 8) & 0xfffU)
#define UAPI_MINOR(dev) (((dev)&0xffU) | (((dev) >> 12) & ~0xffU))

struct uapi_statx_time {
	long long tv_sec;
	unsigned int tv_nsec;
	int pad;
};

/* statx(2): 256 bytes on every machine. */
struct uapi_statx {
	unsigned int stx_mask; /* which of the fields are told */
	unsigned int stx_blksize;
	unsigned long long stx_attributes;
	unsigned int stx_nlink;
	unsigned int stx_uid;
	unsigned int stx_gid;
	unsigned short stx_mode;
	unsigned short pad0;
	unsigned long long stx_ino;
	unsigned long long stx_size;
	unsigned long long stx_blocks;
	unsigned long long stx_attributes_mask; /* which attributes are known */
	struct uapi_statx_time stx_atime, stx_btime, stx_ctime, stx_mtime;
	unsigned int stx_rdev_major, stx_rdev_minor;
	unsigned int stx_dev_major, stx_dev_minor;
	unsigned long long spare[14];
};

#define UAPI_STATX_BASIC_STATS     0x7ffU
#define UAPI_STATX_RESERVED        0x80000000U
#define UAPI_STATX_ATTR_MOUNT_ROOT 0x2000

#endif
