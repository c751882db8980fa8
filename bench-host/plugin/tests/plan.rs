//! The plugin's arguments, tested apart from QEMU: its symbols exist only inside a running one.

#[path = "../src/plan.rs"]
mod plan;

use plan::Plan;

#[test]
fn points_are_collected_by_kind() {
    let words = [
        "out=/tmp/o",
        "code=200000-210000",
        "round=0x201000",
        "round=203000",
        "progress=201040",
        "mark=200040",
    ];
    let plan = Plan::parse(words.into_iter()).expect("good arguments");
    assert_eq!((plan.out.as_str(), plan.code), ("/tmp/o", 0x20_0000..0x21_0000));
    assert_eq!((plan.marks, plan.progress), (vec![0x20_0040], vec![0x20_1040]));
    assert_eq!(plan.rounds, [0x20_1000, 0x20_3000]);
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    let said = |words: &[&str]| Plan::parse(words.iter().copied()).expect_err("bad arguments");
    assert_eq!(said(&["code=1-2", "mark=1", "round=1", "progress=1"]), "out=PATH is missing");
    assert_eq!(said(&["out=o", "mark=1", "round=1", "progress=1"]), "code=FROM-TO is missing");
    assert_eq!(said(&["out=o", "code=1-2", "mark=1", "round=1"]), "progress=ADDRESS is missing");
    assert_eq!(said(&["speed=9"]), "speed: no such argument; known are out, code, mark, round, progress");
    assert_eq!(said(&["code=12"]), "12: expected FROM-TO");
    assert_eq!(said(&["mark=xyz"]), "xyz: not a hexadecimal address");
    assert_eq!(said(&["mark"]), "mark: expected NAME=VALUE");
}
