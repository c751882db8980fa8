//! Tests that only a booted machine can run: `mode=selftest selftest=NAME`, one claim and one exit code each.
//!
//! Where the claim is that the kernel ends the machine with a report, the report must also be on the serial port.
//!
//! | name | claim | exit code | on the serial port |
//! |---|---|---|---|
//! | `boot` | the machine reaches `main` | 0x10 | |
//! | `heap` | the heap gives, takes back and gives again, and blocks do not overlap | 0x10 | |
//! | `memory` | the pool's pages are distinct RAM up to the last one | 0x10 | |
//! | `tsc` | the clock's rate was confirmed by a second clock, and it runs | 0x10 | |
//! | `timer` | the one-shot timer wakes the core, not early, and counts itself | 0x10 | |
//! | `interrupt` | an interrupt nobody registered is counted and survived | 0x10 | |
//! | `breakpoint` | a breakpoint is counted and survived | 0x10 | |
//! | `devices` | every virtio function found can be negotiated with, given a vector and reset | 0x10 | |
//! | `tasks` | sleeping tasks wake in time in every wait mode, and the core waits as the mode says | 0x10 | |
//! | `echo` | a named port with an echo on the host carries bytes both ways unchanged in every wait mode | 0x10 | |
//! | `p9` | files of the first 9P device read as they are, every wait mode, without a copied byte | 0x10 | |
//! | `serial` | files of a 9P server at the other end of a port read as they are, in every wait mode | 0x10 | |
//! | `cores` | `cores=` cores run tasks at the same time and sleep without | 0x10 | |
//! | `wakes` | tasks of two cores wake each other in every wait mode, with interrupts only where a core sleeps | 0x10 | |
//! | `lines` | lines logged by several cores at once come out whole | 0x10 | 60 lines of each core |
//! | `stress` | `count=` reads and messages by tasks of all cores at once come to an end, right | 0x10 | |
//! | `core-panic` | a panic of another core ends the machine and names the core | 0x12 | `core 1: panic at` |
//! | `core-stack-overflow` | so does running out of stack there | 0x12 | `the main stack of core 1 has overflowed` |
//! | `panic` | a panic is reported with its place | 0x12 | `panic at`, `as asked for` |
//! | `null-read` | reading through a null pointer faults | 0x12 | `read of 0x8, a null pointer` |
//! | `null-write` | writing through a null pointer faults | 0x12 | `write to 0x8, a null pointer` |
//! | `text-write` | the kernel's code cannot be written | 0x12 | `which the page does not allow` |
//! | `rodata-write` | the kernel's constants cannot be written | 0x12 | `which the page does not allow` |
//! | `data-execute` | variables cannot be executed | 0x12 | `execution of`, `which the page does not allow` |
//! | `pool-execute` | pool pages cannot be executed | 0x12 | `execution of`, `which the page does not allow` |
//! | `stack-overflow` | running out of stack is reported from a fault stack | 0x12 | `the main stack of core 0 has overflowed` |
//! | `invalid-opcode` | an undefined instruction is named | 0x12 | `invalid opcode` |
//! | `general-protection` | an address that is none is named | 0x12 | `general protection` |

mod cores;
mod faults;
mod files;
mod machine;
mod ports;

use ninewire_kernel::boot::{ExitCode, Machine};
use ninewire_kernel::error;

/// A test: says why its claim does not hold.
type Test = fn(&'static Machine) -> Result<(), &'static str>;

const TESTS: [(&str, Test); 28] = [
    ("boot", |_| Ok(())),
    ("heap", machine::heap),
    ("memory", machine::memory),
    ("tsc", machine::tsc),
    ("timer", machine::timer),
    ("interrupt", machine::interrupt),
    ("breakpoint", machine::breakpoint),
    ("devices", machine::devices),
    ("tasks", ports::tasks),
    ("echo", ports::echo),
    ("p9", files::native),
    ("serial", files::serial),
    ("cores", cores::cores),
    ("wakes", cores::wakes),
    ("lines", cores::lines),
    ("stress", cores::stress),
    ("core-panic", cores::core_panic),
    ("core-stack-overflow", cores::core_stack_overflow),
    ("panic", |_| panic!("as asked for")),
    ("null-read", faults::null_read),
    ("null-write", faults::null_write),
    ("text-write", faults::text_write),
    ("rodata-write", faults::rodata_write),
    ("data-execute", faults::data_execute),
    ("pool-execute", faults::pool_execute),
    ("stack-overflow", faults::stack_overflow),
    ("invalid-opcode", faults::invalid_opcode),
    ("general-protection", faults::general_protection),
];

/// Runs the test the command line names.
pub(crate) fn run(machine: &'static Machine) -> ExitCode {
    let asked = machine.cmdline.get("selftest").unwrap_or("");
    let Some((_, test)) = TESTS.iter().find(|(name, _)| *name == asked) else {
        error!("selftest={asked} is not known to this image");
        return ExitCode::FAILURE;
    };
    match test(machine) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            error!("selftest {asked}: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// The claim holds, or this is why not.
fn claim(holds: bool, otherwise: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(otherwise) }
}
