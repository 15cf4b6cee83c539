/* SPDX-License-Identifier: MIT */
/* Succeeds. */
int main(void)
{
	return 0;
}
