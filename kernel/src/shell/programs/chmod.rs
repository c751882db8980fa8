//! `chmod`: who may do what with files.

use crate::ns::path::Shown;
use crate::ns::stat::Change;
use crate::shell::context::{Context, Exit};

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let wanted = words.get(1).and_then(|mode| Wanted::parse(mode));
    let (Some(wanted), [_, _, files @ ..]) = (wanted, &words[..]) else { return cx.usage(USAGE) };
    if files.is_empty() {
        return cx.usage(USAGE);
    }
    let mut exit = Ok(());
    for name in files {
        let changed = async {
            let permissions = match wanted {
                Wanted::Exactly(bits) => bits,
                Wanted::Changed { set, clear } => {
                    let place = cx.view.walk(name).await?;
                    let stat = crate::ns::device::Device::stat(&**place.node()).await?;
                    stat.mode.permissions() & !clear | set
                }
            };
            cx.view.change(name, &Change { permissions: Some(permissions), ..Change::default() }).await
        };
        if let Err(error) = changed.await {
            exit = cx.fail("chmod", format_args!("can't change {}: {error}", Shown(name)));
        }
    }
    exit
}

const USAGE: &str = "chmod 0777 file...\n       chmod [ugoa][+-=][rwx] file...";

/// What the first word asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Exactly(u32),
    Changed { set: u32, clear: u32 },
}

impl Wanted {
    fn parse(word: &[u8]) -> Option<Wanted> {
        let text = core::str::from_utf8(word).ok()?;
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            return u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777).map(Wanted::Exactly);
        }
        let at = text.find(['+', '-', '='])?;
        let (who, rest) = text.split_at(at);
        // Each of the three groups of bits that is meant.
        let mut groups = if who.is_empty() { 0o111 } else { 0 };
        for letter in who.chars() {
            groups |= match letter {
                'u' => 0o100,
                'g' => 0o010,
                'o' => 0o001,
                'a' => 0o111,
                _ => return None,
            };
        }
        let mut bits = 0;
        for letter in rest[1..].chars() {
            bits |= match letter {
                'r' => groups * 4,
                'w' => groups * 2,
                'x' => groups,
                _ => return None,
            };
        }
        Some(match rest.as_bytes()[0] {
            b'+' => Wanted::Changed { set: bits, clear: 0 },
            b'-' => Wanted::Changed { set: 0, clear: bits },
            _ => Wanted::Changed { set: bits, clear: groups * 7 },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_numbers_or_changes() {
        let changed = |set, clear| Some(Wanted::Changed { set, clear });
        let table = [
            ("0644", Some(Wanted::Exactly(0o644))),
            ("755", Some(Wanted::Exactly(0o755))),
            ("+x", changed(0o111, 0)),
            ("go-rwx", changed(0, 0o077)),
            ("u=rw", changed(0o600, 0o700)),
            ("a=", changed(0, 0o777)),
            ("1000", None),
            ("9", None),
            ("u", None),
            ("+t", None),
            ("z+r", None),
        ];
        for (word, wanted) in table {
            assert_eq!(Wanted::parse(word.as_bytes()), wanted, "{word}");
        }
    }
}
