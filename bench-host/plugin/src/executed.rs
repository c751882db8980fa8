//! How many instructions were executed, by version 1 of the plugin interface: translated code adds to a word of ours.

use std::ffi::{c_int, c_uint, c_void};
use std::ptr::addr_of_mut;

use super::Instruction;

/// The version of the interface.
pub(crate) const INTERFACE: c_int = 1;

/// `QEMU_PLUGIN_INLINE_ADD_U64`.
const INLINE_ADD_U64: c_uint = 0;

// From QEMU's include/qemu/qemu-plugin.h, interface version 1; QEMU itself resolves it when it loads the plugin.
unsafe extern "C" {
    fn qemu_plugin_register_vcpu_insn_exec_inline(
        instruction: *mut Instruction,
        operation: c_uint,
        word: *mut c_void,
        operand: u64,
    );
}

/// Added to by translated code on the one virtual CPU's thread, read and set back on that thread at points.
static mut EXECUTED: u64 = 0;

/// Makes ready to count, while QEMU installs the plugin: the word is there.
pub(crate) fn ready() {}

/// Has `instruction` counted each time it is executed.
///
/// # Safety
/// It is an instruction of the block that QEMU is translating.
pub(crate) unsafe fn count(instruction: *mut Instruction) {
    // SAFETY: the caller's promise; the word is a static, and only the one CPU's translated code writes it.
    unsafe {
        qemu_plugin_register_vcpu_insn_exec_inline(
            instruction,
            INLINE_ADD_U64,
            addr_of_mut!(EXECUTED).cast(),
            1,
        );
    }
}

/// How many were. To be called at a point, or at exit.
pub(crate) fn executed() -> u64 {
    // SAFETY: called on the CPU's own thread at a point, or at exit when the CPU has stopped: nobody writes meanwhile.
    unsafe { addr_of_mut!(EXECUTED).read_volatile() }
}

/// Sets the count back. To be called at a point.
pub(crate) fn set_executed(count: u64) {
    // SAFETY: points are met on the one CPU's own thread; its translated code is not running during the call.
    unsafe { addr_of_mut!(EXECUTED).write_volatile(count) }
}
