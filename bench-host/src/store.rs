//! Result files: one run, one file of JSON lines, written whole or not at all. What each line holds is told in
//! `results/README.md`.
//!
//! A file is read back with distrust: it may be cut, edited, or of another program.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ninewire_bench_guest::pattern::Crc32c;
use serde::{Deserialize, Serialize};

use crate::run::header::SCHEMA;
use crate::run::{Boot, BootFacts, Counted, Header, Job, Run, Sample, Visit, VisitFacts};

/// How result files are called.
pub const EXTENSION: &str = "jsonl";

/// One line of a result file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line {
    Header(Box<Header>),
    Job(Job),
    Boot(BootFacts),
    Visit(VisitFacts),
    Sample(Sample),
    Counted(Counted),
    End(End),
}

/// The last line: without it the file is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    boots: usize,
    visits: usize,
    samples: usize,
    /// Absent in files of before there were any.
    #[serde(default)]
    counted: usize,
    /// Of all bytes before this line.
    crc32c: u32,
}

/// Writes a run below `directory`, in a folder named by its fingerprint, and returns the file's path. The file
/// appears under its name only once it is complete; an existing one is never replaced.
pub fn write(run: &Run, directory: &Path) -> io::Result<PathBuf> {
    let text = to_text(run)?;
    let folder = directory.join(&run.header.fingerprint);
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{}.{EXTENSION}", run.header.run_id));
    let mut file = tempfile::Builder::new().prefix(".run-").tempfile_in(&folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    readable_for_all(file.as_file())?;
    file.persist_noclobber(&path)?;
    // The name is durable once the folder is.
    File::open(&folder)?.sync_all()?;
    Ok(path)
}

/// Writes runs that belong together: all of them, or none.
pub fn write_all(runs: &[Run], directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut written: Vec<PathBuf> = Vec::new();
    for run in runs {
        match write(run, directory) {
            Ok(path) => written.push(path),
            Err(error) => {
                written.iter().for_each(|path| drop(fs::remove_file(path)));
                return Err(error);
            }
        }
    }
    Ok(written)
}

/// Temporary files are private; results are for everybody who may read the checkout.
fn readable_for_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

/// The lines of a run's file.
pub fn to_text(run: &Run) -> io::Result<String> {
    let mut text = String::new();
    let mut end =
        End { boots: run.boots.len(), visits: 0, samples: 0, counted: run.counted.len(), crc32c: 0 };
    put(&mut text, &Line::Header(Box::new(run.header.clone())))?;
    for job in &run.jobs {
        put(&mut text, &Line::Job(job.clone()))?;
    }
    for boot in &run.boots {
        put(&mut text, &Line::Boot(boot.facts.clone()))?;
        for visit in &boot.visits {
            put(&mut text, &Line::Visit(visit.facts.clone()))?;
            end.visits += 1;
            for sample in &visit.samples {
                put(&mut text, &Line::Sample(sample.clone()))?;
                end.samples += 1;
            }
        }
    }
    for counted in &run.counted {
        put(&mut text, &Line::Counted(counted.clone()))?;
    }
    end.crc32c = Crc32c::of(text.as_bytes());
    put(&mut text, &Line::End(end))?;
    Ok(text)
}

fn put(text: &mut String, line: &Line) -> io::Result<()> {
    text.push_str(&serde_json::to_string(line)?);
    text.push('\n');
    Ok(())
}

/// Why a file is not taken for a run.
#[derive(Debug)]
pub struct ReadError {
    path: PathBuf,
    /// The line it is about, from 1; 0 for the file.
    line: usize,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Io(io::Error),
    NotALine(serde_json::Error),
    Schema(String),
    OutOfPlace,
    Cut,
    Changed,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        match &self.problem {
            Problem::Io(error) => write!(f, ": {error}"),
            Problem::NotALine(error) => write!(f, ": not a line of a result file: {error}"),
            Problem::Schema(found) => write!(f, ": its form is {found:?}, this program reads {SCHEMA:?}"),
            Problem::OutOfPlace => write!(f, ": the line does not belong here"),
            Problem::Cut => write!(f, ": the file is cut: its last line is missing"),
            Problem::Changed => {
                write!(f, ": the file was changed: its last line counts or sums up other lines")
            }
        }
    }
}

impl std::error::Error for ReadError {}

/// Reads a run's file.
pub fn read(path: &Path) -> Result<Run, ReadError> {
    let failed = |line, problem| ReadError { path: path.to_path_buf(), line, problem };
    let bytes = fs::read(path).map_err(|error| failed(0, Problem::Io(error)))?;
    from_text(&bytes).map_err(|(line, problem)| failed(line, problem))
}

fn from_text(bytes: &[u8]) -> Result<Run, (usize, Problem)> {
    let mut run: Option<Run> = None;
    let mut before = 0;
    for (number, line) in (1..).zip(bytes.split_inclusive(|&byte| byte == b'\n')) {
        let parsed = serde_json::from_slice(line).map_err(|error| (number, Problem::NotALine(error)))?;
        match (parsed, &mut run) {
            (Line::Header(header), None) if header.schema == SCHEMA => {
                run = Some(Run { header: *header, jobs: Vec::new(), boots: Vec::new(), counted: Vec::new() });
            }
            (Line::Header(header), None) => return Err((number, Problem::Schema(header.schema))),
            (Line::End(end), Some(whole)) if before + line.len() == bytes.len() => {
                let crc32c = Crc32c::of(&bytes[..before]);
                let visits = whole.boots.iter().map(|boot| boot.visits.len()).sum();
                let samples =
                    whole.boots.iter().flat_map(|boot| &boot.visits).map(|visit| visit.samples.len()).sum();
                let (boots, counted) = (whole.boots.len(), whole.counted.len());
                if end != (End { boots, visits, samples, counted, crc32c }) {
                    return Err((number, Problem::Changed));
                }
                return run.ok_or((number, Problem::OutOfPlace));
            }
            (line, Some(run)) => place(run, line).ok_or((number, Problem::OutOfPlace))?,
            _ => return Err((number, Problem::OutOfPlace)),
        }
        before += line.len();
    }
    Err((0, Problem::Cut))
}

