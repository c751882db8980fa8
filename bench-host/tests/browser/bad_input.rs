//! Whatever lies in the folder, the page opens and says what is the matter.

use std::path::Path;

use bench_host::store;

use crate::chromium::Page;
use crate::fixtures::{Made, commit, made_up, page, pattern, recorded};
use crate::look::VIEWS;

fn opens(made: &Made) -> Page {
    let mut browser = Page::open(&made.file, "");
    for view in VIEWS.iter().rev() {
        browser.follow(view);
        let title = browser.text("document.querySelector('main h1')?.textContent");
        assert!(!title.is_empty() && !title.contains("could not be drawn"), "{view}: {title}");
        assert_eq!(browser.complaints(), [""; 0], "{view}");
    }
    browser
}

#[test]
fn an_empty_history_opens_and_says_how_to_begin() {
    let made = made_up(|_| {});
    let mut browser = opens(&made);
    assert!(browser.text("document.querySelector('main').innerText").contains("There are no runs yet"));
}

#[test]
fn one_run_opens_and_is_not_judged() {
    let made = made_up(|results| drop(store::write(&pattern(), results).expect("written")));
    let mut browser = opens(&made);
    assert_eq!(browser.js("document.querySelectorAll('.findings > li').length").as_u64(), Some(0));
    browser.follow("paths");
    assert!(browser.js("document.querySelectorAll('figure').length").as_u64() > Some(3));
}

#[test]
fn cut_and_foreign_files_are_named_and_the_others_are_shown() {
    let made = made_up(|results| {
        let whole = store::write(&pattern(), results).expect("written");
        let folder = whole.parent().expect("a folder");
        let text = std::fs::read(&whole).expect("read");
        std::fs::write(folder.join("cut.jsonl"), &text[..text.len() / 2]).expect("written");
        std::fs::write(folder.join("foreign.jsonl"), "{\"benches\":[]}\n").expect("written");
        std::fs::write(folder.join("noise.jsonl"), [0xFF, 0, 0xFE]).expect("written");
    });
    assert_eq!(made.report.runs.len(), 1);
    let mut browser = opens(&made);
    browser.follow("health");
    let told = browser.text("document.querySelector('main').innerText");
    for file in ["cut.jsonl", "foreign.jsonl", "noise.jsonl"] {
        assert!(told.contains(file), "{file}: {told}");
    }
}

#[test]
fn runs_of_two_machines_are_two_histories_of_which_one_is_chosen() {
    let (here, mut there) = (pattern(), pattern());
    there.header.host.cpu_model = "Another".into();
    let made = made_up(|results| {
        (0..3).for_each(|number| commit(results, &here, number, 1.0));
        (10..13).for_each(|number| commit(results, &there, number, 4.0));
    });
    assert!(made.report.machines.len() == 2 && made.report.verdict.worse.is_empty());
    let mut browser = opens(&made);
    browser.follow("history?metric=IOPS");
    let machines = browser.text(
        "[...document.querySelectorAll('.controls label')].find((one) => one.textContent.startsWith('Machine')).textContent",
    );
    assert!(machines.contains("Another") && machines.contains(&here.header.host.cpu_model), "{machines}");
    assert!(browser.js("document.querySelectorAll('.grid > li').length").as_u64() > Some(5));
}

#[test]
fn words_of_files_are_never_markup() {
    const EVIL: &str =
        "</script><script>window.taken = 1</script><img src=x onerror='window.taken = 2'>\"'&\u{2028}";
    let made = made_up(|results| {
        let mut run = pattern();
        run.header.suite = EVIL.into();
        run.header.host.cpu_model = EVIL.into();
        run.header.qemu.version = EVIL.into();
        run.header.git.sha = EVIL.into();
        run.jobs[0].name = EVIL.into();
        run.boots[0].facts.cmdline = EVIL.into();
        std::fs::create_dir_all(results.join("f")).expect("a folder");
        let text = store::to_text(&run).expect("a text");
        std::fs::write(results.join("f").join("a.jsonl"), text).expect("written");
    });
    assert_eq!(made.report.runs.len(), 1, "{:?}", made.notes);
    let mut browser = opens(&made);
    browser.follow(&format!("run?id={}", made.report.runs[0].header.run_id));
    assert!(browser.text("document.querySelector('main').innerText").contains("<img src=x"));
    assert!(
        browser.js(
            "window.taken === undefined && document.querySelectorAll('main img, main script').length === 0"
        ) == true
    );
}

#[test]
fn a_long_history_opens_and_is_smaller_than_the_promise() {
    let pattern = pattern();
    let made = made_up(|results| (0..200).for_each(|number| commit(results, &pattern, number, 1.0)));
    let bytes = std::fs::metadata(&made.file).expect("the page").len();
    assert!(bytes <= bench_host::dashboard::BYTES_MAX as u64, "{bytes}");
    let mut browser = opens(&made);
    browser.follow("history");
    browser.js("window.scrollTo(0, document.body.scrollHeight)");
    assert!(browser.js("window.scrollY").as_f64() > Some(0.0));
}

#[test]
fn the_same_data_give_the_same_bytes() {
    let read = |results: &Path| std::fs::read(page(results, None).file).expect("the page");
    assert!(read(&recorded()) == read(&recorded()));
}
