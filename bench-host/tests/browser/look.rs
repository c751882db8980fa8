//! Every view opens by its link, on the desktop, on the phone, on paper, in the dark, and nothing complains.

use bench_host::history::Part;

use crate::chromium::Page;
use crate::fixtures::{Made, history_with_a_step, page, recorded};

pub(crate) const VIEWS: [&str; 7] = ["verdict", "paths", "history", "rings", "linux", "variants", "health"];

/// Every view, a run of every part in the history, one series and every comparison that stands beside it.
fn links(made: &Made, browser: &mut Page) -> Vec<String> {
    let mut links: Vec<String> = VIEWS.iter().map(|view| view.to_string()).collect();
    let runs = &made.report.runs;
    for part in [Part::Point, Part::Side, Part::Reference] {
        let found = runs.iter().rev().find(|run| run.part == part);
        links.extend(found.map(|run| format!("run?id={}", run.header.run_id)));
    }
    let sides = runs.iter().filter(|run| run.header.side.as_ref().is_some_and(|side| side.name == "b"));
    links.extend(sides.map(|run| format!("variants?of={}", run.header.run_id)));
    let keyed = "app.data.series.length ? app.route.link('history', { series: app.seriesKey(app.data.series[0]) }).slice(1) : ''";
    links.push(browser.text(keyed));
    links.retain(|link| !link.is_empty());
    links
}

fn opens_every_view(made: &Made) {
    let mut browser = Page::open(&made.file, "");
    for link in links(made, &mut browser) {
        browser.go(&made.file, &link);
        let view = link.split('?').next().unwrap_or_default();
        assert_eq!(browser.text("document.getElementById('main').dataset.view"), view);
        let title = browser.text("document.querySelector('main h1')?.textContent");
        assert!(!title.is_empty() && !title.contains("could not be drawn"), "{link}: {title}");
        let odd =
            browser.text("(document.body.innerText.match(/undefined|NaN|\\[object|Infinity/) || [''])[0]");
        assert_eq!(odd, "", "{link}");
        assert_eq!(browser.complaints(), [""; 0], "{link}");
    }
}

#[test]
fn every_view_of_the_recorded_runs_opens_by_its_link_and_nothing_complains() {
    opens_every_view(&page(&recorded(), None));
}

#[test]
fn every_view_of_a_history_with_a_step_opens_by_its_link_and_nothing_complains() {
    opens_every_view(&history_with_a_step(14, 9));
}

#[test]
fn native_against_serial_has_every_figure_that_was_promised() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "paths");
    let shown = browser.js("[...document.querySelectorAll('figure')].map((one) => one.id)");
    let shown: Vec<String> = serde_json::from_value(shown).expect("names");
    for figure in [
        "ratios",
        "bandwidth-read-1",
        "depth-read-1048576",
        "heat-read",
        "ecdf",
        "stages",
        "host",
        "counters",
        "cost-read",
    ] {
        assert!(shown.contains(&format!("figure-{figure}")), "{figure}: {shown:?}");
    }
    let bands = "document.querySelectorAll('#figure-bandwidth-read-1 svg .whisker, #figure-bandwidth-read-1 svg .band, \
                 #figure-bandwidth-read-1 svg .hollow').length";
    assert!(browser.js(bands).as_u64() > Some(0), "an interval, or that there is none");
}

#[test]
fn no_view_is_wider_than_a_phone() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "");
    browser.size(360, 740);
    for link in links(&made, &mut browser) {
        browser.go(&made.file, &link);
        let width = browser.js("document.scrollingElement.scrollWidth").as_f64();
        assert!(width <= Some(360.0), "{link} is {width:?} wide");
    }
}

/// Words of drawings that leave their figure, and pairs that lie on each other.
const CUT_OR_COVERED: &str = "(() => {
    const found = [];
    for (const svg of document.querySelectorAll('figure svg')) {
        const room = svg.closest('figure').getBoundingClientRect();
        const places = [...svg.querySelectorAll('text')].filter((text) => text.textContent).map((text) => [text.textContent, text.getBoundingClientRect()]);
        const figure = svg.closest('figure').id;
        places.forEach(([words, place], index) => {
            if (place.left < room.left - 1 || place.right > room.right + 1 || place.top < room.top - 1 || place.bottom > room.bottom + 1) {
                found.push(`${figure}: ${words} is cut`);
            }
            for (const [others, other] of places.slice(index + 1)) {
                const wide = Math.min(place.right, other.right) - Math.max(place.left, other.left);
                const high = Math.min(place.bottom, other.bottom) - Math.max(place.top, other.top);
                if (wide > 2 && high > 4) found.push(`${figure}: ${words} and ${others}`);
            }
        });
    }
    return found.slice(0, 20);
})()";

#[test]
fn no_word_of_a_drawing_is_cut_or_covered_on_the_desktop_or_the_phone() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "");
    let links = links(&made, &mut browser);
    for (width, height) in [(1280, 900), (390, 844)] {
        browser.size(width, height);
        for link in &links {
            browser.go(&made.file, link);
            let found: Vec<String> = serde_json::from_value(browser.js(CUT_OR_COVERED)).expect("words");
            assert_eq!(found, [""; 0], "{link}, {width} wide");
        }
    }
}

#[test]
fn words_and_lines_stand_out_from_their_ground_in_the_light_and_in_the_dark() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "");
    // Relative luminance and contrast as the Web Content Accessibility Guidelines 2.2 define them.
    let lowest = "(() => {
        const style = getComputedStyle(document.documentElement);
        const light = (name) => {
            const hex = style.getPropertyValue(name).trim();
            const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
            const [r, g, b] = parts.map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const names = ['ink', 'muted', 'native', 'serial', 'linux', 'host', 'other', 'worse', 'better', 'doubt', 'link'];
        const pairs = names.flatMap((name) => ['ground', 'panel'].map((ground) => [light('--' + name), light('--' + ground)]));
        return Math.min(...pairs.map(([a, b]) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)));
    })()";
    for scheme in ["light", "dark"] {
        browser.looks(scheme, "");
        let contrast = browser.js(lowest).as_f64().unwrap_or(0.0);
        assert!(contrast >= 4.5, "{scheme}: {contrast}");
    }
}

#[test]
fn on_paper_the_page_has_figures_and_nothing_to_press() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "paths");
    browser.looks("dark", "print");
    let shown = "[...document.querySelectorAll('button, select, input')].filter((one) => one.offsetParent && !one.closest('th')).length";
    assert_eq!(browser.js(shown).as_f64(), Some(0.0));
    assert_eq!(
        browser.text("getComputedStyle(document.documentElement).getPropertyValue('--ground').trim()"),
        "#fff"
    );
    assert!(browser.printed() > 20_000);
}

#[test]
fn every_figure_has_a_title_and_says_itself_in_words_and_in_numbers() {
    let made = page(&recorded(), None);
    let mut browser = Page::open(&made.file, "");
    for link in links(&made, &mut browser) {
        browser.go(&made.file, &link);
        let silent = "[...document.querySelectorAll('figure')].filter((one) =>
            !one.querySelector('h3')?.textContent || !document.getElementById(one.getAttribute('aria-labelledby')) || !one.querySelector('table')
        ).length + [...document.querySelectorAll('svg')].filter((one) => !one.getAttribute('aria-label') && !one.ariaHidden).length
        + [...document.querySelectorAll('select, input')].filter((one) => !one.labels?.length).length";
        assert_eq!(browser.js(silent).as_f64(), Some(0.0), "{link}");
    }
}
