//! Control messages between driver and device about ports (virtio 1.2, 5.3.6.2): what they look like, nothing else.
//!
//! A message is eight bytes, `id[4] event[2] value[2]`, little-endian; PORT_NAME and RESIZE carry more. All of it is a
//! claim of the device: unknown events, ports beyond the range and cut messages parse to something the driver passes
//! over, never to a panic.

use core::fmt;

mod field {
    use core::ops::{Range, RangeFrom};
    pub(super) const ID: Range<usize> = 0..4;
    pub(super) const EVENT: Range<usize> = 4..6;
    pub(super) const VALUE: Range<usize> = 6..8;
    pub(super) const NAME: RangeFrom<usize> = 8..;
    pub(super) const COLS: Range<usize> = 8..10;
    pub(super) const ROWS: Range<usize> = 10..12;
}

/// Bytes of every message the driver sends, and the least a message can have.
pub(super) const MESSAGE_BYTES: usize = 8;

/// Longest port name kept; QEMU allows any length, people type far shorter ones.
pub(super) const PORT_NAME_MAX: usize = 64;

/// The event numbers of the specification.
mod event {
    pub(super) const DEVICE_READY: u16 = 0;
    pub(super) const PORT_ADD: u16 = 1;
    pub(super) const PORT_REMOVE: u16 = 2;
    pub(super) const PORT_READY: u16 = 3;
    pub(super) const CONSOLE_PORT: u16 = 4;
    pub(super) const RESIZE: u16 = 5;
    pub(super) const PORT_OPEN: u16 = 6;
    pub(super) const PORT_NAME: u16 = 7;
}

/// What the driver tells the device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ToHost {
    /// The driver is there and ready for ports, or not able to go on.
    DeviceReady(bool),
    /// The driver has set a port up, or could not.
    PortReady { port: u32, ready: bool },
    /// Somebody in the guest uses the port now, or nobody does any more.
    PortOpen { port: u32, open: bool },
}

impl ToHost {
    pub(super) fn emit(self) -> [u8; MESSAGE_BYTES] {
        let (id, event, value) = match self {
            ToHost::DeviceReady(ready) => (0, event::DEVICE_READY, ready),
            ToHost::PortReady { port, ready } => (port, event::PORT_READY, ready),
            ToHost::PortOpen { port, open } => (port, event::PORT_OPEN, open),
        };
        let mut bytes = [0; MESSAGE_BYTES];
        bytes[field::ID].copy_from_slice(&id.to_le_bytes());
        bytes[field::EVENT].copy_from_slice(&event.to_le_bytes());
        bytes[field::VALUE].copy_from_slice(&u16::from(value).to_le_bytes());
        bytes
    }
}

/// What the device tells the driver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct FromHost<'a> {
    /// The port it is about. Not checked against anything.
    pub(super) port: u32,
    pub(super) event: Event<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Event<'a> {
    /// There is such a port.
    Add,
    /// The port is gone.
    Remove,
    /// The port is a console: it may be resized.
    Console,
    /// The console's size in characters.
    Resize { cols: u16, rows: u16 },
    /// The host side was opened or closed.
    Open(bool),
    /// The port's name, as the host gave it: any bytes.
    Name(&'a [u8]),
    /// A number this driver has no use for.
    Unknown { number: u16 },
}

/// The message has fewer bytes than its kind needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Cut {
    pub(super) len: usize,
}

impl<'a> FromHost<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<FromHost<'a>, Cut> {
        let cut = Cut { len: bytes.len() };
        let head: &[u8; MESSAGE_BYTES] = bytes.first_chunk().ok_or(cut)?;
        let value = u16_at(head, field::VALUE).ok_or(cut)?;
        let event = match u16_at(head, field::EVENT).ok_or(cut)? {
            event::PORT_ADD => Event::Add,
            event::PORT_REMOVE => Event::Remove,
            event::CONSOLE_PORT => Event::Console,
            event::RESIZE => Event::Resize {
                cols: u16_at(bytes, field::COLS).ok_or(cut)?,
                rows: u16_at(bytes, field::ROWS).ok_or(cut)?,
            },
            event::PORT_OPEN => Event::Open(value != 0),
            event::PORT_NAME => Event::Name(until_nul(&bytes[field::NAME])),
            number => Event::Unknown { number },
        };
        let port = head[field::ID].iter().rev().fold(0, |id, byte| id << 8 | u32::from(*byte));
        Ok(FromHost { port, event })
    }
}

fn u16_at(bytes: &[u8], at: core::ops::Range<usize>) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at)?.try_into().ok()?))
}

/// QEMU ends a name with a NUL, the specification does not ask for one.
fn until_nul(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    &bytes[..end.min(PORT_NAME_MAX)]
}

