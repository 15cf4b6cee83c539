/* SPDX-License-Identifier: MIT */
/* difftest_other_orders.c - segments, other processes' memory, files that are mapped, limits. */
#include "difftest_orders.h"

#include <uapi/octavo/falloc.h>
#include <uapi/octavo/ipc.h>
#include <uapi/octavo/memfd.h>
#include <uapi/octavo/shm.h>

#define KERNEL KERNEL_ADDRESS

#define FD(f)                                                                                      \
	{                                                                                          \
#f, FIRST_FD + (f)                                                                 \
	}
#define FD_ARG                                                                                     \
	ARG("fd", FD(A_RDWR), FD(A_RDONLY), FD(B_WRONLY), FD(MEMFD), FD(FOLDER), FD(PIPE),         \
	    FD(ZERO), V(99), V(-1))
#define POINTERS V(DATA), V(0), V(DATA_END - 4), V(DATA_END), V(KERNEL), V(PRIV_RO), V(NOTHING)

/* --- segments --- */

enum { KEY_GOOD, KEY_ROOTS, KEY_NEW, KEY_PRIVATE };

static long call_shmget(const uint32_t *a)
{
	static const long keys[] = {FIRST_KEY, FIRST_KEY + 1, FIRST_KEY + 2, IPC_PRIVATE};
	long id = sys(__NR_shmget, keys[a[0]], a[1], a[2] | a[3] | a[4]);

	if (id >= 0 && id != kinds[GOOD] && id != kinds[ROOTS])
		sys(__NR_shmctl, id, IPC_RMID, 0);
	return id;
}

/* Of a value, which says which one is meant. */
enum { ID_GOOD, ID_ROOTS, ID_REMOVED, ID_NONE, ID_MOST, ID_INDEX };

static long id_of(uint32_t value)
{
	switch (value) {
	case ID_NONE:
		return -1;
	case ID_MOST:
		return 0x7fffffff;
	case ID_INDEX: /* as SHM_STAT has it */
		return kinds[GOOD] & 0x7fff;
	default:
		return kinds[value];
	}
}

#define ID_ARG                                                                                     \
	ARG("id", V(ID_GOOD), V(ID_ROOTS), V(ID_REMOVED), V(ID_NONE), V(ID_MOST), V(ID_INDEX))

static long call_shmat(const uint32_t *a)
{
	return sys(__NR_shmat, id_of(a[0]), a[1], a[2] | a[3]);
}

static long call_shmdt(const uint32_t *a)
{
	return sys(__NR_shmdt, a[0]);
}

/* IPC_SET: the owner's number stands there. */
static void put_owner(uint32_t uid, uint32_t gid)
{
	struct uapi_shmid64_ds *ds = (struct uapi_shmid64_ds *)DATA;

	ds->shm_perm.uid = uid;
	ds->shm_perm.gid = gid;
	ds->shm_perm.mode = 0666;
}

static long call_shmctl(const uint32_t *a)
{
	put_owner(a[3], a[4]);
	return sys(__NR_shmctl, id_of(a[0]), a[1], a[2]);
}

static long call_old_shmctl(const uint32_t *a)
{
	put_owner(a[3], a[3]);
	return sys(__NR_ipc, SHMCTL, id_of(a[0]), a[1], 0, a[2]);
}

static long call_old_shmat(const uint32_t *a)
{
	return sys(__NR_ipc, a[0], id_of(a[1]), a[2], a[3], a[4]);
}

/* --- other processes' memory --- */

enum vector {
	GOOD_VECTOR,
	EMPTY,
	NEGATIVE,
	AT_KERNEL,
	AT_HOLE,
	AT_READ_ONLY,
	AT_NOTHING,
	HUGE,
	SECOND_BAD
};

