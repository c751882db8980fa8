//! The kernel's log: lines with a level and a time stamp, kept in a ring and printed on the first serial
//! port.
//!
//! A byte on an emulated serial port costs a system call of the host, so lines are not printed where they
//! arise: they go into the ring and come out when the core has nothing else to do ([`flush`], called before
//! sleeping, before the machine ends and by the panic report). With `loglevel=debug` every line is printed at
//! once, because then somebody is looking for the place where the machine stops. Interrupt handlers never
//! log.
//!
//! Lines of several cores never mix: a line enters the ring whole, under the ring's lock, and whoever prints one
//! has the printer for as long as that takes. Any core that is idle prints; one that finds another at it leaves
//! the rest to that one.

use core::fmt::{self, Write};
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use spin::Mutex;

/// How much a line matters, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// Something asked for cannot be done.
    Error = 0,
    /// Something is wrong that the kernel can live with.
    Warn = 1,
    /// What a reader wants to know of an ordinary start.
    Info = 2,
    /// What an engineer wants to know, at the price of slower printing.
    Debug = 3,
}

impl Level {
    /// From the command line's word for it.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "error" => Self::Error,
            "warn" => Self::Warn,
            "info" => Self::Info,
            "debug" => Self::Debug,
            _ => return None,
        })
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Error => "error: ",
            Self::Warn => "warning: ",
            Self::Info | Self::Debug => "",
        }
    }
}

/// Lines graver than or equal to this are kept.
static THRESHOLD: AtomicU8 = AtomicU8::new(Level::Info as u8);

/// Bytes of log that are kept.
const RING_BYTES: usize = 16 * 1024;

static RING: Mutex<Ring<RING_BYTES>> = Mutex::new(Ring::new());

/// Held while a line goes out, and while a terminal on the same port puts a few bytes there.
static PRINTER: Mutex<()> = Mutex::new(());

/// What follows on the serial port are somebody's last words: no line goes out any more.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Turns of waiting for another core that has the printer or the ring: far more than any line takes. A core that has
/// stopped with one of them in its hands is waited for no longer.
const PATIENCE: u32 = 1_000_000;

/// Sets the threshold.
pub fn set_level(level: Level) {
    THRESHOLD.store(level as u8, Ordering::Relaxed);
}

/// Is a line of this level kept?
pub fn enabled(level: Level) -> bool {
    level as u8 <= THRESHOLD.load(Ordering::Relaxed)
}

/// Adds a line. Called by the macros [`error!`](crate::error), [`warn!`](crate::warn), [`info!`](crate::info)
/// and [`debug!`](crate::debug).
pub fn line(level: Level, text: fmt::Arguments<'_>) {
    if !enabled(level) {
        return;
    }
    let stamp = sink::now();
    // Before the lock is taken: what is printed may log too, or panic, and then must not find the ring
    // locked.
    let line = Line::text(level, text);
    RING.lock().push(stamp, &line);
    if enabled(Level::Debug) {
        flush();
    }
}

/// Prints what has not been printed yet, after the line that another core is printing.
pub fn flush() {
    if let Some(_printer) = patiently(|| PRINTER.try_lock()) {
        while print_line() {}
    }
}

/// Prints the next line that has not been printed yet; false when there is none, or another core is printing. For who
/// has other things to look after between two lines.
pub fn flush_line() -> bool {
    match PRINTER.try_lock() {
        Some(_printer) if !CLOSED.load(Ordering::Relaxed) => print_line(),
        _ => false,
    }
}

/// Prints what has not been printed yet, and keeps every core from printing more: last words follow.
#[cfg(target_os = "none")]
pub(crate) fn close() {
    let printer = patiently(|| PRINTER.try_lock());
    while printer.is_some() && print_line() {}
    CLOSED.store(true, Ordering::Relaxed);
    // Nobody else gets it, and who ends the machine after these words is not kept waiting for it.
    core::mem::forget(printer);
}

/// The right to use the serial port, if nobody prints now: while it is held, no line goes out.
#[cfg(target_os = "none")]
pub(crate) fn printer() -> Option<spin::MutexGuard<'static, ()>> {
    PRINTER.try_lock()
}

/// Asks again and again, for as long as others may reasonably take.
fn patiently<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    (0..PATIENCE).find_map(|_| {
        if CLOSED.load(Ordering::Relaxed) {
            return None;
        }
        ask().or_else(|| {
            core::hint::spin_loop();
            None
        })
    })
}

