//! The manual's table of the page's statements names tests that are there.

use std::fs;
use std::path::Path;

/// The text of every source file below `dir`.
fn sources(dir: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &sources(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text += &fs::read_to_string(path).unwrap();
        }
    }
    text
}

#[test]
fn every_statement_of_the_page_has_a_test_that_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = sources(&root.join("tests/boot"));
    let page = fs::read_to_string(root.join("../kernel/manual/page.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(!rows.is_empty());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [_, _, shown_by] = cells[..] else { panic!("not three cells: {row}") };
        let names: Vec<&str> = shown_by.split(',').map(|name| name.trim().trim_matches('`')).collect();
        assert!(!names.iter().any(|name| name.is_empty()), "{row}");
        for name in names {
            assert!(tests.contains(&format!("\nfn {name}() {{")), "no test is called {name}");
        }
    }
}
