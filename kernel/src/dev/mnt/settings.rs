//! # /dev/9p/ctl - how 9P is spoken
//!
//! Reading tells the settings, one `name value` a line, which is also how they are written; what is written holds for
//! mounts made afterwards; `coalesce` holds at once, for all 9P devices, and `ahead`, `behind`, `cache` and `trace` at once
//! for all mounts.
//!
//! | name | value |
//! |---|---|
//! | `dialect` | `9P2000.L`, `9P2000.u`, `9P2000`: only this one; `any`: the first of these the server speaks |
//! | `msize` | longest message to ask for, in bytes; server and transport may lower it |
//! | `slots` | most requests in flight on a mount |
//! | `patience` | seconds a reply may take |
//! | `coalesce` | after how many answers a sleeping processor is interrupted, and microseconds after which it looks by itself; `1 0`: after the first |
//! | `ahead` | most bytes to read ahead, over a virtio-9p device, for who reads a file in order; 0: none |
//! | `behind` | most writes to one open file, over a virtio-9p device, that a program which copies need not await; 0: none |
//! | `cache` | most bytes kept of the files of all mounts made with `-C`, together |
//! | `trace` | `on`: every message leaves a line in `/dev/9p/trace`; `off`: none does |

use core::fmt::{self, Write};
use core::sync::atomic::{AtomicUsize, Ordering};

use spin::Mutex;

use super::record;
use crate::drivers::{OutOfRange, p9};
use crate::ns::Error;
use crate::p9::Options;
use crate::p9::client::{AHEAD_BYTES_MAX, BEHIND_MAX, IO_HEADER};
use crate::p9::msg::Dialect;
use crate::p9::slots::SLOTS_MAX;
use crate::time::Nanos;

/// A message that short carries a page.
const MSIZE_MIN: u32 = 4096 + IO_HEADER;
const MSIZE_MAX: u32 = 64 << 20;
const PATIENCE_SECS_MAX: u64 = 24 * 3600;
const CACHE_BYTES_MAX: u64 = 1 << 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Settings {
    /// `None`: the best the server speaks.
    dialect: Option<Dialect>,
    msize: u32,
    slots: usize,
    patience_secs: u64,
    ahead_bytes: usize,
    behind: usize,
    cache_bytes: usize,
    trace: bool,
}

/// Of the settings, what reads and writes ask for.
static AHEAD_BYTES: AtomicUsize = AtomicUsize::new(Settings::FIRST.ahead_bytes);
static BEHIND: AtomicUsize = AtomicUsize::new(Settings::FIRST.behind);
static CACHE_BYTES: AtomicUsize = AtomicUsize::new(Settings::FIRST.cache_bytes);

static SETTINGS: Mutex<Settings> = Mutex::new(Settings::FIRST);

impl Settings {
    const FIRST: Settings = Settings {
        dialect: None,
        msize: (1 << 20) + IO_HEADER,
        slots: SLOTS_MAX,
        patience_secs: 30,
        ahead_bytes: AHEAD_BYTES_MAX,
        behind: BEHIND_MAX,
        cache_bytes: 16 << 20,
        trace: false,
    };

    /// Takes one line.
    fn set(&mut self, line: &str) -> Result<(), Error> {
        let (name, value) = line.trim().split_once(' ').ok_or(Error::BadCtl)?;
        let number = || value.trim().parse::<u64>().map_err(|_| Error::BadCtl);
        let within = |number: u64, least: u64, most: u64| {
            if (least..=most).contains(&number) { Ok(number) } else { Err(Error::BadArg) }
        };
        match name {
            "dialect" if value == "any" => self.dialect = None,
            "dialect" => self.dialect = Some(Dialect::from_name(value.as_bytes()).ok_or(Error::BadCtl)?),
            "msize" => self.msize = within(number()?, MSIZE_MIN.into(), MSIZE_MAX.into())? as u32,
            "slots" => self.slots = within(number()?, 2, SLOTS_MAX as u64)? as usize,
            "patience" => self.patience_secs = within(number()?, 1, PATIENCE_SECS_MAX)?,
            "ahead" => self.ahead_bytes = within(number()?, 0, AHEAD_BYTES_MAX as u64)? as usize,
            "behind" => self.behind = within(number()?, 0, BEHIND_MAX as u64)? as usize,
            "cache" => self.cache_bytes = within(number()?, 0, CACHE_BYTES_MAX)? as usize,
            "trace" if value == "on" => self.trace = true,
            "trace" if value == "off" => self.trace = false,
            _ => return Err(Error::BadCtl),
        }
        Ok(())
    }

