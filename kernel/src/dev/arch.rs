//! # arch(3) - what the machine tells about itself
//!
//! ```text
//! bind -a '#P' /dev
//!
//! /dev/9p/cache
//! /dev/9p/ctl
//! /dev/9p/trace
//! /dev/irqalloc
//! /dev/mtags
//! /dev/pool
//! /dev/sysstat
//! ```
//!
//! `irqalloc` has a line for every interrupt handler, vectors ascending, the newest registration of a vector first:
//! vector, interrupt line, count, cycles, type, name, in columns of 11, 11, 20, 20 and 8. Count and cycles belong to
//! the vector, so lines that share one show equal numbers. A handler that is not registered has no line.
//!
//! `mtags` has a line for every virtio-9p device, in bus order: `tag:-` while it is not mounted, and mounted
//! `tag:version:msize:use:hits`: the dialect and message size the server agreed to, how many requests were sent, and how
//! many replies found theirs by its tag without a search. A colon, a blank or an odd byte in a tag is shown as `\x` and two
//! digits, and can be typed so to `mount`.
//!
//! `9p/cache` tells about what is kept of files of mounts made with `-C`, one `name number` a line: of how many `files`, how
//! many `bytes` of pages, how many reads needed no message (`hits`) and how many did (`misses`).
//!
//! `9p/ctl` is described in [`crate::dev::mnt::settings`]. `9p/trace` has the newest 9P messages of all mounts, one a line,
//! recorded while `trace on` holds there: requests as `<-N- Tread ...`, replies as `-N-> Rread ...`, `N` being the
//! session.
//!
//! `pool` tells about the pages that devices read and write, one `name number` a line: how many there are (`pages`), in
//! use now (`live`), most ever in use (`peak`), requests refused for want of pages (`exhausted`), pages given up because
//! a device that lied may still write them (`quarantined`), and how many payload bytes were ever copied (`copied`).
//!
//! `sysstat` has a line for each core, as cons(3) has it in Plan 9: ten numbers, each in eleven columns and a blank: the
//! core's number, how often a task was run on it, interrupts, system calls, page faults, translation misses and purges
//! (none of these four exists here: 0), how many thousandths of the time since boot it was awake, and what per cent of it
//! it was stopped and spent in interrupts.
//!
//! All but `9p/ctl` are read-only.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::dev::mnt;
use crate::io::{Windows, copied};
use crate::irq;
use crate::mem::pool;
use crate::ns::device::{Cursor, Device, Opened, Walked, walk_by_steps};
use crate::ns::stat::{Entry, Mode, Qid, Stat};
use crate::ns::table::{Row, Table};
use crate::ns::{Error, OpenMode, text};
use crate::task::{self, CoreId, Stats};
use crate::time::{self, Instant, Nanos};

const IRQALLOC: u64 = 1;
const POOL: u64 = 2;
const MTAGS: u64 = 3;
const NINEP: u64 = 4;
const NINEP_CTL: u64 = 5;
const NINEP_TRACE: u64 = 6;
const SYSSTAT: u64 = 7;
const NINEP_CACHE: u64 = 8;

/// Longer writes to a control file are no settings.
const CTL_BYTES_MAX: usize = 4096;

const TABLE: Table = Table {
    letter: 'P',
    rows: &[
        Row { path: NINEP, parent: Table::ROOT, name: "9p", mode: Mode::DIR | 0o555 },
        Row { path: NINEP_CACHE, parent: NINEP, name: "cache", mode: 0o444 },
        Row { path: NINEP_CTL, parent: NINEP, name: "ctl", mode: 0o666 },
        Row { path: NINEP_TRACE, parent: NINEP, name: "trace", mode: 0o444 },
        Row { path: IRQALLOC, parent: Table::ROOT, name: "irqalloc", mode: 0o444 },
        Row { path: MTAGS, parent: Table::ROOT, name: "mtags", mode: 0o444 },
        Row { path: POOL, parent: Table::ROOT, name: "pool", mode: 0o444 },
        Row { path: SYSSTAT, parent: Table::ROOT, name: "sysstat", mode: 0o444 },
    ],
};

