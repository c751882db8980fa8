//! What is written, against files that were read by the programs they are for: `vectors/check_exchange.sh` does that, and
//! writes them anew when `NINEWIRE_BLESS=1` is set here.

use std::path::{Path, PathBuf};

use super::*;
use crate::annotations::Annotations;
use crate::history::digest::{Digest, Shared};
use crate::history::testing::{Recorder, at_commit, slower};
use crate::history::{Aliases, Limits, Lineage, Store, report};
use crate::run::Run;
use crate::run::testing::a_run;
use ninewire_bench_guest::record::Wait;

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/exchange")
}

#[track_caller]
fn same(export: &Export) {
    let path = vectors().join(&export.name);
    if std::env::var_os("NINEWIRE_BLESS").is_some() {
        std::fs::create_dir_all(vectors()).unwrap();
        std::fs::write(&path, &export.text).unwrap();
    }
    let checked = std::fs::read_to_string(&path).unwrap();
    assert_eq!(export.text, checked, "{} is not what its reader has read", export.name);
}

fn run_of(number: u64) -> Run {
    let factor = if number < 12 { 1.0 } else { 1.25 };
    let scatter = 1.0 + 0.004 * ((number * 7 % 5) as f64 - 2.0);
    let mut run = at_commit(slower(&a_run(), factor * scatter), 1_000_000_000 + number * 3600);
    run.header.began = format!("2001-09-{:02}T01:46:40.000000Z", number + 1);
    run.header.run_id = format!("{number:02}");
    for job in &mut run.jobs {
        (job.iodepth, job.wait) = (1, Wait::Poll);
    }
    run
}

/// The first `runs` of a history in which everything gets slower with the thirteenth.
fn history(runs: u64) -> Store {
    let recorder = Recorder::new();
    for number in 0..runs {
        recorder.beside_reference(&format!("2001-09-{:02}T01:46:40.000000Z", number + 1), &run_of(number));
    }
    let line = |number: u64| {
        format!(
            "{:040x}\t{}\tCommit {number}\n",
            1_000_000_000 + number * 3600,
            1_000_000_000 + number * 3600
        )
    };
    let lineage = Lineage::of_lines(&(0..runs).map(line).collect::<String>());
    Store::read(recorder.results(), lineage, Limits::default())
}

fn digest() -> Digest {
    Digest::of("f".into(), &run_of(23), Some(&a_run()), &mut Shared::default())
}

#[test]
fn bencher_gets_values_with_their_ends() {
    let export = bencher::export(&digest());
    let told: serde_json::Value = serde_json::from_str(&export.text).unwrap();
    // A boot takes 126 us an operation, which Bencher wants in nanoseconds.
    assert_eq!(told["filestat/x/native"]["kicks-per-operation"]["value"], 1.0);
    assert!(told["read/x/native"]["throughput"]["value"].as_f64().is_some_and(|value| value > 7000.0));
    same(&export);
}

#[test]
fn the_action_gets_each_direction_in_a_file_of_its_own() {
    let files = action::run(&digest());
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["bigger-is-better.json", "smaller-is-better.json"]);
    let told: Vec<serde_json::Value> =
        files.iter().map(|file| serde_json::from_str(&file.text).unwrap()).collect();
    let all_of = |index: usize, word: &str| {
        told[index].as_array().unwrap().iter().all(|one| one["name"].as_str().unwrap().contains(word))
    };
    assert!(all_of(0, "iops") && !all_of(1, "iops"));
    files.iter().for_each(same);
}

#[test]
fn the_actions_store_has_every_run_in_the_order_they_were_made() {
    let export = action::history(&history(3), "https://example.org/ninewire/");
    let told = export.text.strip_prefix("window.BENCHMARK_DATA = ").unwrap();
    let told: serde_json::Value = serde_json::from_str(told).unwrap();
    let suites = told["entries"].as_object().unwrap();
    assert_eq!(suites.len(), 2);
    for runs in suites.values().map(|runs| runs.as_array().unwrap()) {
        assert_eq!(runs.len(), 3);
        assert!(runs.is_sorted_by_key(|run| run["date"].as_u64().unwrap()));
        assert_eq!(runs[2]["commit"]["message"], "Commit 2");
    }
    same(&export);
}

#[test]
fn go_gets_a_line_for_each_boot() {
    let export = go::export(&run_of(23));
    let lines = export.text.lines().filter(|line| line.starts_with("BenchmarkRead/x/path=native "));
    assert_eq!(lines.count(), 3);
    same(&export);
}

#[test]
fn otava_gets_a_row_for_each_run_and_the_names_of_its_columns() {
    let store = history(24);
    let report = report(&store, &Annotations::default(), &Aliases::default(), Limits::default());
    let files = otava::export(&report);
    assert_eq!(files.len(), 2);
    let rows: Vec<&str> = files[0].text.lines().collect();
    assert_eq!(rows.len(), 25);
    assert!(rows[0].starts_with("time,commit,branch,filestat_x_native_"), "{}", rows[0]);
    let columns = rows[0].split(',').count();
    assert!(rows.iter().all(|row| row.split(',').count() == columns));
    for column in rows[0].split(',').skip(3) {
        assert!(files[1].text.contains(&format!("column: {column}\n")), "{column}");
    }
    files.iter().for_each(same);
}

#[test]
fn otava_gets_no_table_with_a_value_missing() {
    let recorder = Recorder::new();
    for number in 0..5 {
        let id = format!("2001-09-{:02}T01:46:40.000000Z", number + 1);
        match number {
            // Without the reference beside it there are no ratios; and a case begins later.
            0 => recorder.alone(&id, &run_of(number)),
            1 => {
                let mut run = run_of(number);
                run.jobs[0].name = "read/other".into();
                recorder.alone(&id, &run);
            }
            _ => recorder.beside_reference(&id, &run_of(number)),
        }
    }
    let store = Store::read(recorder.results(), Lineage::default(), Limits::default());
    let report = report(&store, &Annotations::default(), &Aliases::default(), Limits::default());
    let files = otava::export(&report);
    let (config, tables) = files.split_last().unwrap();
    assert!(tables.len() > 2, "{}", tables.len());
    for table in tables {
        let mut lines = table.text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let columns = lines.next().unwrap().len();
        assert!(lines.all(|line| line.len() == columns && line.iter().all(|cell| !cell.is_empty())));
        assert!(config.text.contains(&format!("file: {}\n", table.name)), "{}", table.name);
    }
    let columns: usize =
        tables.iter().map(|table| table.text.lines().next().unwrap().split(',').count() - 3).sum();
    let told = report.series.iter().filter(|one| one.basis != crate::history::Basis::Raw);
    assert_eq!(columns, told.count(), "every series has a column");
}

#[test]
fn nothing_is_written_of_nothing_but_what_is_valid() {
    let store = Store::default();
    assert!(action::history(&store, "").text.contains("\"entries\": {}"));
    let report = report(&store, &Annotations::default(), &Aliases::default(), Limits::default());
    assert_eq!(otava::export(&report), [Export::new("otava.yaml", "tests:\n".into())]);
}