static void put_vector(uint32_t *v, uint32_t kind)
{
	static const uint32_t one[][2] = {
		[GOOD_VECTOR] = {RW, 64},      [EMPTY] = {RW, 0},
		[NEGATIVE] = {RW, 0x80000000}, [AT_KERNEL] = {KERNEL, 64},
		[AT_HOLE] = {HOLE, 64},        [AT_READ_ONLY] = {PRIV_RO, 64},
		[AT_NOTHING] = {NOTHING, 64},  [HUGE] = {RW, 0x7fffffff},
		[SECOND_BAD] = {RW, 32},
	};

	v[0] = one[kind][0];
	v[1] = one[kind][1];
	v[2] = kind == SECOND_BAD ? KERNEL : RW + PAGE;
	v[3] = kind == SECOND_BAD ? 0x90000000 : 32;
}

enum { MYSELF, PARENT, NOBODY, NO_NUMBER };

static long process_vm(long nr, const uint32_t *a)
{
	const long pids[] = {getpid(), sys(__NR_getppid), 0x3ffffff, -1};
	uint32_t *ours = (uint32_t *)DATA, *theirs = (uint32_t *)DATA + 16;

	put_vector(ours, a[5]);
	put_vector(theirs, a[6]);
	return sys(nr, pids[a[0]], a[1], a[2], a[3], a[4], a[7]);
}

static long call_readv(const uint32_t *a)
{
	return process_vm(__NR_process_vm_readv, a);
}

static long call_writev(const uint32_t *a)
{
	return process_vm(__NR_process_vm_writev, a);
}

#define THEIRS (DATA + 64)
#define COUNTS V(1), V(2), V(0), V(1024), V(1025), V(-1)
#define VECTORS                                                                                    \
	V(GOOD_VECTOR), V(EMPTY), V(NEGATIVE), V(AT_KERNEL), V(AT_HOLE), V(AT_READ_ONLY),          \
		V(AT_NOTHING), V(HUGE), V(SECOND_BAD)
#define PROCESS_VM_ARGS                                                                            \
	ARG("pid", V(MYSELF), V(PARENT), V(NOBODY), V(NO_NUMBER)), ARG("ours", POINTERS),          \
		ARG("count", COUNTS),                                                              \
		ARG("theirs", V(THEIRS), V(0), V(DATA_END - 4), V(DATA_END), V(KERNEL),            \
		    V(NOTHING)),                                                                   \
		ARG("their_count", COUNTS), ARG("our_vector", VECTORS),                            \
		ARG("their_vector", VECTORS), ARG("flags", V(0), V(1), V(0x80000000))

/* --- files --- */

enum {
	PATH_FILE,
	PATH_FOLDER,
	PATH_NONE,
	PATH_EMPTY,
	PATH_IN_FILE,
	PATH_LONG,
	PATH_DEVICE,
	PATH_PROC,
	PATH_BAD,
	PATH_KERNEL
};

static const char *path_of(uint32_t value)
{
	static const char *const paths[] = {
		"/tmp/a",
		"/tmp",
		"/tmp/none",
		"",
		"/tmp/a/b",
		NULL,
		"/dev/zero",
		"/proc/version",
		(const char *)NOTHING,
		(const char *)KERNEL,
	};

	if (value != PATH_LONG)
		return paths[value];
	memset((char *)DATA, 'x', PAGE);
	return (const char *)DATA;
}

#define PATH_ARG                                                                                   \
	ARG("path", V(PATH_FILE), V(PATH_FOLDER), V(PATH_NONE), V(PATH_EMPTY), V(PATH_IN_FILE),    \
	    V(PATH_LONG), V(PATH_DEVICE), V(PATH_PROC), V(PATH_BAD), V(PATH_KERNEL))
#define HIGH_HALVES V(0), V(1), V(0xfff), V(0x1000), V(0x7fffffff), V(0x80000000)

static long call_truncate(const uint32_t *a)
{
	return sys(__NR_truncate, path_of(a[0]), a[1]);
}

static long call_truncate64(const uint32_t *a)
{
	return sys(__NR_truncate64, path_of(a[0]), a[1], a[2]);
}

static long call_ftruncate64(const uint32_t *a)
{
	return sys(__NR_ftruncate64, a[0], a[1], a[2]);
}