    fn dialects(&self) -> &'static [Dialect] {
        match self.dialect {
            None => &[Dialect::Linux, Dialect::Unix, Dialect::Plain],
            Some(Dialect::Linux) => &[Dialect::Linux],
            Some(Dialect::Unix) => &[Dialect::Unix],
            Some(Dialect::Plain) => &[Dialect::Plain],
        }
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "dialect {}", self.dialect.map_or("any", Dialect::name))?;
        writeln!(f, "msize {}", self.msize)?;
        writeln!(f, "slots {}", self.slots)?;
        writeln!(f, "patience {}", self.patience_secs)?;
        writeln!(f, "ahead {}", self.ahead_bytes)?;
        writeln!(f, "behind {}", self.behind)?;
        writeln!(f, "cache {}", self.cache_bytes)?;
        writeln!(f, "trace {}", if self.trace { "on" } else { "off" })
    }
}

/// What a session that begins now is to be like.
pub(super) fn options() -> Options {
    let settings = *SETTINGS.lock();
    Options {
        msize: settings.msize,
        dialects: settings.dialects(),
        slots: settings.slots,
        patience: Nanos::from_secs(settings.patience_secs),
        ..Options::new()
    }
}

/// `coalesce CHAINS MICROSECONDS`, of this control file and that of serial ports; `None`: the line is about something else.
pub fn coalescing(line: &str) -> Option<Result<(u32, u32), Error>> {
    let mut words = line.split_whitespace();
    if words.next() != Some("coalesce") {
        return None;
    }
    let mut number = || words.next().and_then(|word| word.parse().ok()).ok_or(Error::BadCtl);
    let numbers = number().and_then(|chains| Ok((chains, number()?)));
    Some(if words.next().is_some() { Err(Error::BadCtl) } else { numbers })
}

/// What reading the file tells.
pub fn tell(to: &mut dyn Write) -> fmt::Result {
    let settings = *SETTINGS.lock();
    write!(to, "{settings}")?;
    writeln!(to, "coalesce {}", p9::coalescing())
}

/// What writing to the file does: all lines, or none.
pub fn write(text: &[u8]) -> Result<(), Error> {
    let text = core::str::from_utf8(text).map_err(|_| Error::BadCtl)?;
    let mut settings = SETTINGS.lock();
    let mut wanted = *settings;
    let mut coalesce = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match coalescing(line) {
            Some(numbers) => coalesce = Some(numbers?),
            None => wanted.set(line)?,
        }
    }
    if let Some((chains, span_us)) = coalesce {
        p9::coalescing().set(chains, span_us).map_err(|OutOfRange| Error::BadArg)?;
    }
    if wanted.trace != settings.trace {
        record::switch(wanted.trace);
    }
    AHEAD_BYTES.store(wanted.ahead_bytes, Ordering::Relaxed);
    BEHIND.store(wanted.behind, Ordering::Relaxed);
    CACHE_BYTES.store(wanted.cache_bytes, Ordering::Relaxed);
    *settings = wanted;
    Ok(())
}

/// How far to read ahead now.
pub(super) fn ahead_bytes() -> usize {
    AHEAD_BYTES.load(Ordering::Relaxed)
}

/// How many messages may be behind a writer now.
pub(super) fn behind() -> usize {
    BEHIND.load(Ordering::Relaxed)
}

/// How much may be kept now of the files that are cached.
pub(super) fn cache_bytes() -> usize {
    CACHE_BYTES.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn settings_are_written_as_they_are_read() {
        let mut settings = Settings::FIRST;
        let lines = [
            "dialect 9P2000.u",
            "msize 65560",
            "slots 7",
            "patience 5",
            "ahead 0",
            "behind 3",
            "cache 4096",
            "trace on",
        ];
        lines.iter().for_each(|line| settings.set(line).unwrap());
        let text = settings.to_string();
        assert_eq!(text, lines.map(|line| alloc::format!("{line}\n")).concat());
        let mut again = Settings::FIRST;
        text.lines().for_each(|line| again.set(line).unwrap());
        assert_eq!(again, settings);
        assert_eq!(settings.dialects(), [Dialect::Unix]);
        again.set("dialect any").unwrap();
        assert_eq!(again.dialects().len(), 3);
    }

    #[test]
    fn a_file_with_a_line_that_makes_no_sense_changes_nothing() {
        for text in ["coalesce 4 100\ncoalesce 4", "coalesce 4 100\nslots 0", "slots 7\ncoalesce 2 0"] {
            assert!(write(text.as_bytes()).is_err());
        }
        let mut told = alloc::string::String::new();
        tell(&mut told).unwrap();
        assert_eq!(told, alloc::format!("{}coalesce 1 0\n", Settings::FIRST));
        assert_eq!(write(b"coalesce 1 0\n"), Ok(()));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let mut settings = Settings::FIRST;
        for line in ["dialect 9P1999", "msize", "msize lots", "colour blue", "trace maybe"] {
            assert_eq!(settings.set(line), Err(Error::BadCtl), "{line}");
        }
        for line in [
            "msize 100",
            "slots 1",
            "slots 1000",
            "patience 0",
            "ahead 99999999",
            "behind 9",
            "cache 9999999999",
        ] {
            assert_eq!(settings.set(line), Err(Error::BadArg), "{line}");
        }
        assert_eq!(settings, Settings::FIRST);
    }
}
