//! Which paths a case runs on: a set, and the order in which a boot visits its members.

use core::fmt;

use crate::field::{Field, Reader, Writer};
use crate::record::{Malformed, Path};

/// A set of paths.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Paths(u8);

impl Paths {
    /// The native one alone.
    pub const NATIVE: Paths = Paths::of(Path::Native);
    /// The serial one alone.
    pub const SERIAL: Paths = Paths::of(Path::Serial);
    /// Native and serial.
    pub const BOTH: Paths = Paths::NATIVE.with(Path::Serial);
    /// The raw port alone.
    pub const RAW: Paths = Paths::of(Path::Raw);

    /// One path.
    pub const fn of(path: Path) -> Paths {
        Paths(1 << path as u8)
    }

    /// With one more.
    #[must_use]
    pub const fn with(self, path: Path) -> Paths {
        Paths(self.0 | Paths::of(path).0)
    }

    /// Whether `path` is among them.
    pub const fn has(self, path: Path) -> bool {
        self.0 & Paths::of(path).0 != 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    pub const fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// They, in the order of [`Path::ALL`].
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Path> {
        Path::ALL.iter().copied().filter(move |&path| self.has(path))
    }

    /// The visits of one boot, each path twice: there and back again, A B B A, so that a drift of the machine during the
    /// case falls on all paths alike.
    pub fn visits(self) -> impl Iterator<Item = (Path, u8)> {
        self.iter().chain(self.iter().rev()).zip(0..)
    }
}

impl fmt::Debug for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// As a job file says it: words with commas between.
impl fmt::Display for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, path) in self.iter().enumerate() {
            write!(f, "{}{path}", if index == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

/// A bit for each.
impl<'a> Field<'a> for Paths {
    fn put(&self, to: &mut Writer<'_>) {
        self.0.put(to);
    }

    fn get(from: &mut Reader<'a>) -> Result<Self, Malformed> {
        let bits = u8::get(from)?;
        if u32::from(bits) >> Path::ALL.len() == 0 { Ok(Paths(bits)) } else { Err(Malformed::Choice) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    #[test]
    fn visits_go_there_and_back_again() {
        let visits = |paths: Paths| paths.visits().collect::<Vec<_>>();
        assert_eq!(
            visits(Paths::BOTH),
            [(Path::Native, 0), (Path::Serial, 1), (Path::Serial, 2), (Path::Native, 3)]
        );
        assert_eq!(visits(Paths::RAW), [(Path::Raw, 0), (Path::Raw, 1)]);
        assert!(visits(Paths::default()).is_empty());
        let three = visits(Paths::BOTH.with(Path::Named));
        assert_eq!(three.len(), 6);
        assert_eq!((three[2], three[3]), ((Path::Named, 2), (Path::Named, 3)));
    }

    #[test]
    fn a_set_travels_as_a_bit_for_each_and_an_unknown_bit_is_refused() {
        let paths = Paths::SERIAL.with(Path::Proxied);
        let mut room = [0xAA; 2];
        let mut writer = Writer::new(&mut room);
        paths.put(&mut writer);
        assert_eq!(writer.finish(), Some(1));
        assert_eq!(room, [0b1010, 0xAA]);
        assert_eq!(Paths::get(&mut Reader::new(&room[..1])), Ok(paths));
        assert_eq!(Paths::get(&mut Reader::new(&[1 << Path::ALL.len()])), Err(Malformed::Choice));
        assert_eq!((paths.to_string(), paths.count()), ("serial,9pvpxy".to_string(), 2));
    }
}
