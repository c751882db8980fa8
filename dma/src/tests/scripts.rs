//! Random lives of a pool against the model, and the lives the fuzzer found worth keeping.

use std::{path::Path, vec::Vec};

use proptest::prelude::*;

use crate::testing::script;

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 2 } else { 300 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_life_of_a_pool_keeps_its_promises(life in prop::collection::vec(any::<u8>(), 0..if cfg!(miri) { 60 } else { 600 })) {
        script::run(&life);
    }
}

/// How many lives of the corpus are played, and how much of each. An interpreter of memory accesses is a thousand times slower:
/// there a few only begin.
const PLAYED_MAX: usize = if cfg!(miri) { 6 } else { usize::MAX };

fn played(life: &[u8]) -> &[u8] {
    if cfg!(miri) { &life[..life.len().min(4)] } else { life }
}

#[test]
fn every_life_in_the_fuzzers_corpus_still_passes() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let lives: Vec<_> = std::fs::read_dir(&corpus).expect("the corpus is part of the source").collect();
    assert!(lives.len() >= 10, "the corpus in {} is gone", corpus.display());
    for life in lives.into_iter().take(PLAYED_MAX) {
        let path = life.expect("a readable folder").path();
        let life = std::fs::read(&path).expect("a readable file");
        script::run(played(&life));
    }
}
