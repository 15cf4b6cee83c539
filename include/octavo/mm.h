/* SPDX-License-Identifier: MIT */
/*
 * mm.h - an address space, and the calls that change it.
 *
 * Locks: mmap_sem (sleeping) for the areas, page_table_lock (PTL) for the page tables; vmas change
 * under both (lock-3, lock-4). A fault holds mmap_sem for reading.
 */
#pragma once

#include <arch/mm_machine.h> /* struct pmap; without an MMU an empty one and the runs */
#include <octavo/rwsem.h>
#include <octavo/vma.h>

struct file;
struct page;

/* Where exec has put the parts of a program, by proc(5)'s names. */
struct mm_program {
	vaddr_t start_code, end_code; /* what the file has of the segments that are executed */
	vaddr_t start_data, end_data; /* what it has of the highest segment */
	vaddr_t start_stack;          /* where its stack pointer begins */
	vaddr_t arg_start, arg_end, env_start, env_end;
};

struct mm {
	struct rwsem mmap_sem;
	struct vma_tree vmas;       /* [mmap_sem write + PTL; a stack's growth: read + PTL] */
	spinlock_t page_table_lock; /* PTL */
	struct pmap pmap;           /* [PTL] */
	atomic_t users;             /* tasks that run in it: the last one empties it */
	atomic_t count;             /* users as one, and borrowers: the last one frees it */
	vaddr_t brk_start, brk;     /* [mmap_sem] */
	vaddr_t stack_top;          /* [I] after exec */
	vaddr_t mmap_base;          /* [I] after exec: areas go down from here */
	struct mm_program program;  /* [I] after exec */
	struct file *exe;           /* the program, see mm_set_exe() [I] */
	bool dumpable;              /* may others look into it? [a] prctl(2), PR_SET_DUMPABLE */
	u32 total_pages;    /* of all areas [mmap_sem write; a stack's growth: read and PTL] */
	u32 locked_pages;   /* of areas that are VM_LOCKED [the same] */
	u32 lock_future;    /* [mmap_sem] VM_LOCK_BITS of new areas: mlockall(2) */
	u32 nr_resident;    /* [PTL] user pages mapped */
	u32 peak_pages;     /* [mmap_sem] the most of total_pages when any were taken away */
	u32 peak_resident;  /* [PTL] and of nr_resident */
	LIST_ENTRY(mm) all; /* [mm_list_lock] */
	u64 serial;         /* [I] serial_number() */
};
LIST_HEAD(mm_list, mm);
extern struct mm_list all_mms; /* [mm_list_lock], for the audit */
extern spinlock_t mm_list_lock;
extern struct mm kernel_mm; /* what kernel threads and idle tasks begin with */

#define mm_for_each_area(mm, v) for ((v) = vma_first(&(mm)->vmas); (v); (v) = vma_next(v))

/* mm_peak_resident - the most user pages that were ever mapped. => a moment's picture */
static inline u32 mm_peak_resident(const struct mm *mm)
{
	return MAX(mm->peak_resident, mm->nr_resident);
}

/* What a mapping of an object must be able to do. One const table for each kind. */
struct vma_ops {
	const char *name;
	void (*open)(struct vma *v);  /* another vma refers to v->object (split, fork) */
	void (*close)(struct vma *v); /* one fewer */
	/* make the page at va present, and writable for a write; the area allows it; mmap_sem read;
	 * sleeps. => 0: done, or somebody was faster: the access is tried again; -ENOMEM, -EIO
	 * (SIGBUS) */
	int (*fault)(struct mm *mm, struct vma *v, vaddr_t va, bool write);
	u64 (*serial)(const struct vma *v); /* of what it maps, whichever way: serial_number() */
	/* is page `index` of the object in memory? => mmap_sem; sleeps */
	bool (*has_page)(const struct vma *v, u32 index);
};

/* --- life (mm/mm.c) --- */
struct mm *mm_alloc(void);  /* empty; users 1; => NULL; sleeps */
void mm_get(struct mm *mm); /* users++ */
/* mm_get_used - mm_get() by who has a count, of an mm that may have no users any more. => false: so it is */
static inline bool mm_get_used(struct mm *mm)
{
	return atomic_inc_not_zero(&mm->users);
}
void mm_put(struct mm *mm);  /* users--: the last unmaps everything; sleeps */
void mm_grab(struct mm *mm); /* count++ */
void mm_drop(struct mm *mm); /* count--: the last frees the mm and its page directory */
/* mm_fork - a copy of the current address space with copy-on-write. => NULL or the new mm
 * (users 1); sleeps; takes both mmap_sems (parent write, child write nested) */
struct mm *mm_fork(struct mm *parent);
/* mm_switch - load next's page tables for the task switch. => scheduler, interrupts off */
void mm_switch(struct mm *next);
/* mm_load - the same for the current task, which leaves prev for good. => interrupts off */
void mm_load(struct mm *prev, struct mm *next);
/* mm_init - the caches of mm and vma; after slab_init() */
void mm_init(void);

