/* SPDX-License-Identifier: MIT */
/* Fails. */
int main(void)
{
	return 1;
}
