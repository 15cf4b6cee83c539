/* SPDX-License-Identifier: MIT */
/* Files: open, read, write, lseek, stat, directories, devices, and their errors. */
#include <dirent.h>
#include <sys/stat.h>

#include "guest.h"

#define DIR_PATH  "/tmp/files-test"
#define FILE_PATH DIR_PATH "/file"

static long sys_open(const char *path, int flags)
{
	return sys(__NR_open, path, flags, 0640);
}

/* The error of opening PATH; 0 where it can be opened. */
static long open_error(const char *path, int flags)
{
	long fd = sys_open(path, flags);

	if (fd < 0)
		return fd;
	sys(__NR_close, fd);
	return 0;
}

static void test_open(void)
{
	static char long_name[300], long_path[4200];

	is(open_error(FILE_PATH, O_RDONLY), -ENOENT, "a file that is not");
	is(open_error(FILE_PATH, O_WRONLY | O_CREAT), 0, "is created");
	is(open_error(FILE_PATH, O_WRONLY | O_CREAT), 0, "once more is no error");
	is(open_error(FILE_PATH, O_WRONLY | O_CREAT | O_EXCL), -EEXIST, "but with O_EXCL it is");
	is(open_error("", O_RDONLY), -ENOENT, "an empty path");
	is(open_error(DIR_PATH "/none/file", O_WRONLY | O_CREAT), -ENOENT, "no such directory");
	is(open_error(FILE_PATH "/x", O_RDONLY), -ENOTDIR, "a file as directory");
	is(open_error(FILE_PATH "/", O_RDONLY), -ENOTDIR, "a file with a slash behind it");
	is(open_error(DIR_PATH, O_WRONLY), -EISDIR, "a directory for writing");
	is(open_error(DIR_PATH, O_RDONLY), 0, "a directory for reading");
	is(open_error(FILE_PATH, O_RDONLY | O_DIRECTORY), -ENOTDIR, "a file as O_DIRECTORY");
	is(open_error("/../..//tmp/./files-test/../files-test/file", O_RDONLY), 0, "a long way");
	memset(long_name, 'n', sizeof(long_name) - 1);
	memset(long_path, '/', sizeof(long_path) - 1);
	is(open_error(long_name, O_RDONLY), -ENAMETOOLONG, "a name of 299 bytes");
	is(open_error(long_path, O_RDONLY), -ENAMETOOLONG, "a path of 4199 bytes");
	long_path[4095] = '\0';
	is(open_error(long_path, O_RDONLY), 0, "a path of 4095 bytes");
}

/* Both permissions are asked for, and then neither reading nor writing is possible. */
static void test_mode_of_none(void)
{
	int fd = (int)sys_open(FILE_PATH, 3);
	char byte = 0;

	ok(fd >= 0, "access mode 3");
	is(fcntl(fd, F_GETFL) & O_ACCMODE, 3, "stays what it is");
	is(sys(__NR_read, fd, &byte, 1), -EBADF, "no reading");
	is(sys(__NR_write, fd, &byte, 1), -EBADF, "no writing");
	is(sys(__NR_ftruncate, fd, 0), -EINVAL, "no new length");
	is(sys(__NR_lseek, fd, 3, SEEK_SET), 3, "but a position");
	is(sys(__NR_mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), -EACCES, "no mapping");
	close(fd);
	is(open_error(DIR_PATH, 3), -EISDIR, "it asks for writing");
}

