//! What is known about a file: qid, mode, owner, length, date; and how `ls -l` writes it. Pure.
//!
//! The words are Plan 9's (`stat(5)`): a qid is the server's identity of a file, a mode has the permission bits of
//! user, group and others below the bits that say what kind of file it is. Linux shares bring kinds Plan 9 has no
//! bit for; they use the bits 9P2000.u gives them, so that a socket or a link can be told from a file.

use alloc::boxed::Box;
use core::fmt;

pub use crate::p9::msg::Qid;
use crate::p9::msg::flags::{perm, qid};

/// The qid of a file that is nothing special.
pub const fn file_qid(path: u64) -> Qid {
    Qid { kind: 0, version: 0, path }
}

/// The qid of a directory.
pub const fn dir_qid(path: u64) -> Qid {
    Qid { kind: qid::DIR, version: 0, path }
}

/// Kind and permissions of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Mode(pub u32);

impl Mode {
    /// A directory.
    pub const DIR: u32 = perm::DIR;
    /// Written at its end only.
    pub const APPEND: u32 = perm::APPEND;
    /// Open once at a time.
    pub const EXCLUSIVE: u32 = perm::EXCL;
    /// A symbolic link; this and the following as in 9P2000.u.
    pub const SYMLINK: u32 = perm::SYMLINK;
    /// A device of the host.
    pub const DEVICE: u32 = perm::DEVICE;
    /// A named pipe of the host.
    pub const NAMED_PIPE: u32 = perm::NAMED_PIPE;
    /// A socket of the host.
    pub const SOCKET: u32 = perm::SOCKET;

    /// The permission bits, without what kind of file it is.
    pub const fn permissions(self) -> u32 {
        self.0 & 0o777
    }

    /// Can something be walked to below it?
    pub const fn is_dir(self) -> bool {
        self.0 & Mode::DIR != 0
    }

    /// Is it a file whose contents can be read and written at offsets?
    pub const fn is_regular(self) -> bool {
        self.0 & (Mode::DIR | Mode::SYMLINK | Mode::DEVICE | Mode::NAMED_PIPE | Mode::SOCKET) == 0
    }

    /// From the `st_mode` of Linux, as 9P2000.L servers answer Tgetattr.
    pub const fn from_linux(st_mode: u32) -> Mode {
        let kind = match st_mode & 0o170_000 {
            0o040_000 => Mode::DIR,
            0o120_000 => Mode::SYMLINK,
            0o060_000 | 0o020_000 => Mode::DEVICE,
            0o010_000 => Mode::NAMED_PIPE,
            0o140_000 => Mode::SOCKET,
            _ => 0,
        };
        Mode(kind | st_mode & 0o777)
    }
}

/// Eleven characters: kind, exclusive, three times read, write, execute; as the `%M` of Plan 9's print.
impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has = |bit: u32| self.0 & bit != 0;
        let kind = match () {
            _ if has(Mode::DIR) => 'd',
            _ if has(Mode::APPEND) => 'a',
            _ if has(Mode::SYMLINK) => 'L',
            _ if has(Mode::DEVICE) => 'D',
            _ if has(Mode::NAMED_PIPE) => 'P',
            _ if has(Mode::SOCKET) => 'S',
            _ => '-',
        };
        write!(f, "{kind}{}", if has(Mode::EXCLUSIVE) { 'l' } else { '-' })?;
        for shift in [6, 3, 0] {
            for (bit, letter) in [(4, 'r'), (2, 'w'), (1, 'x')] {
                write!(f, "{}", if has(bit << shift) { letter } else { '-' })?;
            }
        }
        Ok(())
    }
}

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// The date every file of the kernel's own devices shows: 7 February 2006, which is the page's.
    pub const OF_DEVICES: UnixTime = UnixTime(1_139_270_400);

    /// Year, month from 1, day from 1, and the seconds of that day.
    ///
    /// Counts days from 1 March of year 0, where leap days come last; 146,097 days make 400 years.
    pub const fn civil(self) -> (u64, u64, u64, u64) {
        let days = self.0 / 86_400 + 719_468;
        let era = days / 146_097;
        let day_of_era = days % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
        (year, month, day, self.0 % 86_400)
    }
}

/// A date as `ls -l` writes it: the time of day for the half year before `now`, else the year. Always 12 characters
/// for the years of four digits.
pub struct ListDate {
    /// The date to write.
    pub at: UnixTime,
    /// What time it is; `None` when nobody knows, and then the year is written.
    pub now: Option<UnixTime>,
}

