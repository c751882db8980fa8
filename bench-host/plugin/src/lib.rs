//! A TCG plugin for QEMU that counts the instructions a guest executes between marks, waiting left out.
//!
//! The guest's image names three kinds of points in its code. At a *mark*, before and after what is measured, one line
//! `mark N TOTAL` is written. A *round* of the guest's run loop begins at the second kind and, when it did something, ends
//! at the third: only what lies between counts. Rounds in vain and waiting depend on how fast the host is; what is left
//! repeats to the digit for one request at a time.
//!
//! Arguments, as QEMU's `-plugin file=PLUGIN,NAME=VALUE,...`, addresses in hexadecimal:
//!
//! * `out=PATH` — where the lines go; the file ends in `end TOTAL` when QEMU exits in good order.
//! * `code=FROM-TO` — count only here (the kernel's text); `TO` is the first address not counted.
//! * `mark=ADDRESS`, `round=ADDRESS`, `progress=ADDRESS` — the points; each may be given several times.
//!
//! One virtual CPU only: the counter is a plain word that QEMU's translated code adds to. With more, installing fails
//! and QEMU says why.
//!
//! It speaks version 1 of the plugin interface (QEMU 4.2 to 8.x), and built with the feature `scoreboard` version 2 (from
//! QEMU 9 on), which has no other way to count. A QEMU that does not know the version refuses to load it; the host command
//! builds the one that fits, or reports the instructions as not measured.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ptr::addr_of_mut;
use std::sync::{Mutex, OnceLock};

use executed::{count, executed, set_executed};
use plan::Plan;

#[cfg_attr(feature = "scoreboard", path = "executed_2.rs")]
mod executed;
mod plan;

/// Read by QEMU before anything else: the interface this plugin was written for.
#[unsafe(no_mangle)]
pub static qemu_plugin_version: c_int = executed::INTERFACE;

type PluginId = u64;

#[repr(C)]
struct QemuInfo {
    target_name: *const c_char,
    version_min: c_int,
    version_current: c_int,
    system_emulation: bool,
    smp_vcpus: c_int,
    max_vcpus: c_int,
}

#[repr(C)]
struct Block {
    _opaque: [u8; 0],
}

#[repr(C)]
struct Instruction {
    _opaque: [u8; 0],
}

/// `QEMU_PLUGIN_CB_NO_REGS`.
const NO_REGISTERS: c_uint = 0;

// From QEMU's include/qemu/qemu-plugin.h, the same in both versions of the interface; QEMU itself resolves them when it
// loads the plugin.
unsafe extern "C" {
    fn qemu_plugin_register_vcpu_tb_trans_cb(id: PluginId, translated: extern "C" fn(PluginId, *mut Block));
    fn qemu_plugin_tb_n_insns(block: *const Block) -> usize;
    fn qemu_plugin_tb_get_insn(block: *const Block, index: usize) -> *mut Instruction;
    fn qemu_plugin_insn_vaddr(instruction: *const Instruction) -> u64;
    fn qemu_plugin_register_vcpu_insn_exec_cb(
        instruction: *mut Instruction,
        executed: extern "C" fn(c_uint, *mut c_void),
        flags: c_uint,
        data: *mut c_void,
    );
    fn qemu_plugin_register_atexit_cb(
        id: PluginId,
        exiting: extern "C" fn(PluginId, *mut c_void),
        data: *mut c_void,
    );
}

/// What was [`executed`] when a round last ended that did something. Touched at points only.
static mut COUNTED: u64 = 0;

static PLAN: OnceLock<Plan> = OnceLock::new();
static OUT: Mutex<Option<Report>> = Mutex::new(None);

struct Report {
    file: BufWriter<File>,
    marks: u64,
}

impl Report {
    fn line(&mut self, words: std::fmt::Arguments<'_>) {
        if let Err(error) = writeln!(self.file, "{words}").and_then(|()| self.file.flush()) {
            eprintln!("ninewire plugin: the counts cannot be written: {error}");
        }
    }
}

