//! Apache Otava (formerly Hunter): a table of each suite's history on each machine with a row a run, and the configuration
//! that names its columns, so that `OTAVA_CONFIG=otava.yaml otava analyze ninewire-MACHINE-SUITE` works as it is.
//!
//! Ratios to the reference image and exact counters are written, which may be compared between days; times as they were
//! measured are not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::Export;
use crate::history::{Basis, Report, Series};
use crate::verdict::Better;

/// A table for each machine and suite that has something to tell, and the configuration.
pub fn export(report: &Report) -> Vec<Export> {
    let mut files = Vec::new();
    let mut config = String::from("tests:\n");
    let mut tables: BTreeMap<(usize, &str), Vec<&Series>> = BTreeMap::new();
    for one in report.series.iter().filter(|one| one.basis != Basis::Raw) {
        tables.entry((one.machine, &one.case.suite)).or_default().push(one);
    }
    for ((machine, suite), series) in tables {
        let columns = columns(series);
        let name = plain(&format!("ninewire-{}-{suite}", report.machines[machine].id));
        files.push(Export::new(&format!("{name}.csv"), table(report, &columns)));
        write!(
            config,
            "  {name}:\n    type: csv\n    file: {name}.csv\n    time_column: time\n    attributes: [commit, branch]\n    \
             metrics:\n"
        )
        .ok();
        for (column, one) in &columns {
            let direction = if one.better() == Better::Higher { 1 } else { -1 };
            writeln!(
                config,
                "      {column}:\n        column: {column}\n        direction: {direction}\n        scale: 1"
            )
            .ok();
        }
    }
    files.push(Export::new("otava.yaml", config));
    files
}

/// The series by the names of their columns; where two would have one name, each is told by its place.
fn columns(series: Vec<&Series>) -> BTreeMap<String, &Series> {
    let mut columns = BTreeMap::new();
    for one in series {
        let base = plain(&format!("{} {} {}", one.case.name, one.case.path, one.metric.word()));
        let mut name = base.clone();
        let mut place = 2;
        while columns.contains_key(&name) {
            name = format!("{base}.{place}");
            place += 1;
        }
        columns.insert(name, one);
    }
    columns
}

/// Letters, digits, dots, dashes and underscores: names that mean nothing to a table, YAML or a database.
fn plain(name: &str) -> String {
    let keep = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    name.chars().map(|letter| if keep(letter) { letter } else { '_' }).collect()
}

/// A row for each run that any of the columns has. Rows are a second apart at least, as Otava takes times for places.
fn table(report: &Report, columns: &BTreeMap<String, &Series>) -> String {
    let runs: BTreeSet<u32> =
        columns.values().flat_map(|one| one.points.iter().map(|point| point.run)).collect();
    let names: Vec<&str> = columns.keys().map(String::as_str).collect();
    let mut text = format!("time,commit,branch,{}\n", names.join(","));
    let mut time = 0;
    for run in runs {
        let git = &report.runs[run as usize].header.git;
        time = git.commit_time.max(time + 1);
        let stamp = crate::run::header::time_of(std::time::Duration::from_secs(time));
        write!(text, "{},{},main", stamp.replace(".000000Z", "+0000"), git.sha).ok();
        for one in columns.values() {
            let at = one.points.binary_search_by_key(&run, |point| point.run);
            match at {
                Ok(at) => write!(text, ",{}", one.points[at].value).ok(),
                Err(_) => write!(text, ",").ok(),
            };
        }
        text.push('\n');
    }
    text
}
