/* SPDX-License-Identifier: MIT */
/*
 * The calls that make, move and remove names, and those that tell and change what an inode says of
 * itself; each with its errors.
 */
#include <sys/stat.h>

#include "tidy.h"

#define DIR "/tmp/paths-test"

#define AT_CWD           (-100)
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE  2
#define NOFOLLOW         0x100 /* AT_SYMLINK_NOFOLLOW */
#define REMOVEDIR        0x200
#define FOLLOW           0x400
#define EMPTY            0x1000
#define NOW              0x3fffffff
#define OMIT             0x3ffffffe

static char text[8192];

static long make_file(const char *path)
{
	long fd = sys(__NR_open, path, O_CREAT | O_RDWR, 0644);

	return fd < 0 ? fd : sys(__NR_close, fd);
}

static long exists(const char *path)
{
	return sys(__NR_access, path, F_OK);
}

static struct stat status(const char *path)
{
	struct stat st;

	memset(&st, 0, sizeof(st));
	stat(path, &st);
	return st;
}

static long renames(const char *from, const char *to)
{
	return sys(__NR_rename, from, to);
}

static long renames2(const char *from, const char *to, unsigned flags)
{
	return sys(__NR_renameat2, AT_CWD, from, AT_CWD, to, flags);
}

static void links(void)
{
	int fd;

	is(make_file("f"), 0, "a file");
	is(sys(__NR_link, "f", "g"), 0, "link");
	ok(status("f").st_nlink == 2 && status("f").st_ino == status("g").st_ino, "one file");
	is(sys(__NR_link, "f", "g"), -EEXIST, "link to a name that is");
	is(sys(__NR_link, "none", "h"), -ENOENT, "link of nothing");
	is(sys(__NR_link, "f", "none/h"), -ENOENT, "link into nothing");
	is(sys(__NR_link, "f", "f/h"), -ENOTDIR, "link below a file");
	is(sys(__NR_link, ".", "h"), -EPERM, "link of a directory");
	is(sys(__NR_link, "f", "h/"), -ENOENT, "link with a slash behind it");
	is(sys(__NR_link, "f", "."), -EEXIST, "link to .");
	is(sys(__NR_link, "", "h"), -ENOENT, "link of an empty name");
	is(sys(__NR_link, "f", "/dev/h"), -EXDEV, "link to another file system");
	is(sys(__NR_linkat, AT_CWD, "f", AT_CWD, "h", 1), -EINVAL, "linkat with a wrong flag");
	is(sys(__NR_symlink, "f", "s"), 0, "symlink");
	is(sys(__NR_link, "s", "t"), 0, "link of a symbolic link");
	is(sys(__NR_readlink, "t", text, 10), 1, "is one");
	is(sys(__NR_linkat, AT_CWD, "s", AT_CWD, "u", FOLLOW), 0, "AT_SYMLINK_FOLLOW");
	ok(status("f").st_nlink == 3, "is of the file");
	is(sys(__NR_symlink, "", "v"), -ENOENT, "symlink to nothing at all");
	is(sys(__NR_symlink, "x", "s"), -EEXIST, "symlink in the place of another");
	is(sys(__NR_symlink, "x", "v/"), -ENOENT, "symlink with a slash");
	is(sys(__NR_readlink, "f", text, 10), -EINVAL, "readlink of a file");
	is(sys(__NR_readlink, "s", text, 0), -EINVAL, "into no bytes");
	is(sys(__NR_readlinkat, AT_CWD, "s", KERNEL_ADDRESS, 10), -EFAULT, "into the kernel");
	fd = open("f", O_RDONLY);
	is(unlink("f") | unlink("g") | unlink("u"), 0, "all names go");
	is(sys(__NR_linkat, fd, "", AT_CWD, "again", EMPTY), -ENOENT, "none comes back");
	close(fd);
	is(unlink("s") | unlink("t"), 0, "the links, too");
}

static void nodes(void)
{
	struct stat st;

	is(sys(__NR_mknod, "n", S_IFCHR | 0600, 0x103), 0, "mknod: a device");
	st = status("n");
	ok(S_ISCHR(st.st_mode) && st.st_rdev == 0x103, "is one");
	is(sys(__NR_mknod, "n", S_IFCHR | 0600, 0x103), -EEXIST, "mknod once more");
	is(sys(__NR_mknodat, AT_CWD, "p", S_IFIFO | 0600, 0), 0, "mknodat: a fifo");
	is(sys(__NR_mknod, "r", 0644, 0), 0, "mknod: a file");
	ok(S_ISREG(status("r").st_mode), "is one");
	is(sys(__NR_mknod, "d", S_IFDIR | 0700, 0), -EPERM, "mknod: a directory");
	is(sys(__NR_mknod, "d", 0170000, 0), -EINVAL, "mknod: nothing that is");
	is(sys(__NR_mknod, "d/", 0600, 0), -ENOENT, "mknod with a slash");
	is(unlink("n") | unlink("p") | unlink("r"), 0, "clean");
}