/// Called by QEMU once, before the guest runs. Anything but 0 makes QEMU stop with an error.
///
/// # Safety
/// QEMU hands in a valid `info` and `argc` C strings in `argv`, for the length of the call.
#[unsafe(no_mangle)]
unsafe extern "C" fn qemu_plugin_install(
    id: PluginId,
    info: *const QemuInfo,
    argc: c_int,
    argv: *const *const c_char,
) -> c_int {
    // SAFETY: the caller's promise above.
    let arguments = unsafe { arguments(argc, argv) };
    // SAFETY: the caller's promise above.
    let cpus = unsafe { (*info).max_vcpus };
    match install(id, cpus, &arguments) {
        Ok(()) => 0,
        Err(why) => {
            eprintln!("ninewire plugin: {why}");
            1
        }
    }
}

/// # Safety
/// `argv` names `argc` C strings.
unsafe fn arguments(argc: c_int, argv: *const *const c_char) -> Vec<String> {
    (0..usize::try_from(argc).unwrap_or(0))
        .map(|i| {
            // SAFETY: `i < argc`, and the caller promises that many C strings.
            let text = unsafe { CStr::from_ptr(*argv.add(i)) };
            text.to_string_lossy().into_owned()
        })
        .collect()
}

fn install(id: PluginId, cpus: c_int, arguments: &[String]) -> Result<(), String> {
    if cpus > 1 {
        return Err(format!("counts one virtual CPU, this guest may have {cpus}: use -smp 1"));
    }
    let plan = Plan::parse(arguments.iter().map(String::as_str))?;
    let file = File::create(&plan.out).map_err(|error| format!("{}: {error}", plan.out))?;
    if let Ok(mut out) = OUT.lock() {
        *out = Some(Report { file: BufWriter::new(file), marks: 0 });
    }
    PLAN.set(plan).map_err(|_| "installed twice".to_owned())?;
    executed::ready();
    // SAFETY: `id` is the one QEMU gave, and both functions live as long as the plugin is loaded.
    unsafe {
        qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
        qemu_plugin_register_atexit_cb(id, exiting, std::ptr::null_mut());
    }
    Ok(())
}

extern "C" fn translated(_: PluginId, block: *mut Block) {
    let Some(plan) = PLAN.get() else { return };
    // SAFETY: QEMU passes the block being translated; it and its instructions are valid during this call.
    let length = unsafe { qemu_plugin_tb_n_insns(block) };
    for index in 0..length {
        // SAFETY: as above, and `index < length`.
        let instruction = unsafe { qemu_plugin_tb_get_insn(block, index) };
        // SAFETY: as above.
        let at = unsafe { qemu_plugin_insn_vaddr(instruction) };
        let points: [(&[u64], Callback); 3] =
            [(&plan.progress, progressed), (&plan.rounds, round_begins), (&plan.marks, marked)];
        for (_, callback) in points.iter().filter(|(addresses, _)| addresses.contains(&at)) {
            // SAFETY: as above; the callbacks live as long as the plugin is loaded.
            unsafe {
                qemu_plugin_register_vcpu_insn_exec_cb(
                    instruction,
                    *callback,
                    NO_REGISTERS,
                    std::ptr::null_mut(),
                );
            }
        }
        if plan.code.contains(&at) {
            // SAFETY: as above.
            unsafe { count(instruction) };
        }
    }
}

/// Called by QEMU when an instruction with a point is about to execute.
type Callback = extern "C" fn(c_uint, *mut c_void);

extern "C" fn progressed(_cpu: c_uint, _: *mut c_void) {
    let total = executed();
    // SAFETY: points are met on the one CPU's own thread.
    unsafe { addr_of_mut!(COUNTED).write_volatile(total) }
}

/// What was executed since the last round that did something was waiting.
extern "C" fn round_begins(_cpu: c_uint, _: *mut c_void) {
    // SAFETY: points are met on the one CPU's own thread.
    let counted = unsafe { addr_of_mut!(COUNTED).read_volatile() };
    set_executed(counted);
}

extern "C" fn marked(_cpu: c_uint, _: *mut c_void) {
    let total = executed();
    if let Ok(mut out) = OUT.lock()
        && let Some(report) = out.as_mut()
    {
        let number = report.marks;
        report.marks += 1;
        report.line(format_args!("mark {number} {total}"));
    }
}

extern "C" fn exiting(_: PluginId, _: *mut c_void) {
    let total = executed();
    if let Ok(mut out) = OUT.lock()
        && let Some(mut report) = out.take()
    {
        report.line(format_args!("end {total}"));
    }
}