/// Puts a line where it belongs; `None` when it belongs nowhere.
fn place(run: &mut Run, line: Line) -> Option<()> {
    match line {
        Line::Job(job) if run.boots.is_empty() && usize::from(job.job) == run.jobs.len() => {
            run.jobs.push(job)
        }
        Line::Boot(facts) if facts.boot as usize == run.boots.len() => {
            run.boots.push(Boot { facts, visits: Vec::new() });
        }
        Line::Visit(facts) if usize::from(facts.job) < run.jobs.len() => {
            let boot = run.boots.last_mut().filter(|boot| boot.facts.boot == facts.boot)?;
            boot.visits.push(Visit { facts, samples: Vec::new() });
        }
        Line::Sample(sample) => {
            let visit = run.boots.last_mut()?.visits.last_mut()?;
            let facts = &visit.facts;
            let here = (facts.boot, facts.job, facts.path, facts.visit, visit.samples.len());
            let said = (sample.boot, sample.job, sample.path, sample.visit, usize::from(sample.repetition));
            if here != said {
                return None;
            }
            visit.samples.push(sample);
        }
        Line::Counted(counted) if usize::from(counted.job) < run.jobs.len() => run.counted.push(counted),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::a_run;

    #[test]
    fn a_run_is_read_as_it_was_written() {
        let run = a_run();
        let dir = tempfile::tempdir().unwrap();
        let path = write(&run, dir.path()).unwrap();
        assert_eq!(
            path.parent().unwrap().file_name().unwrap().to_str(),
            Some(run.header.fingerprint.as_str())
        );
        assert_eq!(read(&path).unwrap(), run);
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary file stays");
    }

    #[test]
    fn a_recorded_run_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = write(&a_run(), dir.path()).unwrap();
        let before = fs::read(&path).unwrap();
        assert_eq!(write(&a_run(), dir.path()).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn of_runs_that_belong_together_none_is_kept_when_one_cannot_be() {
        let dir = tempfile::tempdir().unwrap();
        let (a, mut b) = (a_run(), a_run());
        b.header.run_id = "no/such/folder".into();
        write_all(&[a.clone(), b.clone()], dir.path()).unwrap_err();
        assert_eq!(fs::read_dir(dir.path().join(&a.header.fingerprint)).unwrap().count(), 0);
        b.header.run_id = "b".into();
        assert_eq!(write_all(&[a, b], dir.path()).unwrap().len(), 2);
    }

    #[test]
    fn the_read_me_of_the_results_tells_every_field() {
        let told = include_str!("../../results/README.md");
        let mut run = a_run();
        run.header.peer = Some(crate::run::header::Peer::default());
        let text = to_text(&run).unwrap();
        let mut fields = std::collections::BTreeSet::new();
        for line in text.lines() {
            let serde_json::Value::Object(line) = serde_json::from_str(line).unwrap() else {
                panic!("an object")
            };
            for (name, value) in &line {
                // Maps keyed by counter or path and lists of devices are told in words.
                let inner = value.as_object().filter(|_| {
                    matches!(&name[..], "git" | "host" | "qemu" | "image" | "side" | "peer" | "granted")
                });
                match inner {
                    Some(inner) => fields.extend(inner.keys().map(|field| format!("{name}.{field}"))),
                    None => drop(fields.insert(name.clone())),
                }
            }
        }
        fields.remove("type");
        assert!(fields.len() > 50);
        for field in fields {
            assert!(told.contains(&format!("`{field}`")), "{field} is not told");
        }
    }

    #[test]
    fn the_committed_baseline_is_whole_and_passes_its_own_gate() {
        let baseline =
            from_text(include_bytes!("../../results/baseline.jsonl")).map_err(|(line, _)| line).unwrap();
        assert!(!baseline.header.git.dirty);
        assert!(crate::gate::judge(&baseline, &baseline).passes());
    }

    fn problem(text: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.jsonl");
        fs::write(&path, text).unwrap();
        let told = read(&path).unwrap_err().to_string();
        told.replace(path.to_str().unwrap(), "x")
    }

    #[test]
    fn cut_changed_and_foreign_files_are_told_apart() {
        let text = to_text(&a_run()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(problem(""), "x: the file is cut: its last line is missing");
        assert_eq!(problem(&lines[..3].join("\n")), "x: the file is cut: its last line is missing");
        assert!(problem("{\"benches\":[]}").starts_with("x:1: not a line of a result file"));
        assert!(
            problem(&text.replacen("ninewire-run/1", "ninewire-run/9", 1)).contains("\"ninewire-run/9\"")
        );
        let changed = text.replacen("\"ops\":", "\"ops\":1", 1);
        assert!(
            problem(&changed).ends_with("the file was changed: its last line counts or sums up other lines")
        );
        assert!(problem(&lines[1..].join("\n")).starts_with("x:1: the line does not belong here"));
        assert!(problem(&format!("{text}{text}")).contains("does not belong here"));
        for cut in (0..text.len() - 1).step_by(97) {
            problem(&text[..cut]);
        }
    }
}
