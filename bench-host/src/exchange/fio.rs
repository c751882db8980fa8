//! fio's own results (`fio --output-format=json`, also `json+`), for putting a reference run of somebody's file system
//! beside ours. Only shown, never judged: another program, another way to count, perhaps another machine.

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::job::size;
use crate::run::Run;
use crate::run::cell::Cell;
use crate::stats::summary::median;
use crate::table::{NOTHING, significant, table};

/// One direction of one of fio's jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The job's name.
    pub job: String,
    /// `read`, `write` or `trim`.
    pub direction: &'static str,
    /// Operations per second.
    pub iops: f64,
    /// Bytes per second.
    pub bytes_per_s: f64,
    /// Completion time of half of the operations, microseconds.
    pub p50_us: Option<f64>,
    /// Of 99 in 100.
    pub p99_us: Option<f64>,
    /// Block size in bytes, as the options say.
    pub bs_bytes: Option<u64>,
    /// Operations in flight, as the options say; fio's is 1 when they do not.
    pub iodepth: u64,
    /// What the options call it: `randread` and so on.
    pub rw: String,
}

/// A file that fio did not write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFio(String);

impl fmt::Display for NotFio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotFio {}

#[derive(Deserialize)]
struct Output {
    #[serde(rename = "fio version")]
    version: String,
    #[serde(rename = "global options", default)]
    global: serde_json::Map<String, Value>,
    jobs: Vec<Job>,
}

