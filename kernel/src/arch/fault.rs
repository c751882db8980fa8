//! Exceptions of the processor: a breakpoint is counted and passed, a core that is told to stop by another
//! stops, everything else is reported with all registers and ends the machine.

use core::fmt::{self, Write};

use x86_64::registers::control::Cr2;
use x86_64::structures::idt::PageFaultErrorCode;

use super::{exit, smp, tsc};
use crate::irq;
use crate::mem::layout::Stack;

/// What `vectors.s` has pushed, lowest address first.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Frame {
    r15: u64,
    r14: u64,
    r13: u64,
    r12: u64,
    r11: u64,
    r10: u64,
    r9: u64,
    r8: u64,
    rdi: u64,
    rsi: u64,
    rbp: u64,
    rbx: u64,
    rdx: u64,
    rcx: u64,
    rax: u64,
    vector: u64,
    code: u64,
    rip: u64,
    cs: u64,
    rflags: u64,
    rsp: u64,
    ss: u64,
}

const DEBUG: u64 = 1;
const NON_MASKABLE: u64 = 2;
const BREAKPOINT: u64 = 3;
const PAGE_FAULT: u64 = 14;

/// Called by `vectors.s`, on the fault stack of the core.
pub(super) extern "sysv64" fn exception(frame: &Frame) {
    if frame.vector == NON_MASKABLE && smp::is_stopping() {
        exit::halt();
    }
    let entered = tsc();
    if frame.vector == BREAKPOINT || frame.vector == DEBUG {
        irq::table().account(frame.vector as u8, tsc().wrapping_sub(entered));
        return;
    }
    exit::die(|out| report(out, frame))
}

fn report(out: &mut impl Write, frame: &Frame) -> fmt::Result {
    writeln!(out, "fault: {} at {:#x} (error code {:#x})", name(frame.vector), frame.rip, frame.code)?;
    if frame.vector == PAGE_FAULT {
        describe_page_fault(out, frame)?;
    }
    let Frame { rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp, r8, r9, r10, r11, .. } = *frame;
    let Frame { r12, r13, r14, r15, rip, cs, ss, rflags, .. } = *frame;
    writeln!(out, "rax {rax:016x}  rbx {rbx:016x}  rcx {rcx:016x}  rdx {rdx:016x}")?;
    writeln!(out, "rsi {rsi:016x}  rdi {rdi:016x}  rbp {rbp:016x}  rsp {rsp:016x}")?;
    writeln!(out, "r8  {r8:016x}  r9  {r9:016x}  r10 {r10:016x}  r11 {r11:016x}")?;
    writeln!(out, "r12 {r12:016x}  r13 {r13:016x}  r14 {r14:016x}  r15 {r15:016x}")?;
    writeln!(out, "rip {rip:016x}  cs {cs:04x}  ss {ss:04x}  rflags {rflags:08x}")
}

fn describe_page_fault(out: &mut impl Write, frame: &Frame) -> fmt::Result {
    let address = Cr2::read_raw();
    let code = PageFaultErrorCode::from_bits_truncate(frame.code);
    let what = if code.contains(PageFaultErrorCode::INSTRUCTION_FETCH) {
        "execution of"
    } else if code.contains(PageFaultErrorCode::CAUSED_BY_WRITE) {
        "write to"
    } else {
        "read of"
    };
    let why = if code.contains(PageFaultErrorCode::PROTECTION_VIOLATION) {
        "which the page does not allow"
    } else if address < crate::mem::PAGE_SIZE as u64 {
        "a null pointer"
    } else {
        "where nothing is mapped"
    };
    write!(out, "{what} {address:#x}, {why}")?;
    if let Some((core, stack)) = Stack::of(address) {
        write!(out, ": the {} stack of core {core} has overflowed", stack.name())?;
    }
    writeln!(out)
}

fn name(vector: u64) -> &'static str {
    match vector {
        0 => "divide error (#DE)",
        2 => "non-maskable interrupt",
        4 => "overflow (#OF)",
        5 => "bound range exceeded (#BR)",
        6 => "invalid opcode (#UD)",
        7 => "device not available (#NM)",
        8 => "double fault (#DF)",
        10 => "invalid task state segment (#TS)",
        11 => "segment not present (#NP)",
        12 => "stack fault (#SS)",
        13 => "general protection (#GP)",
        14 => "page fault (#PF)",
        16 => "x87 floating point (#MF)",
        17 => "alignment check (#AC)",
        18 => "machine check (#MC)",
        19 => "SIMD floating point (#XF)",
        20 => "virtualization (#VE)",
        21 => "control protection (#CP)",
        30 => "security (#SX)",
        _ => "reserved exception",
    }
}
