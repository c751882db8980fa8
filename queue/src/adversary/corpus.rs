//! The fuzzer's corpus, replayed: nothing in it breaks a promise of the model, and each script that is named for something
//! still gets there. A name is `FORMAT-honest-WHAT` or `FORMAT-lies-KIND`, or anything else.

use crate::testing::script::{self, FAR, Outcome};
use crate::{Fault, Refusal};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

/// The kinds of faults that scripts are named for.
fn kind(fault: Fault) -> &'static str {
    match fault {
        Fault::UnknownHead { .. } => "unknown-head",
        Fault::NotInFlight { .. } => "not-in-flight",
        Fault::TooMuchWritten { .. } => "too-much-written",
        Fault::IndexJump { .. } => "index-jump",
        Fault::OutOfOrder { .. } => "out-of-order",
        Fault::BadFlags { .. } => "bad-flags",
        Fault::BadEvent { .. } => "bad-event",
    }
}

/// The fuzzer's corpus, played once: what each script is called, and what came of it.
fn corpus() -> &'static BTreeMap<String, Outcome> {
    static CORPUS: OnceLock<BTreeMap<String, Outcome>> = OnceLock::new();
    CORPUS.get_or_init(play_corpus)
}

fn play_corpus() -> BTreeMap<String, Outcome> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let scripts = std::fs::read_dir(folder).expect("the corpus is part of the source");
    let played = scripts.map(|script| {
        let path = script.expect("a readable folder").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name of letters").to_owned();
        (name, script::run(&std::fs::read(&path).expect("a readable file")))
    });
    played.collect()
}

/// Those that lie are there for that fault, and there is one for each that a device of that format
/// can cause; the honest ones end without any.
#[test]
fn the_corpus_latches_every_kind_of_fault_of_every_ring() {
    let mut latched = BTreeSet::new();
    for (name, outcome) in corpus() {
        let fault = outcome.fault.map(kind);
        if let Some((format, named)) = name.split_once("-lies-") {
            assert_eq!(fault, Some(named), "{name}");
            assert!(outcome.returned > 0, "{name}: nothing honest happened before the lie");
            latched.insert((format.to_owned(), named.to_owned()));
        } else if name.contains("-honest-") {
            assert_eq!(fault, None, "{name}");
        }
    }
    // Whoever is in flight on a packed ring may be the last of a batch, and nothing there counts chains.
    let of_split = ["index-jump", "not-in-flight", "out-of-order", "too-much-written", "unknown-head"];
    let of_packed = ["bad-event", "bad-flags", "not-in-flight", "too-much-written", "unknown-head"];
    // Where many submit no order is kept.
    let of_shared = ["index-jump", "not-in-flight", "too-much-written", "unknown-head"];
    let wanted = [("split", &of_split[..]), ("packed", &of_packed), ("shared", &of_shared)];
    let wanted = wanted
        .iter()
        .flat_map(|(format, kinds)| kinds.iter().map(|kind| (String::from(*format), String::from(*kind))));
    assert_eq!(latched, wanted.collect());
}

/// What the honest ones are there for: residents that come home, indices past 16 bits, every reason to refuse a chain.
#[test]
fn the_corpus_goes_where_honest_lives_can_go() {
    let corpus = corpus();
    let far = if cfg!(miri) { FAR.into() } else { 1 << 16 };
    for format in ["split", "packed", "shared"] {
        let of = |life: &str| &corpus[&format!("{format}-honest-{life}")];
        if format != "shared" {
            assert!(of("residents").returned_residents >= 8, "{:?}", of("residents"));
        }
        assert!(of("past-the-indices").returned > far, "{:?}", of("past-the-indices"));
        for why in [Refusal::Full, Refusal::TooLong, Refusal::Empty] {
            assert!(of("shapes").refusals.contains(&why), "{why:?}: {:?}", of("shapes"));
        }
    }
}
