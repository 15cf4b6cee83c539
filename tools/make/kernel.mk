# SPDX-License-Identifier: MIT
#
# The kernels: build/ARCH-FLAVOUR/octavo.elf, for ARCH x86 and arm and FLAVOUR
# debug and release.
#
# A difference is a file: the lists choose files by machine, and the order of
# the include path chooses headers:
#	include/FLAVOUR, include, arch/A/include, gcc's own, build/bsd
# so there is no conditional compilation.
#
# The kernel is linked twice: from the first link comes the table of its
# functions (tools/ksyms.py), which the second link includes.  The table lies
# in read-only data, behind all text, so no function moves; the result is
# checked against the table.
#
# octavo-ktest.elf is the same kernel with its own tests (ktest_*.c), and runs
# wherever ktest= is asked for.

KERNEL_FOLDERS := lib mm kernel fs ipc drivers

kernel-COMMON :=
kernel-MMU    :=
kernel-NOMMU  :=
kernel-X86    :=
kernel-ARM    :=
kernel-DEBUG  :=
kernel-DEBUG_MMU :=
kernel-FAST   :=
kernel-FAST_MMU :=

# read-lists FOLDER: appends the lists of FOLDER/Makefile to kernel-LIST. FAST, and FAST_MMU for x86, name
# files again.
define read-lists
COMMON :=
MMU    :=
NOMMU  :=
X86    :=
ARM    :=
DEBUG  :=
DEBUG_MMU :=
FAST   :=
FAST_MMU :=
include $1/Makefile
$$(foreach l,COMMON MMU NOMMU X86 ARM DEBUG DEBUG_MMU FAST FAST_MMU,$$(eval kernel-$$l += $$(addprefix $1/,$$($$l))))
endef
$(foreach d,$(KERNEL_FOLDERS),$(eval $(call read-lists,$d)))

SOURCES :=
FAST    :=
include arch/x86/Makefile
kernel-FAST += $(addprefix arch/x86/,$(FAST))
x86-sources := $(addprefix arch/x86/,$(SOURCES)) $(kernel-COMMON) $(kernel-MMU) $(kernel-X86)
SOURCES :=
FAST    :=
include arch/arm-nommu/Makefile
kernel-FAST += $(addprefix arch/arm-nommu/,$(FAST))
arm-sources := $(addprefix arch/arm-nommu/,$(SOURCES)) $(kernel-COMMON) $(kernel-NOMMU) $(kernel-ARM)

# The files of one flavour only, and of one machine's.
kernel-debug   := $(kernel-DEBUG)
kernel-release :=
x86-debug-sources := $(kernel-DEBUG_MMU)

x86-folder := arch/x86
arm-folder := arch/arm-nommu
x86-fast   := $(kernel-FAST_MMU)
arm-fast   :=
x86-script := linker/x86-kernel.ld
arm-script := linker/arm-kernel.ld

kernel-cflags := -std=gnu11 -g -ffreestanding -fbuiltin -fno-pic -fno-pie -fno-stack-protector \
		 -fno-asynchronous-unwind-tables -fno-common -fno-delete-null-pointer-checks \
		 -ffunction-sections -fdata-sections $(WARNINGS)
x86-cflags := -m32 -march=i686 -mno-sse -mno-mmx -mno-80387 -fcf-protection=none -mpreferred-stack-boundary=2 \
	      -mregparm=3 -mtune=generic \
	      -falign-functions=4 -falign-jumps=1 -falign-loops=1 -falign-labels=1
arm-cflags := -mcpu=cortex-m3 -mthumb
# What a kernel knows of its functions (tools/ksyms.py).
ksyms-debug   := names
ksyms-release := starts
debug-cflags   := -fno-omit-frame-pointer -fno-optimize-sibling-calls
release-cflags :=
# The release kernel is compiled to be small, but for the files that the folders list as FAST: what
# every fault, switch and short system call runs through.
debug-speed   := -O2
release-speed := -Oz -falign-functions=1
fast-speed    := -O2
# Where every kilobyte counts the whole kernel is optimized in one piece: functions with one caller go
# into it, whichever file that is in.
arm-release-lto := -flto -flto-partition=one -fno-move-loop-invariants
x86-ldflags := -Wl,-melf_i386
# libgcc takes its arguments from the stack: arch/x86/div64.c has what is needed of it
x86-libs :=
arm-libs := -lgcc
arm-ldflags :=
kernel-ldflags := -nostdlib -static -no-pie -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,noexecstack \
		  -Wl,-z,max-page-size=4096 -Wl,--no-warn-rwx-segments

