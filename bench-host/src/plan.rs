//! From a suite and a directory to what the guest is told: which files each case uses, and what is in them.
//!
//! Existing files are only read, and only here and by read cases. What a case needs and the directory does not have
//! is generated in the scratch folder, which the caller made for this run and removes afterwards.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ninewire_bench_guest::frame::{Encoder, FRAME_MAX, NoRoom};
use ninewire_bench_guest::pattern::{Crc32c, derive, fill};
use ninewire_bench_guest::record::{self, Go, Record, Work};
use ninewire_bench_guest::units::Bytes;

use crate::checksum::crc32c_of;
use crate::job::{JobSpec, Suite};
use crate::scratch::is_scratch;

/// Directories below the root that are looked into, and entries looked at: a real directory may be huge.
const ENTRIES_MAX: usize = 20_000;

/// Names in a path; one Twalk carries as many.
const PATH_NAMES_MAX: usize = 16;

/// Larger existing files are not used: every byte of a file goes through the checksum on both sides.
const FOREIGN_BYTES_MAX: u64 = 256 << 20;

/// A file of this size or less counts as small.
const SMALL_BYTES_MAX: u64 = 64 << 10;

/// A directory with fewer small files than this gets generated ones instead.
const SMALL_FILES_MIN: usize = 16;

/// What a generated small file holds.
const SMALL_BYTES: u64 = 4096;

const PIECE_BYTES: usize = 1 << 20;

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareSpec {
    /// Which path.
    pub path: record::Path,
    /// The mount tag, or the guest's name of the port.
    pub device: String,
    /// Which tree.
    pub aname: String,
    /// As whom.
    pub uname: String,
    /// The 9P server behind it, as results name it.
    pub server: String,
}

/// A file the cases use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSpec {
    /// Below the root, `/` between names.
    pub path: String,
    /// Its size; of a directory how many entries it has.
    pub size: Bytes,
    /// CRC-32C of its content; of a directory the sum of those of its entries' names.
    pub crc32c: u32,
    /// For a generated file what it was generated from; for a directory we made any number.
    pub seed: Option<u64>,
}

/// A case and the files it uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedJob {
    /// The case.
    pub spec: JobSpec,
    /// Index of its first file.
    pub first_file: u16,
    /// How many it uses.
    pub files: u16,
}

/// Everything a guest is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The suite's name.
    pub suite: String,
    /// The seed of the run.
    pub seed: u64,
    /// Where each path leads.
    pub shares: Vec<ShareSpec>,
    /// The scratch folder, below the root.
    pub scratch: String,
    /// All files.
    pub files: Vec<FileSpec>,
    /// All cases.
    pub jobs: Vec<PlannedJob>,
}

/// Why a plan cannot be made.
#[derive(Debug)]
pub enum PlanError {
    /// A file or directory of ours or the user's.
    Io {
        /// What was being done.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// Why it failed.
        error: io::Error,
    },
    /// Some path has no share.
    NoShare(record::Path),
    /// More files or cases than the guest can be told of.
    TooMany(&'static str),
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanError::Io { doing, path, error } => write!(f, "{doing} {}: {error}", path.display()),
            PlanError::NoShare(path) => {
                write!(f, "a case asks for the {path} path, which this run does not have")
            }
            PlanError::TooMany(what) => write!(f, "more than {} {what} in one run", u16::MAX),
        }
    }
}

impl std::error::Error for PlanError {}