static void directories(void)
{
	int dir;

	is(sys(__NR_mkdir, "d/", 0755), 0, "mkdir with a slash");
	is(sys(__NR_mkdir, "d", 0755), -EEXIST, "mkdir once more");
	is(sys(__NR_mkdir, ".", 0755), -EEXIST, "mkdir .");
	is(sys(__NR_mkdir, "/", 0755), -EEXIST, "mkdir /");
	is(sys(__NR_mkdir, "none/d", 0755), -ENOENT, "mkdir in nothing");
	dir = open("d", O_RDONLY | O_DIRECTORY);
	is(sys(__NR_mkdirat, dir, "e", 0700), 0, "mkdirat");
	is(sys(__NR_symlinkat, "target", dir, "l"), 0, "symlinkat");
	is(sys(__NR_readlinkat, dir, "l", text, 100), 6, "readlinkat");
	is(sys(__NR_faccessat, dir, "e", F_OK), 0, "faccessat");
	is(sys(__NR_faccessat2, dir, "l", F_OK, NOFOLLOW), 0, "faccessat2 of the link");
	is(sys(__NR_faccessat2, dir, "l", F_OK, 0), -ENOENT, "faccessat2 of its target");
	is(sys(__NR_faccessat2, dir, "e", 8, 0), -EINVAL, "a wrong mode");
	is(sys(__NR_faccessat2, dir, "e", 0, 0x8000), -EINVAL, "a wrong flag");
	is(sys(__NR_faccessat, 99, "e", F_OK), -EBADF, "of no directory");
	is(sys(__NR_unlinkat, dir, "e", 0), -EISDIR, "unlinkat of a directory");
	is(sys(__NR_unlinkat, dir, "l", REMOVEDIR), -ENOTDIR, "AT_REMOVEDIR of a link");
	is(sys(__NR_unlinkat, dir, "e", REMOVEDIR), 0, "AT_REMOVEDIR of a directory");
	is(sys(__NR_unlinkat, dir, "e", 1), -EINVAL, "a wrong flag");
	is(sys(__NR_rmdir, "d"), -ENOTEMPTY, "rmdir of what is not empty");
	is(sys(__NR_unlinkat, dir, "l", 0), 0, "unlinkat");
	is(sys(__NR_unlink, "d"), -EISDIR, "unlink of a directory");
	is(sys(__NR_unlink, "d/"), -EISDIR, "with a slash");
	is(sys(__NR_unlink, "."), -EISDIR, "of .");
	is(sys(__NR_unlink, "/"), -EISDIR, "of /");
	is(sys(__NR_unlink, "none/"), -ENOENT, "of nothing with a slash");
	is(make_file("f"), 0, "a file");
	is(sys(__NR_unlink, "f/"), -ENOTDIR, "unlink of a file with a slash");
	is(sys(__NR_rmdir, "f"), -ENOTDIR, "rmdir of a file");
	is(sys(__NR_rmdir, "f/"), -ENOTDIR, "with a slash");
	is(sys(__NR_rmdir, "d/.."), -ENOTEMPTY, "rmdir of ..");
	is(sys(__NR_rmdir, "d"), 0, "rmdir");
	is(sys(__NR_mkdirat, dir, "e", 0700), -ENOENT, "in a directory that is gone");
	close(dir);
	is(unlink("f"), 0, "clean");
}