static void test_read_write(void)
{
	char buf[16];
	int fd = (int)sys_open(FILE_PATH, O_RDWR | O_TRUNC);
	int other = (int)sys_open(FILE_PATH, O_RDONLY);

	is(sys(__NR_read, fd, buf, 10), 0, "an empty file is at its end");
	is(sys(__NR_write, fd, "0123456789", 10), 10, "ten bytes are written");
	is(lseek(fd, 0, SEEK_CUR), 10, "and the position is behind them");
	is(sys(__NR_read, fd, buf, 10), 0, "where the end is");
	is(sys(__NR_read, other, buf, 16), 10, "another descriptor has its own position");
	ok(memcmp(buf, "0123456789", 10) == 0, "and sees them");
	is(lseek(fd, -3, SEEK_END), 7, "three from the end");
	is(sys(__NR_read, fd, buf, 16), 3, "a read is cut at the end");
	ok(memcmp(buf, "789", 3) == 0, "and gives the last three");
	is(lseek(fd, 2, SEEK_SET), 2, "to the third");
	is(lseek(fd, 2, SEEK_CUR), 4, "and two on");
	is(sys(__NR_write, fd, "xy", 2), 2, "two are overwritten");
	lseek(other, 0, SEEK_SET);
	sys(__NR_read, other, buf, 16);
	ok(memcmp(buf, "0123xy6789", 10) == 0, "just they");
	is(sys(__NR_lseek, fd, -11, SEEK_END), -EINVAL, "before the start");
	is(sys(__NR_lseek, fd, 0, 77), -EINVAL, "in no known way");
	is(lseek(fd, 0, SEEK_CUR), 6, "refusals do not move");
	is(sys(__NR_write, other, "z", 1), -EBADF, "writing what is open for reading");
	close(other);
	other = (int)sys_open(FILE_PATH, O_WRONLY | O_APPEND);
	is(sys(__NR_read, other, buf, 1), -EBADF, "reading what is open for writing");
	is(sys(__NR_write, other, "AB", 2), 2, "appending");
	is(lseek(fd, 0, SEEK_END), 12, "at the end");
	close(other);
	close(fd);
	is(sys(__NR_close, fd), -EBADF, "closing twice");
	is(sys(__NR_read, fd, buf, 1), -EBADF, "reading what is closed");
}

static void test_holes(void)
{
	enum { AT = 100000 };
	static char big[AT + 1];
	int fd = (int)sys_open(FILE_PATH, O_RDWR | O_TRUNC);

	is(lseek(fd, AT, SEEK_SET), AT, "beyond the end");
	is(sys(__NR_read, fd, big, 1), 0, "there is nothing to read");
	is(sys(__NR_write, fd, "e", 1), 1, "but one can write");
	lseek(fd, 0, SEEK_SET);
	memset(big, 'x', sizeof(big));
	is(sys(__NR_read, fd, big, sizeof(big)), AT + 1, "and the file is that long");
	ok(all_bytes(big, AT, 0) && big[AT] == 'e', "with zeros before");
	for (int i = 0; i < AT; i++)
		big[i] = (char)(i * 7);
	lseek(fd, 0, SEEK_SET);
	is(sys(__NR_write, fd, big, sizeof(big)), AT + 1, "100001 bytes are written at once");
	lseek(fd, 4090, SEEK_SET);
	is(sys(__NR_read, fd, big, 12), 12, "twelve across a page's end");
	is(big[11], (char)(4101 * 7), "are the right ones");
	is(sys(__NR_ftruncate, fd, 5000), 0, "shortened to 5000");
	is(sys(__NR_ftruncate, fd, 9000), 0, "and lengthened to 9000");
	lseek(fd, 4999, SEEK_SET);
	is(sys(__NR_read, fd, big, 8000), 4001, "it ends there");
	ok(big[0] == (char)(4999 * 7) && all_bytes(big + 1, 4000, 0), "with zeros after 5000");
	close(fd);
	is(open_error(FILE_PATH, O_WRONLY | O_TRUNC), 0, "O_TRUNC");
}

static void test_stat(void)
{
	struct stat st, dir;
	int fd = (int)sys_open(FILE_PATH, O_RDWR);

	sys(__NR_write, fd, "12345", 5);
	is(stat(FILE_PATH, &st), 0, "stat of a file");
	ok(S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0640, "type and mode (%o)",
	   (unsigned int)st.st_mode);
	is((long)st.st_size, 5, "size");
	is(st.st_nlink, 1, "links");
	is(stat(DIR_PATH, &dir), 0, "stat of a directory");
	ok(S_ISDIR(dir.st_mode) && dir.st_ino != st.st_ino, "type, and another inode");
	memset(&dir, 0, sizeof(dir));
	is(fstat(fd, &dir), 0, "fstat");
	ok(dir.st_ino == st.st_ino && dir.st_size == 5 && dir.st_mode == st.st_mode, "the same");
	is(stat("/dev/null", &st), 0, "stat of a device");
	ok(S_ISCHR(st.st_mode) && st.st_rdev == 0x103, "its type and number");
	is(stat(DIR_PATH "/none", &st), -1, "stat of nothing");
	is(errno, ENOENT, "ENOENT");
	close(fd);
}