/// Chooses or generates the files of every case of `suite`, all below `root`; generated ones go to `scratch`, an
/// existing folder below it.
pub fn prepare(
    suite: &Suite,
    shares: Vec<ShareSpec>,
    root: &Path,
    scratch: &str,
    seed: u64,
) -> Result<Plan, PlanError> {
    for &path in record::Path::ALL {
        let wanted = |job: &JobSpec| job.paths.has(path);
        if suite.jobs.iter().any(wanted) && !shares.iter().any(|share| share.path == path) {
            return Err(PlanError::NoShare(path));
        }
    }
    let mut files = Files { root, scratch, seed, existing: survey(root, scratch)?, chosen: Vec::new() };
    let mut jobs = Vec::new();
    let mut taken = BTreeMap::new();
    for spec in &suite.jobs {
        // Cases that need the same files share them; what one case writes no other reads.
        let need = Need::of(spec);
        let (first_file, count) = match taken.get(&need) {
            Some(&known) => known,
            None => {
                let first = files.chosen.len();
                files.choose(need)?;
                let count = files.chosen.len() - first;
                let range = (first.try_into(), count.try_into());
                let (Ok(first), Ok(count)) = range else { return Err(PlanError::TooMany("files")) };
                taken.insert(need, (first, count));
                (first, count)
            }
        };
        jobs.push(PlannedJob { spec: spec.clone(), first_file, files: count });
    }
    if jobs.len() > usize::from(u16::MAX) {
        return Err(PlanError::TooMany("cases"));
    }
    let files = files.chosen;
    Ok(Plan { suite: suite.name.clone(), seed, shares, scratch: scratch.to_string(), files, jobs })
}

impl Plan {
    /// The frames that tell the guest all this.
    pub fn frames(&self) -> Result<Vec<u8>, NoRoom> {
        let mut frames = Vec::new();
        let mut encoder = Encoder::new();
        let mut room = vec![0; FRAME_MAX];
        let mut put = |record: Record<'_>| {
            let len = encoder.encode(&record, &mut room)?;
            frames.extend_from_slice(&room[..len]);
            Ok(encoder.frames())
        };
        let plan = record::Plan {
            seed: self.seed,
            shares: self.shares.len() as u16,
            files: self.files.len() as u16,
            jobs: self.jobs.len() as u16,
            scratch: &self.scratch,
        };
        let mut records = put(plan.into())?;
        for share in &self.shares {
            let ShareSpec { path, device, aname, uname, .. } = share;
            records = put(record::Share { path: *path, device, aname, uname }.into())?;
        }
        for (index, file) in (0..).zip(&self.files) {
            let FileSpec { path, size, crc32c, seed } = file;
            records = put(record::File { index, size: *size, crc32c: *crc32c, seed: *seed, path }.into())?;
        }
        for (index, job) in (0..).zip(&self.jobs) {
            records = put(job.record(self.seed, index).into())?;
        }
        put(Go { records }.into())?;
        Ok(frames)
    }
}

impl PlannedJob {
    /// What the guest is told of it.
    pub(crate) fn record(&self, seed: u64, index: u16) -> record::Job<'_> {
        let spec = &self.spec;
        record::Job {
            index,
            work: spec.work,
            paths: spec.paths,
            bs: spec.bs,
            iodepth: spec.iodepth,
            size: spec.size,
            msize: spec.msize,
            dialect: spec.dialect,
            wait: spec.wait,
            loops: spec.loops,
            runtime: spec.runtime,
            time_based: spec.time_based,
            verify: spec.verify,
            seed: derive(seed, spec.seed),
            first_file: self.first_file,
            files: self.files,
            name: &spec.name,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    /// A file of at least this size to read.
    Data(Bytes),
    /// A file of this size to write over.
    Written(Bytes),
    /// So many small files.
    Small(u16),
    /// A file at the end of a path of so many names.
    Deep(u8),
    /// A directory of so many entries.
    Directory(u16),
    /// An empty directory to make files in.
    Room,
    /// Nothing.
    Nothing,
}

impl Need {
    fn of(spec: &JobSpec) -> Need {
        match spec.work {
            Work::Read | Work::RandRead => Need::Data(spec.size),
            Work::Write | Work::RandWrite => Need::Written(spec.size),
            Work::FileOpenRead | Work::FileStat | Work::Getattr => Need::Small(spec.nrfiles),
            Work::Walk => Need::Deep(spec.pathdepth),
            Work::Readdir => Need::Directory(spec.nrfiles),
            Work::CreateRemove => Need::Room,
            Work::Floor | Work::PortOut | Work::PortIn | Work::PortPing => Need::Nothing,
        }
    }
}

struct Files<'p> {
    root: &'p Path,
    scratch: &'p str,
    seed: u64,
    /// Regular files that can be opened, by size and then by path.
    existing: Vec<(u64, String)>,
    chosen: Vec<FileSpec>,
}

