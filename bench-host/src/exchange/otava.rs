//! Apache Otava (formerly Hunter): a table of each suite's history on each machine with a row a run, and the configuration
//! that names its columns, so that `OTAVA_CONFIG=otava.yaml otava analyze TEST` works as it is for every test it names.
//!
//! Ratios to the reference image and exact counters are written, which may be compared between days; times as they were
//! measured are not.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

use super::Export;
use crate::history::{Basis, Report, Series};
use crate::verdict::Better;

/// A table for each machine and suite that has something to tell, and the configuration. Otava reads no table in which a
/// value is missing, and none is made up here: series that are in other runs have a table of their own.
pub fn export(report: &Report) -> Vec<Export> {
    let mut files = Vec::new();
    let mut config = String::from("tests:\n");
    let mut tables: BTreeMap<(usize, &str), Vec<&Series>> = BTreeMap::new();
    for one in report.series.iter().filter(|one| one.basis != Basis::Raw) {
        tables.entry((one.machine, &one.case.suite)).or_default().push(one);
    }
    for ((machine, suite), series) in tables {
        let name = plain(&format!("ninewire-{}-{suite}", report.machines[machine].id));
        for (place, series) in (1..).zip(of_the_same_runs(series)) {
            let columns = columns(series);
            let name = if place == 1 { name.clone() } else { format!("{name}-{place}") };
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

/// Series by the runs they are in, the most first.
fn of_the_same_runs(series: Vec<&Series>) -> Vec<Vec<&Series>> {
    let mut groups: BTreeMap<Vec<u32>, Vec<&Series>> = BTreeMap::new();
    for one in series {
        groups.entry(one.points.iter().map(|point| point.run).collect()).or_default().push(one);
    }
    let mut groups: Vec<Vec<&Series>> = groups.into_values().collect();
    groups.sort_by_key(|group| Reverse(group.len()));
    groups
}

/// A row for each run, which all of the columns have. Rows are a second apart at least, as Otava takes times for places.
fn table(report: &Report, columns: &BTreeMap<String, &Series>) -> String {
    let runs = columns.values().next().map_or(&[][..], |one| &one.points);
    let names: Vec<&str> = columns.keys().map(String::as_str).collect();
    let mut text = format!("time,commit,branch,{}\n", names.join(","));
    let mut time = 0;
    for (row, point) in runs.iter().enumerate() {
        let git = &report.runs[point.run as usize].header.git;
        time = git.commit_time.max(time + 1);
        let stamp = crate::run::header::time_of(std::time::Duration::from_secs(time));
        write!(text, "{},{},main", stamp.replace(".000000Z", "+0000"), git.sha).ok();
        for one in columns.values() {
            write!(text, ",{}", one.points[row].value).ok();
        }
        text.push('\n');
    }
    text
}