static void renaming(void)
{
	unsigned long ino;
	int fd;

	is(make_file("a"), 0, "a file");
	ino = status("a").st_ino;
	is(renames("a", "b"), 0, "rename");
	ok(exists("a") == -ENOENT && status("b").st_ino == ino, "the same under another name");
	is(make_file("a"), 0, "another");
	fd = open("b", O_RDONLY);
	is(renames("a", "b"), 0, "over the first");
	ok(status("b").st_ino != ino && exists("a") == -ENOENT, "which is gone");
	ok(fstat(fd, &(struct stat){0}) == 0, "but for who has it");
	close(fd);
	is(renames("b", "b"), 0, "to itself");
	is(renames("none", "c"), -ENOENT, "of nothing");
	is(renames("b", "none/c"), -ENOENT, "into nothing");
	is(renames("b", "c/"), -ENOTDIR, "of a file, with a slash");
	is(renames("b/", "c"), -ENOTDIR, "of a file, with a slash behind it");
	is(renames(".", "c"), -EBUSY, "of .");
	is(renames("b", ".."), -EBUSY, "to ..");
	is(renames("b", "/dev/b"), -EXDEV, "to another file system");
	is(renames("", "c"), -ENOENT, "of an empty name");
	is(mkdir("d", 0755) | mkdir("d/e", 0755) | mkdir("x", 0755), 0, "directories");
	is(renames("b", "d"), -EISDIR, "a file over a directory");
	is(renames("d", "b"), -ENOTDIR, "a directory over a file");
	is(renames("d", "d/e/f"), -EINVAL, "a directory below itself");
	is(renames("d", "d/f"), -EINVAL, "a directory into itself");
	is(renames("d/e", "d"), -ENOTEMPTY, "a directory over the one that it is in");
	is(renames("x", "d"), -ENOTEMPTY, "a directory over one that is not empty");
	is(renames("d", "x"), 0, "over an empty one");
	ok(status("x").st_nlink == 3 && exists("d") == -ENOENT, "its links are right");
	is(mkdir("y", 0755), 0, "another directory");
	is(renames("x/e", "y/e/"), 0, "a directory to another place");
	ok(status("x").st_nlink == 2 && status("y").st_nlink == 3, "links of both");
	ok(status("y/e/..").st_ino == status("y").st_ino, "its .. is the new one");
	is(chdir("y/e"), 0, "into it");
	ok(sys(__NR_getcwd, text, 100) > 0 && !strcmp(text, DIR "/y/e"), "%s", text);
	is(chdir(DIR), 0, "back");
	is(sys(__NR_link, "b", "c"), 0, "two names of one file");
	is(renames("b", "c"), 0, "rename does nothing");
	is(exists("b") | exists("c"), 0, "both are there");
	is(unlink("c"), 0, "one goes");
}

/* "b" is a file; "x" an empty directory, "y" has "e". */
static void renaming_with_flags(void)
{
	is(make_file("a"), 0, "a file");
	is(renames2("a", "b", RENAME_NOREPLACE), -EEXIST, "RENAME_NOREPLACE");
	is(renames2("a", ".", RENAME_NOREPLACE), -EEXIST, "to .");
	is(renames2("a", "c", RENAME_NOREPLACE), 0, "to a name that is not");
	is(renames2("c", "a", 0x10), -EINVAL, "a flag that is not");
	is(renames2("c", "a", RENAME_NOREPLACE | RENAME_EXCHANGE), -EINVAL, "both");
	is(renames2("c", "none", RENAME_EXCHANGE), -ENOENT, "exchange with nothing");
	is(renames2("b", "y", RENAME_EXCHANGE), 0, "a file and a directory");
	ok(S_ISREG(status("y").st_mode) && exists("b/e") == 0, "have changed places");
	is(renames2("b", "b/e", RENAME_EXCHANGE), -EINVAL, "with what is in it");
	is(renames2("b/e", "b", RENAME_EXCHANGE), -EINVAL, "the other way round");
	is(renames2("b/e", "c", RENAME_EXCHANGE), 0, "from one directory to another");
	ok(S_ISDIR(status("c").st_mode) && S_ISREG(status("b/e").st_mode), "done");
	ok(status("b").st_nlink == 2 && status("c/..").st_ino == status(DIR).st_ino, "links, ..");
	is(renames2("c", "x", RENAME_EXCHANGE), 0, "two directories");
	is(mkdir("c/in", 0755), 0, "one in a directory");
	is(renames2("c/in", "x", RENAME_EXCHANGE), 0, "with one beside it");
	ok(status("x/..").st_ino == status(DIR).st_ino &&
		   status("c/in/..").st_ino == status("c").st_ino,
	   ".. of both");
	is(rmdir("c/in"), 0, "clean");
	is(renames2("c", "y/", RENAME_EXCHANGE), -ENOTDIR, "a slash behind a file");
	is(unlink("b/e") | rmdir("b") | rmdir("c") | rmdir("x") | unlink("y"), 0, "clean");
}

