//! `sleep`: does nothing for a while.

use crate::shell::context::{Context, Exit};
use crate::time::{self, Nanos};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let span = match &cx.words[1..] {
        [seconds] => core::str::from_utf8(seconds).ok().and_then(parse),
        _ => None,
    };
    match span {
        Some(span) => {
            time::sleep(span).await;
            Ok(())
        }
        None => cx.usage("sleep seconds"),
    }
}

/// Seconds, with at most nine digits behind the point.
fn parse(text: &str) -> Option<Nanos> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 9 || !fraction.bytes().chain(whole.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = 10u64.pow(9 - fraction.len() as u32);
    let fraction: u64 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    whole.checked_mul(1_000_000_000)?.checked_add(fraction * scale).map(Nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_may_have_a_fraction() {
        assert_eq!(parse("2"), Some(Nanos::from_secs(2)));
        assert_eq!(parse("0.05"), Some(Nanos::from_millis(50)));
        assert_eq!(parse(".5"), Some(Nanos::from_millis(500)));
        for bad in ["-1", "1s", "1.0000000001", "99999999999999999999"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
