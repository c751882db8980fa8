//! `ls`: names in directories, and what is known about them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::ns::device::Device;
use crate::ns::path::{self, Shown};
use crate::ns::stat::{ListDate, Stat};
use crate::ns::{Error, View};
use crate::shell::context::{Context, Exit};
use crate::shell::flags::Flags;
use crate::shell::out::Out;
use crate::shell::together::{self, Wait};

/// How many files are asked about at a time: one after the other each would cost a round trip to the server.
const ASKED_AT_A_TIME: usize = 32;

#[derive(Clone, Copy, Default)]
struct Options {
    /// `-d`: a directory itself, not what is in it.
    itself: bool,
    /// `-l`: everything.
    long: bool,
    /// `-n`: as the directory has them, not sorted.
    unsorted: bool,
    /// `-p`: only the last element.
    last_element: bool,
    /// `-q`: the qid.
    qid: bool,
    /// `-r`: backwards.
    reversed: bool,
    /// `-s`: the size in KiB.
    size: bool,
    /// `-t`: the latest first.
    by_time: bool,
    /// `-u`: the date of last reading instead of last writing.
    accessed: bool,
    /// `-F`: a slash behind directories.
    marks: bool,
}

impl Options {
    /// Is more than the name wanted?
    fn needs_stat(&self) -> bool {
        self.long || self.qid || self.size || self.by_time || self.marks
    }
}

/// A line to print.
struct Listed {
    shown: Vec<u8>,
    stat: Option<Stat>,
}

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let mut flags = Flags::of(&words);
    let mut options = Options::default();
    while let Some(flag) = flags.next_flag() {
        match flag {
            b'd' => options.itself = true,
            b'l' => options.long = true,
            b'n' => options.unsorted = true,
            b'p' => options.last_element = true,
            b'q' => options.qid = true,
            b'r' => options.reversed = true,
            b's' => options.size = true,
            b't' => options.by_time = true,
            b'u' => options.accessed = true,
            b'F' => options.marks = true,
            _ => return cx.usage("ls [-dlnpqrstuF] [file...]"),
        }
    }
    let here = [b".".to_vec()];
    let names = if flags.arguments().is_empty() { &here } else { flags.arguments() };
    let mut listed = Vec::new();
    let mut exit = Ok(());
    for name in names {
        if let Err(error) = list(&cx.view, name, options, &mut listed).await {
            exit = cx.fail("errors", format_args!("{}: {error}", Shown(name)));
        }
    }
    order(&mut listed, options);
    let widths = Widths::of(&listed);
    for line in &listed {
        print(&mut cx.out, line, options, widths);
        if let Err(error) = cx.out.breathe().await {
            return Err(alloc::format!("{error}"));
        }
    }
    exit
}

async fn list(view: &View, name: &[u8], options: Options, listed: &mut Vec<Listed>) -> Result<(), Error> {
    let found = view.look(name).await?;
    if options.itself || !found.node().qid().is_dir() {
        let shown = if options.last_element { path::base(name).into() } else { name.into() };
        let stat = match options.needs_stat() {
            true => Some(found.stat().await.map_err(|e| e.at(name))?),
            false => None,
        };
        listed.push(Listed { shown, stat });
        return Ok(());
    }
    let bare = options.last_element || name == b".";
    let mut reader = found.read_dir().await.map_err(|e| e.at(name))?;
    loop {
        let mut batch = reader.next().await?;
        if batch.is_empty() {
            return Ok(());
        }
        let names: Vec<Vec<u8>> = batch.iter().map(|entry| path::child(name, &entry.name)).collect();
        let stats: Vec<Option<Stat>> = if options.needs_stat() && batch.iter().any(|e| e.stat.is_none()) {
            // A file may go away between being listed and being asked about: it is listed with what is known.
            let asked =
                names.iter().map(|full| Box::pin(async move { view.stat(full).await.ok() }) as Wait<'_, _>);
            together::all(asked, ASKED_AT_A_TIME).await
        } else {
            batch.iter_mut().map(|entry| entry.stat.take()).collect()
        };
        for ((entry, full), stat) in batch.into_iter().zip(names).zip(stats) {
            listed.push(Listed { shown: if bare { entry.name.into_vec() } else { full }, stat });
        }
    }
}

fn order(listed: &mut [Listed], options: Options) {
    if !options.unsorted {
        let time = |line: &Listed| {
            line.stat.as_ref().map(|s| if options.accessed { s.accessed } else { s.modified })
        };
        listed.sort_by(|a, b| {
            let by_time = if options.by_time { time(b).cmp(&time(a)) } else { core::cmp::Ordering::Equal };
            by_time.then_with(|| a.shown.cmp(&b.shown))
        });
    }
    if options.reversed {
        listed.reverse();
    }
}

/// The widest value of each column.
#[derive(Clone, Copy, Default)]
struct Widths {
    size: usize,
    version: usize,
    instance: usize,
    owner: usize,
    group: usize,
    length: usize,
}

impl Widths {
    fn of(listed: &[Listed]) -> Widths {
        let mut widths = Widths::default();
        for stat in listed.iter().filter_map(|line| line.stat.as_ref()) {
            widths.size = widths.size.max(digits(kib(stat.length)));
            widths.version = widths.version.max(digits(u64::from(stat.qid.version)));
            widths.instance = widths.instance.max(digits(u64::from(stat.instance)));
            widths.owner = widths.owner.max(stat.owner.chars().count());
            widths.group = widths.group.max(stat.group.chars().count());
            widths.length = widths.length.max(digits(stat.length));
        }
        widths
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

fn kib(bytes: u64) -> u64 {
    bytes.div_ceil(1024)
}

fn print(out: &mut Out, line: &Listed, options: Options, widths: Widths) {
    let printed = columns(out, line, options, widths);
    debug_assert!(printed.is_ok(), "printing to pages does not fail");
    out.bytes(&line.shown);
    if options.marks && line.stat.as_ref().is_some_and(|stat| stat.mode.is_dir()) {
        out.bytes(b"/");
    }
    out.bytes(b"\n");
}

fn columns(out: &mut Out, line: &Listed, options: Options, widths: Widths) -> core::fmt::Result {
    let Some(stat) = &line.stat else { return Ok(()) };
    if options.size {
        write!(out, "{:w$} ", kib(stat.length), w = widths.size)?;
    }
    if options.qid {
        let qid = stat.qid;
        write!(out, "({:016x} {:w$} {:02x}) ", qid.path, qid.version, qid.kind, w = widths.version)?;
    }
    if options.long {
        let at = if options.accessed { stat.accessed } else { stat.modified };
        write!(
            out,
            "{} {} {:iw$} {:ow$} {:gw$} {:lw$} {} ",
            stat.mode,
            stat.device,
            stat.instance,
            stat.owner,
            stat.group,
            stat.length,
            ListDate { at, now: None },
            iw = widths.instance,
            ow = widths.owner,
            gw = widths.group,
            lw = widths.length,
        )?;
    }
    Ok(())
}
