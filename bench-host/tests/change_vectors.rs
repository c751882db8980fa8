//! Change points against Apache Otava's and intervals of ratios against SciPy's rank test: `vectors/changes.json`, made by
//! `vectors/make_change_vectors.py`.

use bench_host::stats::{divisive, shift};
use serde_json::Value;

fn vectors(group: &str) -> Vec<Value> {
    let all: Value =
        serde_json::from_str(include_str!("vectors/changes.json")).expect("the vectors are JSON");
    let cases = all[group].as_array().expect("a group of vectors").clone();
    assert!(!cases.is_empty());
    cases
}

fn list(case: &Value, key: &str) -> Vec<f64> {
    case[key].as_array().expect("a list").iter().map(|v| v.as_f64().expect("a number")).collect()
}

#[track_caller]
fn close(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-3), "ours {ours}, theirs {theirs}");
}

#[test]
fn the_first_split_is_where_otava_puts_it_and_as_good() {
    for case in vectors("splits") {
        let values = list(&case, "values");
        let split = divisive::best_split(&values).expect("values enough");
        assert_eq!(
            (Some(split.at as u64), Some(split.to as u64)),
            (case["at"].as_u64(), case["to"].as_u64())
        );
        close(split.q, case["q"].as_f64().expect("a number"));
    }
}

#[test]
fn intervals_hold_every_ratio_the_rank_test_does_not_notice() {
    for case in vectors("intervals") {
        let (a, b) = (list(&case, "a"), list(&case, "b"));
        let rank = shift::interval_rank(a.len(), b.len(), 0.95);
        let ours = shift::ratio(&a, &b, rank).expect("samples");
        close(ours.estimate, case["ratio"].as_f64().expect("a number"));
        let ends = list(&case, "ends");
        close(ours.low, ends[0]);
        close(ours.high, ends[1]);
    }
}
