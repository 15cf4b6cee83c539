/* SPDX-License-Identifier: MIT */
/* free: memory in KB, from /proc/meminfo. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
	"MemTotal:", "MemFree:",  "Buffers:",      "Cached:",      "SwapTotal:",
	"Shmem:",    "SwapFree:", "MemAvailable:", "SReclaimable:"};
enum { TOTAL, FREE, BUFFERS, CACHED, SWAP_TOTAL, SHMEM, SWAP_FREE, AVAILABLE, RECLAIMABLE, NR };

int main(void)
{
	FILE *meminfo = fopen("/proc/meminfo", "r");
	unsigned long kb[NR] = {0}, cache;
	char line[128];

	if (!meminfo) {
		fiprintf(stderr, "free: /proc/meminfo: %s\n", strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), meminfo))
		for (int i = 0; i < NR; i++)
			if (strncmp(line, names[i], strlen(names[i])) == 0)
				kb[i] = strtoul(line + strlen(names[i]), NULL, 10);
	fclose(meminfo);
	cache = kb[BUFFERS] + kb[CACHED] + kb[RECLAIMABLE];
	iprintf("%18s %11s %11s %11s %11s %11s\n", "total", "used", "free", "shared", "buff/cache",
		"available");
	iprintf("%-6s %11lu %11lu %11lu %11lu %11lu %11lu\n", "Mem:", kb[TOTAL],
		kb[TOTAL] - kb[FREE] - cache, kb[FREE], kb[SHMEM], cache, kb[AVAILABLE]);
	iprintf("%-6s %11lu %11lu %11lu\n", "Swap:", kb[SWAP_TOTAL], kb[SWAP_TOTAL] - kb[SWAP_FREE],
		kb[SWAP_FREE]);
	return fflush(stdout) ? 1 : 0;
}
