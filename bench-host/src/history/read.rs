//! `results/` read into memory: every run as its [`Digest`], every file that is none as a [`Note`].
//!
//! First the headers of all files, which say what belongs together and how old it is; then, of the runs that are picked,
//! the rest. Nothing depends on the order in which folders list their files or threads finish.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::digest::{Digest, Shared};
use super::lineage::Lineage;
use super::model::Note;
use super::thin::{self, Limits};
use crate::run::header::{self, REFERENCE};
use crate::run::{Header, Run};
use crate::store;

/// Threads that read.
const THREADS_MAX: usize = 4;

/// Folders below `results/` that hold no runs.
const OTHERS: [&str; 1] = ["selftest"];

/// Everything that was read.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// The runs; of those beside the history (sides of comparisons, the reference image's) only what they are.
    pub digests: Vec<Digest>,
    /// The order of commits.
    pub lineage: Lineage,
    /// Files that looked like runs.
    pub files: usize,
    /// What was not read, and why.
    pub notes: Vec<Note>,
}

/// A file whose header was read.
struct Listed {
    path: PathBuf,
    file: String,
    header: Header,
    bytes: u64,
}

impl Listed {
    fn is_reference(&self) -> bool {
        self.header.side.as_ref().is_some_and(|side| side.name == REFERENCE)
    }
}

impl Store {
    /// Reads the runs below `results`.
    pub fn read(results: &Path, lineage: Lineage, limits: Limits) -> Self {
        let mut store = Store { lineage, ..Store::default() };
        let listed = store.list(results);
        let units = units(listed);
        let units = store.pick(units, limits);
        store.digest(units);
        store
    }

    /// The headers of all files, oldest run first; each run once.
    fn list(&mut self, results: &Path) -> Vec<Listed> {
        let mut listed = Vec::new();
        for (folder, name) in self.folders(results) {
            for (path, file) in self.files_of(&folder, &name) {
                self.files += 1;
                match store::header(&path) {
                    Ok(header) => {
                        if header.fingerprint != name {
                            let text = format!(
                                "lies in the folder of another fingerprint; it is taken as {}",
                                header.fingerprint
                            );
                            self.notes.push(Note { file: file.clone(), text });
                        }
                        let bytes = std::fs::metadata(&path).map_or(0, |facts| facts.len());
                        listed.push(Listed { path, file, header, bytes });
                    }
                    Err(error) => self.not_read(file, &error),
                }
            }
        }
        listed.sort_by(|a, b| {
            (&a.header.began, &a.header.run_id, &a.file).cmp(&(&b.header.began, &b.header.run_id, &b.file))
        });
        let mut seen = BTreeSet::new();
        listed.retain(|run: &Listed| {
            let header = &run.header;
            let new = seen.insert((header.run_id.clone(), header.began.clone(), header.fingerprint.clone()));
            if !new {
                let text = format!("not read: the run {} is there a second time", header.run_id);
                self.notes.push(Note { file: run.file.clone(), text });
            }
            new
        });
        listed
    }

    fn not_read(&mut self, file: String, error: &store::ReadError) {
        self.notes.push(Note { file, text: format!("not read: {}", error.what()) });
    }

    /// The folders of fingerprints, by name.
    fn folders(&mut self, results: &Path) -> Vec<(PathBuf, String)> {
        let entries = match std::fs::read_dir(results) {
            Ok(entries) => entries,
            Err(error) => {
                let text = format!("{} cannot be listed: {error}", results.display());
                self.notes.push(Note { file: String::new(), text });
                return Vec::new();
            }
        };
        let folders = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
        let named = folders.filter_map(|path| Some((path.clone(), path.file_name()?.to_str()?.to_string())));
        let mut named: Vec<_> =
            named.filter(|(_, name)| !OTHERS.contains(&name.as_str()) && !name.starts_with('.')).collect();
        named.sort();
        named
    }