#[derive(Deserialize)]
struct Job {
    jobname: String,
    #[serde(rename = "job options", default)]
    options: serde_json::Map<String, Value>,
    #[serde(default)]
    error: i64,
    #[serde(default)]
    read: Value,
    #[serde(default)]
    write: Value,
    #[serde(default)]
    trim: Value,
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<Measured>, NotFio> {
    let bad = |what: String| NotFio(format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    parse(&text).map_err(bad)
}

/// Reads fio's output. fio may say something before the object begins.
fn parse(text: &str) -> Result<Vec<Measured>, String> {
    let begin = text.find('{').ok_or("there is no JSON in it")?;
    let output: Output =
        serde_json::from_str(&text[begin..]).map_err(|error| format!("not what fio writes: {error}"))?;
    if !output.version.starts_with("fio-") {
        return Err(format!("its version is {:?}, not one of fio's", output.version));
    }
    let mut measured = Vec::new();
    for job in &output.jobs {
        if job.error != 0 {
            return Err(format!("the job {:?} failed with error {}", job.jobname, job.error));
        }
        let option = |name: &str| {
            let value = job.options.get(name).or_else(|| output.global.get(name))?;
            value.as_str().map(str::to_string).or_else(|| value.as_u64().map(|number| number.to_string()))
        };
        for (direction, part) in [("read", &job.read), ("write", &job.write), ("trim", &job.trim)] {
            let number = |name: &str| part.get(name).and_then(Value::as_f64);
            if number("total_ios").unwrap_or(0.0) <= 0.0 {
                continue;
            }
            let percentile = |name: &str| {
                let value = part.get("clat_ns")?.get("percentile")?.get(name)?;
                value.as_f64().map(|nanos| nanos / 1e3)
            };
            let bytes = number("bw_bytes").or_else(|| number("bw").map(|kib| kib * 1024.0));
            measured.push(Measured {
                job: job.jobname.clone(),
                direction,
                iops: number("iops").ok_or_else(|| format!("the job {:?} has no iops", job.jobname))?,
                bytes_per_s: bytes.ok_or_else(|| format!("the job {:?} has no bw", job.jobname))?,
                p50_us: percentile("50.000000"),
                p99_us: percentile("99.000000"),
                bs_bytes: option("bs").and_then(|text| size(text.split(',').next()?).ok()).map(|size| size.0),
                iodepth: option("iodepth").and_then(|text| text.parse().ok()).unwrap_or(1),
                rw: option("rw").or_else(|| option("readwrite")).unwrap_or_else(|| direction.to_string()),
            });
        }
    }
    if measured.is_empty() {
        return Err("none of its jobs did anything".to_string());
    }
    Ok(measured)
}

/// fio's jobs, each with our cases of the same work, block size and depth.
pub fn beside(measured: &[Measured], run: &Run) -> String {
    let mut rows = table(
        &[
            "fio's job",
            "what",
            "bs",
            "iodepth",
            "IOPS",
            "MiB/s",
            "p50 us",
            "p99 us",
            "our case",
            "IOPS",
            "ours/fio",
        ],
        2,
    );
    let cells = Cell::of_run(run);
    for one in measured {
        let optional = |value: Option<f64>| value.map_or_else(|| NOTHING.to_string(), significant);
        let row = vec![
            one.job.clone(),
            one.rw.clone(),
            one.bs_bytes.map_or_else(|| NOTHING.to_string(), |bytes| bytes.to_string()),
            one.iodepth.to_string(),
            significant(one.iops),
            significant(one.bytes_per_s / f64::from(1 << 20)),
            optional(one.p50_us),
            optional(one.p99_us),
        ];
        let alike: Vec<_> = cells.iter().filter(|cell| is_like(one, run, cell)).collect();
        if alike.is_empty() {
            rows.add_row([row.clone(), [NOTHING; 3].map(String::from).to_vec()].concat());
        }
        for cell in alike {
            let iops = median(&cell.values(|value| Some(value.iops))).unwrap_or(f64::NAN);
            let name = format!("{} {}", run.jobs[usize::from(cell.job)].name, cell.path);
            let ours = [name, significant(iops), format!("{}x", significant(iops / one.iops))];
            rows.add_row([row.clone(), ours.to_vec()].concat());
        }
    }
    format!(
        "{rows}\nfio's numbers are one run's, ours the median over {} boots; nothing is judged.\n",
        run.boots.len()
    )
}

fn is_like(one: &Measured, run: &Run, cell: &Cell) -> bool {
    run.jobs.get(usize::from(cell.job)).is_some_and(|job| {
        !cell.boots.is_empty()
            && job.work.to_string() == one.rw
            && Some(u64::from(job.bs_bytes)) == one.bs_bytes
            && u64::from(job.iodepth) == one.iodepth
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = r#"fio: a word before
{"fio version": "fio-3.33", "global options": {"bs": "1m", "ioengine": "psync"},
 "jobs": [{"jobname": "r", "error": 0, "job options": {"rw": "read", "iodepth": "8"},
   "read": {"io_bytes": 1, "bw": 1024, "bw_bytes": 1048576, "iops": 1.5, "total_ios": 10,
     "clat_ns": {"percentile": {"50.000000": 105000, "99.000000": 143000}}},
   "write": {"total_ios": 0, "iops": 0.0}, "trim": {"total_ios": 0}}]}"#;

    #[test]
    fn a_job_is_read_with_the_options_of_all() {
        let measured = parse(OUTPUT).unwrap();
        let [one] = &measured[..] else { panic!("{measured:?}") };
        assert_eq!((one.job.as_str(), one.direction, one.rw.as_str()), ("r", "read", "read"));
        assert_eq!(
            (one.iops, one.bytes_per_s, one.bs_bytes, one.iodepth),
            (1.5, 1048576.0, Some(1 << 20), 8)
        );
        assert_eq!((one.p50_us, one.p99_us), (Some(105.0), Some(143.0)));
    }

    #[test]
    fn it_stands_beside_the_cases_of_its_work_size_and_depth() {
        let told = beside(&parse(OUTPUT).unwrap(), &crate::run::testing::a_run());
        assert!(told.contains("read/x native") && told.contains("read/x serial"), "{told}");
        let other = OUTPUT.replace("\"8\"", "\"1\"");
        let told = beside(&parse(&other).unwrap(), &crate::run::testing::a_run());
        assert!(!told.contains("read/x"), "{told}");
    }

    #[test]
    fn what_is_not_fios_is_refused_with_a_word() {
        let error = |text: &str| parse(text).unwrap_err();
        assert_eq!(error(""), "there is no JSON in it");
        assert!(error("{\"jobs\": []}").starts_with("not what fio writes: missing field `fio version`"));
        assert!(error(&OUTPUT.replace("fio-3.33", "3.33")).contains("not one of fio's"));
        assert!(error(&OUTPUT.replace("\"error\": 0", "\"error\": 5")).contains("failed with error 5"));
        assert!(error(&OUTPUT.replace("\"total_ios\": 10", "\"total_ios\": 0")).contains("none of its jobs"));
        for cut in (30..OUTPUT.len() - 1).step_by(7) {
            assert!(parse(&OUTPUT[..cut]).is_err());
        }
    }
}