impl fmt::Display for ListDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        const DAY: u64 = 86_400;
        let (year, month, day, second) = self.at.civil();
        let month = MONTHS[month as usize - 1];
        let recent = self.now.is_some_and(|now| self.at.0 + 180 * DAY >= now.0 && now.0 + DAY >= self.at.0);
        if recent {
            write!(f, "{month} {day:2} {:02}:{:02}", second / 3600, second / 60 % 60)
        } else {
            write!(f, "{month} {day:2}  {year}")
        }
    }
}

/// Everything a file tells about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The letter of the device that serves it.
    pub device: char,
    /// Which of the device's instances.
    pub instance: u32,
    /// Which file.
    pub qid: Qid,
    /// Kind and permissions.
    pub mode: Mode,
    /// Last read.
    pub accessed: UnixTime,
    /// Last written.
    pub modified: UnixTime,
    /// In bytes; 0 for what has no length.
    pub length: u64,
    /// The last element of its name.
    pub name: Box<[u8]>,
    /// Who owns it.
    pub owner: Box<str>,
    /// Which group owns it.
    pub group: Box<str>,
}

/// A change of what a file tells about itself; `None` leaves a thing as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// New permission bits.
    pub permissions: Option<u32>,
    /// A new length: cut, or made longer with zeros.
    pub length: Option<u64>,
    /// A new date of last writing.
    pub modified: Option<When>,
}

/// A date to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Whatever time it is where the file is kept.
    Now,
    /// This one.
    At(UnixTime),
}

/// One name of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: Box<[u8]>,
    /// What it names.
    pub qid: Qid,
    /// Everything about it, where the directory tells it at no further cost.
    pub stat: Option<Stat>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn modes_are_written_in_eleven_characters() {
        let table = [
            (0o666, "--rw-rw-rw-"),
            (0o444, "--r--r--r--"),
            (Mode::DIR | 0o555, "d-r-xr-xr-x"),
            (Mode::APPEND | Mode::EXCLUSIVE | 0o640, "alrw-r-----"),
            (Mode::SYMLINK | 0o777, "L-rwxrwxrwx"),
            (Mode::SOCKET | 0o755, "S-rwxr-xr-x"),
            (Mode::NAMED_PIPE | 0o600, "P-rw-------"),
            (Mode::DEVICE | 0o660, "D-rw-rw----"),
        ];
        for (mode, text) in table {
            assert_eq!(Mode(mode).to_string(), text);
        }
    }

    #[test]
    fn linux_modes_keep_kind_and_permissions() {
        assert_eq!(Mode::from_linux(0o100_644), Mode(0o644));
        assert_eq!(Mode::from_linux(0o104_755), Mode(0o755));
        assert_eq!(Mode::from_linux(0o041_777), Mode(Mode::DIR | 0o777));
        assert_eq!(Mode::from_linux(0o140_755), Mode(Mode::SOCKET | 0o755));
        assert!(!Mode::from_linux(0o010_644).is_regular());
        assert!(Mode::from_linux(0o100_644).is_regular());
    }

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        let table = [
            (0, (1970, 1, 1)),
            (951_782_399, (2000, 2, 28)),
            (951_782_400, (2000, 2, 29)),
            (951_868_800, (2000, 3, 1)),
            (1_139_270_400, (2006, 2, 7)),
            (4_107_542_400, (2100, 3, 1)),
        ];
        for (seconds, (year, month, day)) in table {
            let civil = UnixTime(seconds).civil();
            assert_eq!((civil.0, civil.1, civil.2), (year, month, day), "{seconds}");
        }
    }

    #[test]
    fn the_date_of_devices_is_the_one_on_the_page() {
        let unknown = ListDate { at: UnixTime::OF_DEVICES, now: None };
        assert_eq!(unknown.to_string(), "Feb  7  2006");
        let later = ListDate { at: UnixTime::OF_DEVICES, now: Some(UnixTime(1_700_000_000)) };
        assert_eq!(later.to_string(), "Feb  7  2006");
    }

    #[test]
    fn dates_of_the_last_half_year_show_the_time_of_day() {
        let now = UnixTime(1_700_000_000);
        let shown = |at| ListDate { at: UnixTime(at), now: Some(now) }.to_string();
        assert_eq!(shown(1_699_999_999), "Nov 14 22:13");
        assert_eq!(shown(1_700_000_000 - 181 * 86_400), "May 17  2023");
        assert_eq!(shown(1_700_000_000 + 2 * 86_400), "Nov 16  2023");
    }
}