# kernel ARCH,FLAVOUR
define kernel
$1-$2-dir  := build/$1-$2
$1-$2-objs := $$(patsubst %,build/$1-$2/%.o,$$(basename $$($1-sources) $$(kernel-$2) $$($1-$2-sources)))
ifneq ($$(words $$(sort $$($1-$2-objs))),$$(words $$($1-$2-objs)))
$$(error two sources of the $1 kernel share a name (or one is listed twice))
endif
$1-$2-command = $$($1-cross)gcc $$($1-cflags) $$(kernel-cflags) $$($2-cflags) $$($1-$2-lto) -nostdinc \
	-Iinclude/$2 -Iinclude -I$$($1-folder)/include \
	-isystem $$$$($$($1-cross)gcc -print-file-name=include) \
	-isystem $$$$($$($1-cross)gcc -print-file-name=include-fixed) \
	-isystem include/freestanding -isystem build/bsd
$1-$2-link = $$($1-cross)gcc $$($1-cflags) $$($1-$2-lto) $$(if $$($1-$2-lto),$$($2-speed) -ffunction-sections -fdata-sections) \
	$$(kernel-ldflags) $$($1-ldflags) -T $$($1-script)

build/$1-$2/flags: FORCE
	@mkdir -p $$(@D)
	@tools/stamp $$@ '$$($1-$2-command) $$($2-speed) $(sort $(kernel-FAST) $($1-fast))'

build/$1-$2/%.o: speed = $$($2-speed)
$$(patsubst %,build/$1-$2/%.o,$$(basename $(kernel-FAST) $($1-fast))): speed = $$(fast-speed)

build/$1-$2/%.o: %.c build/$1-$2/flags | build/.setup build/bsd/sys/tree.h
	@mkdir -p $$(@D)
	@$$(say) CC $$@
	$$(Q)$$($1-$2-command) $$(speed) -MMD -MP -c $$< -o $$@

build/$1-$2/%.o: %.S build/$1-$2/flags | build/.setup build/bsd/sys/tree.h
	@mkdir -p $$(@D)
	@$$(say) AS $$@
	$$(Q)$$($1-$2-command) -D__ASSEMBLER__ -MMD -MP -c $$< -o $$@

build/$1-$2/ksyms-none.S: tools/ksyms.py
	@mkdir -p $$(@D)
	$$(Q)tools/ksyms.py none >$$@

build/$1-$2/ksyms-none.o: build/$1-$2/ksyms-none.S build/$1-$2/flags
	$$(Q)$$($1-$2-command) -c $$< -o $$@

-include $$($1-$2-objs:.o=.d)
endef
$(foreach a,x86 arm,$(foreach f,$(FLAVOURS),$(eval $(call kernel,$a,$f))))

# image ARCH,FLAVOUR,NAME,OBJECTS: build/ARCH-FLAVOUR/NAME.elf
define image
build/$1-$2/$3.list: FORCE
	@mkdir -p $$(@D)
	@tools/stamp $$@ '$$($1-$2-link) $4'

build/$1-$2/$3-1.elf: $4 build/$1-$2/ksyms-none.o build/$1-$2/$3.list $$($1-script)
	@$$(say) LINK1 $$@
	$$(Q)$$($1-$2-link) $$(filter %.o,$$^) $$($1-libs) -o $$@

build/$1-$2/$3.ksyms.S: build/$1-$2/$3-1.elf tools/ksyms.py
	$$(Q)$$($1-cross)nm -n $$< | tools/ksyms.py $$(ksyms-$2) >$$@

build/$1-$2/$3.ksyms.o: build/$1-$2/$3.ksyms.S
	$$(Q)$$($1-$2-command) -c $$< -o $$@

build/$1-$2/$3.elf: build/$1-$2/$3-1.elf build/$1-$2/$3.ksyms.o
	@$$(say) LINK $$@
	$$(Q)$$($1-$2-link) $4 build/$1-$2/$3.ksyms.o $$($1-libs) -o $$@ -Wl,-Map=build/$1-$2/$3.map
	$$(Q)$$($1-cross)nm -n $$@ | tools/ksyms.py $$(ksyms-$2) --check build/$1-$2/$3.ksyms.S
endef
$(foreach a,x86 arm,$(foreach f,$(FLAVOURS),\
	$(eval $(call image,$a,$f,octavo,$(filter-out $(foreach o,$($a-$f-objs),$(if $(filter ktest_%,$(notdir $o)),$o)),$($a-$f-objs))))\
	$(eval $(call image,$a,$f,octavo-ktest,$($a-$f-objs)))))

.PHONY: FORCE
FORCE:
