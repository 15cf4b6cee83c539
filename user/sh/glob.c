/* SPDX-License-Identifier: MIT */
/*
 * File names for a pattern, one component after the other:
 *
 *	/dir?/x*	in / the names that match dir?, in each of them those that match x*
 *
 * A dot at the beginning of a name must be given.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sh.h"

static void glob_rest(struct strings *names, const char *path, const struct xtext *pattern,
		      size_t at);

static char *path_join(const char *path, const char *name, size_t len)
{
	size_t path_len = strlen(path);
	char *joined = arena_alloc(&sh.scratch, path_len + len + 1);

	memcpy(joined, path, path_len);
	memcpy(joined + path_len, name, len);
	return joined;
}

/* A component without patterns: it is there or it is not. */
static void glob_plain(struct strings *names, const char *path, const struct xtext *pattern,
		       size_t at, size_t end)
{
	char *next = path_join(path, pattern->text + at, end - at);
	struct stat st;

	if (end < pattern->len)
		glob_rest(names, next, pattern, end);
	else if (lstat(next, &st) == 0)
		strings_add(names, next);
}

static bool may_match(const char *name, const struct xtext *pattern, size_t at, size_t end)
{
	if (name[0] == '.' && pattern->text[at] != '.')
		return false;
	return pattern_matches(pattern->text + at, pattern->flags + at, end - at, name,
			       strlen(name));
}

/* A component that is a pattern: the directory is read before anything is looked up in it. */
static void glob_directory(struct strings *names, const char *path, const struct xtext *pattern,
			   size_t at, size_t end)
{
	struct strings matches = {NULL, 0, 0};
	DIR *dir = opendir(*path ? path : ".");
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (may_match(entry->d_name, pattern, at, end))
			strings_add(&matches,
				    path_join(path, entry->d_name, strlen(entry->d_name)));
	closedir(dir);
	for (int i = 0; i < matches.count; i++) {
		if (end < pattern->len)
			glob_rest(names, matches.list[i], pattern, end);
		else
			strings_add(names, matches.list[i]);
	}
}

/* PATH has been found; the pattern goes on at AT, with slashes if it is not the beginning. */
static void glob_rest(struct strings *names, const char *path, const struct xtext *pattern,
		      size_t at)
{
	size_t start = at, end;

	while (start < pattern->len && pattern->text[start] == '/')
		start++;
	path = path_join(path, pattern->text + at, start - at);
	for (end = start; end < pattern->len && pattern->text[end] != '/';)
		end++;
	if (start == end) { /* a slash at the end: only directories have one */
		struct stat st;

		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			strings_add(names, path_join(path, "", 0));
	} else if (pattern_is_plain(pattern->text + start, pattern->flags + start, end - start)) {
		glob_plain(names, path, pattern, start, end);
	} else {
		glob_directory(names, path, pattern, start, end);
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool glob_expand(struct strings *names, const struct xtext *pattern)
{
	int before = names->count;

	glob_rest(names, "", pattern, 0);
	if (names->count == before)
		return false;
	qsort(names->list + before, (size_t)(names->count - before), sizeof(*names->list), compare);
	return true;
}
