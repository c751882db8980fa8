//! The numbers on the page are those of the files.

use std::collections::BTreeMap;

use bench_host::compare::{Metric, compare};
use bench_host::peer::setting::linux_name;
use bench_host::run::cell::Cell;
use bench_host::stats::summary::median;
use bench_host::store;
use bench_host::verdict::{Rules, Verdict};
use ninewire_bench_guest::record::Path;

use crate::chromium::Page;
use crate::fixtures::{commit, history_with_a_step, made_up, page, pattern, planted_sides, recorded};

/// What a page of six digits may differ by.
const ROUNDED: f64 = 1e-5;

fn close(shown: f64, expected: f64) -> bool {
    (shown - expected).abs() <= ROUNDED * expected.abs()
}

#[test]
fn the_table_of_a_run_has_the_medians_of_its_file() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "");
    let mut looked = 0;
    for facts in made.report.runs.iter().filter(|facts| facts.header.peer.is_none()).take(4) {
        browser.follow(&format!("run?id={}", facts.header.run_id));
        let rows = browser.js(
            "[...document.querySelectorAll('main > .scroll table tbody tr')].map((row) => [row.cells[0].textContent, row.cells[1].textContent, \
             Number(row.cells[3].dataset.value)])",
        );
        let mut shown: BTreeMap<(String, String), f64> = BTreeMap::new();
        for row in rows.as_array().expect("rows") {
            let text = |index: usize| row[index].as_str().unwrap_or_default().to_string();
            shown.insert((text(0), text(1)), row[2].as_f64().unwrap_or(f64::NAN));
        }
        let run = store::read(&made.results.join(&facts.file)).expect("the run");
        for cell in Cell::of_run(&run).iter().filter(|cell| !cell.boots.is_empty()) {
            let key = (run.jobs[usize::from(cell.job)].name.clone(), cell.path.word().to_string());
            let expected = median(&cell.values(|value| Some(value.iops))).expect("a median");
            assert!(close(shown[&key], expected), "{key:?}: {} for {expected}", shown[&key]);
            looked += 1;
        }
    }
    assert!(looked > 30, "{looked}");
}

#[test]
fn the_verdict_and_its_census_are_the_history_engines() {
    let made = history_with_a_step(14, 9);
    let mut browser = Page::open(&made.file, "");
    let told = browser.text("document.getElementById('verdict-sentence').textContent");
    assert_eq!(told, made.report.verdict.sentence);
    let listed = browser.js("document.querySelectorAll('.findings > li.worse').length").as_u64();
    assert_eq!(listed, Some(made.report.verdict.worse.len() as u64));
    assert!(listed > Some(0), "half as slow again is worse: {told}");
    let counts = browser.js(
        "[...document.querySelectorAll('main .scroll td.number')].map((cell) => Number(cell.dataset.value))",
    );
    let counts: Vec<f64> = serde_json::from_value(counts).expect("numbers");
    let census = &made.report.census;
    let mut expected = vec![census.exact as f64, census.ratios as f64];
    expected.extend(census.not_judged.iter().map(|(_, count)| *count as f64));
    assert_eq!(counts, expected);
}

#[test]
fn a_planted_fault_is_told_as_a_comparison_that_names_its_cases_and_is_no_regression() {
    let pattern = pattern();
    let mut sides = None;
    let made = made_up(|results| {
        (0..3).for_each(|number| commit(results, &pattern, number, 1.0));
        sides = Some(planted_sides(results, &pattern));
    });
    let [a, b] = sides.expect("both sides");
    let compared = compare(&a, &b, &Rules::default());
    assert!(made.report.verdict.worse.is_empty(), "{}", made.report.verdict.sentence);
    let mut browser = Page::open(&made.file, "");
    assert_eq!(browser.js("document.querySelectorAll('.findings > li.worse').length").as_u64(), Some(0));
    let told = browser.text("document.querySelector('.findings > li.wide').innerText");
    for words in ["as it is → --append plant=delay:100, planted on purpose", "Worse: "] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let regressed = compared.rows.iter().filter(|row| row.judged.verdict == Verdict::Regressed);
    let named: Vec<String> = regressed.map(|row| format!("{} {} (IOPS −5", row.case, row.path)).collect();
    assert!(named.len() > 5 && named.iter().all(|name| name.contains(" native ")), "{named:?}");
    // A few of them, and how many there are besides; all of them a click away.
    let first = named.iter().filter(|name| told.contains(*name)).count();
    assert!(first == 3 && told.contains(&format!(" and {} more.", named.len() - first)), "{named:?}: {told}");
    assert!(!told.contains(" serial ("), "only the native path is slower: {told}");
    browser.js("document.querySelector('.findings > li.wide a').click()");
    browser.settle();
    assert_eq!(browser.text("document.getElementById('main').dataset.view"), "variants");
    let title = browser.text("document.querySelector('main h1').textContent");
    assert!(title.starts_with("as it is → --append plant=delay:100, planted on purpose: "), "{title}");
    let told = browser.text("document.querySelector('main').innerText");
    assert!(named.iter().all(|name| told.contains(name)), "{named:?}: {told}");
    let verdicts = browser.js(
        "[...document.querySelectorAll('#figure-forest tbody tr')].map((row) => [...row.cells].pop().textContent)",
    );
    let shown: Vec<String> = serde_json::from_value(verdicts).expect("words");
    let printed = compared.rows.iter().filter(|row| row.metric == Metric::Iops);
    let printed: Vec<String> = printed.map(|row| row.judged.verdict.to_string()).collect();
    assert_eq!(shown, printed);
}

