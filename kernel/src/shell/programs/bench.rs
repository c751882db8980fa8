//! `bench`: how fast a file is read or written, at the prompt. For a look; runs that are compared are made by the host's
//! command, which repeats boots and records them.

use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt::Write;

use crate::io::{Windows, copied};
use crate::ns::path::Shown;
use crate::ns::{Chan, Error, OpenMode};
use crate::shell::context::{Context, Exit};
use crate::shell::flags::{Flags, number};
use crate::task::{JoinHandle, spawn_join};
use crate::time::{Instant, Nanos, now};

const USAGE: &str = "bench [-w] [-b bytes] [-d depth] [-n count] file";

const BLOCK_BYTES_MAX: u64 = 64 << 20;
const DEPTH_MAX: u64 = 128;
/// Every time is kept.
const COUNT_MAX: u64 = 1 << 20;

#[derive(Clone, Copy)]
struct Plan {
    write: bool,
    block_bytes: u64,
    depth: u64,
    count: u64,
}

/// What the workers share.
struct Run {
    plan: Plan,
    file: Arc<Chan>,
    /// Blocks of the file: offsets begin again behind the last one.
    blocks: u64,
    next: Cell<u64>,
    /// What is written, again and again.
    block: Windows,
    times: RefCell<Vec<u64>>,
    bytes: Cell<u64>,
}

/// Killed when the program is.
struct Worker(JoinHandle<Result<(), Error>>);

impl Drop for Worker {
    fn drop(&mut self) {
        self.0.kill();
    }
}

pub(super) async fn main(cx: &mut Context) -> Exit {
    let words = cx.words.clone();
    let Some((plan, name)) = plan(&words) else { return cx.usage(USAGE) };
    let mode = if plan.write { OpenMode::READ_WRITE } else { OpenMode::READ };
    let file = match cx.view.open(name, mode).await {
        Ok(file) => file,
        Err(error) => return cx.fail("open", format_args!("can't open {}: {error}", Shown(name))),
    };
    let length = match file.stat().await {
        Ok(stat) => stat.length,
        Err(error) => return cx.fail("stat", format_args!("can't stat {}: {error}", Shown(name))),
    };
    let blocks = length / plan.block_bytes;
    if blocks == 0 {
        return cx.fail("short", format_args!("{} is shorter than a block", Shown(name)));
    }
    // Writing gives the file back what it had: its first block.
    let block = match file.bread_at(plan.block_bytes as usize, 0).await {
        Ok(block) => block,
        Err(error) => return cx.fail("read", format_args!("error reading {}: {error}", Shown(name))),
    };
    let run = Rc::new(Run {
        plan,
        file,
        blocks: if plan.write { 1 } else { blocks },
        next: Cell::new(0),
        block,
        times: RefCell::new(Vec::with_capacity(plan.count as usize)),
        bytes: Cell::new(0),
    });
    let copied_before = copied();
    let begun = now();
    let mut workers = Vec::new();
    for _ in 0..plan.depth {
        let run = run.clone();
        match spawn_join("bench", async move { work(&run).await }) {
            Ok(handle) => workers.push(Worker(handle)),
            Err(error) => return cx.fail("no task", format_args!("{error}")),
        }
    }
    for worker in &mut workers {
        match (&mut worker.0).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return cx.fail("i/o", format_args!("{}: {error}", Shown(name))),
            Err(killed) => return cx.fail("killed", format_args!("{killed}")),
        }
    }
    report(cx, &run, begun, copied() - copied_before);
    Ok(())
}

async fn work(run: &Run) -> Result<(), Error> {
    let Plan { write, block_bytes, count, .. } = run.plan;
    while run.next.get() < count {
        let nth = run.next.get();
        run.next.set(nth + 1);
        let offset = nth % run.blocks * block_bytes;
        let begun = now();
        let bytes = if write {
            run.file.bwrite_at(run.block.clone(), offset).await?
        } else {
            run.file.bread_at(block_bytes as usize, offset).await?.len()
        };
        run.times.borrow_mut().push((now() - begun).get());
        run.bytes.set(run.bytes.get() + bytes as u64);
    }
    Ok(())
}

fn report(cx: &mut Context, run: &Run, begun: Instant, copied: u64) {
    let span = (now() - begun).get().max(1);
    let mut times = run.times.borrow_mut();
    times.sort_unstable();
    let at = |percent: usize| Nanos(times[(times.len() - 1) * percent / 100]).to_string();
    let (p50, p99) = (at(50), at(99));
    let Plan { write, block_bytes, depth, .. } = run.plan;
    let kib_a_second = u128::from(run.bytes.get()) * 1_000_000_000 / u128::from(span) / 1024;
    let a_second = times.len() as u128 * 1_000_000_000 / u128::from(span);
    let (mib, tenth) = (kib_a_second / 1024, kib_a_second % 1024 * 10 / 1024);
    let printed = writeln!(
        cx.out,
        "{}: bs={block_bytes} iodepth={depth} bw={mib}.{tenth}MiB/s iops={a_second} lat p50={p50} p99={p99} copied={copied}",
        if write { "write" } else { "read" },
    );
    debug_assert!(printed.is_ok(), "printing to pages does not fail");
}

fn plan(words: &[Vec<u8>]) -> Option<(Plan, &[u8])> {
    let mut plan = Plan { write: false, block_bytes: 4096, depth: 1, count: 1000 };
    let mut flags = Flags::of(words);
    while let Some(flag) = flags.next_flag() {
        if flag == b'w' {
            plan.write = true;
            continue;
        }
        let value = number(flags.value().ok()?)?;
        let within = |most: u64| (1..=most).contains(&value).then_some(value);
        match flag {
            b'b' => plan.block_bytes = within(BLOCK_BYTES_MAX)?,
            b'd' => plan.depth = within(DEPTH_MAX)?,
            b'n' => plan.count = within(COUNT_MAX)?,
            _ => return None,
        }
    }
    match flags.arguments() {
        [file] => Some((plan, file)),
        _ => None,
    }
}
