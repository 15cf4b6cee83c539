/* SPDX-License-Identifier: MIT */
/* shmem_mmu.c - tmpfs's files with an MMU: any page may come, go and be anywhere. */
#include <octavo/commit.h>
#include <octavo/shmem.h>

int shmem_gather(struct address_space *m, u32 nr_pages)
{
	(void)m;
	(void)nr_pages;
	return 0;
}

int shmem_remove_begin(struct address_space *m, u32 first)
{
	(void)m;
	(void)first;
	return 0;
}

void shmem_remove_end(struct address_space *m)
{
	(void)m;
}

const struct file_ops shmem_file_ops = {
	SHMEM_FILE_OPS,
	.mmap = filemap_mmap,
};

/* --- promises: the memory that holes may come to need is no file's before --- */

int shmem_promise(const struct address_space *m, u32 nr)
{
	return m->promised != 0 ? 0 : commit_charge(nr, 0);
}

void shmem_unpromise(const struct address_space *m, u32 nr)
{
	if (m->promised == 0)
		commit_uncharge(nr);
}

int shmem_promise_all(struct address_space *m, u32 nr, bool noreserve)
{
	int err;

	if (noreserve && commit_heeds_noreserve())
		return 0;
	err = commit_charge(nr, 0);
	if (err == 0)
		m->promised = nr;
	return err;
}

void shmem_audit_promises(const struct address_space *m, u32 nr)
{
	commit_audit_seen(m->promised != 0 ? m->promised : nr);
}