static void permissions(void)
{
	struct stat st;
	int fd;

	is(make_file("f"), 0, "a file");
	is(sys(__NR_chmod, "f", 04751), 0, "chmod");
	is(status("f").st_mode, S_IFREG | 04751, "is kept");
	is(sys(__NR_fchmodat, AT_CWD, "none", 0600), -ENOENT, "fchmodat of nothing");
	fd = open("f", O_RDONLY);
	is(sys(__NR_fchmod, fd, 0107777), 0, "fchmod: the kind does not matter");
	is(status("f").st_mode, S_IFREG | 07777, "and stays");
	is(sys(__NR_fchmod, 99, 0), -EBADF, "fchmod of nothing");
	is(sys(__NR_chown32, "f", 7, 8), 0, "chown");
	st = status("f");
	ok(st.st_uid == 7 && st.st_gid == 8, "has another owner");
	is(st.st_mode, S_IFREG | 01777, "and is not set-user-ID any more");
	is(sys(__NR_chown32, "f", -1, 9), 0, "the group alone");
	is(sys(__NR_fchown32, fd, 6, -1), 0, "the owner alone");
	st = status("f");
	ok(st.st_uid == 6 && st.st_gid == 9, "so it is");
	is(sys(__NR_symlink, "f", "s"), 0, "a link");
	is(sys(__NR_lchown32, "s", 3, 3), 0, "lchown");
	ok(status("f").st_uid == 6, "is of the link");
	is(sys(__NR_fchownat, AT_CWD, "s", 3, 3, 0), 0, "fchownat");
	ok(status("f").st_uid == 3, "is of the file");
	is(sys(__NR_fchownat, fd, "", 4, 4, EMPTY), 0, "AT_EMPTY_PATH");
	ok(status("f").st_uid == 4, "is of the descriptor");
	is(sys(__NR_fchownat, AT_CWD, "s", 3, 3, 1), -EINVAL, "a wrong flag");
	is(sys(__NR_access, "f", X_OK), 0, "may be executed");
	is(sys(__NR_chmod, "f", 0600), 0, "chmod");
	is(sys(__NR_access, "f", X_OK), -EACCES, "may not, not even by root");
	close(fd);
	is(unlink("f") | unlink("s"), 0, "clean");
}

static void times(void)
{
	int both[4] = {100, 5, 200, 6}, now[4] = {0, NOW, 0, OMIT}, none[4] = {0, OMIT, 0, OMIT};
	int wrong[4] = {0, 1000000000, 0, 0}, tv[4] = {300, 7, 400, 8};
	long long wide[4] = {5000000000LL, 1, 6000000000LL, 2};
	struct stat st;
	int fd;

	is(make_file("f"), 0, "a file");
	fd = open("f", O_RDONLY);
	is(sys(__NR_utimensat, AT_CWD, "f", both, 0), 0, "utimensat");
	st = status("f");
	ok(st.st_atim.tv_sec == 100 && st.st_atim.tv_nsec == 5, "the last read");
	ok(st.st_mtim.tv_sec == 200 && st.st_mtim.tv_nsec == 6, "the last write");
	ok(st.st_ctim.tv_sec > 1000000, "the last change is now");
	is(read(fd, text, 1), 0, "a read");
	ok(status("f").st_atim.tv_sec > 1000000 && status("f").st_mtim.tv_sec == 200, "is noted");
	is(sys(__NR_utimensat, AT_CWD, "f", both, 0), 0, "as before");
	is(sys(__NR_utimensat, fd, 0, now, 0), 0, "of a descriptor: now, and as it was");
	st = status("f");
	ok(st.st_atim.tv_sec > 1000000 && st.st_mtim.tv_sec == 200, "so it is");
	is(sys(__NR_utimensat, AT_CWD, "none", none, 0), 0, "neither: nobody looks");
	is(sys(__NR_utimensat, AT_CWD, "none", both, 0), -ENOENT, "of nothing");
	is(sys(__NR_utimensat, AT_CWD, "f", wrong, 0), -EINVAL, "too many nanoseconds");
	is(sys(__NR_utimensat, AT_CWD, "f", both, 1), -EINVAL, "a wrong flag");
	is(sys(__NR_utimensat, fd, 0, both, NOFOLLOW), -EINVAL, "a flag for a descriptor");
	is(sys(__NR_utimensat, 99, 0, both, 0), -EBADF, "of no descriptor");
	is(sys(__NR_utimensat, AT_CWD, 0, both, 0), -EFAULT, "no path at all");
	is(sys(__NR_utimensat, AT_CWD, "f", KERNEL_ADDRESS, 0), -EFAULT, "times of the kernel");
	is(sys(__NR_utimes, "f", tv), 0, "utimes");
	st = status("f");
	ok(st.st_atim.tv_sec == 300 && st.st_mtim.tv_nsec == 8000, "in microseconds");
	tv[1] = 1000000;
	is(sys(__NR_utimes, "f", tv), -EINVAL, "a million of them");
#ifdef __NR_utime /* not on every machine */
	is(sys(__NR_utime, "f", both), 0, "utime");
	ok(status("f").st_mtim.tv_sec == 5, "in seconds");
#endif
	is(sys(__NR_utimensat_time64, AT_CWD, "f", wide, 0), 0, "times after 2106");
	is(sys(__NR_utimes, "f", 0), 0, "now");
	ok(status("f").st_mtim.tv_sec > 1000000, "it is");
	close(fd);
	is(unlink("f"), 0, "clean");
}

