//! Tests that only a booted machine can run: `mode=selftest selftest=NAME`, one claim and one exit code each.
//!
//! | name | claim | exit code |
//! |---|---|---|
//! | `boot` | the machine reaches `main` | 0x10 |

use ninewire_kernel::boot::{ExitCode, Machine};
use ninewire_kernel::error;

/// Runs the test the command line names.
pub(crate) fn run(machine: &'static Machine) -> ExitCode {
    match machine.cmdline.get("selftest") {
        Some("boot") => ExitCode::SUCCESS,
        name => {
            error!("selftest={} is not known to this image", name.unwrap_or(""));
            ExitCode::FAILURE
        }
    }
}
