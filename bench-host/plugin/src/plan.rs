//! The plugin's arguments: which addresses are counted, which are marks, where the lines go. Pure, so that it is tested
//! without QEMU.

use std::ops::Range;

/// What is counted and where the marks are.
#[derive(Debug, PartialEq)]
pub(crate) struct Plan {
    /// Where the lines go.
    pub(crate) out: String,
    /// The kernel's text: only here is counted.
    pub(crate) code: Range<u64>,
    /// Parts of it that only wait: not counted.
    pub(crate) waits: Vec<Range<u64>>,
    /// The first instruction of the mark function.
    pub(crate) mark: u64,
}

impl Plan {
    pub(crate) fn parse<'a>(arguments: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let (mut out, mut code, mut waits, mut mark) = (None, None, Vec::new(), None);
        for argument in arguments {
            let (name, value) =
                argument.split_once('=').ok_or_else(|| format!("{argument}: expected NAME=VALUE"))?;
            match name {
                "out" => out = Some(value.to_owned()),
                "code" => code = Some(range(value)?),
                "wait" => waits.push(range(value)?),
                "mark" => mark = Some(address(value)?),
                _ => return Err(format!("{name}: no such argument; known are out, code, wait, mark")),
            }
        }
        Ok(Plan {
            out: out.ok_or("out=PATH is missing")?,
            code: code.ok_or("code=FROM-TO is missing")?,
            waits,
            mark: mark.ok_or("mark=ADDRESS is missing")?,
        })
    }

    /// Is an instruction at this address counted?
    pub(crate) fn counts(&self, address: u64) -> bool {
        self.code.contains(&address) && !self.waits.iter().any(|wait| wait.contains(&address))
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