    /// Files that look like runs, with their names from the results on.
    fn files_of(&mut self, folder: &Path, name: &str) -> Vec<(PathBuf, String)> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.notes.push(Note { file: name.to_string(), text: format!("cannot be listed: {error}") });
                return Vec::new();
            }
        };
        let mut files: Vec<(PathBuf, String)> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == store::EXTENSION))
            .filter_map(|path| {
                let file = path.file_name()?.to_string_lossy();
                (!file.starts_with('.')).then(|| (path.clone(), format!("{name}/{file}")))
            })
            .collect();
        files.sort();
        files
    }

    /// Leaves out what there are too many of.
    fn pick(&mut self, units: Vec<Vec<Listed>>, limits: Limits) -> Vec<Vec<Listed>> {
        let mut streams = BTreeMap::new();
        let stream_of: Vec<usize> = units
            .iter()
            .map(|unit| {
                let next = streams.len();
                *streams
                    .entry((unit[0].header.fingerprint.clone(), unit[0].header.suite.clone()))
                    .or_insert(next)
            })
            .collect();
        let all: usize = units.iter().map(Vec::len).sum();
        let most_in_a_unit = units.iter().map(Vec::len).max().unwrap_or(1);
        let bytes = units.iter().flatten().map(|run| run.bytes).sum();
        let most = limits.most(all, bytes);
        let chosen: BTreeSet<usize> = if all <= most {
            (0..units.len()).collect()
        } else {
            thin::choose(&stream_of, (most / most_in_a_unit).max(1)).into_iter().collect()
        };
        let units = units.into_iter().enumerate().filter(|(index, _)| chosen.contains(index));
        let units: Vec<Vec<Listed>> = units.map(|(_, unit)| unit).collect();
        let read: usize = units.iter().map(Vec::len).sum();
        if read < all {
            let text = format!(
                "history thinned: of {all} runs {read} were read, the newest ones whole and fewer of the older ones, evenly"
            );
            self.notes.push(Note { file: String::new(), text });
        }
        units
    }

    /// Reads what was picked, on several threads.
    fn digest(&mut self, units: Vec<Vec<Listed>>) {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let mut shared = Shared::default();
                    while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let read = read_unit(unit, &mut shared);
                        if let Ok(mut done) = done.lock() {
                            done.extend(read);
                        }
                    }
                });
            }
        });
        let mut done: Vec<(String, Result<Digest, store::ReadError>)> = done.into_inner().unwrap_or_default();
        done.sort_by(|a, b| a.0.cmp(&b.0));
        for (file, read) in done {
            match read {
                Ok(digest) => {
                    let problems =
                        digest.problems.iter().map(|text| Note { file: file.clone(), text: text.clone() });
                    self.notes.extend(problems);
                    self.digests.push(digest);
                }
                Err(error) => self.not_read(file, &error),
            }
        }
    }
}

/// Runs whose boots took turns belong together, the reference's first; the rest are alone. Oldest first.
fn units(listed: Vec<Listed>) -> Vec<Vec<Listed>> {
    let mut units: Vec<Vec<Listed>> = Vec::new();
    let mut groups: BTreeMap<(String, String), usize> = BTreeMap::new();
    for run in listed {
        // Two machines may have begun a group at the same time.
        let group = run.header.group.clone().map(|group| (machine_of(&run.header), group));
        match group.as_ref().and_then(|group| groups.get(group)) {
            Some(&unit) => units[unit].push(run),
            None => {
                if let Some(group) = group {
                    groups.insert(group, units.len());
                }
                units.push(vec![run]);
            }
        }
    }
    units.iter_mut().for_each(|unit| unit.sort_by_key(|run| !run.is_reference()));
    units
}

/// Sides of one comparison may differ in QEMU, never in the machine.
fn machine_of(header: &Header) -> String {
    header::fingerprint(&header.host, &header::Qemu::default())
}

