//! The plugin's arguments: which addresses are counted, which are marks, where the lines go. Pure, so that it is tested
//! without QEMU.

use std::ops::Range;

/// What is counted and where the points are. A point of the source may be several addresses.
#[derive(Debug, PartialEq)]
pub(crate) struct Plan {
    /// Where the lines go.
    pub(crate) out: String,
    /// The kernel's text: only here is counted.
    pub(crate) code: Range<u64>,
    /// Where a line is written.
    pub(crate) marks: Vec<u64>,
    /// Where a round of the kernel's run loop begins.
    pub(crate) rounds: Vec<u64>,
    /// Where a round that did something ends.
    pub(crate) progress: Vec<u64>,
}

impl Plan {
    pub(crate) fn parse<'a>(arguments: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let (mut out, mut code) = (None, None);
        let (mut marks, mut rounds, mut progress) = (Vec::new(), Vec::new(), Vec::new());
        for argument in arguments {
            let (name, value) =
                argument.split_once('=').ok_or_else(|| format!("{argument}: expected NAME=VALUE"))?;
            match name {
                "out" => out = Some(value.to_owned()),
                "code" => code = Some(range(value)?),
                "mark" => marks.push(address(value)?),
                "round" => rounds.push(address(value)?),
                "progress" => progress.push(address(value)?),
                _ => {
                    return Err(format!(
                        "{name}: no such argument; known are out, code, mark, round, progress"
                    ));
                }
            }
        }
        for (name, addresses) in [("mark", &marks), ("round", &rounds), ("progress", &progress)] {
            if addresses.is_empty() {
                return Err(format!("{name}=ADDRESS is missing"));
            }
        }
        let (out, code) = (out.ok_or("out=PATH is missing")?, code.ok_or("code=FROM-TO is missing")?);
        Ok(Plan { out, code, marks, rounds, progress })
    }
}

fn address(text: &str) -> Result<u64, String> {
    u64::from_str_radix(text.trim_start_matches("0x"), 16)
        .map_err(|_| format!("{text}: not a hexadecimal address"))
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let (from, to) = text.split_once('-').ok_or_else(|| format!("{text}: expected FROM-TO"))?;
    Ok(address(from)?..address(to)?)
}
