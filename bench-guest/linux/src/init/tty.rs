//! The console port of a virtio-serial device as a byte stream: `hvc0` without a terminal's habits.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::fs::OFlags;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// For the console port to be announced after the driver was loaded.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// Opens the terminal `name` below `/dev` raw: no echo, no line ends, no signals.
pub(crate) fn open_raw(name: &str) -> Result<File> {
    let path = format!("/dev/{name}");
    let until = Instant::now() + PATIENCE;
    let options = File::options().read(true).write(true).custom_flags(OFlags::NOCTTY.bits() as i32).clone();
    let tty = loop {
        match options.open(&path) {
            Ok(tty) => break tty,
            // The file is there before its port is.
            Err(_) if Instant::now() < until => thread::sleep(LOOK_EVERY),
            Err(error) => return Err(error).with_context(|| format!("cannot open {path}")),
        }
    };
    let mut settings = tcgetattr(&tty).with_context(|| format!("{path} is no terminal"))?;
    settings.make_raw();
    tcsetattr(&tty, OptionalActions::Now, &settings).with_context(|| format!("cannot make {path} raw"))?;
    Ok(tty)
}