static long call_fallocate(const uint32_t *a)
{
	if (a[0] == FIRST_FD + MEMFD && a[5] > 0 && a[5] < 0x1000)
		return 0; /* nothing limits it, and Linux kills processes before it gives up */
	return sys(__NR_fallocate, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static long call_memfd_create(const uint32_t *a)
{
	long fd = sys(__NR_memfd_create, a[0] ? path_of(a[0] - 1) : "m", a[1]);

	if (fd >= 0)
		sys(__NR_close, fd);
	return fd;
}

/* --- limits --- */

static long call_prlimit(const uint32_t *a)
{
	const long pids[] = {0, sys(__NR_getppid), 0x3ffffff, -1};
	static const uint32_t limits[][4] = {
		{1u << 20, 0, 1u << 20, 0}, {2, 0, 1, 0}, {1u << 20, 0, 0xffffffff, 0xffffffff}};

	memcpy((void *)DATA, limits[a[4]], sizeof(limits[0]));
	return sys(__NR_prlimit64, pids[a[0]], a[1], a[2], a[3]);
}

static long call_setrlimit(const uint32_t *a)
{
	static const uint32_t limits[][2] = {{1u << 20, 1u << 20}, {2, 1}, {1u << 20, 0xffffffff}};

	memcpy((void *)DATA, limits[a[2]], sizeof(limits[0]));
	return sys(a[3], a[0], a[1]);
}

#define RESOURCES V(4), V(10), V(15), V(16), V(-1)

const struct order other_orders[] = {
	{"shmget",
	 call_shmget,
	 HANDLE,
	 FOR_USERS,
	 1,
	 {ARG("key", V(KEY_GOOD), V(KEY_ROOTS), V(KEY_NEW), V(KEY_PRIVATE)),
	  ARG("size", V(PAGE), V(0), V(1), V(2 * PAGE), V(0xfe000000), V(0xff000000), V(0xfffff001),
	      V(0xffffffff)),
	  ARG("how", V(0), V(IPC_CREAT), V(IPC_CREAT | IPC_EXCL), V(IPC_EXCL)),
	  ARG("mode", V(0600), V(0), V(0444), V(0777), V(0007)),
	  ARG("kind", V(0), V(SHM_NORESERVE), V(0x80000000), V(0100000))}},
	{"shmat",
	 call_shmat,
	 ADDRESS,
	 IN_ALL,
	 1,
	 {ID_ARG,
	  ARG("addr", V(0), V(HOLE), V(HOLE + 1), V(RW), V(1), V(4 * PAGE), V(KERNEL),
	      V(0xfffff000)),
	  ARG("flags", V(0), V(SHM_RDONLY), V(SHM_RND), V(SHM_REMAP), V(SHM_REMAP | SHM_RND)),
	  ARG("more", V(0), V(SHM_EXEC), V(1), V(0x80000000))}},
	{"shmdt",
	 call_shmdt,
	 NUMBER,
	 FOR_USERS,
	 1,
	 {ARG("addr", V(SEGMENT), V(SEGMENT + 1), V(SEGMENT - PAGE), V(RW), V(HOLE), V(0), V(1),
	      V(KERNEL), V(0xfffff000))}},
	{"shmctl",
	 call_shmctl,
	 HANDLE,
	 FOR_USERS,
	 1,
	 {ID_ARG,
	  ARG("cmd", V(IPC_STAT), V(IPC_RMID), V(IPC_SET), V(IPC_INFO), V(SHM_LOCK), V(SHM_UNLOCK),
	      V(SHM_STAT), V(SHM_INFO), V(SHM_STAT_ANY), V(99), V(-1), V(IPC_64 | IPC_STAT), V(4)),
	  ARG("buf", POINTERS), ARG("uid", V(0), V(1000), V(-1)),
	  ARG("gid", V(0), V(1000), V(-1))}},
	{"ipc shmctl",
	 call_old_shmctl,
	 HANDLE,
	 FOR_USERS,
	 1,
	 {ID_ARG,
	  ARG("cmd", V(IPC_STAT), V(IPC_RMID), V(IPC_SET), V(IPC_INFO), V(SHM_LOCK), V(SHM_STAT),
	      V(SHM_INFO), V(SHM_STAT_ANY), V(99), V(-1), V(IPC_64 | IPC_STAT), V(IPC_64 | IPC_SET),
	      V(IPC_64 | IPC_INFO)),
	  ARG("buf", POINTERS), ARG("uid", V(0), V(1000), V(-1))}},
	{"ipc",
	 call_old_shmat,
	 HANDLE,
	 FOR_USERS,
	 1,
	 {ARG("call", V(SHMAT), V(1 << 16 | SHMAT), V(2 << 16 | SHMAT), V(SHMDT),
	      V(1 << 16 | SHMDT), V(25), V(99)),
	  ID_ARG, ARG("flags", V(0), V(SHM_RDONLY), V(SHM_REMAP)), ARG("result", POINTERS),
	  ARG("ptr", V(0), V(HOLE), V(HOLE + 1), V(RW), V(SEGMENT), V(KERNEL))}},
	{"process_vm_readv", call_readv, NUMBER, FOR_USERS, 0, {PROCESS_VM_ARGS}},
	{"process_vm_writev", call_writev, NUMBER, FOR_USERS, 0, {PROCESS_VM_ARGS}},
	{"truncate",
	 call_truncate,
	 NUMBER,
	 FOR_USERS,
	 0,
	 {PATH_ARG, ARG("size", V(PAGE), V(0), V(0x7fffffff), V(0x80000000), V(-1))}},
	{"truncate64",
	 call_truncate64,
	 NUMBER,
	 FOR_USERS,
	 0,
	 {PATH_ARG, ARG("low", V(PAGE), V(0), V(-1)), ARG("high", HIGH_HALVES)}},
	{"ftruncate64",
	 call_ftruncate64,
	 NUMBER,
	 FOR_USERS,
	 0,
	 {FD_ARG, ARG("low", V(PAGE), V(0), V(-1)), ARG("high", HIGH_HALVES)}},
	{"fallocate",
	 call_fallocate,
	 NUMBER,
	 FOR_USERS,
	 0,
	 {FD_ARG,
	  ARG("mode", V(0), V(1), V(2), V(3), V(4), V(8), V(9), V(16), V(17), V(32), V(33), V(64),
	      V(65), V(67), V(80), V(40), V(11), V(19), V(128), V(0x80000000)),
	  ARG("offset", V(0), V(PAGE)), ARG("offset_high", HIGH_HALVES),
	  ARG("len", V(PAGE), V(0), V(1)), ARG("len_high", HIGH_HALVES)}},
	{"memfd_create",
	 call_memfd_create,
	 HANDLE,
	 FOR_USERS,
	 0,
	 {ARG("name", V(0), V(1 + PATH_EMPTY), V(1 + PATH_LONG), V(1 + PATH_BAD),
	      V(1 + PATH_KERNEL)),
	  ARG("flags", V(0), V(MFD_CLOEXEC), V(MFD_ALLOW_SEALING), V(3), V(0x20), V(0x80000000),
	      V(0x04000000))}},
	{"prlimit64",
	 call_prlimit,
	 NUMBER,
	 FOR_USERS,
	 0,
	 {ARG("pid", V(MYSELF), V(PARENT), V(NOBODY), V(NO_NUMBER)), ARG("resource", RESOURCES),
	  ARG("new", POINTERS), ARG("old", V(0), V(DATA + 64), V(KERNEL), V(PRIV_RO), V(HOLE)),
	  ARG("limits", V(0), V(1), V(2))}},
	{"setrlimit",
	 call_setrlimit,
	 NUMBER,
	 FOR_USERS,
	 0,
	 {ARG("resource", RESOURCES), ARG("limits", POINTERS), ARG("what", V(0), V(1), V(2)),
	  ARG("call", V(__NR_setrlimit), V(__NR_ugetrlimit), V(__NR_getrlimit))}},
};

const unsigned nr_other_orders = sizeof(other_orders) / sizeof(other_orders[0]);
