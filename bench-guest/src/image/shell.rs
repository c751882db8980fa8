//! `mode=shell`: a prompt on the first serial port. `user=NAME` names the user, `wait=poll`, `irq` or `adaptive` says how
//! the core waits.

use ninewire_kernel::boot::{ExitCode, Machine};
use ninewire_kernel::dev::uart::Uart;
use ninewire_kernel::error;
use ninewire_kernel::shell::{End, login};
use ninewire_kernel::{drivers, log, ns, task};

pub(crate) fn run(machine: &'static Machine) -> ExitCode {
    if let Some(user) = machine.cmdline.get("user") {
        ns::set_user(user);
    }
    if let Some(word) = machine.cmdline.get("wait") {
        match word.parse() {
            Ok(mode) => task::set_wait_mode(mode),
            Err(_) => return fail(format_args!("wait={word} is none of poll, irq, adaptive")),
        }
    }
    drivers::probe(&machine.devices);
    // What boot had to say stands above the first prompt.
    log::flush();
    task::block_on(async {
        let terminal = match Uart::start() {
            Ok(terminal) => terminal,
            Err(reason) => return fail(reason),
        };
        let (number, console) = match login::console(terminal) {
            Ok(console) => console,
            Err(reason) => return fail(reason),
        };
        match login::sessions(number, console).await {
            Ok(End::Halt { success: true } | End::Exit) => ExitCode::SUCCESS,
            Ok(End::Halt { success: false }) => ExitCode::FAILURE,
            Err(reason) => fail(reason),
        }
    })
}

fn fail(reason: impl core::fmt::Display) -> ExitCode {
    error!("no shell: {reason}");
    ExitCode::FAILURE
}
