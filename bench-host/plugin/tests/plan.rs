//! The plugin's arguments, tested apart from QEMU: its symbols exist only inside a running one.

#[path = "../src/plan.rs"]
mod plan;

use plan::Plan;

#[test]
fn instructions_of_the_kernel_count_and_those_that_wait_do_not() {
    let words =
        ["out=/tmp/o", "code=200000-210000", "wait=0x201000-0x202000", "wait=203000-203010", "mark=200040"];
    let plan = Plan::parse(words.into_iter()).expect("good arguments");
    assert_eq!((plan.out.as_str(), plan.mark), ("/tmp/o", 0x20_0040));
    assert!(plan.counts(0x20_0000) && plan.counts(0x20_0fff) && plan.counts(0x20_2000));
    assert!(!plan.counts(0x20_1000) && !plan.counts(0x20_300f) && !plan.counts(0x21_0000) && !plan.counts(0));
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    let said = |words: &[&str]| Plan::parse(words.iter().copied()).expect_err("bad arguments");
    assert_eq!(said(&["code=1-2", "mark=1"]), "out=PATH is missing");
    assert_eq!(said(&["out=o", "mark=1"]), "code=FROM-TO is missing");
    assert_eq!(said(&["speed=9"]), "speed: no such argument; known are out, code, wait, mark");
    assert_eq!(said(&["code=12"]), "12: expected FROM-TO");
    assert_eq!(said(&["mark=xyz"]), "xyz: not a hexadecimal address");
    assert_eq!(said(&["mark"]), "mark: expected NAME=VALUE");
}
