# SPDX-License-Identifier: MIT
#
# The programs that run on the kernels.
#
# libc/Makefile lists the system layer beneath newlib; user/, tests/guest/ and
# bench/ have lists of programs.  Program NAME of FOLDER consists of
# FOLDER/NAME.c, or of the files that NAME-sources names, and becomes
#	build/user-x86/PLACE/NAME	in the machine: /PLACE/NAME
# where PLACE is bin for user/, tests for tests/guest/ and bench for bench/.
# A program whose NAME-path is set appears under that path in the machine.
#
#	PROGRAMS_X86, PROGRAMS_ARM	linked with newlib and libc/
#	RAW_X86				x86, no library at all
#	GLIBC_X86			x86, the cross compiler's own static glibc
#	FILES				other files: PATH=SOURCE

USER_FOLDERS := user tests/guest bench
user-place   := bin
guest-place  := tests
bench-place  := bench

user-FILES :=

# read-programs FOLDER: notes for each program of FOLDER/Makefile its folder and place
define read-programs
PROGRAMS_X86 :=
PROGRAMS_ARM :=
RAW_X86      :=
GLIBC_X86    :=
FILES        :=
-include $1/Makefile
$$(foreach k,PROGRAMS_X86 PROGRAMS_ARM RAW_X86 GLIBC_X86,$$(eval user-$$k += $$(addprefix $$($$(notdir $1)-place)/,$$($$k))))
user-FILES += $$(FILES)
$$(foreach n,$$(PROGRAMS_X86) $$(PROGRAMS_ARM) $$(RAW_X86) $$(GLIBC_X86),\
	$$(eval $$(notdir $1)-$$n-sources := $$(addprefix $1/,$$(or $$($$n-sources),$$n.c))))
endef
$(foreach d,$(USER_FOLDERS),$(eval $(call read-programs,$d)))

# libc/Makefile: COMMON, X86, ARM; CRT0_X86, CRT0_ARM are linked first
COMMON :=
X86    :=
ARM    :=
-include libc/Makefile
libc-x86-sources := $(addprefix libc/,$(COMMON) $(X86))
libc-arm-sources := $(addprefix libc/,$(COMMON) $(ARM))
libc-x86-crt0 := $(addprefix libc/,$(CRT0_X86))
libc-arm-crt0 := $(addprefix libc/,$(CRT0_ARM))

user-cflags := -std=gnu11 -g -ffunction-sections -fdata-sections -fno-common -fno-stack-protector \
	       -fno-asynchronous-unwind-tables $(WARNINGS)
user-x86-cflags := -O2 -m32 -march=i686 -fno-pic -fno-pie -fcf-protection=none \
	       -U__linux__ -Ulinux -U__unix__ -Uunix
user-arm-cflags := -mcpu=cortex-m3 -mthumb -Os -fpie -msingle-pic-base -mpic-register=r9 \
	       -mno-pic-data-is-text-relative
user-x86-newlib := $(NEWLIB_X86_DIR)
user-arm-newlib := $(NEWLIB_ARM_DIR)
user-x86-script := linker/x86-user.ld
user-arm-script := linker/arm-user.ld
user-x86-ldflags := -m32 -static -no-pie -Wl,-melf_i386 -Wl,-z,max-page-size=4096
user-arm-ldflags := -mcpu=cortex-m3 -mthumb -Wl,-pie -Wl,--no-dynamic-linker -Wl,-z,text \
		    -Wl,-z,max-page-size=4096 -Wl,--hash-style=sysv
user-ldflags := -nostdlib -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,noexecstack \
		-Wl,--no-warn-rwx-segments

# user-machine ARCH: objects, the library and the flags of programs for ARCH
define user-machine
user-$1-command = $$($1-cross)gcc $$(user-$1-cflags) $$(user-cflags) -nostdinc \
	-Ilibc/include -Ilibc/$1 -Iinclude -Ibuild/user-$1/include -isystem $$(user-$1-newlib)/include \
	-isystem $$$$($$($1-cross)gcc -print-file-name=include)
user-$1-link = $$($1-cross)gcc $$(user-$1-ldflags) $$(user-ldflags) -T $$(user-$1-script)

build/user-$1/flags: FORCE
	@mkdir -p $$(@D)
	@tools/stamp $$@ '$$(user-$1-command) $$(user-$1-link) $$(libc-$1-sources)'

build/user-$1/obj/%.o: %.c build/user-$1/flags | build/.setup build/newlib-$1/lib/libc.a
	@mkdir -p $$(@D)
	@$$(say) CC $$@
	$$(Q)$$(user-$1-command) -MMD -MP -c $$< -o $$@