struct statx_result {
	unsigned mask, blksize;
	unsigned long long attributes;
	unsigned nlink, uid, gid;
	unsigned short mode;
	unsigned short pad;
	unsigned long long ino, size, blocks;
	char rest[256];
};

static void telling(void)
{
	struct statx_result sx;
	struct stat st;
	unsigned char fs[96];
	int fd;

	is(make_file("f"), 0, "a file");
	fd = open("f", O_RDWR);
	is(write(fd, "hello", 5), 5, "of five bytes");
	is(sys(__NR_symlink, "f", "s"), 0, "a link to it");
	is(sys(__NR_statx, AT_CWD, "s", 0, 0x7ff, &sx), 0, "statx");
	ok((sx.mask & 0x7ff) == 0x7ff && S_ISREG(sx.mode) && sx.size == 5, "tells");
	ok(sx.blocks == 8 && sx.nlink == 1, "the blocks of a page");
	ok(sx.ino == status("f").st_ino, "as stat does");
	is(sys(__NR_statx, AT_CWD, "s", NOFOLLOW, 0x7ff, &sx), 0, "statx of the link");
	ok(S_ISLNK(sx.mode) && sx.size == 1, "tells of the link");
	is(sys(__NR_statx, fd, "", EMPTY, 0x7ff, &sx), 0, "statx of a descriptor");
	ok(sx.size == 5, "too");
	is(sys(__NR_statx, fd, "", 0, 0x7ff, &sx), -ENOENT, "but not without AT_EMPTY_PATH");
	is(sys(__NR_statx, AT_CWD, "f", 0, 0x80000000, &sx), -EINVAL, "a wrong mask");
	is(sys(__NR_statx, AT_CWD, "f", 0x6000, 0, &sx), -EINVAL, "a wrong synchronisation");
	is(sys(__NR_statx, AT_CWD, "f", 1, 0, &sx), -EINVAL, "a wrong flag");
	is(sys(__NR_statx, AT_CWD, "f", 0, 0, KERNEL_ADDRESS), -EFAULT, "into the kernel");
	is(sys(__NR_fstatat64, AT_CWD, "s", text, NOFOLLOW), 0, "fstatat64");
	is(sys(__NR_fstatat64, AT_CWD, "s", text, 1), -EINVAL, "a wrong flag");
	is(sys(__NR_statfs64, "f", 84, fs), 0, "statfs64");
	ok(*(unsigned *)(fs + 4) == PAGE, "blocks of a page");
	is(sys(__NR_statfs64, "f", 83, fs), -EINVAL, "a wrong size");
	is(sys(__NR_statfs64, "none", 84, fs), -ENOENT, "of nothing");
	is(sys(__NR_fstatfs64, fd, 84, fs), 0, "fstatfs64");
	is(sys(__NR_fstatfs64, 99, 84, fs), -EBADF, "of nothing");
	st = status(DIR);
	sleep_ms(20);
	is(make_file("g"), 0, "a new name");
	ok(status(DIR).st_mtim.tv_nsec != st.st_mtim.tv_nsec, "changes the directory");
	close(fd);
	is(unlink("f") | unlink("g") | unlink("s"), 0, "clean");
}