impl Files<'_> {
    fn choose(&mut self, need: Need) -> Result<(), PlanError> {
        match need {
            Need::Data(size) => {
                let fits =
                    |&&(len, _): &&(u64, String)| len >= size.0 && len <= FOREIGN_BYTES_MAX.max(size.0);
                match self.existing.iter().find(fits).cloned() {
                    Some((_, path)) => self.existing(&path),
                    None => self.generate(&format!("read-{size}"), size),
                }
            }
            Need::Written(size) => self.generate(&format!("write-{size}"), size),
            Need::Small(count) => {
                let count = usize::from(count);
                let small = self.existing.iter().filter(|(len, _)| (1..=SMALL_BYTES_MAX).contains(len));
                let mut paths: Vec<String> = small.map(|(_, path)| path.clone()).collect();
                // By path, so that neighbours in the directory are neighbours in the case.
                paths.sort_unstable();
                paths.truncate(count);
                if paths.len() >= count.min(SMALL_FILES_MIN) {
                    return paths.iter().try_for_each(|path| self.existing(path));
                }
                (0..count).try_for_each(|index| self.generate(&format!("small-{index}"), Bytes(SMALL_BYTES)))
            }
            Need::Deep(names) => {
                // The scratch folder is the first name and the file the last.
                let between =
                    format!("deep-{names}/") + &"down/".repeat(usize::from(names).saturating_sub(3));
                let between = if names < 3 { String::new() } else { between };
                self.make_directory(&between)?;
                self.generate(&format!("{between}bottom-{names}"), Bytes(SMALL_BYTES))
            }
            Need::Directory(entries) => self.directory(&format!("entries-{entries}"), entries),
            Need::Room => self.directory("room", 0),
            Need::Nothing => Ok(()),
        }
    }

    /// Reads an existing file once for its checksum, which also brings it into the host's page cache.
    fn existing(&mut self, path: &str) -> Result<(), PlanError> {
        let full = self.root.join(path);
        let failed = |error| PlanError::Io { doing: "reading", path: full.clone(), error };
        let (size, crc32c) = File::open(&full).and_then(crc32c_of).map_err(failed)?;
        self.chosen.push(FileSpec { path: path.to_string(), size: Bytes(size), crc32c, seed: None });
        Ok(())
    }

    fn make_directory(&self, name: &str) -> Result<PathBuf, PlanError> {
        let full = self.root.join(self.scratch).join(name);
        let made = std::fs::create_dir_all(&full);
        made.map_err(|error| PlanError::Io { doing: "making", path: full.clone(), error })?;
        Ok(full)
    }

    /// A directory with empty files in it.
    fn directory(&mut self, name: &str, entries: u16) -> Result<(), PlanError> {
        let full = self.make_directory(name)?;
        let mut names: u32 = 0;
        for entry in 0..entries {
            let (name, path) = (format!("entry-{entry:05}"), full.join(format!("entry-{entry:05}")));
            names = names.wrapping_add(Crc32c::of(name.as_bytes()));
            File::create_new(&path).map_err(|error| PlanError::Io { doing: "writing", path, error })?;
        }
        let path = format!("{}/{name}", self.scratch);
        self.chosen.push(FileSpec { path, size: Bytes(entries.into()), crc32c: names, seed: Some(0) });
        Ok(())
    }

    fn generate(&mut self, name: &str, size: Bytes) -> Result<(), PlanError> {
        let path = format!("{}/{name}", self.scratch);
        let full = self.root.join(&path);
        let failed = |error| PlanError::Io { doing: "writing", path: full.clone(), error };
        let seed = derive(self.seed, self.chosen.len() as u64);
        let mut file = File::create_new(&full).map_err(failed)?;
        let mut crc = Crc32c::new();
        let mut piece = vec![0; PIECE_BYTES];
        let mut offset = 0;
        while offset < size.0 {
            let len = (size.0 - offset).min(PIECE_BYTES as u64) as usize;
            fill(&mut piece[..len], seed, offset);
            crc.update(&piece[..len]);
            file.write_all(&piece[..len]).map_err(failed)?;
            offset += len as u64;
        }
        self.chosen.push(FileSpec { path, size, crc32c: crc.finish(), seed: Some(seed) });
        Ok(())
    }
}

