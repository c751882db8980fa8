//! How long a long history takes to be read and judged, and how much memory: makes one out of a recorded run and says.
//!
//! ```text
//! cargo run --profile tool -p ninewire --example long_history -- RUN 10000 200 /tmp/long
//! ```
//! makes 10,000 runs of 200 cases (the run's own, over and over) below `/tmp/long`, each with the reference image's run
//! beside it, unless they are there already, and then reads them. From the middle on every tenth case is a fifth slower,
//! which the report has to say.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use bench_host::annotations::Annotations;
use bench_host::history::{self, Aliases, Limits, Lineage, Store};
use bench_host::run::header::{REFERENCE, Side};
use bench_host::run::{Job, Run};
use bench_host::stats::random::Random;
use bench_host::store;

/// Boots of each made-up run: what a long history costs is the number of files and their bytes.
const BOOTS: usize = 1;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [run, runs, cases, folder] = &words[..] else {
        bail!("say RUN, how many runs, how many cases, a folder")
    };
    let (runs, cases): (u64, u16) = (runs.parse()?, cases.parse()?);
    let (folder, template) = (Path::new(folder), widened(store::read(Path::new(run))?, cases));
    if !folder.is_dir() {
        let begun = Instant::now();
        (0..runs).try_for_each(|number| record(&template, number, number * 2 >= runs, folder))?;
        println!("made in {:.1} s", begun.elapsed().as_secs_f64());
    }
    let begun = Instant::now();
    let limits = Limits::default();
    let store = Store::read(folder, Lineage::default(), limits);
    let read = begun.elapsed();
    let report = history::report(&store, &Annotations::default(), &Aliases::default(), limits);
    let judged = begun.elapsed();
    let json = history::json::render(&report)?;
    println!("{}", history::text::render(&report).lines().next().unwrap_or_default());
    println!("{} files, {} runs, {} series", report.census.files, report.runs.len(), report.series.len());
    report.notes.iter().for_each(|note| println!("{note}"));
    println!(
        "read in {:.1} s, judged in {:.1} s, written as {} bytes of JSON in {:.1} s",
        read.as_secs_f64(),
        (judged - read).as_secs_f64(),
        json.len(),
        (begun.elapsed() - judged).as_secs_f64()
    );
    let status =
        std::fs::read_to_string("/proc/self/status").context("cannot read what the kernel says of us")?;
    status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    Ok(())
}

/// The run with so many cases, few boots, and one visit to each case on each path.
fn widened(mut run: Run, cases: u16) -> Run {
    let own = run.jobs.clone();
    let source = |case: u16| own[usize::from(case) % own.len()].job;
    run.jobs = (0..cases)
        .map(|case| {
            let job = own[usize::from(case) % own.len()].clone();
            Job { job: case, name: format!("{}/copy={}", job.name, usize::from(case) / own.len()), ..job }
        })
        .collect();
    run.boots.truncate(BOOTS);
    for boot in &mut run.boots {
        let visits = std::mem::take(&mut boot.visits);
        for case in 0..cases {
            let first =
                visits.iter().filter(|visit| visit.facts.job == source(case) && visit.facts.visit < 2);
            boot.visits.extend(first.cloned().map(|mut visit| {
                visit.facts.job = case;
                visit.samples.iter_mut().for_each(|sample| sample.job = case);
                visit
            }));
        }
    }
    run.counted.clear();
    run
}

/// One run and the reference's.
fn record(template: &Run, number: u64, slow: bool, folder: &Path) -> Result<()> {
    let began = format!("{:04}-01-01T00:00:00.{:06}Z", 2000 + number / 1_000_000, number % 1_000_000);
    let side = |name: &str| Side { name: name.to_string(), words: String::new() };
    let made = |suffix: &str, slow: bool, seed: u64| {
        let mut run = template.clone();
        let header = &mut run.header;
        header.run_id = format!("{number:08}{suffix}");
        (header.began, header.group) = (began.clone(), Some(format!("{number:08}")));
        header.side = (!suffix.is_empty()).then(|| side(REFERENCE));
        header.git.sha = if suffix.is_empty() { format!("{number:040x}") } else { "f".repeat(40) };
        header.git.commit_time = number;
        let mut random = Random::seeded(seed);
        for visit in run.boots.iter_mut().flat_map(|boot| &mut boot.visits) {
            let step = if slow && visit.facts.job % 10 == 0 { 1.2 } else { 1.0 };
            let factor = step * (0.03 * random.normal()).exp();
            for sample in &mut visit.samples {
                sample.elapsed_ns = (sample.elapsed_ns as f64 * factor) as u64;
            }
        }
        run
    };
    store::write_all(&[made("", slow, 2 * number), made("-reference", false, 2 * number + 1)], folder)?;
    Ok(())
}
