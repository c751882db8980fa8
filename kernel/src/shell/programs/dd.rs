//! `dd`: copies a part of a file, block by block.

use core::fmt::Write;

use crate::ns::{Error, OpenMode};
use crate::shell::context::{Context, Exit};
use crate::shell::flags::number;

const USAGE: &str = "dd [-if file] [-of file] [-bs n] [-count n] [-iseek n] [-oseek n] [-trunc n] [-quiet n]";

#[derive(Clone, Debug, PartialEq, Eq)]
struct Plan<'a> {
    from: Option<&'a [u8]>,
    to: Option<&'a [u8]>,
    block_bytes: u64,
    /// In blocks; `None`: to the end.
    count: Option<u64>,
    /// In blocks from the beginning.
    input_seek: u64,
    output_seek: u64,
    truncate: bool,
    quiet: bool,
}

/// Whole and partial blocks.
#[derive(Clone, Copy, Default)]
struct Records {
    full: u64,
    partial: u64,
}

impl Records {
    fn note(&mut self, bytes: u64, block_bytes: u64) {
        if bytes == block_bytes {
            self.full += 1;
        } else {
            self.partial += 1;
        }
    }
}

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let Some(plan) = plan(&words[1..]) else { return cx.usage(USAGE) };
    let input = match plan.from {
        None => Ok(cx.input.clone()),
        Some(name) => cx.view.open(name, OpenMode::READ).await,
    };
    let input = match input {
        Ok(input) => input,
        Err(error) => return cx.fail("open", format_args!("open: {error}")),
    };
    let output = match plan.to {
        None => Ok(cx.out.chan().clone()),
        Some(name) if plan.truncate => cx.view.create(name, OpenMode::WRITE, 0o664).await,
        Some(name) => match cx.view.open(name, OpenMode::WRITE).await {
            Err(error) if error.is_absent() => cx.view.create(name, OpenMode::WRITE, 0o664).await,
            opened => opened,
        },
    };
    let output = match output {
        Ok(output) => output,
        Err(error) => return cx.fail("open", format_args!("create: {error}")),
    };
    let sought = [(&input, plan.input_seek), (&output, plan.output_seek)].into_iter().try_for_each(
        |(chan, blocks)| match blocks.checked_mul(plan.block_bytes) {
            Some(0) => Ok(()),
            Some(offset) => chan.seek(offset),
            None => Err(Error::BadArg),
        },
    );
    if let Err(error) = sought {
        return cx.fail("seek", format_args!("seek: {error}"));
    }
    output.write_behind();
    let (mut read, mut written) = (Records::default(), Records::default());
    let mut exit = Ok(());
    while plan.count.is_none_or(|count| read.full + read.partial < count) {
        let windows = match input.bread(plan.block_bytes as usize).await {
            Ok(windows) if windows.is_empty() => break,
            Ok(windows) => windows,
            Err(error) => {
                exit = cx.fail("read", format_args!("read: {error}"));
                break;
            }
        };
        let bytes = windows.len() as u64;
        read.note(bytes, plan.block_bytes);
        match output.bwrite(windows).await {
            Ok(taken) => written.note(taken as u64, plan.block_bytes),
            Err(error) => {
                exit = cx.fail("write", format_args!("write: {error}"));
                break;
            }
        }
    }
    if let (Err(error), Ok(())) = (output.settle().await, &exit) {
        exit = cx.fail("write", format_args!("write: {error}"));
    }
    if !plan.quiet {
        for (records, way) in [(read, "in"), (written, "out")] {
            let printed = writeln!(cx.errors, "{}+{} records {way}", records.full, records.partial);
            debug_assert!(printed.is_ok(), "printing to pages does not fail");
        }
    }
    exit
}

fn plan(words: &[alloc::vec::Vec<u8>]) -> Option<Plan<'_>> {
    let mut plan = Plan {
        from: None,
        to: None,
        block_bytes: 512,
        count: None,
        input_seek: 0,
        output_seek: 0,
        truncate: true,
        quiet: false,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = words.next()?;
        match &**word {
            b"-if" => plan.from = Some(value),
            b"-of" => plan.to = Some(value),
            b"-bs" => plan.block_bytes = number(value).filter(|&n| n > 0 && n <= 1 << 30)?,
            b"-count" => plan.count = Some(number(value)?),
            b"-iseek" | b"-skip" => plan.input_seek = number(value)?,
            b"-oseek" | b"-seek" => plan.output_seek = number(value)?,
            b"-trunc" => plan.truncate = number(value)? != 0,
            b"-quiet" => plan.quiet = number(value)? != 0,
            _ => return None,
        }
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn words_come_in_pairs_and_numbers_have_units() {
        let words: Vec<Vec<u8>> =
            ["-if", "a", "-bs", "64k", "-count", "3", "-trunc", "0"].map(|w| w.as_bytes().to_vec()).into();
        let plan = plan(&words).unwrap();
        assert_eq!((plan.from, plan.to), (Some(b"a".as_slice()), None));
        assert_eq!((plan.block_bytes, plan.count, plan.truncate), (65536, Some(3), false));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for bad in ["-bs 0", "-bs", "-bs x", "-bs 99G", "-odd 1", "-count -1"] {
            let words: Vec<Vec<u8>> = bad.split(' ').map(|w| w.as_bytes().to_vec()).collect();
            assert_eq!(plan(&words), None, "{bad}");
        }
    }
}