static void sizes(void)
{
	int fd;

	is(make_file("f"), 0, "a file");
	is(sys(__NR_truncate, "f", 10000), 0, "truncate");
	is(status("f").st_size, 10000, "longer");
	is(sys(__NR_truncate64, "f", ODD64(5, 0)), 0, "truncate64");
	is(status("f").st_size, 5, "shorter");
	fd = open("f", O_RDWR | O_LARGEFILE);
	is(sys(__NR_ftruncate64, fd, ODD64(7, 1)), 0, "ftruncate64 to 4G");
	is(sys(__NR_statx, AT_CWD, "f", 0, 0x200, text), 0, "statx");
	ok(((struct statx_result *)text)->size == 0x100000007ULL, "it is");
	is(sys(__NR_ftruncate64, fd, ODD64(0, 0x80000000)), -EINVAL, "to less than nothing");
	is(sys(__NR_truncate, "f", -1), -EINVAL, "to less than nothing");
	is(sys(__NR_truncate, ".", 0), -EISDIR, "of a directory");
	is(sys(__NR_truncate, "/dev/null", 0), -EINVAL, "of a device");
	is(sys(__NR_truncate, "none", 0), -ENOENT, "of nothing");
	is(sys(__NR_truncate, "f/", 0), -ENOTDIR, "with a slash");
	is(sys(__NR_ftruncate64, 99, ODD64(0, 0)), -EBADF, "of no descriptor");
	close(fd);
	is(unlink("f"), 0, "clean");
}

static void opening(void)
{
	char one;
	int fd, at;

	is(make_file("f") | mkdir("d", 0755), 0, "a file, a directory");
	is(sys(__NR_symlink, "f", "s") | sys(__NR_symlink, "d", "t"), 0, "links to them");
	is(sys(__NR_open, "s", O_RDONLY | O_NOFOLLOW), -ELOOP, "O_NOFOLLOW");
	is(sys(__NR_open, "f", O_RDONLY | O_DIRECTORY), -ENOTDIR, "O_DIRECTORY");
	is(sys(__NR_open, "t", O_RDONLY | O_DIRECTORY | O_NOFOLLOW), -ENOTDIR, "both");
	is(sys(__NR_open, "d", O_RDWR), -EISDIR, "a directory for writing");
	is(sys(__NR_open, "d", O_CREAT | O_RDONLY, 0600), -EISDIR, "O_CREAT of a directory");
	is(sys(__NR_open, "d", O_RDONLY | O_TRUNC), -EISDIR, "O_TRUNC of a directory");
	is(sys(__NR_open, "new/", O_CREAT | O_RDWR, 0600), -EISDIR, "O_CREAT with a slash");
	is(sys(__NR_open, "f/", O_CREAT | O_RDWR, 0600), -EISDIR, "of a file that is there");
	is(sys(__NR_open, "d/", O_CREAT | O_EXCL | O_RDWR, 0600), -EISDIR, "of a directory");
	is(sys(__NR_open, "f/new/", O_CREAT | O_RDWR, 0600), -ENOTDIR, "below no directory");
	is(sys(__NR_open, "new", O_CREAT | O_DIRECTORY, 0600), -EINVAL, "O_CREAT | O_DIRECTORY");
	is(sys(__NR_open, ".", O_CREAT | O_EXCL | O_RDWR, 0600), -EEXIST, "O_EXCL of .");
	is(sys(__NR_symlink, "nowhere", "dangling"), 0, "a link to nothing");
	is(sys(__NR_open, "dangling", O_CREAT | O_EXCL | O_RDWR, 0600), -EEXIST, "O_EXCL of it");
	is(exists("nowhere"), -ENOENT, "makes nothing there");
	is(unlink("dangling"), 0, "clean");
	is(sys(__NR_open, ".", O_TMPFILE | O_RDONLY, 0600), -EINVAL, "O_TMPFILE for reading");
	is(sys(__NR_open, ".", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, 0600), -EINVAL, "half of it");
	if (on_octavo())
		is(sys(__NR_open, ".", O_TMPFILE | O_RDWR, 0600), -EOPNOTSUPP, "O_TMPFILE");
	is(sys(__NR_open, "f", O_TMPFILE | O_RDWR, 0600), -ENOTDIR, "O_TMPFILE in a file");

	fd = (int)sys(__NR_open, "f", O_PATH | O_RDWR, 0);
	ok(fd >= 0, "O_PATH");
	is(sys(__NR_read, fd, &one, 1), -EBADF, "does not read");
	is(sys(__NR_write, fd, &one, 1), -EBADF, "nor write");
	is(sys(__NR_ioctl, fd, 0x5401, text), -EBADF, "nor control");
	is(sys(__NR_fchmod, fd, 0600), -EBADF, "nor change");
	is(sys(__NR_lseek, fd, 0, SEEK_SET), -EBADF, "nor seek");
	is(sys(__NR_fstat64, fd, text), 0, "but tells");
	is(sys(__NR_statx, fd, "", EMPTY, 0x7ff, text), 0, "in both ways");
	close(fd);
	fd = (int)sys(__NR_open, "s", O_PATH | O_NOFOLLOW, 0);
	ok(fd >= 0, "O_PATH of a link");
	is(sys(__NR_open, "none", O_PATH | O_CREAT | O_DIRECTORY, 0600), -ENOENT,
	   "O_PATH makes nothing");
	is(sys(__NR_readlinkat, fd, "", text, 10), 1, "can be read");
	close(fd);
	fd = (int)sys(__NR_open, "d", O_PATH | O_DIRECTORY, 0);
	at = (int)sys(__NR_openat, fd, "in", O_CREAT | O_RDWR, 0600);
	ok(at > fd, "O_PATH of a directory is good for openat");
	is(sys(__NR_getdents64, fd, text, 100), -EBADF, "but not to be listed");
	is(sys(__NR_fchdir, fd), 0, "and to go to");
	is(chdir(DIR), 0, "back");
	close(at);
	close(fd);
	is(unlink("d/in") | rmdir("d") | unlink("f") | unlink("s") | unlink("t"), 0, "clean");
}