/* --- areas (mm/mmap.c, mprotect.c, brk.c, madvise.c): as mmap(2), munmap(2), mprotect(2), brk(2);
 * take mmap_sem for writing themselves --- */
/* mm_map - as mmap(2). flags: MAP_*; file NULL: anonymous; else from page pgoff on, and the area has
 * a reference of its own. => address or -errno; takes mmap_sem for writing */
long mm_map(struct mm *mm, vaddr_t addr, u32 len, u32 prot, u32 flags, struct file *file,
	    u32 pgoff);
/* mm_unmap - as munmap(2). => 0; -EINVAL not aligned, empty or not the program's; -ENOMEM for an
 * area that would be split, nothing has changed; takes mmap_sem for writing */
int mm_unmap(struct mm *mm, vaddr_t addr, u32 len);
/* mm_protect - as mprotect(2); prot: PROT_*. => 0; -EINVAL; -EACCES an area does not allow it;
 * -ENOMEM a hole, or areas cannot be cut; nothing has changed then; takes mmap_sem for writing */
int mm_protect(struct mm *mm, vaddr_t addr, u32 len, u32 prot);
/* mm_remap - as mremap(2); flags: MREMAP_*. => the address or -errno; takes mmap_sem for writing */
long mm_remap(struct mm *mm, vaddr_t addr, u32 old_len, u32 new_len, u32 flags, vaddr_t new_addr);
/* mm_brk - move the break to `brk` if that can be. => the break as it is then; takes mmap_sem for
 * writing */
vaddr_t mm_brk(struct mm *mm, vaddr_t brk);
/* mm_advise - as madvise(2); takes mmap_sem for reading */
int mm_advise(struct mm *mm, vaddr_t addr, u32 len, int advice);

/* --- for exec --- */
/* mm_set_exe - the program that runs in a new mm: the file's reference, and an inode_exec_begin(),
 * are taken over; both go with the last user of the mm. Who has a user may look at mm->exe. */
static inline void mm_set_exe(struct mm *mm, struct file *file)
{
	mm->exe = file;
}
void mm_copy_exe(struct mm *mm, const struct mm *from); /* fork: a reference of its own */
void mm_drop_exe(struct mm *mm);
/* mm_setup_stack - the stack area below `top`, RLIMIT_STACK 8M of growth. => 0, -ENOMEM */
int mm_setup_stack(struct mm *mm, vaddr_t top, u32 initial_bytes);
/* mm_write_user - fill the memory of an mm that is not loaded (a program being
 * exec'ed), faulting pages in. => 0, -ENOMEM, -EFAULT; sleeps */
int mm_write_user(struct mm *mm, vaddr_t addr, const void *src, u32 len);
/* mm_clear_user - zero bytes of one page of it. => 0, -ENOMEM, -EFAULT, -EIO; sleeps */
int mm_clear_user(struct mm *mm, vaddr_t addr, u32 len);
/* mm_access_user - move len bytes of one page, 1 at least, to (write) or from the memory of any mm, as its
 * own program could: no stack grows for it. => 0, -EFAULT, -EIO behind a file's end, -ENOMEM; takes mmap_sem
 * for reading; sleeps */
int mm_access_user(struct mm *mm, vaddr_t addr, void *buf, u32 len, bool write);
/* mm_access_debug - the same for a debugger, and across pages. A stack grows for it. It reads what the program
 * might, if it asked for it, and writes where a copy of the page is the program's own. A page that is copied
 * so, and nobody has been promised, becomes an area of its own that is VM_ACCT. => likewise, -EINTR; takes
 * mmap_sem for writing, too */
int mm_access_debug(struct mm *mm, vaddr_t addr, void *buf, u32 len, bool write);
/* mm_page_for_write - the frame behind addr, present, writable, private; referenced for the
 * caller. => 0 and *page, -ENOMEM, -EFAULT */
int mm_page_for_write(struct mm *mm, vaddr_t addr, struct page **page);
/* mm_page_for_read - the same to read from: it may be shared, or the page of zeros; a stack does not
 * grow for it */
int mm_page_for_read(struct mm *mm, vaddr_t addr, struct page **page);

/* --- faults (mm/fault.c) --- */
#define FAULT_PRESENT 0x1u /* the page is there, the access is not allowed */
#define FAULT_WRITE   0x2u
#define FAULT_USER    0x4u /* from user mode; else from a user copy */
#define FAULT_EXEC    0x8u
/* mm_fault - make the access possible. => 0 retry; -EFAULT SEGV_MAPERR; -EACCES SEGV_ACCERR;
 * -ENOMEM (why-line written); -EIO SIGBUS; sleeps; takes mmap_sem for reading */
int mm_fault(struct mm *mm, vaddr_t addr, unsigned flags);
/* mm_check - the tree of areas, and what the mm and its areas say of each other; panics. Of many areas
 * every 256th call looks. => debug flavour; mmap_sem held, or nobody else knows mm */
void mm_check(struct mm *mm);

/* zero_mmap - file_ops.mmap of /dev/zero: anonymous memory, shared or private. A machine without an
 * MMU maps no devices. */
int zero_mmap(struct file *file, struct vma *new);