static void test_directories(void)
{
	struct dirent *entry;
	char name[] = DIR_PATH "/d0";
	int dots = 0, ours = 0, others = 0, good = 1;
	DIR *dir;

	for (int i = 0; i < 8; i++) {
		name[sizeof(name) - 2] = (char)('0' + i);
		good &= mkdir(name, 0755) == 0 || errno == EEXIST; /* left by a run cut short */
	}
	ok(good, "eight directories");
	is(mkdir(name, 0755), -1, "the last once more");
	is(errno, EEXIST, "EEXIST");
	dir = opendir(DIR_PATH);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			dots++;
		else if (entry->d_name[0] == 'd' && entry->d_type == DT_DIR)
			ours |= 1 << (entry->d_name[1] - '0');
		else
			others++;
	}
	closedir(dir);
	ok(dots == 2 && ours == 0xff && others == 1,
	   "getdents64 lists . .. the eight and the file");
	is(sys(__NR_read, (int)sys_open("/", O_RDONLY), name, 4), -EISDIR,
	   "a directory is not read");

	is(chdir(DIR_PATH), 0, "chdir");
	is(open_error("file", O_RDONLY), 0, "relative to the working directory");
	is(open_error("../files-test/file", O_RDONLY), 0, "through its parent");
	ok(strcmp(getcwd((char[64]){0}, 64), DIR_PATH) == 0, "getcwd");
	is(chdir("file"), -1, "chdir to a file");
	is(errno, ENOTDIR, "ENOTDIR");
	is(sys(__NR_unlink, DIR_PATH "/d0"), -EISDIR, "unlink of a directory");
	chdir("/");
}

static void test_descriptors(void)
{
	int fd = (int)sys_open(FILE_PATH, O_RDWR | O_TRUNC);
	int copy = dup(fd);
	char c;

	ok(copy > fd, "dup gives another number");
	is(write(fd, "abc", 3), 3, "three bytes by the first");
	is(lseek(copy, 0, SEEK_CUR), 3, "move the second: one position");
	is(dup2(fd, 50), 50, "dup2 to a free number");
	is(dup2(fd, fd), fd, "dup2 to itself");
	lseek(50, 1, SEEK_SET);
	is(read(fd, &c, 1), 1, "and one file");
	is(c, 'b', "of course");
	close(50);
	close(copy);
	is(unlink(FILE_PATH), 0, "unlinked while open");
	is(open_error(FILE_PATH, O_RDONLY), -ENOENT, "the name is gone");
	lseek(fd, 0, SEEK_SET);
	is(read(fd, &c, 1), 1, "the content is not");
	is(sys(__NR_unlink, FILE_PATH), -ENOENT, "unlinked twice");
	close(fd);
	ok(sys_open("/dev/null", O_RDONLY) == fd, "the lowest free number is given next");
	close(fd);
}

static void test_devices(void)
{
	char buf[8200];
	int null = (int)sys_open("/dev/null", O_RDWR);
	int zero = (int)sys_open("/dev/zero", O_RDWR);

	is(read(null, buf, 10), 0, "/dev/null is empty");
	is(write(null, buf, 1234), 1234, "and takes everything");
	memset(buf, 'x', sizeof(buf));
	is(read(zero, buf, sizeof(buf)), sizeof(buf), "/dev/zero is endless");
	ok(all_bytes(buf, sizeof(buf), 0), "and zero");
	is(write(zero, buf, 99), 99, "and takes everything");
	close(null);
	close(zero);
}

/* Descriptors run out before memory does. */
static int open_many(void *unused)
{
	long fd;

	for (int i = 0; i < 2000000; i++) {
		fd = sys(__NR_dup, 0);
		if (fd < 0)
			return fd == -EMFILE ? 0 : 50;
	}
	return 51;
}

/* Whatever a run that was cut short has left. */
static void clean(void)
{
	char name[] = DIR_PATH "/d0";

	unlink(FILE_PATH);
	for (int i = 0; i < 8; i++) {
		name[sizeof(name) - 2] = (char)('0' + i);
		rmdir(name);
	}
	rmdir(DIR_PATH);
}

int main(void)
{
	clean();
	sys(__NR_umask, 0);
	mkdir(DIR_PATH, 0755);
	test_open();
	test_mode_of_none();
	test_read_write();
	test_holes();
	test_stat();
	test_directories();
	test_descriptors();
	test_devices();
	is(in_child(open_many, NULL), EXITED(0), "the table of descriptors has an end: EMFILE");
	clean();
	return tap_done();
}
