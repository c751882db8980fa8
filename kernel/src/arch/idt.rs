//! The interrupt descriptor table: every vector leads to its stub in `vectors.s`, and from there to [`interrupt`] or
//! to `fault`.

use core::arch::global_asm;
use core::ptr::addr_of;

use spin::Once;
use x86_64::VirtAddr;
use x86_64::structures::idt::InterruptDescriptorTable;

use super::core_block::IstIndex;
use super::fault;
use super::{apic, tsc};
use crate::irq;
use crate::irq::table::{FIRST_INTERRUPT, RegisterError, SPURIOUS_VECTOR};

global_asm!(
    include_str!("vectors.s"),
    exception = sym fault::exception,
    interrupt = sym interrupt,
);

unsafe extern "C" {
    static exception_stubs: u8;
    static interrupt_stubs: u8;
}

const EXCEPTION_STUB_BYTES: u64 = 16;
const INTERRUPT_STUB_BYTES: u64 = 8;

/// The table of a core that has no fault stacks yet.
static EARLY_IDT: Once<InterruptDescriptorTable> = Once::new();
/// The table of every other core.
static IDT: Once<InterruptDescriptorTable> = Once::new();

/// Where faults run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FaultsOn {
    /// The stack of the code that faulted.
    SameStack,
    /// The stacks of the core block.
    FaultStacks,
}

/// Makes faults report themselves before there is memory for anything better; called with the segments of `entry.s`.
pub(crate) fn init_early() {
    EARLY_IDT.call_once(|| table(FaultsOn::SameStack)).load();
}

/// The rows of the exceptions, in the table of our ancestor.
const TRAP_ROWS: [(u8, &str); 7] =
    [(3, "#BP"), (7, "#NM"), (8, "#DF"), (14, "#PF"), (15, "#15"), (16, "#MF"), (19, "#XF")];

/// Makes this core use the final table. The core has its segments and fault stacks already.
pub(crate) fn init() {
    IDT.call_once(|| table(FaultsOn::FaultStacks)).load();
}

/// Adds the rows of the exceptions and of the timer to the table of interrupts.
pub(crate) fn register_rows() -> Result<(), RegisterError> {
    for (vector, name) in TRAP_ROWS {
        irq::table().register_trap(vector, name)?;
    }
    irq::table().register_lapic(irq::table::TIMER_VECTOR, "APIC timer", irq::timer())
}

fn exception_stub(vector: u64) -> VirtAddr {
    VirtAddr::new(addr_of!(exception_stubs) as u64 + vector * EXCEPTION_STUB_BYTES)
}

fn table(faults: FaultsOn) -> InterruptDescriptorTable {
    let mut idt = InterruptDescriptorTable::new();
    // Faults run on stacks of their own: whatever is wrong, the stack may be part of it.
    macro_rules! fault_gate {
        ($($gate:ident = $vector:literal on $stack:ident),* $(,)?) => {$(
            // SAFETY: the stub of this vector, which saves all registers and ends in `iretq`; the stack index names a
            // stack that the core block has put into the task state segment.
            unsafe {
                let gate = idt.$gate.set_handler_addr(exception_stub($vector));
                if faults == FaultsOn::FaultStacks {
                    gate.set_stack_index(IstIndex::$stack as u16);
                }
            }
        )*};
    }
    fault_gate! {
        divide_error = 0 on Fault,
        debug = 1 on Fault,
        non_maskable_interrupt = 2 on Nmi,
        breakpoint = 3 on Fault,
        overflow = 4 on Fault,
        bound_range_exceeded = 5 on Fault,
        invalid_opcode = 6 on Fault,
        device_not_available = 7 on Fault,
        double_fault = 8 on DoubleFault,
        invalid_tss = 10 on Fault,
        segment_not_present = 11 on Fault,
        stack_segment_fault = 12 on Fault,
        general_protection_fault = 13 on Fault,
        page_fault = 14 on Fault,
        x87_floating_point = 16 on Fault,
        alignment_check = 17 on Fault,
        machine_check = 18 on MachineCheck,
        simd_floating_point = 19 on Fault,
        virtualization = 20 on Fault,
        cp_protection_exception = 21 on Fault,
        security_exception = 30 on Fault,
    }
    let stubs = addr_of!(interrupt_stubs) as u64;
    for vector in FIRST_INTERRUPT..=u8::MAX {
        let stub = stubs + u64::from(vector - FIRST_INTERRUPT) * INTERRUPT_STUB_BYTES;
        // SAFETY: the stub of this vector, which saves what Rust may change and ends in `iretq`.
        unsafe { idt[vector].set_handler_addr(VirtAddr::new(stub)) };
    }
    idt
}

/// Interrupt entry: marks, acknowledges, accounts. Called by `vectors.s` with interrupts off.
extern "sysv64" fn interrupt(vector: u64) {
    let entered = tsc();
    let vector = vector as u8;
    let table = irq::table();
    table.deliver(vector);
    // The spurious vector is not in service and must not be acknowledged (Intel SDM volume 3, 11.9).
    if vector != SPURIOUS_VECTOR {
        apic::end_of_interrupt();
    }
    table.account(vector, tsc().wrapping_sub(entered));
}