/// A line of `sysstat`.
struct Usage {
    core: CoreId,
    stats: Stats,
    interrupts: u64,
    interrupt_time: Nanos,
    /// Since boot.
    time: Nanos,
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |time: Nanos, of: u64| time.get().saturating_mul(of) / self.time.get().max(1);
        let asleep = part(self.stats.asleep, 1000).min(1000);
        let [calls, faults, misses, purges] = [0; 4];
        let numbers = [
            self.core.number() as u64,
            self.stats.polls,
            self.interrupts,
            calls,
            faults,
            misses,
            purges,
            1000 - asleep,
            asleep / 10,
            part(self.interrupt_time, 100),
        ];
        numbers.iter().try_for_each(|number| write!(f, "{number:>11} "))
    }
}

/// A line for each core. One that has no room for the task that asks, or does not answer, is passed over.
async fn sysstat() -> Vec<Usage> {
    let mut lines = Vec::new();
    for core in task::cores() {
        if let Ok(stats) = task::on(core, task::stats).await {
            let (interrupts, cycles) = irq::of_core(core.number());
            let interrupt_time = time::of_cycles(cycles);
            lines.push(Usage { core, stats, interrupts, interrupt_time, time: time::now() - Instant::ZERO });
        }
    }
    lines
}

/// A file of the device.
#[derive(Clone, Debug)]
pub struct Node {
    path: u64,
}

impl Node {
    /// The directory.
    pub fn root() -> Node {
        Node { path: Table::ROOT }
    }

    fn step(&self, name: &[u8]) -> Result<Node, Error> {
        TABLE.step(self.path, name).map(|path| Node { path })
    }
}

impl Device for Node {
    fn letter(&self) -> char {
        'P'
    }

    fn qid(&self) -> Qid {
        TABLE.qid(self.path)
    }

    async fn walk(&self, names: &[&[u8]]) -> Result<Walked<Self>, Error> {
        walk_by_steps(self, names, Node::step)
    }

    async fn stat(&self) -> Result<Stat, Error> {
        Ok(TABLE.stat(self.path))
    }

    async fn open(self, mode: OpenMode) -> Result<Opened<Self>, Error> {
        TABLE.open(self.path, mode).map(|()| Opened::Node(self))
    }

    async fn read_dir(&self, from: Cursor) -> Result<(Vec<Entry>, Cursor), Error> {
        if self.qid().is_dir() { TABLE.read_dir(self.path, from) } else { Err(Error::NotDir) }
    }

    async fn bread(&self, count: usize, offset: u64) -> Result<Windows, Error> {
        match self.path {
            IRQALLOC => {
                let rows = irq::table().rows();
                text::read(count, offset, |to| rows.iter().try_for_each(|row| writeln!(to, "{row}")))
            }
            SYSSTAT => {
                let lines = sysstat().await;
                text::read(count, offset, |to| lines.iter().try_for_each(|line| writeln!(to, "{line}")))
            }
            MTAGS => text::read(count, offset, mnt::tell_tags),
            NINEP_CACHE => text::read(count, offset, mnt::cache::tell),
            NINEP_CTL => text::read(count, offset, mnt::settings::tell),
            NINEP_TRACE => text::read(count, offset, mnt::record::tell),
            POOL => text::read(count, offset, |to| {
                let counters = pool().counters();
                writeln!(to, "pages {}", counters.pages)?;
                writeln!(to, "live {}", counters.live)?;
                writeln!(to, "peak {}", counters.peak)?;
                writeln!(to, "exhausted {}", counters.exhausted)?;
                writeln!(to, "quarantined {}", counters.quarantined)?;
                writeln!(to, "copied {}", copied())
            }),
            _ => Err(Error::IsDir),
        }
    }

    async fn bwrite(&self, windows: Windows, _offset: u64) -> Result<usize, Error> {
        match self.path {
            NINEP_CTL if windows.len() <= CTL_BYTES_MAX => {
                let mut line = vec![0; windows.len()];
                windows.peek(&mut line);
                mnt::settings::write(&line).map(|()| line.len())
            }
            NINEP_CTL => Err(Error::BadCtl),
            _ if self.qid().is_dir() => Err(Error::IsDir),
            _ => Err(Error::Permission),
        }
    }
}
