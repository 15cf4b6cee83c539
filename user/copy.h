/* SPDX-License-Identifier: MIT */
#ifndef USER_COPY_H
#define USER_COPY_H

/* Where FROM goes when TO is a directory: TO/last component of FROM, malloc'ed; else a copy of TO. */
char *copy_target(const char *from, const char *to);

/* Copies a file, and with RECURSIVE a directory and all in it. => 0; 1 and it has been said */
int copy_tree(const char *program, const char *from, const char *to, int recursive);

#endif
