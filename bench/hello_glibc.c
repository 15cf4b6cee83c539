/* SPDX-License-Identifier: MIT */
/* The same with glibc's start-up. Benchmarks execute it as /hello_glibc. */
int main(void)
{
	return 0;
}