impl fmt::Display for ToHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ToHost::DeviceReady(ready) => write!(f, "DEVICE_READY {}", u8::from(*ready)),
            ToHost::PortReady { port, ready } => write!(f, "PORT_READY port {port} {}", u8::from(*ready)),
            ToHost::PortOpen { port, open } => write!(f, "PORT_OPEN port {port} {}", u8::from(*open)),
        }
    }
}

impl fmt::Display for FromHost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.event {
            Event::Add => write!(f, "PORT_ADD port {}", self.port),
            Event::Remove => write!(f, "PORT_REMOVE port {}", self.port),
            Event::Console => write!(f, "CONSOLE_PORT port {}", self.port),
            Event::Resize { cols, rows } => write!(f, "RESIZE port {} {cols}x{rows}", self.port),
            Event::Open(open) => write!(f, "PORT_OPEN port {} {}", self.port, u8::from(open)),
            Event::Name(name) => write!(f, "PORT_NAME port {} \"{}\"", self.port, name.escape_ascii()),
            Event::Unknown { number } => write!(f, "event {number} port {}", self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use proptest::prelude::*;

    fn parsed(bytes: &[u8]) -> FromHost<'_> {
        FromHost::parse(bytes).unwrap()
    }

    #[test]
    fn what_the_driver_says_is_eight_bytes_little_endian() {
        assert_eq!(ToHost::DeviceReady(true).emit(), [0, 0, 0, 0, 0, 0, 1, 0]);
        assert_eq!(ToHost::PortReady { port: 0x01020304, ready: true }.emit(), [4, 3, 2, 1, 3, 0, 1, 0]);
        assert_eq!(ToHost::PortOpen { port: 2, open: true }.emit(), [2, 0, 0, 0, 6, 0, 1, 0]);
        assert_eq!(ToHost::PortOpen { port: 2, open: false }.emit(), [2, 0, 0, 0, 6, 0, 0, 0]);
    }

    #[test]
    fn what_the_device_says_is_taken_apart() {
        assert_eq!(parsed(&[5, 0, 0, 0, 1, 0, 1, 0]), FromHost { port: 5, event: Event::Add });
        assert_eq!(parsed(&[5, 0, 0, 0, 2, 0, 0, 0]).event, Event::Remove);
        assert_eq!(parsed(&[5, 0, 0, 0, 4, 0, 1, 0]).event, Event::Console);
        assert_eq!(parsed(&[5, 0, 0, 0, 6, 0, 1, 0]).event, Event::Open(true));
        assert_eq!(parsed(&[5, 0, 0, 0, 6, 0, 0, 0]).event, Event::Open(false));
        assert_eq!(parsed(b"\x01\0\0\0\x07\0\x01\0org.x\0").event, Event::Name(b"org.x"));
        assert_eq!(parsed(b"\x01\0\0\0\x07\0\x01\0no nul").event, Event::Name(b"no nul"));
        assert_eq!(
            parsed(&[0, 0, 0, 0, 5, 0, 0, 0, 80, 0, 25, 0]).event,
            Event::Resize { cols: 80, rows: 25 }
        );
        assert_eq!(parsed(&[0, 0, 0, 0, 99, 0, 0, 0]).event, Event::Unknown { number: 99 });
    }

    #[test]
    fn cut_messages_are_named_as_such() {
        assert_eq!(FromHost::parse(&[0; 7]), Err(Cut { len: 7 }));
        assert_eq!(FromHost::parse(&[0, 0, 0, 0, 5, 0, 0, 0, 80, 0, 25]), Err(Cut { len: 11 }));
        assert_eq!(FromHost::parse(&[]), Err(Cut { len: 0 }));
    }

    #[test]
    fn an_endless_name_is_cut() {
        let mut bytes = [b'x'; 300];
        bytes[..8].copy_from_slice(&[1, 0, 0, 0, 7, 0, 1, 0]);
        assert_eq!(parsed(&bytes).event, Event::Name(&[b'x'; PORT_NAME_MAX]));
    }

    #[test]
    fn messages_print_as_a_conversation() {
        assert_eq!(format!("{}", ToHost::PortOpen { port: 3, open: true }), "PORT_OPEN port 3 1");
        assert_eq!(format!("{}", parsed(b"\x01\0\0\0\x07\0\x01\0a\xff\0")), "PORT_NAME port 1 \"a\\xff\"");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Ok(message) = FromHost::parse(&bytes) {
                let text = format!("{message}");
                prop_assert!(text.is_ascii() && !text.is_empty());
            } else {
                prop_assert!(bytes.len() < 12);
            }
        }
    }
}
