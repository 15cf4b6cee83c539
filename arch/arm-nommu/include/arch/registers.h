/* SPDX-License-Identifier: MIT */
/* registers.h - the processor's own registers and the board's devices, as far as they are used. */
#pragma once

#include <octavo/types.h>

#define REG32(address) (*(volatile u32 *)(uintptr_t)(address))

/* SysTick */
#define SYST_CSR     REG32(0xe000e010)
#define SYST_RVR     REG32(0xe000e014)
#define SYST_CVR     REG32(0xe000e018)
#define SYST_ENABLE  0x1u
#define SYST_TICKINT 0x2u
#define SYST_CPU_CLK 0x4u

/* NVIC */
#define NVIC_ISER(n) REG32(0xe000e100 + 4 * (n))
#define NVIC_ICER(n) REG32(0xe000e180 + 4 * (n))
#define NVIC_IPR(n)  (*(volatile u8 *)(uintptr_t)(0xe000e400 + (n)))

/* System control block */
#define SCB_ICSR           REG32(0xe000ed04)
#define ICSR_PENDSVSET     0x10000000u
#define SCB_CCR            REG32(0xe000ed14)
#define CCR_STKALIGN       0x200u
#define SCB_SHPR1          REG32(0xe000ed18) /* priorities of exceptions 4..7 */
#define SCB_SHPR2          REG32(0xe000ed1c) /* 8..11 */
#define SCB_SHPR3          REG32(0xe000ed20) /* 12..15 */
#define SCB_SHCSR          REG32(0xe000ed24)
#define SHCSR_SVCALLPENDED 0x8000u
#define SHCSR_FAULTS       0x70000u /* MemManage, BusFault and UsageFault have handlers */
#define SCB_CFSR           REG32(0xe000ed28)
#define SCB_HFSR           REG32(0xe000ed2c)
#define SCB_MMFAR          REG32(0xe000ed34)
#define SCB_BFAR           REG32(0xe000ed38)

#define CFSR_IACCVIOL  0x01u
#define CFSR_DACCVIOL  0x02u
#define CFSR_MUNSTKERR 0x08u
#define CFSR_MSTKERR   0x10u
#define CFSR_MMARVALID 0x80u
#define CFSR_MEMMANAGE 0xffu
#define CFSR_BUS       0xff00u
#define CFSR_BSTKERR   0x1000u
#define CFSR_BFARVALID 0x8000u
#define CFSR_UNDEFINED 0x10000u
#define CFSR_INVSTATE  0x20000u
#define CFSR_INVPC     0x40000u
#define CFSR_NOCP      0x80000u
#define CFSR_UNALIGNED 0x1000000u
#define CFSR_DIVBYZERO 0x2000000u
#define HFSR_DEBUGEVT  0x80000000u
#define HFSR_VECTTBL   0x2u

#define SCB_CPACR        REG32(0xe000ed88)
#define CPACR_FPU_KERNEL 0x500000u /* privileged code alone may use the FPU; entry.S has both */
#define CPACR_FPU_ALL    0xf00000u
#define FPCCR            REG32(0xe000ef34) /* what of it is stacked by exceptions */
#define MVFR0            REG32(0xe000ef40) /* 0: there is none */
#define SCB_CPUID        REG32(0xe000ed00)

/* MPU */
#define MPU_TYPE        REG32(0xe000ed90)
#define MPU_CTRL        REG32(0xe000ed94)
#define CTRL_ENABLE     0x1u
#define CTRL_PRIVDEFENA 0x4u /* privileged code needs no region */
#define MPU_RNR         REG32(0xe000ed98)
#define MPU_RBAR        REG32(0xe000ed9c)
#define RBAR_VALID      0x10u /* the low four bits choose the slot */
#define MPU_RASR        REG32(0xe000eda0)

/* The MPS2 boards */
#define SYSTEM_CLOCK_HZ 25000000u
#define FPGAIO_COUNTER  REG32(0x40028018) /* counts SYSTEM_CLOCK_HZ since reset */
#define SCC_ID          REG32(0x4002fffc)
#define SCC_BOARD(id)   ((id) >> 4 & 0xfff) /* 0x385, 0x386, 0x500 */
#define UART0_BASE      0x40004000u
#define UART1_BASE      0x40005000u
#define UART0_RX_IRQ    0