#[test]
fn a_change_that_is_meant_stands_apart_with_its_reason() {
    let pattern = pattern();
    let made = made_up(|results| {
        let factor = |number| if number < 9 { 1.0 } else { 1.5 };
        (0..14).for_each(|number| commit(results, &pattern, number, factor(number)));
        let entry = "[[change]]\ncase='*'\nwhat='iops'\ncommit='00000009'\nreason='checks every byte'\n";
        std::fs::write(results.join("annotations.toml"), entry).expect("written");
    });
    let verdict = &made.report.verdict;
    assert!(verdict.worse.is_empty() && !verdict.meant.is_empty(), "{}", verdict.sentence);
    let mut browser = Page::open(&made.file, "");
    let told = browser.text("document.querySelector('main').innerText");
    assert!(told.contains(&format!("Worse, as is meant ({})", verdict.meant.len())), "{told}");
    assert!(told.contains("Meant: checks every byte (00000009)") && !told.contains("Got worse"), "{told}");
}

#[test]
fn the_view_of_rings_has_every_recorded_bench_and_tells_peers_apart() {
    let made = page(&recorded(), None);
    let kept = std::fs::read(recorded().join(bench_host::dashboard::BENCHES)).expect("recorded benches");
    let kept: serde_json::Value = serde_json::from_slice(&kept).expect("JSON");
    let kept = kept["rows"].as_array().expect("rows").iter();
    let mut expected: Vec<(bool, f64)> = kept
        .map(|row| (row["peer"].as_bool().expect("a word"), row["value"].as_f64().expect("a number")))
        .collect();
    let mut browser = Page::open(&made.file, "rings");
    let shown = browser.js(
        "[...document.querySelectorAll('figure tbody tr')].map((row) => [row.cells[3].textContent === 'peer', Number(row.cells[1].dataset.value)])",
    );
    let mut shown: Vec<(bool, f64)> = serde_json::from_value(shown).expect("numbers");
    for list in [&mut expected, &mut shown] {
        list.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)));
    }
    assert!(expected.len() > 20 && expected[0].0 != expected[expected.len() - 1].0);
    assert_eq!(shown, expected);
}

#[test]
fn the_table_beside_linux_has_the_medians_of_both_guests() {
    let made = page(&recorded(), None);
    let facts = made.report.runs.iter().rev().find(|facts| facts.header.peer.is_some());
    let facts = facts.expect("a recorded comparison with Linux");
    let run = store::read(&made.results.join(&facts.file)).expect("the run");
    let cells = Cell::of_run(&run);
    let rate = |name: &str, path: &str, unit: &str| {
        let named = |cell: &&Cell| run.jobs[usize::from(cell.job)].name == name && cell.path.word() == path;
        let cell = cells.iter().find(named)?;
        median(&cell.values(|value| if unit == "MiB/s" { value.bw_mib_s } else { Some(value.iops) })).ok()
    };
    let mut browser = Page::open(&made.file, &format!("linux?run={}", facts.header.run_id));
    let rows = browser.js(
        "[...document.querySelectorAll('main > .scroll table tbody tr')].map((row) => [row.cells[0].textContent, row.cells[1].textContent, \
         row.cells[2].textContent, Number(row.cells[3].dataset.value), Number(row.cells[4].dataset.value)])",
    );
    type Row = (String, String, String, Option<f64>, Option<f64>);
    let rows: Vec<Row> = serde_json::from_value(rows).expect("rows");
    let mut looked = 0;
    for (case, path, unit, ours, linux) in rows.iter().filter(|row| !row.1.contains('(')) {
        let way = Path::ALL.iter().find(|known| known.word() == path).expect("a path");
        let theirs = rate(&linux_name(*way, case), path, unit);
        for (shown, expected) in [(ours, rate(case, path, unit)), (linux, theirs)] {
            let same =
                shown.zip(expected).map_or(shown.is_none() && expected.is_none(), |(a, b)| close(a, b));
            assert!(same, "{case} {path}: {shown:?} for {expected:?}");
            looked += usize::from(expected.is_some());
        }
    }
    assert!(looked > 20, "{looked} of {}", rows.len());
}