static void long_names(void)
{
	static char name[300], path[5000];
	int len = 0;

	memset(name, 'n', 255);
	is(sys(__NR_mkdir, name, 0700), 0, "a name of 255");
	is(sys(__NR_rename, name, "short"), 0, "becomes a short one");
	is(sys(__NR_rename, "short", name), 0, "and long again");
	is(sys(__NR_link, "none", name), -ENOENT, "link");
	name[255] = 'n';
	is(sys(__NR_mkdir, name, 0700), -ENAMETOOLONG, "of 256");
	is(sys(__NR_rmdir, name), -ENAMETOOLONG, "rmdir");
	is(sys(__NR_rename, ".", name), -EBUSY, "rename of .");
	is(sys(__NR_rename, DIR, name), -ENAMETOOLONG, "rename");
	is(sys(__NR_rename, name, "x"), -ENAMETOOLONG, "the other way round");
	is(sys(__NR_symlink, "x", name), -ENAMETOOLONG, "symlink");
	name[255] = '\0';
	is(rmdir(name), 0, "clean");
	while (len < 4094) { /* ./././.../. of 4095 */
		path[len++] = '.';
		path[len++] = '/';
	}
	path[len++] = '.';
	is(exists(path), 0, "a path of 4095");
	path[len] = '/';
	is(exists(path), -ENAMETOOLONG, "of 4096");
	memset(path, 't', 4095);
	path[4095] = '\0';
	is(sys(__NR_symlink, path, "s"), 0, "a link to a path of 4095");
	is(sys(__NR_readlink, "s", text, sizeof(text)), 4095, "can be read");
	is(exists("s"), -ENAMETOOLONG, "but not followed");
	is(exists("s/x"), -ENAMETOOLONG, "nor passed");
	is(unlink("s"), 0, "clean");
}

static int exchange_often(void *nothing)
{
	(void)nothing;
	for (int i = 0; i < 300; i++)
		sys(__NR_renameat2, AT_CWD, "f", AT_CWD, "d", RENAME_EXCHANGE);
	return 0;
}

/* unlink and rmdir against somebody who puts a directory in the place of a file and back. */
static void removing_what_changes(void)
{
	int wrong = 0, removed = 0, made = 0;
	pid_t child;

	is(make_file("f") | mkdir("d", 0755), 0, "a file, a directory");
	child = must_start(exchange_often, NULL);
	for (int i = 0; i < 300; i++) {
		long err = sys(__NR_unlink, "f");

		wrong += err != 0 && err != -EISDIR && err != -ENOENT;
		removed += err == 0;
		made += err == 0 && make_file("f") == 0;
		wrong += exists("d") != 0 && exists("f") != 0;
		sched_yield();
	}
	waitpid(child, NULL, 0);
	is(wrong, 0, "unlink removes files, and tells of directories");
	is(made, removed, "each was made again");
	sys(__NR_unlink, "f");
	sys(__NR_unlink, "d");
	sys(__NR_rmdir, "f");
	sys(__NR_rmdir, "d");
	is(exists("f") == -ENOENT && exists("d") == -ENOENT, 1, "clean");
}

static char program[] = "run-me", child_option[] = "-child";

static int run_it(void *nothing)
{
	char *argv[] = {program, child_option, NULL};

	(void)nothing;
	return execve(program, argv, argv + 2);
}

