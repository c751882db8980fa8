//! Small directories as tables: the files of a simple device, their permissions, and the questions every directory is
//! asked. The device keeps what its files say and do.

use alloc::vec::Vec;

use super::device::Cursor;
use super::stat::{Entry, Mode, Qid, Stat, UnixTime, dir_qid, file_qid};
use super::{Access, Error, OpenMode, user};

/// One line of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which file of the device; unique in the table. The root is 0 and has no row.
    pub path: u64,
    /// The path of the directory it lies in.
    pub parent: u64,
    /// Its name.
    pub name: &'static str,
    /// Kind and permissions.
    pub mode: u32,
}

/// A device's files, all known beforehand.
#[derive(Debug)]
pub struct Table {
    /// The device's letter.
    pub letter: char,
    /// Every file but the root.
    pub rows: &'static [Row],
}

impl Table {
    /// The path of the root.
    pub const ROOT: u64 = 0;

    fn row(&self, path: u64) -> Option<&'static Row> {
        self.rows.iter().find(|row| row.path == path)
    }

    /// The qid of the file with this path.
    pub fn qid(&self, path: u64) -> Qid {
        match self.row(path) {
            Some(row) if row.mode & Mode::DIR == 0 => file_qid(path),
            _ => dir_qid(path),
        }
    }

    /// The file of this name in the directory.
    pub fn step(&self, dir: u64, name: &[u8]) -> Result<u64, Error> {
        if !self.qid(dir).is_dir() {
            return Err(Error::NotDir);
        }
        let found = self.rows.iter().find(|row| row.parent == dir && row.name.as_bytes() == name);
        found.map(|row| row.path).ok_or(Error::DoesNotExist)
    }

    /// Everything about the file.
    pub fn stat(&self, path: u64) -> Stat {
        let (name, mode) = self.row(path).map_or(("/", Mode::DIR | 0o555), |row| (row.name, row.mode));
        stat(self.letter, self.qid(path), mode, name.as_bytes())
    }

    /// May it be opened so?
    pub fn open(&self, path: u64, mode: OpenMode) -> Result<(), Error> {
        check_open(self.stat(path).mode, mode)
    }

    /// All names of the directory at once.
    pub fn read_dir(&self, dir: u64, from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
        let here = self.rows.iter().filter(|row| row.parent == dir);
        listed(here.map(|row| self.stat(row.path)), from)
    }
}

/// The stat of a device's file: the device date, no length, owned by the machine's user.
pub fn stat(letter: char, qid: Qid, mode: u32, name: &[u8]) -> Stat {
    Stat {
        device: letter,
        instance: 0,
        qid,
        mode: Mode(mode),
        accessed: UnixTime::OF_DEVICES,
        modified: UnixTime::OF_DEVICES,
        length: 0,
        name: name.into(),
        owner: user().into(),
        group: user().into(),
    }
}

/// A directory that fits one answer: everything behind the beginning, nothing behind that.
pub fn listed(files: impl Iterator<Item = Stat>, from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
    if from != Cursor::default() {
        return Ok((Vec::new(), from));
    }
    let entry = |stat: Stat| Entry { name: stat.name.clone(), qid: stat.qid, stat: Some(stat) };
    Ok((files.map(entry).collect(), Cursor(1)))
}

/// May a file of this mode be opened so by the one user there is?
pub fn check_open(file: Mode, mode: OpenMode) -> Result<(), Error> {
    if file.is_dir() {
        return if mode == OpenMode::READ { Ok(()) } else { Err(Error::IsDir) };
    }
    let wanted = match mode.access {
        Access::Read => 0o400,
        Access::Write => 0o200,
        Access::ReadWrite => 0o600,
    };
    if file.permissions() & wanted == wanted { Ok(()) } else { Err(Error::Permission) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Table = Table {
        letter: 't',
        rows: &[
            Row { path: 1, parent: 0, name: "null", mode: 0o666 },
            Row { path: 2, parent: 0, name: "dir", mode: Mode::DIR | 0o555 },
            Row { path: 3, parent: 2, name: "ctl", mode: 0o444 },
        ],
    };

    #[test]
    fn names_are_found_in_their_own_directory_only() {
        assert_eq!(TABLE.step(0, b"null"), Ok(1));
        assert_eq!(TABLE.step(2, b"ctl"), Ok(3));
        assert_eq!(TABLE.step(0, b"ctl"), Err(Error::DoesNotExist));
        assert_eq!(TABLE.step(1, b"ctl"), Err(Error::NotDir));
    }

    #[test]
    fn permissions_decide_how_a_file_is_opened() {
        assert_eq!(TABLE.open(1, OpenMode::READ_WRITE), Ok(()));
        assert_eq!(TABLE.open(3, OpenMode::READ), Ok(()));
        assert_eq!(TABLE.open(3, OpenMode::WRITE), Err(Error::Permission));
        assert_eq!(TABLE.open(3, OpenMode::READ_WRITE), Err(Error::Permission));
        assert_eq!(TABLE.open(2, OpenMode::READ), Ok(()));
        assert_eq!(TABLE.open(2, OpenMode::WRITE), Err(Error::IsDir));
    }

    #[test]
    fn a_directory_is_read_once() {
        let (entries, next) = TABLE.read_dir(0, Cursor::default()).unwrap();
        let names: Vec<&[u8]> = entries.iter().map(|e| &*e.name).collect();
        assert_eq!(names, [b"null".as_slice(), b"dir"]);
        assert!(entries[1].qid.is_dir());
        assert_eq!(TABLE.read_dir(0, next).unwrap(), (Vec::new(), next));
    }
}
