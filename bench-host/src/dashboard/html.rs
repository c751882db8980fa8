//! The file: markup, style, data and scripts in one. Everything is embedded when this program is built.

const MARKUP: &str = include_str!("page/page.html");

const STYLES: [&str; 4] = [
    include_str!("page/base.css"),
    include_str!("page/layout.css"),
    include_str!("page/chart.css"),
    include_str!("page/print.css"),
];

/// In the order they need each other.
const SCRIPTS: [&str; 20] = [
    include_str!("page/dom.js"),
    include_str!("page/words.js"),
    include_str!("page/data.js"),
    include_str!("page/scale.js"),
    include_str!("page/figure.js"),
    include_str!("page/axes.js"),
    include_str!("page/lines.js"),
    include_str!("page/dots.js"),
    include_str!("page/bars.js"),
    include_str!("page/heat.js"),
    include_str!("page/table.js"),
    include_str!("page/route.js"),
    include_str!("page/view_verdict.js"),
    include_str!("page/view_paths.js"),
    include_str!("page/view_history.js"),
    include_str!("page/view_rings.js"),
    include_str!("page/view_linux.js"),
    include_str!("page/view_variants.js"),
    include_str!("page/view_health.js"),
    include_str!("page/main.js"),
];

/// The page around `data`, a JSON text; `sentence` is shown where scripts do not run.
pub(super) fn page(sentence: &str, data: &str) -> String {
    let script = SCRIPTS.concat();
    let parts = [
        ("/*style*/", STYLES.concat()),
        ("<!--sentence-->", text(sentence)),
        ("/*data*/", data_text(data)),
        ("/*script*/", script),
    ];
    let mut page = String::with_capacity(MARKUP.len() + data.len());
    let mut rest = MARKUP;
    for (mark, part) in parts {
        let (before, after) = rest.split_once(mark).expect("the markup has every mark, in this order");
        page.push_str(before);
        page.push_str(&part);
        rest = after;
    }
    page + rest
}

/// As text of an element.
fn text(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// JSON that cannot end the element it stands in: `<` appears in strings only, where it may be written so.
fn data_text(json: &str) -> String {
    json.replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_files_say_is_never_markup() {
        let page = page("</noscript><b>&", "{\"a\":\"</script><!--<script>\"}");
        assert!(page.contains("&lt;/noscript&gt;&lt;b&gt;&amp;"));
        assert!(page.contains("{\"a\":\"\\u003c/script>\\u003c!--\\u003cscript>\"}"));
        assert_eq!(page.matches("</script>").count(), 2, "the data's and the program's");
    }

    #[test]
    fn the_page_asks_nobody_for_anything() {
        let page = page("", "{}");
        for word in ["http://", "https://", "src=", "@import", "url("] {
            let found = page.matches(word).count();
            // The name space of SVG is a name, not an address.
            let names =
                if word == "http://" { page.matches("http://www.w3.org/2000/svg").count() } else { 0 };
            assert_eq!(found, names, "{word}");
        }
        assert!(page.contains("default-src 'none'"));
    }
}