/// The digests of runs that belong together, the reference's first.
fn read_unit(unit: &[Listed], shared: &mut Shared) -> Vec<(String, Result<Digest, store::ReadError>)> {
    let mut reference: Option<Run> = None;
    let mut read = Vec::new();
    for listed in unit {
        let run = match store::read(&listed.path) {
            Ok(run) => run,
            Err(error) => {
                read.push((listed.file.clone(), Err(error)));
                continue;
            }
        };
        if listed.header.side.is_some() {
            read.push((listed.file.clone(), Ok(Digest::beside(listed.file.clone(), &run))));
            if listed.is_reference() {
                reference = Some(run);
            }
            continue;
        }
        let beside = reference.as_ref().filter(|reference| {
            // Sides of another QEMU are no company.
            header::fingerprint(&reference.header.host, &reference.header.qemu)
                == header::fingerprint(&run.header.host, &run.header.qemu)
        });
        let digest = Digest::of(listed.file.clone(), &run, beside, shared);
        read.push((listed.file.clone(), Ok(digest)));
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Part;
    use crate::history::testing::{Recorder, slower};
    use crate::run::testing::a_run;

    fn told(store: &Store) -> Vec<String> {
        store.notes.iter().map(Note::to_string).collect()
    }

    fn read(results: &Path) -> Store {
        Store::read(results, Lineage::default(), Limits::default())
    }

    #[test]
    fn an_empty_folder_and_none_at_all_are_told_apart() {
        let recorder = Recorder::new();
        let store = read(recorder.results());
        assert!(store.digests.is_empty() && store.notes.is_empty());
        let store = read(Path::new("/nowhere/at/all"));
        assert!(told(&store)[0].starts_with("/nowhere/at/all cannot be listed: "), "{:?}", told(&store));
    }

    #[test]
    fn a_run_and_the_reference_beside_it_are_one_and_what_is_no_run_is_named() {
        let recorder = Recorder::new();
        recorder.beside_reference("1", &slower(&a_run(), 1.25));
        recorder.alone("2", &a_run());
        let folder = recorder.folder();
        let whole = std::fs::read_to_string(folder.join("2.jsonl")).unwrap();
        std::fs::write(folder.join("3.jsonl"), &whole[..whole.len() / 2]).unwrap();
        std::fs::write(folder.join("4.jsonl"), "{\"benches\":[]}\n").unwrap();
        std::fs::write(folder.join("5.jsonl"), &whole).unwrap();
        std::fs::write(folder.join("6.jsonl"), "").unwrap();
        std::fs::write(folder.join("notes.txt"), "no run").unwrap();
        let store = read(recorder.results());
        let files: Vec<&str> =
            store.digests.iter().map(|digest| digest.file.rsplit('/').next().unwrap()).collect();
        assert_eq!(files, ["1-reference.jsonl", "1.jsonl", "2.jsonl"]);
        assert_eq!(store.files, 7);
        assert_eq!((store.digests[0].part, store.digests[0].cells.len()), (Part::Reference, 0));
        assert_eq!(store.digests[1].reference.as_deref(), Some("0123456789abcdef"));
        let told = told(&store);
        assert_eq!(told.len(), 4, "{told:?}");
        for why in
            ["3.jsonl: not read: ", "4.jsonl: not read: ", "5.jsonl: not read: the run 2 is there", "6.jsonl"]
        {
            assert!(told.iter().any(|text| text.contains(why)), "{why}: {told:?}");
        }
    }

    #[test]
    fn results_of_several_machines_are_merged_by_copying_their_folders() {
        let (here, there) = (Recorder::new(), Recorder::new());
        here.alone("1", &a_run());
        let mut other = a_run();
        other.header.host.cpu_model = "Another model".into();
        there.alone("1", &other);
        let merged = tempfile::tempdir().unwrap();
        for recorder in [&here, &there] {
            // As the read-me says it.
            let mut copy = std::process::Command::new("sh");
            copy.args(["-c", "cp -r \"$0\"/*/ \"$1\""]).arg(recorder.results()).arg(merged.path());
            assert!(copy.status().is_ok_and(|status| status.success()));
        }
        let store = read(merged.path());
        assert_eq!((store.digests.len(), told(&store)), (2, vec![]));
        let report =
            crate::history::report(&store, &Default::default(), &Default::default(), Limits::default());
        assert_eq!(report.machines.len(), 2);
        assert!(report.series.iter().all(|series| series.points.len() == 1));
    }

    #[test]
    fn the_reading_does_not_depend_on_how_files_are_listed() {
        let recorder = Recorder::new();
        (0..12).for_each(|number| recorder.alone(&format!("{number:02}"), &a_run()));
        let files =
            |store: &Store| store.digests.iter().map(|digest| digest.file.clone()).collect::<Vec<_>>();
        let (first, second) = (read(recorder.results()), read(recorder.results()));
        assert_eq!(files(&first), files(&second));
        assert_eq!(first.digests.len(), 12);
    }

    #[test]
    fn very_many_runs_are_thinned_and_it_is_said() {
        let recorder = Recorder::new();
        (0..20).for_each(|number| recorder.alone(&format!("{number:02}"), &a_run()));
        let store =
            Store::read(recorder.results(), Lineage::default(), Limits { runs: 9, ..Limits::default() });
        assert_eq!((store.files, store.digests.len()), (20, 8));
        assert!(told(&store)[0].starts_with("history thinned: of 20 runs 8 were read"), "{:?}", told(&store));
    }
}