/// Called with the printer in hand.
fn print_line() -> bool {
    let mut line = Line::new();
    // The lock is given back before the slow part.
    let Some(mut ring) = patiently(|| RING.try_lock()) else { return false };
    let printing = ring.next_unprinted(&mut line);
    drop(ring);
    if printing {
        sink::write(line.as_bytes());
    }
    printing
}

/// Copies the whole log, oldest line first, through `put`.
pub fn read(mut put: impl FnMut(&[u8])) {
    let ring = RING.lock();
    let mut at = ring.oldest;
    while at != ring.end {
        let mut line = Line::new();
        at = ring.format(at, &mut line);
        put(line.as_bytes());
    }
}

/// Where lines go and where their stamps come from: the serial port and the time stamp counter of the
/// machine.
#[cfg(target_os = "none")]
mod sink {
    pub(super) fn now() -> u64 {
        crate::arch::tsc().wrapping_sub(crate::arch::entry_tsc())
    }

    pub(super) fn micros(cycles: u64) -> Option<u64> {
        crate::arch::clock::cycles_to_ns(cycles).map(|ns| ns / 1000)
    }

    pub(super) fn write(bytes: &[u8]) {
        crate::arch::com1::write(bytes);
    }
}

/// On the host the log is kept and never printed; tests read it with [`read`].
#[cfg(not(target_os = "none"))]
mod sink {
    pub(super) fn now() -> u64 {
        0
    }

    pub(super) fn micros(cycles: u64) -> Option<u64> {
        Some(cycles)
    }

    pub(super) fn write(_bytes: &[u8]) {}
}

/// Logs a line at level error.
#[macro_export]
macro_rules! error {
    ($($text:tt)*) => { $crate::log::line($crate::log::Level::Error, ::core::format_args!($($text)*)) };
}

/// Logs a line at level warn.
#[macro_export]
macro_rules! warn {
    ($($text:tt)*) => { $crate::log::line($crate::log::Level::Warn, ::core::format_args!($($text)*)) };
}

/// Logs a line at level info.
#[macro_export]
macro_rules! info {
    ($($text:tt)*) => { $crate::log::line($crate::log::Level::Info, ::core::format_args!($($text)*)) };
}

/// Logs a line at level debug.
#[macro_export]
macro_rules! debug {
    ($($text:tt)*) => {
        // Asked here, too: hardly ever is there anything to be put together for it.
        if $crate::log::enabled($crate::log::Level::Debug) {
            $crate::log::line($crate::log::Level::Debug, ::core::format_args!($($text)*));
        }
    };
}

/// The longest text of a line; what is longer is cut.
const TEXT_BYTES_MAX: usize = 240;
/// A record in the ring: stamp, length of the text, text.
const HEADER_BYTES: usize = 9;

/// A line on its way out, stamp and line feed included.
struct Line {
    bytes: [u8; TEXT_BYTES_MAX + 40],
    len: usize,
}

impl Line {
    const fn new() -> Self {
        Self { bytes: [0; TEXT_BYTES_MAX + 40], len: 0 }
    }

    /// The text of a line, cut to what a record holds.
    #[inline(never)] // see `boot`
    fn text(level: Level, text: fmt::Arguments<'_>) -> Self {
        let mut line = Self::new();
        // Formatting into a `Line` cannot fail: it cuts. A `Display` that fails by itself has said what it
        // could.
        let _ = line.write_str(level.prefix());
        let _ = line.write_fmt(text);
        line.len = line.len.min(TEXT_BYTES_MAX);
        line
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.len() - self.len;
        let taken = text.len().min(room);
        self.bytes[self.len..self.len + taken].copy_from_slice(&text.as_bytes()[..taken]);
        self.len += taken;
        Ok(())
    }
}

/// Records one behind the other in a byte ring. Positions count bytes ever written, so differences are
/// lengths.
struct Ring<const N: usize> {
    bytes: [u8; N],
    /// Position of the oldest record that is still whole.
    oldest: u64,
    /// Position of the first record not yet printed.
    unprinted: u64,
    /// Position behind the newest record.
    end: u64,
    /// Lines overwritten before they were printed.
    lost: u64,
}

impl<const N: usize> Ring<N> {
    const fn new() -> Self {
        Self { bytes: [0; N], oldest: 0, unprinted: 0, end: 0, lost: 0 }
    }

    fn push(&mut self, stamp: u64, line: &Line) {
        let text = line.as_bytes();
        let len = text.len();
        while self.end + (HEADER_BYTES + len) as u64 - self.oldest > N as u64 {
            let next = self.oldest + (HEADER_BYTES + self.text_len(self.oldest)) as u64;
            if self.unprinted == self.oldest {
                self.unprinted = next;
                self.lost += 1;
            }
            self.oldest = next;
        }
        let mut header = [0; HEADER_BYTES];
        header[..8].copy_from_slice(&stamp.to_le_bytes());
        header[8] = len as u8;
        self.put(&header);
        self.put(text);
    }

    fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.bytes[(self.end % N as u64) as usize] = byte;
            self.end += 1;
        }
    }

    fn byte(&self, at: u64) -> u8 {
        self.bytes[(at % N as u64) as usize]
    }

    fn text_len(&self, record: u64) -> usize {
        usize::from(self.byte(record + 8))
    }

    /// Moves past the next unprinted record, if there is one, and says so.
    fn next_unprinted(&mut self, line: &mut Line) -> bool {
        if self.lost > 0 {
            let _ = writeln!(line, "[log] {} lines lost", self.lost);
            self.lost = 0;
            return true;
        }
        if self.unprinted == self.end {
            return false;
        }
        self.unprinted = self.format(self.unprinted, line);
        true
    }

    /// Formats the record and returns the position of the next one.
    fn format(&self, record: u64, line: &mut Line) -> u64 {
        let stamp = u64::from_le_bytes(core::array::from_fn(|i| self.byte(record + i as u64)));
        let _ = match sink::micros(stamp) {
            Some(micros) => write!(line, "[{:5}.{:06}] ", micros / 1_000_000, micros % 1_000_000),
            // Before the clock is calibrated a stamp is a count of cycles.
            None => write!(line, "[{stamp:11}c] "),
        };
        let len = self.text_len(record);
        for at in 0..len {
            let byte = self.byte(record + (HEADER_BYTES + at) as u64);
            line.bytes[line.len] = byte;
            line.len += 1;
        }
        line.bytes[line.len] = b'\n';
        line.len += 1;
        record + (HEADER_BYTES + len) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    fn drain<const N: usize>(ring: &mut Ring<N>) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = Line::new();
            if !ring.next_unprinted(&mut line) {
                return lines;
            }
            lines.push(String::from_utf8(line.as_bytes().to_vec()).expect("text"));
        }
    }

    #[test]
    fn lines_come_out_once_and_in_order() {
        let mut ring = Ring::<256>::new();
        ring.push(1_500_000, &Line::text(Level::Info, format_args!("one {}", 1)));
        ring.push(2_000_000, &Line::text(Level::Warn, format_args!("two")));
        assert_eq!(drain(&mut ring), ["[    1.500000] one 1\n", "[    2.000000] warning: two\n"]);
        assert_eq!(drain(&mut ring), Vec::<String>::new());
    }

    #[test]
    fn a_full_ring_drops_the_oldest_lines_and_says_how_many() {
        let mut ring = Ring::<64>::new();
        for number in 0..5 {
            ring.push(0, &Line::text(Level::Info, format_args!("0123456789{number}")));
        }
        assert_eq!(
            drain(&mut ring),
            [
                "[log] 2 lines lost\n",
                "[    0.000000] 01234567892\n",
                "[    0.000000] 01234567893\n",
                "[    0.000000] 01234567894\n"
            ]
        );
    }

    #[test]
    fn printed_lines_are_not_lost_when_overwritten() {
        let mut ring = Ring::<64>::new();
        for number in 0..20 {
            ring.push(0, &Line::text(Level::Info, format_args!("{number}")));
            assert_eq!(drain(&mut ring).len(), 1);
        }
    }

    #[test]
    fn a_long_line_is_cut_not_refused() {
        let mut ring = Ring::<1024>::new();
        ring.push(0, &Line::text(Level::Info, format_args!("{}", "x".repeat(500))));
        let lines = drain(&mut ring);
        assert_eq!(lines[0].matches('x').count(), TEXT_BYTES_MAX);
    }

    #[test]
    fn what_is_logged_may_log_itself() {
        struct Talkative;
        impl fmt::Display for Talkative {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                crate::info!("said inside");
                write!(f, "said outside")
            }
        }
        crate::info!("{Talkative}");
        let mut lines = Vec::new();
        read(|line| lines.push(String::from_utf8_lossy(line).into_owned()));
        let place = |words| lines.iter().position(|line| line.contains(words)).expect("logged");
        assert!(place("said inside") < place("said outside"));
    }

    #[test]
    fn levels_are_ordered_and_named() {
        assert!(Level::Error < Level::Debug);
        assert_eq!(Level::parse("debug"), Some(Level::Debug));
        assert_eq!(Level::parse("loud"), None);
    }
}
