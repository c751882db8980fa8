//! How many instructions were executed, by version 2 of the plugin interface: translated code adds to a word that QEMU
//! keeps for each virtual CPU, on a scoreboard.

use std::ffi::{c_int, c_uint, c_void};
use std::sync::OnceLock;

use super::Instruction;

/// The version of the interface.
pub(crate) const INTERFACE: c_int = 2;

/// `QEMU_PLUGIN_INLINE_ADD_U64`.
const INLINE_ADD_U64: c_uint = 0;

/// The one virtual CPU there is.
const CPU: c_uint = 0;

/// `qemu_plugin_u64`: a word in each CPU's part of a scoreboard.
#[repr(C)]
#[derive(Clone, Copy)]
struct Word {
    scoreboard: *mut c_void,
    offset: usize,
}

// SAFETY: a name of memory that QEMU keeps until it exits; who may touch that memory is said where it is touched.
unsafe impl Send for Word {}
// SAFETY: as above.
unsafe impl Sync for Word {}

// From QEMU's include/qemu/qemu-plugin.h, interface version 2; QEMU itself resolves them when it loads the plugin.
unsafe extern "C" {
    fn qemu_plugin_scoreboard_new(element_bytes: usize) -> *mut c_void;
    fn qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
        instruction: *mut Instruction,
        operation: c_uint,
        word: Word,
        operand: u64,
    );
    fn qemu_plugin_u64_get(word: Word, cpu: c_uint) -> u64;
    fn qemu_plugin_u64_set(word: Word, cpu: c_uint, value: u64);
}

static EXECUTED: OnceLock<Word> = OnceLock::new();

/// Makes ready to count, while QEMU installs the plugin.
pub(crate) fn ready() {
    word();
}

/// The word, made when it is first asked for.
fn word() -> Word {
    *EXECUTED.get_or_init(|| {
        // SAFETY: a plugin may ask for one from its installation on.
        let scoreboard = unsafe { qemu_plugin_scoreboard_new(size_of::<u64>()) };
        Word { scoreboard, offset: 0 }
    })
}

/// Has `instruction` counted each time it is executed.
///
/// # Safety
/// It is an instruction of the block that QEMU is translating.
pub(crate) unsafe fn count(instruction: *mut Instruction) {
    // SAFETY: the caller's promise; the scoreboard is never freed.
    unsafe { qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(instruction, INLINE_ADD_U64, word(), 1) }
}

/// How many were. To be called at a point, or at exit.
pub(crate) fn executed() -> u64 {
    // SAFETY: called on the CPU's own thread at a point, or at exit when the CPU has stopped: nobody writes meanwhile.
    unsafe { qemu_plugin_u64_get(word(), CPU) }
}

/// Sets the count back. To be called at a point.
pub(crate) fn set_executed(count: u64) {
    // SAFETY: points are met on the one CPU's own thread; its translated code is not running during the call.
    unsafe { qemu_plugin_u64_set(word(), CPU, count) }
}
