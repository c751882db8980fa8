//! Result files: one run, one file of JSON lines, written whole or not at all. What each line holds is told in
//! `results/README.md`.
//!
//! A file is read back with distrust: it may be cut, edited, or of another program.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use ninewire_bench_guest::pattern::Crc32c;
use serde::{Deserialize, Serialize};

use crate::run::header::SCHEMA;
use crate::run::{Boot, BootFacts, Counted, Granted, Header, Job, Run};
use visit::{Columns, GrantedLine, VisitLine};

mod packed;
mod visit;

/// How result files are called.
pub const EXTENSION: &str = "jsonl";

/// What every result file begins with.
const OPENING: &[u8] = br#"{"type":"header","#;

/// One line of a result file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line {
    Header(Box<Header>),
    Job(Job),
    Columns(Columns),
    Granted(GrantedLine),
    Boot(BootFacts),
    Visit(Box<VisitLine>),
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

impl End {
    /// What is in a run; the checksum is its text's.
    fn of(run: &Run) -> Self {
        let visits = || run.boots.iter().flat_map(|boot| &boot.visits);
        End {
            boots: run.boots.len(),
            visits: visits().count(),
            samples: visits().map(|visit| visit.samples.len()).sum(),
            counted: run.counted.len(),
            crc32c: 0,
        }
    }
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
    let mut end = End::of(run);
    let header = Header { schema: SCHEMA.to_string(), ..run.header.clone() };
    put(&mut text, &Line::Header(Box::new(header)))?;
    for job in &run.jobs {
        put(&mut text, &Line::Job(job.clone()))?;
    }
    let columns = Columns::of(run);
    let granted = GrantedLine::all(run);
    put(&mut text, &Line::Columns(columns.clone()))?;
    for line in &granted {
        put(&mut text, &Line::Granted(line.clone()))?;
    }
    for boot in &run.boots {
        put(&mut text, &Line::Boot(boot.facts.clone()))?;
        for visit in &boot.visits {
            put(&mut text, &Line::Visit(Box::new(VisitLine::of(visit, &columns, &granted))))?;
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
    /// A number that no run has, and what it is.
    Value(&'static str),
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
            Problem::Schema(found) => {
                write!(f, ": its form is {found:?}, this program reads {SCHEMA:?}")
            }
            Problem::Value(what) => write!(f, ": {what}"),
            Problem::OutOfPlace => write!(f, ": the line does not belong here"),
            Problem::Cut => write!(f, ": the file is cut: its end is missing"),
            Problem::Changed => {
                write!(f, ": the file was changed: its last line counts or sums up other lines")
            }
        }
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    /// What is wrong, for those who name the file themselves.
    pub fn what(&self) -> String {
        let (told, path) = (self.to_string(), self.path.display().to_string());
        told.strip_prefix(&path).unwrap_or(&told).trim_start_matches(':').trim_start().to_string()
    }
}

/// Longer first lines are of something else.
const HEADER_BYTES_MAX: u64 = 1 << 20;

/// Reads a file's first line alone: what a run was made with, whole or not.
pub fn header(path: &Path) -> Result<Header, ReadError> {
    let failed = |line, problem| ReadError { path: path.to_path_buf(), line, problem };
    let mut line = Vec::new();
    File::open(path)
        .and_then(|file| BufReader::new(file.take(HEADER_BYTES_MAX)).read_until(b'\n', &mut line))
        .map_err(|error| failed(0, Problem::Io(error)))?;
    if line.is_empty() {
        return Err(failed(0, Problem::Cut));
    }
    match serde_json::from_slice(&line).map_err(|error| failed(1, Problem::NotALine(error)))? {
        Line::Header(header) if header.schema == SCHEMA => Ok(*header),
        Line::Header(header) => Err(failed(1, Problem::Schema(header.schema))),
        _ => Err(failed(1, Problem::OutOfPlace)),
    }
}

/// Reads a run's file.
pub fn read(path: &Path) -> Result<Run, ReadError> {
    let failed = |line, problem| ReadError { path: path.to_path_buf(), line, problem };
    let bytes = fs::read(path).map_err(|error| failed(0, Problem::Io(error)))?;
    from_text(&bytes).map_err(|(line, problem)| failed(line, problem))
}

fn from_text(bytes: &[u8]) -> Result<Run, (usize, Problem)> {
    let mut reading: Option<Reading> = None;
    let mut before = 0;
    for (number, line) in (1..).zip(bytes.split_inclusive(|&byte| byte == b'\n')) {
        let parsed = serde_json::from_slice(line).map_err(|error| {
            let last = before + line.len() == bytes.len();
            let ours = reading.is_some() || line.starts_with(OPENING);
            let cut = error.is_eof() && last && ours;
            (number, if cut { Problem::Cut } else { Problem::NotALine(error) })
        })?;
        match (parsed, &mut reading) {
            (Line::Header(header), None) if header.schema == SCHEMA => {
                reading = Some(Reading::new(*header));
            }
            (Line::Header(header), None) => return Err((number, Problem::Schema(header.schema))),
            (Line::End(end), Some(whole)) if before + line.len() == bytes.len() => {
                let crc32c = Crc32c::of(&bytes[..before]);
                if end != (End { crc32c, ..End::of(&whole.run) }) {
                    return Err((number, Problem::Changed));
                }
                return reading.map(Reading::whole).ok_or((number, Problem::OutOfPlace));
            }
            (line, Some(reading)) => reading.place(line).map_err(|problem| (number, problem))?,
            _ => return Err((number, Problem::OutOfPlace)),
        }
        before += line.len();
    }
    Err((0, Problem::Cut))
}

/// A file of which some lines have been read.
struct Reading {
    run: Run,
    /// What the numbers of its repetitions are.
    columns: Option<Columns>,
    granted: Vec<Granted>,
}

impl Reading {
    fn new(header: Header) -> Self {
        let run = Run { header, jobs: Vec::new(), boots: Vec::new(), counted: Vec::new() };
        Reading { run, columns: None, granted: Vec::new() }
    }

    fn whole(mut self) -> Run {
        self.run.boots.iter_mut().for_each(Boot::pool_durations);
        self.run
    }

    /// Puts a line where it belongs.
    fn place(&mut self, line: Line) -> Result<(), Problem> {
        let run = &mut self.run;
        match line {
            Line::Job(job)
                if run.boots.is_empty()
                    && self.columns.is_none()
                    && usize::from(job.job) == run.jobs.len() =>
            {
                run.jobs.push(job);
            }
            Line::Columns(columns) if run.boots.is_empty() && self.columns.is_none() => {
                self.columns = Some(columns.checked()?);
            }
            Line::Granted(line)
                if run.boots.is_empty() && self.columns.is_some() && line.granted == self.granted.len() =>
            {
                self.granted.push(line.settings);
            }
            Line::Boot(facts) if facts.boot as usize == run.boots.len() => {
                if facts.tsc_hz == 0 {
                    return Err(Problem::Value("the guest's clock has no rate"));
                }
                run.boots.push(Boot { facts, visits: Vec::new() });
            }
            Line::Visit(line) if usize::from(line.job) < run.jobs.len() => {
                let boot = run.boots.last_mut().filter(|boot| boot.facts.boot == line.boot);
                let (boot, columns) = boot.zip(self.columns.as_ref()).ok_or(Problem::OutOfPlace)?;
                boot.visits.push(line.visit(columns, &self.granted)?);
            }
            Line::Counted(counted) if usize::from(counted.job) < run.jobs.len() => run.counted.push(counted),
            _ => return Err(Problem::OutOfPlace),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
