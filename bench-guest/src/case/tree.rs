//! Visits about directories and paths, and the one about nothing: what is checked before the clock runs, and after.

use alloc::format;

use super::problem::{Problem, doing};
use super::timed::{Doing, Name, check_entries, is_dot};
use super::{Crew, Sink, Visit};
use crate::pattern::{Crc32c, STAMP_BYTES};
use crate::record::{File, Verified};
use crate::target::{Clock, Target, TargetError};
use crate::units::Bytes;

const ENOENT: u32 = 2;

impl<T: Target, C: Clock, W: Crew<T, C>, S: Sink> Visit<'_, T, C, W, S> {
    /// Each path is there and is what the host says before it is walked to on time.
    pub(super) async fn walks(&mut self) -> Result<(), Problem> {
        let (target, job, files) = (self.target, self.job, self.files);
        for facts in files {
            let size = target.stat(facts.path).await.map_err(doing("warming up"))?;
            super::check_size(facts, size.0)?;
            target.find(facts.path).await.map_err(doing("warming up"))?;
        }
        let mut hands = self.hands(STAMP_BYTES as u32)?;
        for repetition in 0..job.loops {
            self.repeat(repetition, &Doing::Walk { files }, files.len() as u64, &mut hands).await?;
        }
        Ok(())
    }

    /// Every name of each directory goes through the checksum before it is read on time; there entries are counted.
    pub(super) async fn readdirs(&mut self) -> Result<(), Problem> {
        let (job, files) = (self.job, self.files);
        for facts in files {
            let listed = self.list(facts).await?;
            check_entries(facts, listed.entries)?;
            if listed.names != facts.crc32c {
                let (expected, found) = (facts.crc32c, listed.names);
                return Err(Problem::WrongChecksum { file: facts.index, expected, found });
            }
            let bytes = Bytes(listed.bytes);
            let record =
                Verified { at: self.at, file: facts.index, bytes, crc32c: listed.names, written: false };
            self.sink.emit(&record.into()).await?;
        }
        let mut hands = self.hands(STAMP_BYTES as u32)?;
        for repetition in 0..job.loops {
            self.repeat(repetition, &Doing::Readdir { files }, files.len() as u64, &mut hands).await?;
        }
        Ok(())
    }

    /// A file that is made is there, and one that is removed is not: seen once before the clock runs. While it runs
    /// every name is made anew, which fails where it is there already; afterwards nothing may be left.
    pub(super) async fn creates(&mut self) -> Result<(), Problem> {
        let (target, job) = (self.target, self.job);
        let facts = &self.files[0];
        let directory = target.walk(facts.path).await.map_err(doing("walking to a directory"))?;
        // No operation has this number.
        let name = Name::of(u64::MAX);
        let path = format!("{}/{}", facts.path, name.as_str());
        target.create(&directory, name.as_str()).await.map_err(doing("making a file"))?;
        let size = target.stat(&path).await.map_err(doing("looking for a file that was made"))?;
        if size.0 != 0 {
            return Err(Problem::Kept { what: "a file that was just made is not empty" });
        }
        target.remove(&directory, name.as_str()).await.map_err(doing("removing a file"))?;
        match target.stat(&path).await {
            Err(TargetError::Refused { errno: ENOENT }) => {}
            Ok(_) => return Err(Problem::Kept { what: "a file that was removed is still there" }),
            Err(error) => return Err(doing("looking for a file that was removed")(error)),
        }
        let mut hands = self.hands(STAMP_BYTES as u32)?;
        let pass = u64::from(job.iodepth) * CREATES_A_HAND;
        let making = Doing::CreateRemove { directory: &directory };
        for repetition in 0..job.loops {
            self.repeat(repetition, &making, pass, &mut hands).await?;
        }
        self.clunk(directory).await?;
        let listed = self.list(facts).await?;
        check_entries(facts, listed.entries).map(|_| ())
    }

    /// Each operation is one message, and nothing has to be there for it.
    pub(super) async fn floors(&mut self) -> Result<(), Problem> {
        let (target, job) = (self.target, self.job);
        target.floor().await.map_err(doing("asking for nothing"))?;
        let mut hands = self.hands(STAMP_BYTES as u32)?;
        let pass = u64::from(job.iodepth) * FLOORS_A_HAND;
        for repetition in 0..job.loops {
            self.repeat(repetition, &Doing::Floor, pass, &mut hands).await?;
        }
        Ok(())
    }

    async fn list(&self, facts: &File<'_>) -> Result<Listed, Problem> {
        let mut listed = Listed::default();
        let mut see = |name: &[u8]| {
            if !is_dot(name) {
                listed.entries += 1;
                listed.bytes += name.len() as u64;
                listed.names = listed.names.wrapping_add(Crc32c::of(name));
            }
        };
        self.target.read_dir(facts.path, &mut see).await.map_err(doing("reading a directory"))?;
        Ok(listed)
    }
}

/// Files each hand makes and removes in one pass.
const CREATES_A_HAND: u64 = 16;

/// Messages each hand sends in one pass.
const FLOORS_A_HAND: u64 = 64;

/// What a directory lists.
#[derive(Default)]
struct Listed {
    entries: u64,
    /// Bytes of all names.
    bytes: u64,
    /// The sum of the names' checksums: servers list in orders of their own.
    names: u32,
}
