//! The first serial port, written without interrupts: where the log and the last words of a panic go.
//!
//! Called by `log` and `panic`; receiving is done by whoever owns the console (see [`receive`]).

use core::fmt;

use super::port::{read_u8, write_u8};

const BASE: u16 = 0x3f8;
const DATA: u16 = BASE;
const INTERRUPT_ENABLE: u16 = BASE + 1;
const FIFO_CONTROL: u16 = BASE + 2;
const LINE_CONTROL: u16 = BASE + 3;
const MODEM_CONTROL: u16 = BASE + 4;
const LINE_STATUS: u16 = BASE + 5;

const STATUS_DATA_READY: u8 = 1;
const STATUS_TRANSMIT_EMPTY: u8 = 1 << 5;
/// The 16550 takes this many bytes after it has said that its transmitter is empty.
const FIFO_BYTES: usize = 16;
/// A transmitter not empty after so many looks is not there: its bytes are dropped instead of waited for.
const PATIENCE: u32 = 100_000;

/// 115200 baud, 8 data bits, no parity, FIFO on, no interrupts.
pub fn init() {
    write_u8(INTERRUPT_ENABLE, 0);
    write_u8(LINE_CONTROL, 0x80);
    write_u8(DATA, 1);
    write_u8(INTERRUPT_ENABLE, 0);
    write_u8(LINE_CONTROL, 0x03);
    write_u8(FIFO_CONTROL, 0x07);
    write_u8(MODEM_CONTROL, 0x03);
}

/// Writes all bytes, a line feed as carriage return and line feed.
pub fn write(bytes: &[u8]) {
    let mut port = Transmitter { room: 0 };
    for &byte in bytes {
        if byte == b'\n' {
            port.put(b'\r');
        }
        port.put(byte);
    }
}

struct Transmitter {
    /// Bytes the FIFO takes before it has to be looked at again.
    room: usize,
}

impl Transmitter {
    fn put(&mut self, byte: u8) {
        if self.room == 0 {
            let mut looks = 0;
            while read_u8(LINE_STATUS) & STATUS_TRANSMIT_EMPTY == 0 {
                looks += 1;
                if looks == PATIENCE {
                    return;
                }
                core::hint::spin_loop();
            }
            self.room = FIFO_BYTES;
        }
        self.room -= 1;
        write_u8(DATA, byte);
    }
}

/// Writes the first of the bytes as they are, if the transmitter takes any now; how many. Never waits and drops nothing:
/// a host that does not read leaves the transmitter full until it does, and a line of the log that another core prints is
/// not broken up.
pub fn try_write(bytes: &[u8]) -> usize {
    let Some(_printer) = crate::log::printer() else { return 0 };
    if read_u8(LINE_STATUS) & STATUS_TRANSMIT_EMPTY == 0 {
        return 0;
    }
    let taken = bytes.len().min(FIFO_BYTES);
    bytes[..taken].iter().for_each(|&byte| write_u8(DATA, byte));
    taken
}

/// A byte that has arrived, if any; never waits.
pub fn receive() -> Option<u8> {
    let status = read_u8(LINE_STATUS);
    // A port that is not there reads as all ones.
    (status != 0xff && status & STATUS_DATA_READY != 0).then(|| read_u8(DATA))
}

/// The port without the log between, for last words: it takes no lock that the code which failed may hold.
pub struct Direct;

impl fmt::Write for Direct {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write(text.as_bytes());
        Ok(())
    }
}