build/user-$1/obj/%.o: %.S build/user-$1/flags | build/.setup build/newlib-$1/lib/libc.a
	@mkdir -p $$(@D)
	@$$(say) AS $$@
	$$(Q)$$(user-$1-command) -MMD -MP -c $$< -o $$@

# what each system call takes, for a test
build/user-$1/include/syscall_arguments.inc: tools/syscall_arguments.py kernel/syscalls_common.inc \
		$$($1-folder)/syscall_table.c $$(wildcard include/octavo/*.h)
	@mkdir -p $$(@D)
	$$(Q)tools/syscall_arguments.py $$($1-folder) >$$@
build/user-$1/obj/tests/guest/pointers.o: build/user-$1/include/syscall_arguments.inc

libc-$1-objs := $$(patsubst %,build/user-$1/obj/%.o,$$(basename $$(libc-$1-sources)))
crt0-$1-objs := $$(patsubst %,build/user-$1/obj/%.o,$$(basename $$(libc-$1-crt0)))

build/user-$1/liboctavo.a: $$(libc-$1-objs) build/user-$1/flags
	@$$(say) AR $$@
	$$(Q)rm -f $$@
	$$(Q)$$($1-cross)ar rcs $$@ $$(filter %.o,$$^)

-include $$(libc-$1-objs:.o=.d) $$(crt0-$1-objs:.o=.d)
endef
$(foreach a,x86 arm,$(eval $(call user-machine,$a)))

# sources-of PLACE/NAME; objects-of ARCH,PLACE/NAME
folder-of  = $(if $(filter tests/%,$1),guest,$(if $(filter bench/%,$1),bench,user))
sources-of = $($(folder-of)-$(notdir $1)-sources)
objects-of = $(patsubst %,build/user-$1/obj/%.o,$(basename $(call sources-of,$2)))

# program ARCH,PLACE/NAME: linked with newlib; NAME.debug keeps the symbols for a debugger. NAME-stack is
# the size of its stack in bytes, where there is no MMU.
comma := ,
define program
build/user-$1/$2: $$(call objects-of,$1,$2) $$(crt0-$1-objs) build/user-$1/liboctavo.a \
		build/newlib-$1/lib/libc.a $$(user-$1-script)
	@mkdir -p $$(@D)
	@$$(say) LD $$@
	$$(Q)$$(user-$1-link) $$(crt0-$1-objs) $$(call objects-of,$1,$2) -Wl,--start-group \
		build/user-$1/liboctavo.a $$(user-$1-newlib)/lib/libc.a -Wl,--end-group -lgcc \
		$$(addprefix -Wl$$(comma)--defsym=stack_bytes=,$$($(notdir $2)-stack)) -o $$@.debug
	$$(Q)$$($1-cross)objcopy --strip-all $$@.debug $$@
-include $$(patsubst %.o,%.d,$$(call objects-of,$1,$2))
endef
$(foreach p,$(sort $(user-PROGRAMS_X86)),$(eval $(call program,x86,$p)))
$(foreach p,$(sort $(user-PROGRAMS_ARM)),$(eval $(call program,arm,$p)))

# raw-program PLACE/NAME, glibc-program PLACE/NAME: x86 programs without our library.
# They are foreign code as a rule: Linux's headers, and no warnings of ours.
raw-command   = $(x86-cross)gcc -O2 -m32 -march=i686 -fno-pic -no-pie -static -nostdlib -ffreestanding \
		-fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none \
		-Wl,--build-id=none -Wl,-z,noexecstack
glibc-command = i686-linux-gnu-gcc -O2 -static

define raw-program
build/user-x86/$1: $$(call sources-of,$1) tools/make/user.mk | build/.setup
	@mkdir -p $$(@D)
	@$$(say) LD $$@
	$$(Q)$$(raw-command) $$(filter %.c %.S,$$^) -lgcc -o $$@
endef
define glibc-program
build/user-x86/$1: $$(call sources-of,$1) tools/make/user.mk | build/.setup
	@mkdir -p $$(@D)
	@$$(say) LD $$@
	$$(Q)$$(glibc-command) $$(filter %.c %.S,$$^) -o $$@
endef
$(foreach p,$(sort $(user-RAW_X86)),$(eval $(call raw-program,$p)))
$(foreach p,$(sort $(user-GLIBC_X86)),$(eval $(call glibc-program,$p)))

x86-programs := $(sort $(user-PROGRAMS_X86) $(user-RAW_X86) $(user-GLIBC_X86))
arm-programs := $(sort $(user-PROGRAMS_ARM))
