//! Links that show the same again, and keys.

use crate::chromium::Page;
use crate::fixtures::{history_with_a_step, page, recorded};
use crate::look::VIEWS;

#[test]
fn digits_open_the_views_and_other_keys_do_what_the_help_says() {
    let made = history_with_a_step(14, 9);
    let mut browser = Page::open(&made.file, "");
    for (index, view) in VIEWS.iter().enumerate() {
        browser.press(&(index + 1).to_string());
        assert_eq!(browser.text("document.getElementById('main').dataset.view"), *view);
        assert_eq!(browser.text("document.querySelector('nav [aria-current]').dataset.view"), *view);
    }
    browser.press("?");
    assert_eq!(browser.js("document.getElementById('keys').open"), true);
    browser.press("?");
    browser.press("t");
    assert_eq!(browser.text("document.documentElement.dataset.theme"), "dark");
    browser.press("1");
    browser.press("j");
    assert!(browser.js("document.activeElement.matches('.findings > li')").as_bool().unwrap_or(false));
    browser.press("Enter");
    assert!(browser.text("location.hash").starts_with("#history?series="));
    browser.press("Escape");
    assert_eq!(browser.text("document.getElementById('main').dataset.view"), "verdict");
    browser.press("/");
    assert_eq!(browser.text("document.activeElement.id"), "find");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn what_is_chosen_is_in_the_address_and_the_address_shows_it_again() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "paths");
    let choose = "(() => { const select = [...document.querySelectorAll('.controls select')].pop(); select.selectedIndex = 1; \
                  select.dispatchEvent(new Event('change')); return select.value; })()";
    let chosen = browser.text(choose);
    browser.settle();
    let (hash, title) = (
        browser.text("location.hash"),
        browser.text("document.querySelector('#figure-ecdf h3').textContent"),
    );
    assert!(hash.contains("case=") && title.starts_with(&chosen), "{hash}: {title}");
    let mut again = Page::open(&made.file, &hash[1..]);
    assert_eq!(again.text("document.querySelector('#figure-ecdf h3').textContent"), title);
    again.follow("paths?figure=host");
    let top = again.js("document.getElementById('figure-host').getBoundingClientRect().top").as_f64();
    assert!(top.is_some_and(|top| (0.0..900.0).contains(&top)), "{top:?}");
}

#[test]
fn brackets_go_to_the_run_before_and_to_the_run_after() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "paths");
    let chosen = "document.querySelector('.controls select').value";
    let newest = browser.text(chosen);
    browser.press("[");
    let before = browser.text(chosen);
    assert!(before != newest && browser.text("location.hash").contains(&format!("run={before}")));
    browser.press("]");
    assert_eq!(browser.text(chosen), newest);
    let runs =
        browser.js("document.querySelector('.controls select').options.length").as_u64().expect("a count");
    (0..runs).for_each(|_| browser.press("]"));
    assert_eq!(browser.text("document.getElementById('said').textContent"), "There is none");
}

#[test]
fn a_point_leads_to_its_run_and_to_the_commands_that_make_it_again() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "paths");
    let run = browser.text("document.querySelector('.controls select').value");
    browser.js(
        "document.querySelector('#figure-ratios svg a').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))",
    );
    browser.settle();
    assert!(browser.text("location.hash").starts_with(&format!("#run?id={run}&case=")));
    let facts = made.report.runs.iter().find(|facts| facts.header.run_id == run).expect("the run");
    let commands = browser.text("document.querySelector('.box pre').textContent");
    assert!(
        commands.contains(&facts.header.git.sha) && commands.contains("cargo ninewire run"),
        "{commands}"
    );
    let argv = browser.text("[...document.querySelectorAll('.box pre')][1].textContent");
    assert!(argv.contains("qemu-system-x86_64") && argv.contains("virtio-9p-pci"), "{argv}");
}

#[test]
fn a_link_to_what_is_not_here_says_so() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "nothing");
    assert!(
        browser.text("document.querySelector('main').innerText").contains("There is no view \"nothing\"")
    );
    for (link, words) in [
        ("run?id=gone", "This run is not on this page"),
        ("history?series=gone", "This series is not on this page"),
    ] {
        browser.follow(link);
        assert_eq!(browser.text("document.querySelector('main h1').textContent"), words);
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn tables_are_ordered_by_the_column_that_is_pressed() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "linux");
    if browser.js("!document.querySelector('main > .scroll table')") == true {
        browser.follow("health");
    }
    let column = "[...document.querySelectorAll('main > .scroll table')].pop()";
    let press = format!(
        "(() => {{ const table = {column}; const head = [...table.querySelectorAll('th.number')].pop(); head.querySelector('button').click(); \
                         const at = head.cellIndex; return [head.ariaSort, [...table.tBodies[0].rows].map((row) => Number(row.cells[at].dataset.value || -1))]; }})()"
    );
    for (order, sign) in [("ascending", 1.0), ("descending", -1.0)] {
        let answer = browser.js(&press);
        assert_eq!(answer[0], order);
        let values: Vec<f64> = serde_json::from_value(answer[1].clone()).expect("numbers");
        assert!(values.windows(2).all(|pair| pair[0] * sign <= pair[1] * sign), "{order}: {values:?}");
    }
}
