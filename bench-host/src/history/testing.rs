//! Histories made up for tests: runs of commits in a row, with and without the reference image beside them.

use std::path::{Path, PathBuf};

use crate::run::header::{REFERENCE, Side, fingerprint};
use crate::run::{Header, Run};
use crate::store;

/// A folder of results that is filled run by run.
pub(crate) struct Recorder {
    folder: tempfile::TempDir,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Recorder { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn results(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the only fingerprint there is.
    pub(crate) fn folder(&self) -> PathBuf {
        let mut folders: Vec<PathBuf> = std::fs::read_dir(self.results())
            .expect("the results")
            .flatten()
            .map(|entry| entry.path())
            .collect();
        assert_eq!(folders.len(), 1);
        folders.remove(0)
    }

    /// Records a run under this name.
    pub(crate) fn alone(&self, id: &str, run: &Run) {
        let mut run = run.clone();
        run.header = named(run.header, id);
        run.header.side = None;
        store::write(&run, self.results()).expect("the run is written");
    }

    /// Records a side of an interleaved comparison.
    pub(crate) fn side(&self, id: &str, name: &str, words: &str, run: &Run) {
        let mut run = run.clone();
        run.header = named(run.header, id);
        run.header.side = Some(Side { name: name.into(), words: words.into() });
        store::write(&run, self.results()).expect("the side is written");
    }

    /// Records a run whose boots took turns with the reference image's, which is the made-up run as it is.
    pub(crate) fn beside_reference(&self, id: &str, run: &Run) {
        let mut run = run.clone();
        run.header = named(run.header, id);
        (run.header.side, run.header.group) = (None, Some(id.to_string()));
        let mut reference = crate::run::testing::a_run();
        let side = Side { name: REFERENCE.into(), words: "01234567".into() };
        reference.header = Header {
            run_id: format!("{id}-reference"),
            began: id.to_string(),
            side: Some(side),
            group: run.header.group.clone(),
            fingerprint: fingerprint(&run.header.host, &run.header.qemu),
            host: run.header.host.clone(),
            qemu: run.header.qemu.clone(),
            ..reference.header
        };
        reference.jobs.clone_from(&run.jobs);
        store::write_all(&[run, reference], self.results()).expect("both are written");
    }
}

fn named(header: Header, id: &str) -> Header {
    Header {
        run_id: id.to_string(),
        began: id.to_string(),
        fingerprint: fingerprint(&header.host, &header.qemu),
        ..header
    }
}

/// A run in which everything takes `factor` times as long.
pub(crate) fn slower(run: &Run, factor: f64) -> Run {
    let mut run = run.clone();
    for sample in run.boots.iter_mut().flat_map(|boot| &mut boot.visits).flat_map(|visit| &mut visit.samples)
    {
        sample.elapsed_ns = (sample.elapsed_ns as f64 * factor).round() as u64;
    }
    run
}

/// A run of the commit `number` in a row.
pub(crate) fn at_commit(mut run: Run, number: u64) -> Run {
    run.header.git.sha = format!("{number:040x}");
    run.header.git.commit_time = number;
    run
}