#[test]
fn the_first_view_speaks_of_the_newest_commit_and_compares_it_with_the_reference() {
    let pattern = pattern();
    // The run of the newest commit is not the one that was made last.
    let made =
        made_up(|results| [7, 3, 5].into_iter().for_each(|number| commit(results, &pattern, number, 1.0)));
    let mut browser = Page::open(&made.file, "");
    let lead = browser.text("document.querySelector('.lead').innerText");
    assert!(lead.contains("Newest run: commit 00000007 of 2026-01-01"), "{lead}");
    let heads =
        browser.text("[...document.querySelectorAll('main h2')].map((head) => head.textContent).join('|')");
    assert!(heads.contains("Today: 00000007"), "{heads}");
    browser.follow("variants");
    let titles = browser
        .text("[...document.querySelectorAll('main select option')].map((one) => one.textContent).join('|')");
    for commit in ["00000007", "00000005", "00000003"] {
        assert!(titles.contains(&format!("{commit} against the reference image")), "{titles}");
    }
    let rows = browser.js("document.querySelectorAll('#figure-forest tbody tr').length").as_u64();
    assert!(rows > Some(5), "{rows:?}");
}

#[test]
fn a_newest_run_whose_suite_has_no_history_is_said_not_to_be_judged() {
    const TOLD: &str = "Nothing of the newest run was judged: there are too few runs of its suite, another.";
    let pattern = pattern();
    let mut other = pattern.clone();
    other.header.suite = "another".into();
    for (newest, told) in [(&pattern, false), (&other, true)] {
        let made = made_up(|results| {
            (0..3).for_each(|number| commit(results, &pattern, number, 1.0));
            commit(results, newest, 3, 1.0);
        });
        assert!(made.report.census.judged() > 0);
        let mut browser = Page::open(&made.file, "");
        let text = browser.text("document.querySelector('main').innerText");
        assert_eq!(text.contains(TOLD), told, "{text}");
    }
}

#[test]
fn a_counter_whose_boots_differ_is_to_be_watched_and_leads_to_its_series() {
    let steady = pattern();
    let mut unsteady = steady.clone();
    for sample in unsteady.boots[1].visits.iter_mut().flat_map(|visit| &mut visit.samples) {
        if let Some(messages) = sample.counters.get_mut("messages") {
            *messages += sample.ops;
        }
    }
    let made = made_up(|results| {
        commit(results, &steady, 0, 1.0);
        commit(results, &unsteady, 1, 1.0);
    });
    let verdict = &made.report.verdict;
    let watched = verdict.unsteady.len() + verdict.drifting.len() + verdict.doubtful.len();
    assert!(!verdict.unsteady.is_empty());
    let mut browser = Page::open(&made.file, "");
    let told = browser.text("document.querySelector('main').innerText");
    assert!(told.contains(&format!("To watch ({watched})")), "{told}");
    let link = "[...document.querySelectorAll('main > ul.plain > li')].find((one) => \
                one.textContent.endsWith('boots of the newest run differ where they must not')).querySelector('a')";
    let name = browser.text(&format!("{link}.textContent"));
    browser.js(&format!("{link}.click()"));
    browser.settle();
    assert_eq!(browser.text("document.querySelector('main h1').textContent"), name);
}

#[test]
fn a_series_is_drawn_with_a_point_a_run_and_a_mark_where_it_changed() {
    let made = history_with_a_step(14, 9);
    let finding = made.report.verdict.worse[0];
    let series = &made.report.series[finding.series];
    let mut browser = Page::open(&made.file, "");
    let link = format!(
        "app.route.link('history', {{ series: app.seriesKey(app.data.series[{}]) }}).slice(1)",
        finding.series
    );
    let link = browser.text(&link);
    browser.follow(&link);
    let points = browser.js("document.querySelectorAll('#figure-series svg .point').length").as_u64();
    assert_eq!(points, Some(series.points.len() as u64));
    let marks = browser.js("document.querySelectorAll('#figure-series svg .change').length").as_u64();
    assert_eq!(marks, Some(series.changes.len() as u64));
    let shown = browser.js("[...document.querySelectorAll('#figure-series tbody tr')].map((row) => Number(row.cells[4].dataset.value))");
    let shown: Vec<f64> = serde_json::from_value(shown).expect("numbers");
    assert_eq!(shown.len(), series.points.len());
    assert!(shown.iter().zip(&series.points).all(|(shown, point)| close(*shown, point.value)));
}

#[test]
fn a_file_of_a_figures_numbers_has_what_its_table_has() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "paths");
    let caught = "(() => { window.kept = ''; const make = URL.createObjectURL; URL.createObjectURL = (blob) => { blob.text().then((text) => { \
                  window.kept = text; }); return make(blob); }; })()";
    browser.js(caught);
    browser.js("[...document.querySelectorAll('#figure-ratios .under button')].find((one) => one.textContent === 'CSV').click()");
    browser.settle();
    let csv = browser.text("window.kept");
    let shown = browser.js(
        "[...document.querySelectorAll('#figure-ratios tbody tr')].map((row) => row.cells[2].dataset.value)",
    );
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "case,path,native / serial,\"native / serial, low\",\"native / serial, high\",boots"
    );
    for (line, shown) in lines[1..].iter().zip(shown.as_array().expect("rows")) {
        assert_eq!(line.split(',').nth(2), shown.as_str(), "{line}");
    }
    assert!(lines.len() > 5);
}
