/* SPDX-License-Identifier: MIT */
/* shmem_mmu.c - tmpfs's files with an MMU: any page may come, go and be anywhere. */
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