/// The regular files below `root` that can be used: readable, named in UTF-8, not too deep. Links are not followed and
/// scratch folders are left out: this run's, and those of others, which vanish when they end. A directory that cannot be
/// listed is passed over, except the root.
fn survey(root: &Path, scratch: &str) -> Result<Vec<(u64, String)>, PlanError> {
    let mut found = Vec::new();
    let mut pending = vec![(String::new(), 0)];
    let mut looked_at = 0;
    while let Some((below, depth)) = pending.pop() {
        let directory = root.join(&below);
        let entries = match std::fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => {
                return Err(PlanError::Io { doing: "listing", path: directory, error });
            }
            Err(_) => continue,
        };
        for entry in entries.flatten() {
            looked_at += 1;
            if looked_at > ENTRIES_MAX {
                break;
            }
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = if depth == 0 { name } else { format!("{below}/{name}") };
            let Ok(kind) = entry.file_type() else { continue };
            let foreign = path != scratch && !is_scratch(&path);
            if kind.is_dir() && depth + 1 < PATH_NAMES_MAX && foreign {
                pending.push((path, depth + 1));
            } else if kind.is_file()
                && let Ok(meta) = entry.metadata()
                && File::open(entry.path()).is_ok()
            {
                found.push((meta.len(), path));
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ninewire_bench_guest::frame::{Decoder, Event};
    use ninewire_bench_guest::intake::Intake;

    const SCRATCH: &str = "scratch";

    fn shares() -> Vec<ShareSpec> {
        let share = |path, device: &str, server: &str| ShareSpec {
            path,
            device: device.into(),
            aname: String::new(),
            uname: "root".into(),
            server: server.into(),
        };
        vec![
            share(record::Path::Native, "bench", "QEMU"),
            share(record::Path::Serial, "virtio-console-1", "ninewire"),
        ]
    }

    fn suite(text: &str) -> Suite {
        Suite::parse("t", "t.fio", text).unwrap()
    }

    fn directory(files: &[(&str, usize)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(SCRATCH)).unwrap();
        for (path, len) in files {
            let full = dir.path().join(path);
            std::fs::create_dir_all(full.parent().unwrap()).unwrap();
            std::fs::write(full, vec![b'x'; *len]).unwrap();
        }
        dir
    }

    #[test]
    fn existing_files_are_used_and_generated_ones_take_the_place_of_missing_ones() {
        let small: Vec<String> = (0..20).map(|index| format!("src/{index:02}.txt")).collect();
        let mut files: Vec<(&str, usize)> = small.iter().map(|path| (path.as_str(), 100)).collect();
        files.extend([("large/a", 100_000), ("large/b", 70_000), ("large/empty", 0)]);
        let dir = directory(&files);
        let suite = suite(
            "[a]\nrw=read\nsize=64k\n[b]\nrw=write\nsize=64k\n[c]\nioengine=filestat\nnrfiles=18\n\
             [d]\nrw=randread\nsize=1m\n[e]\nrw=read\nsize=64k\nbs=8k",
        );
        let plan = prepare(&suite, shares(), dir.path(), SCRATCH, 1).unwrap();
        let first = |job: usize| &plan.files[usize::from(plan.jobs[job].first_file)];
        assert_eq!((first(0).path.as_str(), first(0).size, first(0).seed), ("large/b", Bytes(70_000), None));
        assert_eq!(first(0).crc32c, Crc32c::of(&[b'x'; 70_000]));
        assert_eq!((first(1).path.as_str(), first(1).size), ("scratch/write-64k", Bytes(65_536)));
        assert_eq!((first(2).path.as_str(), plan.jobs[2].files), ("src/00.txt", 18));
        assert_eq!((first(3).path.as_str(), first(3).size), ("scratch/read-1m", Bytes(1 << 20)));
        assert_eq!(plan.jobs[4].first_file, plan.jobs[0].first_file);
        let generated = std::fs::read(dir.path().join("scratch/read-1m")).unwrap();
        assert_eq!(Crc32c::of(&generated), first(3).crc32c);
        let mut expected = vec![0; 1 << 20];
        fill(&mut expected, first(3).seed.unwrap(), 0);
        assert!(generated == expected);
    }

    #[test]
    fn an_empty_directory_gets_small_files_of_its_own_whatever_other_runs_keep_in_it() {
        let others: Vec<String> =
            (0..20).map(|index| format!(".ninewire-scratch-7-0/small-{index}")).collect();
        let dir = directory(&others.iter().map(|path| (path.as_str(), 4096)).collect::<Vec<_>>());
        let plan = prepare(&suite("[a]\nioengine=fileopenread\nnrfiles=3"), shares(), dir.path(), SCRATCH, 1)
            .unwrap();
        assert_eq!(plan.jobs[0].files, 3);
        assert!(
            plan.files.iter().all(|file| file.path.starts_with("scratch/small-") && file.size == Bytes(4096))
        );
    }

    #[test]
    fn paths_and_directories_are_made_in_the_scratch_folder_and_nowhere_else() {
        let dir = directory(&[]);
        let text = "[a]\nioengine=walk\npathdepth=16\n[b]\nioengine=walk\npathdepth=2\n[c]\nioengine=readdir\nnrfiles=3\n\
                    [d]\nioengine=createremove\n[e]\nioengine=floor\n[f]\nioengine=walk\npathdepth=3";
        let plan = prepare(&suite(text), shares(), dir.path(), SCRATCH, 1).unwrap();
        let first = |job: usize| &plan.files[usize::from(plan.jobs[job].first_file)];
        for (job, names) in [(0, 16), (1, 2), (5, 3)] {
            let path = &first(job).path;
            assert_eq!(path.split('/').count(), names, "{path}");
            assert_eq!(std::fs::metadata(dir.path().join(path)).unwrap().len(), SMALL_BYTES);
        }
        let listed: Vec<_> = std::fs::read_dir(dir.path().join(&first(2).path)).unwrap().collect();
        assert_eq!((listed.len(), first(2).size), (3, Bytes(3)));
        let names = (0..3).map(|entry| Crc32c::of(format!("entry-{entry:05}").as_bytes()));
        assert_eq!(first(2).crc32c, names.fold(0, u32::wrapping_add));
        assert_eq!((first(3).path.as_str(), first(3).size), ("scratch/room", Bytes(0)));
        assert_eq!(plan.jobs[4].files, 0, "the floor is about no file");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "all of it is in the scratch folder");
    }

    #[test]
    fn the_guest_takes_the_frames_in() {
        let dir = directory(&[]);
        let plan = prepare(&suite("[a]\nrw=read\nsize=64k"), shares(), dir.path(), SCRATCH, 1).unwrap();
        let (frames, mut decoder, mut intake) =
            (plan.frames().unwrap(), Box::new(Decoder::<FRAME_MAX>::new()), Intake::new());
        decoder.feed(&mut &frames[..]);
        let mut orders = None;
        while let Some(event) = decoder.next() {
            let Event::Frame(frame) = event else { panic!("our own frames: {event:?}") };
            orders = intake.take(frame.kind, frame.payload).unwrap();
        }
        let orders = orders.expect("Go came last");
        let job = orders.jobs().next().unwrap();
        assert_eq!((job.name, job.paths), ("a", record::Paths::BOTH));
        assert_eq!(orders.files(&job)[0].path, "scratch/read-64k");
        assert_eq!(orders.share(record::Path::Serial).unwrap().device, "virtio-console-1");
    }

    #[test]
    fn a_path_without_a_share_and_a_missing_scratch_folder_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let job = suite("[a]\nrw=read\nsize=64k");
        let native = shares().into_iter().take(1).collect();
        let error = prepare(&job, native, dir.path(), SCRATCH, 1).unwrap_err().to_string();
        assert!(error.contains("serial path"), "{error}");
        let error = prepare(&job, shares(), dir.path(), SCRATCH, 1).unwrap_err().to_string();
        assert!(error.contains("scratch/read-64k"), "{error}");
        let gone = prepare(&job, shares(), &dir.path().join("gone"), SCRATCH, 1).unwrap_err().to_string();
        assert!(gone.contains("listing"), "{gone}");
    }
}
