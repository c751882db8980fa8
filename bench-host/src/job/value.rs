//! Values of a job file: sizes, times, numbers, as fio reads them with its default `kb_base=1024`.

use ninewire_bench_guest::units::{Bytes, Nanos};

/// `4096`, `4k`, `4ki`, `4kib`, `1m`, `1g`: powers of 1024, large or small letters.
pub(crate) fn size(text: &str) -> Result<Bytes, String> {
    let (digits, unit) = split(text);
    let shift = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "ki" | "kib" => 10,
        "m" | "mi" | "mib" => 20,
        "g" | "gi" | "gib" => 30,
        _ => return Err(format!("{text:?} is not a size such as 4096, 4k or 1m")),
    };
    let number: u64 = digits.parse().map_err(|_| format!("{text:?} is not a size such as 4096, 4k or 1m"))?;
    number.checked_mul(1 << shift).map(Bytes).ok_or_else(|| format!("{text:?} is too large"))
}

/// `200ms`, `500us`, `2s`, `1m`; a plain number is seconds.
pub(super) fn time(text: &str) -> Result<Nanos, String> {
    let (digits, unit) = split(text);
    let nanos = match unit.to_ascii_lowercase().as_str() {
        "us" | "usec" => 1_000,
        "ms" | "msec" => 1_000_000,
        "" | "s" | "sec" => 1_000_000_000,
        "m" => 60_000_000_000,
        _ => return Err(format!("{text:?} is not a time such as 200ms or 2s")),
    };
    let number: u64 = digits.parse().map_err(|_| format!("{text:?} is not a time such as 200ms or 2s"))?;
    number.checked_mul(nanos).map(Nanos).ok_or_else(|| format!("{text:?} is too long"))
}

/// A whole number from `low` to `high`.
pub(super) fn number(text: &str, low: u64, high: u64) -> Result<u64, String> {
    match text.parse() {
        Ok(number) if (low..=high).contains(&number) => Ok(number),
        _ => Err(format!("{text:?} is not a number from {low} to {high}")),
    }
}

/// `1`, or a word without a value; `0`.
pub(super) fn flag(text: &str) -> Result<bool, String> {
    match text {
        "" | "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(format!("{text:?} is neither 0 nor 1")),
    }
}

fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_with_their_units() {
        assert_eq!(size("4096"), Ok(Bytes(4096)));
        assert_eq!(size("4K"), Ok(Bytes(4096)));
        assert_eq!(size("1MiB"), Ok(Bytes(1 << 20)));
        assert_eq!(time("2"), Ok(Nanos(2_000_000_000)));
        assert_eq!(time("200ms"), Ok(Nanos(200_000_000)));
        assert_eq!(time("1m"), Ok(Nanos(60_000_000_000)));
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for text in ["", "k", "4kb2", "-1", "4 k", "99999999999g"] {
            assert!(size(text).is_err(), "{text}");
        }
        for text in ["", "ms", "3h", "1.5s", "99999999999999m"] {
            assert!(time(text).is_err(), "{text}");
        }
        assert!(number("0", 1, 9).is_err() && number("x", 1, 9).is_err());
        assert!(flag("yes").is_err());
    }
}