/* A program that runs is not written to. */
static void running(const char *self)
{
	int fd = open(self, O_RDONLY), copy = open(program, O_CREAT | O_WRONLY, 0755);
	pid_t child;
	long n;

	while ((n = read(fd, text, sizeof(text))) > 0)
		if (write(copy, text, (size_t)n) != n)
			bail_out("no room for a copy of this program");
	close(fd);
	is(in_child(run_it, NULL) >> 8 != 42, 1, "a program that is open for writing");
	is(sys(__NR_execve, program, 0, 0), -ETXTBSY, "is busy");
	close(copy);
	child = must_start(run_it, NULL);
	for (int i = 0; exists("running") != 0 && i < 1000; i++)
		sleep_ms(1);
	is(sys(__NR_open, "run-me", O_WRONLY), -ETXTBSY, "one that runs: open");
	is(sys(__NR_truncate, "run-me", 0), -ETXTBSY, "truncate");
	is(sys(__NR_open, "run-me", O_RDONLY | O_TRUNC), -ETXTBSY, "O_TRUNC");
	is(sys(__NR_open, "run-me", O_RDONLY), fd, "for reading");
	close(fd);
	is(unlink("running"), 0, "it may end");
	waitpid(child, &copy, 0);
	is(copy, EXITED(42), "it has run");
	fd = open("run-me", O_WRONLY);
	ok(fd >= 0, "and can be written to");
	close(fd);
	is(unlink("run-me"), 0, "clean");
}

/* => nanoseconds for 64 looks at `path` */
static uint64_t look_time(const char *path)
{
	uint64_t start = now_ns();

	for (int i = 0; i < 64; i++)
		exists(path);
	return now_ns() - start;
}

/* What came of the names in `many`, and what went while they were listed. */
enum { MANY = 1500 }; /* on 16M there are some 2,000 files at most */
static unsigned char seen[MANY + 7], gone[MANY + 7];
static struct {
	int twice, ghosts, removed;
} came;

/* One piece of the listing, of n bytes; behind it every third has one removed that is near it. */
static void take_piece(long n)
{
	const struct tidy_entry *e;
	char name[16];

	for (long at = 0; at < n; at += e->reclen) {
		int i;

		e = (const void *)(text + at);
		i = atoi(e->name + 4);
		if (e->name[0] == '.')
			continue;
		came.twice += seen[i]++;
		came.ghosts += gone[i];
	}
	for (long at = 0; at < n; at += e->reclen) {
		int i;

		e = (const void *)(text + at);
		i = atoi(e->name + 4) + 7;
		sniprintf(name, sizeof(name), "many/file%d", i);
		if (e->name[0] != '.' && i % 3 == 0 && sys(__NR_unlink, name) == 0) {
			gone[i] = 1;
			came.removed++;
		}
	}
}

/* Names are found as fast among many; a listing by small pieces has each that stays, once. */
static void many_names(void)
{
	int missing = 0;
	uint64_t few, many;
	char name[16];
	long fd, n;

	is(sys(__NR_mkdir, "many", 0755), 0, "a directory");
	is(make_file("many/file0"), 0, "with a file");
	few = look_time("many/file0");
	for (int i = 1; i < MANY; i++) {
		sniprintf(name, sizeof(name), "many/file%d", i);
		missing += make_file(name) != 0;
	}
	is(missing, 0, "%d files", MANY);
	many = look_time("many/file1499") + look_time("many/file700");
	ok(many < 8 * few, "a look takes %u us among one, %u among many", (unsigned)(few / 64000),
	   (unsigned)(many / 128000));
	fd = sys(__NR_open, "many", O_RDONLY | O_DIRECTORY, 0);
	while ((n = sys(__NR_getdents64, fd, text, 100)) > 0)
		take_piece(n);
	is(n, 0, "listed to its end");
	is(came.twice, 0, "no name came twice");
	for (int i = 0; i < MANY; i++)
		missing += !gone[i] && !seen[i];
	is(missing, 0, "each that stayed came");
	ok(came.removed > MANY / 4, "%d were removed on the way", came.removed);
	if (on_octavo()) /* others may have read ahead */
		is(came.ghosts, 0, "and did not come any more");
	sys(__NR_close, fd);
	remove_tree("many");
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "-child")) {
		make_file("running");
		for (int i = 0; exists("running") == 0 && i < 10000; i++)
			sleep_ms(1);
		return 42;
	}
	remove_tree(DIR);
	mkdir(DIR, 0755);
	if (chdir(DIR) != 0)
		bail_out("no %s", DIR);
	links();
	nodes();
	directories();
	renaming();
	renaming_with_flags();
	permissions();
	times();
	telling();
	sizes();
	opening();
	long_names();
	removing_what_changes();
	many_names();
	running(argv[0]);
	is(chdir("/") | rmdir(DIR), 0, "clean");
	return tap_done();
}
