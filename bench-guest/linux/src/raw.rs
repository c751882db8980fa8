//! A raw port's device file as what a case runs on: a block is one write, or as many reads as bring it.

use std::convert::Infallible;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};

use ninewire_bench_guest::record::{Counter, CounterSet, Dialect, Placement, Wait};
use ninewire_bench_guest::target::{Access, Settings, Target, TargetError};
use ninewire_bench_guest::units::Bytes;

use crate::slot::Buffer;

/// An open port. Its operations block.
#[derive(Debug)]
pub struct RawPort {
    file: File,
    device: String,
    interrupts: fn() -> Option<u64>,
}

impl RawPort {
    /// The port at `file`, which results call `device`; `interrupts` counts those taken so far, where anybody can.
    pub fn new(file: File, device: &str, interrupts: fn() -> Option<u64>) -> Self {
        RawPort { file, device: device.to_string(), interrupts }
    }
}

fn failed(error: std::io::Error) -> TargetError {
    match (error.raw_os_error(), error.kind()) {
        (Some(errno), _) => TargetError::Refused { errno: errno as u32 },
        (None, ErrorKind::UnexpectedEof | ErrorKind::WriteZero) => {
            TargetError::Peer { what: "the host has left the port" }
        }
        (None, _) => TargetError::Peer { what: "the port carries no more" },
    }
}

impl Target for RawPort {
    type File = Infallible;
    type Slot = Buffer;

    fn settings(&self) -> Settings<'_> {
        Settings {
            msize: 0,
            io_max: u32::MAX,
            dialect: Dialect::Plain,
            wait: Wait::Irq,
            placement: Placement::OwnPages,
            device: &self.device,
        }
    }

    fn counters(&self) -> CounterSet {
        match (self.interrupts)() {
            Some(taken) => CounterSet::new().with(Counter::Interrupts, taken),
            None => CounterSet::new(),
        }
    }

    fn slot(&self, bytes: u32) -> Result<Buffer, TargetError> {
        Ok(Buffer::new(bytes as usize))
    }

    async fn walk(&self, _: &str) -> Result<Infallible, TargetError> {
        Err(TargetError::Unsupported { what: "files: this is a raw port" })
    }

    async fn open(&self, file: &mut Infallible, _: Access) -> Result<(), TargetError> {
        match *file {}
    }

    async fn read(&self, file: &Infallible, _: &mut Buffer, _: u64, _: u32) -> Result<u32, TargetError> {
        match *file {}
    }

    async fn write(&self, file: &Infallible, _: &mut Buffer, _: u64, _: u32) -> Result<u32, TargetError> {
        match *file {}
    }

    async fn getattr(&self, file: &Infallible) -> Result<Bytes, TargetError> {
        match *file {}
    }

    async fn clunk(&self, file: Infallible) -> Result<(), TargetError> {
        match file {}
    }

    async fn send(&self, slot: &mut Buffer, count: u32) -> Result<(), TargetError> {
        (&self.file).write_all(slot.room(count as usize)).map_err(failed)
    }

    async fn receive(&self, slot: &mut Buffer, count: u32) -> Result<(), TargetError> {
        (&self.file).read_exact(slot.room(count as usize)).map_err(failed)?;
        slot.came(count as usize);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block_on;
    use ninewire_bench_guest::target::Slot;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn a_block_is_sent_whole_and_received_whole_and_a_host_that_leaves_is_told() {
        let (port, mut host) = UnixStream::pair().unwrap();
        let port = RawPort::new(File::from(OwnedFd::from(port)), "port", || Some(3));
        let mut slot = port.slot(4096).unwrap();
        slot.content().fill(5);
        block_on(port.send(&mut slot, 4096)).unwrap();
        let mut heard = [0; 4096];
        host.read_exact(&mut heard).unwrap();
        assert!(heard.iter().all(|&byte| byte == 5));
        host.write_all(&[7; 1000]).unwrap();
        host.write_all(&[7; 3096]).unwrap();
        block_on(port.receive(&mut slot, 4096)).unwrap();
        assert_eq!(slot.word(4088), Some(u64::from_le_bytes([7; 8])));
        drop(host);
        let gone = TargetError::Peer { what: "the host has left the port" };
        assert_eq!(block_on(port.receive(&mut slot, 8)), Err(gone));
        assert_eq!(port.counters().get(Counter::Interrupts), Some(3));
    }
}
