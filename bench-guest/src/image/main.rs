//! The boot image. The kernel command line says what it does: `mode=shell`, or nothing, gives a prompt; `mode=bench`
//! measures what the host asks for; `mode=selftest selftest=NAME` runs one test of [`selftest`] and ends with its exit code.
#![no_std]
#![no_main]

extern crate alloc;

mod bench;
mod selftest;
mod shell;

use ninewire_kernel::boot::{ExitCode, Machine};
use ninewire_kernel::{error, info};

ninewire_kernel::entry!(main);

fn main(machine: &'static Machine) -> ExitCode {
    let mode = machine.cmdline.get("mode");
    // A benchmark completes the machine when its first message is on its way, and tells the host itself.
    if mode != Some("bench") {
        machine.complete(|| ());
        let memory = machine.memory;
        info!("ninewire: {} MiB of RAM, {} virtio devices", memory.usable >> 20, machine.devices.len());
    }
    match mode {
        Some("selftest") => selftest::run(machine),
        Some("bench") => bench::run(machine),
        Some("shell") | None => shell::run(machine),
        Some(other) => {
            error!("mode={other} is not known to this image");
            ExitCode::FAILURE
        }
    }
}
