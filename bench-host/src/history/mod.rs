//! The history engine: what recorded runs, looked at together, say about each case. Did it get worse, what, by how much,
//! since which commit, and what else changed there?
//!
//! Called by `cargo ninewire dashboard` and by the pages and files made from it. In three steps:
//!
//! 1. [`Store::read`] lists `results/`, picks runs ([`thin`]: with very many, old ones are thinned out, and that is said)
//!    and reads each into a few numbers per case ([`digest`]). Files that cannot be read become a [`Note`].
//! 2. [`report`] puts the numbers in rows, one for each suite, case, path, number, machine and kind of value ([`Series`]), in
//!    the order of commits ([`Lineage`]), and judges them: exact counters by equality ([`exact`]), ratios to the reference image
//!    by change points and drift ([`judge`]).
//! 3. [`Report`] is plain data, the same for the same files, and is shown as text, Markdown, JSON or a page.
//!
//! What is never judged: times of runs made on different days without the reference image beside them. They are shown.
//! What never gets into a row: sides of interleaved comparisons, which say what an option does and not what a commit did,
//! the reference image itself, and runs with a fault planted on purpose ([`Part`]). They are listed.
//! A row is append-only: what was in it stays in it, and a machine, an emulator or a guest setting that changes begins
//! another one ([`Machine`]).

pub mod aliases;
mod assemble;
pub mod digest;
pub mod exact;
mod headline;
pub mod json;
pub mod judge;
pub mod lineage;
mod lines;
pub mod markdown;
pub mod model;
pub mod read;
pub mod settings;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod text;
pub mod thin;

pub use aliases::Aliases;
pub use assemble::report;
pub use lineage::{CommitLine, Lineage};
pub use model::{
    Basis, CaseId, Census, ChangePoint, Drift, Finding, Headline, Machine, Metric, Note, Part, Point, Report,
    RunFacts, Series, SeriesState, Word,
};
pub use read::Store;
pub use thin::Limits;
