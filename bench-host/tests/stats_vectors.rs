//! The statistics against SciPy: `vectors/stats.json`, made by `vectors/make_vectors.py`.

use bench_host::stats::{correction, line, rank, ratio, summary, trend};
use serde_json::Value;

fn vectors(group: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("vectors/stats.json")).expect("the vectors are JSON");
    let cases = all[group].as_array().expect("a group of vectors").clone();
    assert!(!cases.is_empty());
    cases
}

fn list(case: &Value, key: &str) -> Vec<f64> {
    case[key].as_array().expect("a list").iter().map(|v| v.as_f64().expect("a number")).collect()
}

fn number(case: &Value, key: &str) -> f64 {
    case[key].as_f64().expect("a number")
}

#[track_caller]
fn close(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-3), "ours {ours}, SciPy's {theirs}");
}

#[test]
fn the_rank_test_agrees_with_and_without_ties() {
    for case in vectors("rank") {
        let ours = rank::mann_whitney(&list(&case, "a"), &list(&case, "b")).expect("a sample");
        close(ours.u, number(&case, "u"));
        close(ours.p, number(&case, "p"));
    }
}

#[test]
fn median_spread_percentile_and_interval_agree() {
    for case in vectors("summary") {
        let values = list(&case, "values");
        close(summary::median(&values).expect("a sample"), number(&case, "median"));
        close(summary::median_absolute_deviation(&values).expect("a sample"), number(&case, "mad"));
        close(summary::quantile(&values, 0.9).expect("a sample"), number(&case, "p90"));
        let ours = summary::median_interval(&values, 0.95).expect("a sample");
        match (ours, case["interval"].as_array()) {
            (None, None) => {}
            (Some(interval), Some(_)) => {
                assert_eq!(vec![interval.low, interval.high], list(&case, "interval"));
                assert!(interval.coverage >= 0.95);
            }
            (ours, theirs) => panic!("interval {ours:?} against {theirs:?} for {} values", values.len()),
        }
    }
}

#[test]
fn the_hodges_lehmann_ratio_agrees() {
    for case in vectors("ratio") {
        close(
            ratio::hodges_lehmann(&list(&case, "a"), &list(&case, "b")).expect("samples"),
            number(&case, "ratio"),
        );
    }
}

#[test]
fn the_correction_for_many_cells_agrees() {
    for case in vectors("correction") {
        let ours = correction::benjamini_hochberg(&list(&case, "p"));
        for (ours, theirs) in ours.iter().zip(list(&case, "q")) {
            close(*ours, theirs);
        }
    }
}

#[test]
fn trend_and_slope_agree() {
    for case in vectors("trend") {
        let series = list(&case, "y");
        let ours = trend::mann_kendall(&series).expect("a series");
        assert_eq!(ours.s as f64, number(&case, "s"));
        close(ours.p, number(&case, "p"));
        close(trend::theil_sen(&series).expect("a series").expect("a slope"), number(&case, "slope"));
    }
}

#[test]
fn the_line_of_least_relative_squares_agrees() {
    for case in vectors("line") {
        let points: Vec<(f64, f64)> = list(&case, "x").into_iter().zip(list(&case, "y")).collect();
        let ours = line::fit(&points).expect("points").expect("several sizes");
        // SciPy's answer comes from an iteration that stops at a relative change of 1e-8.
        for (ours, theirs) in [(ours.fixed, number(&case, "fixed")), (ours.per_x, number(&case, "per_x"))] {
            assert!((ours - theirs).abs() <= 1e-6 * theirs.abs(), "ours {ours}, SciPy's {theirs}");
        }
    }
}
