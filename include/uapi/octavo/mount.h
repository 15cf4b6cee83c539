/* SPDX-License-Identifier: MIT */
/*
 * Mounting, and what statfs tells. mount(2), umount(2), statfs(2).
 */
#ifndef UAPI_OCTAVO_MOUNT_H
#define UAPI_OCTAVO_MOUNT_H

#define MS_RDONLY      0x1
#define MS_NOSUID      0x2
#define MS_NODEV       0x4
#define MS_NOEXEC      0x8
#define MS_SYNCHRONOUS 0x10
#define MS_REMOUNT     0x20
#define MS_MANDLOCK    0x40
#define MS_DIRSYNC     0x80
#define MS_NOSYMFOLLOW 0x100
#define MS_NOATIME     0x400
#define MS_NODIRATIME  0x800
#define MS_BIND        0x1000
#define MS_MOVE        0x2000
#define MS_REC         0x4000
#define MS_SILENT      0x8000
#define MS_UNBINDABLE  0x20000
#define MS_PRIVATE     0x40000
#define MS_SLAVE       0x80000
#define MS_SHARED      0x100000
#define MS_RELATIME    0x200000
#define MS_STRICTATIME 0x1000000
#define MS_LAZYTIME    0x2000000
#define MS_NOUSER      0x80000000U
#define MS_MGC_VAL     0xc0ed0000U /* in the upper half it is left over from old programs */
#define MS_MGC_MSK     0xffff0000U

#define MNT_FORCE       1
#define MNT_DETACH      2
#define MNT_EXPIRE      4
#define UMOUNT_NOFOLLOW 8

/* f_type */
#define TMPFS_MAGIC         0x01021994
#define PROC_SUPER_MAGIC    0x9fa0
#define SYSFS_MAGIC         0x62656572
#define ROMFS_MAGIC         0x7275
#define PIPEFS_MAGIC        0x50495045
#define ANON_INODE_FS_MAGIC 0x09041934

/* f_flags */
#define ST_RDONLY      0x1
#define ST_NOSUID      0x2
#define ST_NODEV       0x4
#define ST_NOEXEC      0x8
#define ST_SYNCHRONOUS 0x10
#define ST_VALID       0x20
#define ST_MANDLOCK    0x40
#define ST_NOATIME     0x400
#define ST_NODIRATIME  0x800
#define ST_RELATIME    0x1000
#define ST_NOSYMFOLLOW 0x2000

/* On i386 and ARM alike 84 bytes: the 64-bit fields are aligned to 4. */
struct uapi_statfs64 {
	unsigned int f_type;
	unsigned int f_bsize;
	unsigned long long f_blocks;
	unsigned long long f_bfree;
	unsigned long long f_bavail;
	unsigned long long f_files;
	unsigned long long f_ffree;
	int f_fsid[2];
	unsigned int f_namelen;
	unsigned int f_frsize;
	unsigned int f_flags;
	unsigned int f_spare[4];
} __attribute__((packed, aligned(4)));

/* The old form: numbers of 32 bits. */
struct uapi_statfs {
	unsigned int f_type;
	unsigned int f_bsize;
	unsigned int f_blocks;
	unsigned int f_bfree;
	unsigned int f_bavail;
	unsigned int f_files;
	unsigned int f_ffree;
	int f_fsid[2];
	unsigned int f_namelen;
	unsigned int f_frsize;
	unsigned int f_flags;
	unsigned int f_spare[4];
};

#define BLKGETSIZE64 0x80041272 /* ioctl(2) of a block device */

/* The size that a program may give: ARM's own structure ends with padding, which is not written. */
#ifdef __arm__
#define UAPI_STATFS64_PADDED 88
#else
#define UAPI_STATFS64_PADDED 84
#endif

#endif
