//! QEMU: which one, with which arguments, and for how long it lives.
//!
//! [`Vm`] is a description; turning it into arguments is pure and tested. [`Guest`] is that description running.
//! Characters and 9P over serial travel through connected socket pairs whose one end QEMU inherits (`fd=N`): they
//! have no name in the file system, nobody else can connect to them, and nothing is left behind however we end.

mod accel;
mod argv;
mod confine;
mod cpu_time;
mod guest;
mod pinning;
mod program;

pub use accel::{Accel, AccelChoice, choose_accel};
pub use argv::{CPU_MAX, CharDev, Device, MachineType, MemoryMib, Port, Vm, quoted, shell_line};
pub use confine::{Confinement, Kept};
pub use cpu_time::{CpuTime, Part, RAW_PORT_THREAD, SERVER_THREAD};
pub use guest::{Ended, Guest, describe_status};
pub use pinning::Pinning;
pub use program::{DEFAULT_NAME, Program, QemuChoice, VirtioProperty, check_tag, in_path};
