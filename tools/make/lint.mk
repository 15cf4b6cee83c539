# SPDX-License-Identifier: MIT
#
# What tools/lint needs to know of the build: the files of a kernel, and
# sparse with the flags that the compiler gets.

# sparse is GCC's guest: it takes its macros from the cross compiler.
sparse-x86-flags := --arch=i386 -D__i686__
sparse-arm-flags := --arch=arm -D__thumb__ -D__thumb2__ -D__ARM_ARCH=7 -D__ARM_ARCH_7M__ -D__ARM_EABI__
sparse-flags := -D__STDC_HOSTED__=0 -D__VERSION__=\"sparse\" -D_GCC_MAX_ALIGN_T \
		-std=gnu11 -ffreestanding -nostdinc -Wno-decl -Wcontext -Waddress-space \
		-Wbitwise -Wno-vla -Wnon-pointer-null -Wno-unknown-attribute

define lint
.PHONY: print-sources-$1 sparse-$1
print-sources-$1:
	@printf '%s\n' $$($1-sources)
sparse-$1:
	@for f in $$(filter %.c,$$($1-sources)); do \
		sparse $$(sparse-flags) $$(sparse-$1-flags) -Iinclude/debug -Iinclude \
			-I$$($1-folder)/include -isystem $$$$($$($1-cross)gcc -print-file-name=include) \
			-isystem $$$$($$($1-cross)gcc -print-file-name=include-fixed) \
			-isystem include/freestanding -isystem build/bsd $$$$f; \
	done
endef
$(foreach a,x86 arm,$(eval $(call lint,$a)))
