//! What each core has of its own, reached through the GS base: its number, its segments, its fault stacks.

use alloc::boxed::Box;

use x86_64::VirtAddr;
use x86_64::instructions::segmentation::{CS, DS, ES, SS, Segment};
use x86_64::instructions::tables::load_tss;
use x86_64::registers::model_specific::GsBase;
use x86_64::structures::gdt::{Descriptor, GlobalDescriptorTable};
use x86_64::structures::tss::TaskStateSegment;

use crate::mem::layout::Stack;

/// Places in the interrupt stack table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum IstIndex {
    /// [`Stack::Fault`].
    Fault = 0,
    /// [`Stack::DoubleFault`].
    DoubleFault = 1,
    /// [`Stack::Nmi`].
    Nmi = 2,
    /// [`Stack::MachineCheck`].
    MachineCheck = 3,
}

/// One core's own state; lives for ever.
#[derive(Debug)]
#[repr(C)]
pub struct CoreBlock {
    /// The core's number, 0 for the one that boots.
    number: usize,
    /// Read by the processor on every fault.
    tss: TaskStateSegment,
    /// Read by the processor when a segment register is loaded.
    gdt: GlobalDescriptorTable,
}

impl CoreBlock {
    const fn empty() -> Self {
        Self { number: 0, tss: TaskStateSegment::new(), gdt: GlobalDescriptorTable::empty() }
    }
}

/// Makes the block of core `number` and this core use it. Its stacks are mapped.
pub fn init(number: usize) {
    // Copied in one go instead of built field by field.
    let block = Box::leak(Box::new(const { CoreBlock::empty() }));
    block.number = number;
    for (index, stack) in [
        (IstIndex::Fault, Stack::Fault),
        (IstIndex::DoubleFault, Stack::DoubleFault),
        (IstIndex::Nmi, Stack::Nmi),
        (IstIndex::MachineCheck, Stack::MachineCheck),
    ] {
        block.tss.interrupt_stack_table[index as usize] = VirtAddr::new(stack.top(number));
    }
    let code = block.gdt.append(Descriptor::kernel_code_segment());
    let data = block.gdt.append(Descriptor::kernel_data_segment());
    // SAFETY: the block is leaked, so the processor may read the segment for ever.
    let tss = block.gdt.append(unsafe { Descriptor::tss_segment_unchecked(&block.tss) });
    // SAFETY: the table is leaked; the selectors are those of its entries, flat segments of ring 0 like the
    // ones before.
    unsafe {
        block.gdt.load_unsafe();
        CS::set_reg(code);
        SS::set_reg(data);
        DS::set_reg(data);
        ES::set_reg(data);
        load_tss(tss);
    }
    GsBase::write(VirtAddr::from_ptr(block));
}

/// The number of the core this runs on.
#[inline]
pub fn number() -> usize {
    let number;
    // SAFETY: `init` has put the block's address into the base, before anything asks; the block is leaked and never
    // written again.
    unsafe {
        core::arch::asm!(
            "mov {}, gs:[{}]",
            out(reg) number,
            const core::mem::offset_of!(CoreBlock, number),
            options(nostack, preserves_flags, pure, readonly),
        );
    }
    number
}

/// The number of the core this runs on, for who may run before [`init`]: the last words of a core.
pub fn number_at_any_time() -> usize {
    if GsBase::read().is_null() { 0 } else { number() }
}
