//! Pages to look at: of the recorded runs of this checkout, and of histories made up from one of them.

use std::path::{Path, PathBuf};

use bench_host::annotations::Annotations;
use bench_host::dashboard::{self, Sources};
use bench_host::history::{self, Aliases, Limits, Lineage, Report, Store};
use bench_host::run::Run;
use bench_host::run::header::{REFERENCE, Side};
use bench_host::store;
use ninewire_bench_guest::record;
use tempfile::TempDir;

/// A page in a folder of its own, and what it was made of.
pub(crate) struct Made {
    pub(crate) file: PathBuf,
    pub(crate) report: Report,
    pub(crate) results: PathBuf,
    pub(crate) notes: Vec<String>,
    _folder: Option<TempDir>,
}

/// This checkout's recorded runs.
pub(crate) fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../results")
}

/// The page of the runs below `results`; it lies there, or where there is room.
pub(crate) fn page(results: &Path, folder: Option<TempDir>) -> Made {
    let annotations = Annotations::read(&results.join("annotations.toml")).expect("entries that make sense");
    let (aliases, limits) = (Aliases::default(), Limits::default());
    let store = Store::read(results, Lineage::default(), limits);
    let report = history::report(&store, &annotations, &aliases, limits);
    let page = dashboard::make(&Sources {
        report: &report,
        results,
        annotations: &annotations,
        bench_dir: Path::new("/nowhere"),
        recorded_benches: &results.join(dashboard::BENCHES),
    });
    let page = page.expect("the page is made");
    let folder = folder.unwrap_or_else(|| tempfile::tempdir().expect("a folder"));
    let file = folder.path().join("page.html");
    std::fs::write(&file, page.html).expect("the page is written");
    Made { file, report, results: results.to_path_buf(), notes: page.notes, _folder: Some(folder) }
}

/// The page of runs made up in a folder of their own.
pub(crate) fn made_up(make: impl FnOnce(&Path)) -> Made {
    let folder = tempfile::tempdir().expect("a folder");
    make(folder.path());
    let results = folder.path().to_path_buf();
    page(&results, Some(folder))
}

/// A recorded run of ours alone, cut to six boots.
pub(crate) fn pattern() -> Run {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in
        std::fs::read_dir(recorded()).expect("results").flatten().filter(|entry| entry.path().is_dir())
    {
        let entries = std::fs::read_dir(folder.path()).expect("a folder of runs").flatten();
        files.extend(
            entries
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|end| end == "jsonl")),
        );
    }
    files.sort();
    let fits = |run: &Run| run.header.side.is_none() && run.header.peer.is_none() && run.boots.len() >= 6;
    let mut run = files.iter().filter_map(|file| store::read(file).ok()).find(fits).expect("a recorded run");
    run.boots.truncate(6);
    run.counted.clear();
    run
}

/// The run of commit number `number`, with the reference image's beside it; the native path takes `factor` of its time.
pub(crate) fn commit(results: &Path, pattern: &Run, number: u32, factor: f64) {
    let mut run = pattern.clone();
    let sha = format!("{number:08x}{}", "c".repeat(32));
    let began = format!("2026-01-{:02}T{:02}:00:00.000000Z", number / 24 + 1, number % 24);
    run.header.git = bench_host::run::header::Git {
        sha: sha.clone(),
        dirty: false,
        commit_time: 1_767_225_600 + u64::from(number) * 3600,
    };
    run.header.run_id = format!("{number:04}-smoke");
    run.header.began = began;
    run.header.group = Some(run.header.run_id.clone());
    let mut reference = run.clone();
    for (index, sample) in run
        .boots
        .iter_mut()
        .flat_map(|boot| &mut boot.visits)
        .flat_map(|visit| &mut visit.samples)
        .filter(|sample| sample.path == record::Path::Native)
        .enumerate()
    {
        let jitter = 1.0 + f64::from((index as u32 * 7 + number * 13) % 11) / 2000.0;
        sample.elapsed_ns = (sample.elapsed_ns as f64 * factor * jitter) as u64;
    }
    reference.header.run_id = format!("{number:04}-smoke-reference");
    reference.header.side = Some(Side { name: REFERENCE.into(), words: String::new() });
    reference.header.git.sha = "f".repeat(40);
    run.header.reference = Some("f".repeat(40));
    store::write_all(&[run, reference], results).expect("the runs are written");
}

/// Both sides of an interleaved comparison; the second's native path takes twice as long, on purpose.
pub(crate) fn planted_sides(results: &Path, pattern: &Run) -> [Run; 2] {
    let sides = [("a", "", 1.0), ("b", "--append plant=delay:100", 2.0)].map(|(name, words, factor)| {
        let mut run = pattern.clone();
        run.header.run_id = format!("sides-{name}");
        run.header.group = Some("sides".into());
        run.header.side = Some(Side { name: name.into(), words: words.into() });
        let twice: Vec<_> = run.boots.iter().chain(&run.boots).cloned().collect();
        run.boots = twice;
        for (number, boot) in (0_u32..).zip(&mut run.boots) {
            boot.facts.boot = number;
            if !words.is_empty() {
                boot.facts.cmdline.push_str(" plant=delay:100");
            }
            for visit in &mut boot.visits {
                visit.facts.boot = number;
                let slow = if visit.facts.path == record::Path::Native { factor } else { 1.0 };
                for sample in &mut visit.samples {
                    sample.boot = number;
                    sample.elapsed_ns = (sample.elapsed_ns as f64 * slow) as u64;
                }
            }
        }
        run
    });
    store::write_all(&sides, results).expect("both sides are written");
    sides
}

/// So many commits, of which those from `step` on take half as long again natively.
pub(crate) fn history_with_a_step(commits: u32, step: u32) -> Made {
    let pattern = pattern();
    made_up(|results| {
        (0..commits)
            .for_each(|number| commit(results, &pattern, number, if number < step { 1.0 } else { 1.5 }))
    })
}
