//! Claims about several cores: that they are there, wake each other, carry files and bytes side by side, and end
//! together.

use alloc::rc::Rc;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::sync::atomic::{AtomicU32, Ordering};
use core::task::Poll;

use atomic_waker::AtomicWaker;
use ninewire_kernel::boot::Machine;
use ninewire_kernel::drivers::console::{OpenPort, Port};
use ninewire_kernel::drivers::p9::NativeWire;
use ninewire_kernel::io::{self, Windows};
use ninewire_kernel::irq::table::WAKE_VECTOR;
use ninewire_kernel::p9::Fid;
use ninewire_kernel::p9::client::{Client, Options};
use ninewire_kernel::task::{self, CoreId, WaitMode};
use ninewire_kernel::time::{self, Nanos, within};
use ninewire_kernel::{drivers, info, irq, mem};

use super::files::{FILE_BYTES, byte_at, pages, read_at, said};
use super::{claim, faults};

type Outcome = Result<(), &'static str>;

/// Longest wait for one answer of the host, or of another core.
const PATIENCE: Nanos = Nanos::from_secs(30);

/// The other core of claims about two.
fn other_core() -> Result<CoreId, &'static str> {
    task::cores().find(|&core| core != task::this_core()).ok_or("there is only one core")
}

/// As many cores as `cores=` says run tasks, all at the same time, and sleep when they have none.
pub(super) fn cores(machine: &'static Machine) -> Outcome {
    let wanted = machine.cmdline.get("cores").and_then(|number| number.parse().ok());
    claim(wanted == Some(task::cores().count()), "not as many cores as cores= says")?;
    task::block_on(async {
        for core in task::cores() {
            let sleeper = task::spawn_on(core, "sleeper", move || async move {
                // What no other core may touch.
                let name = Rc::new(Cell::new(None));
                time::sleep(Nanos::from_millis(2)).await;
                name.set(Some(task::this_core()));
                name.get() == Some(core)
            });
            let ran = within(PATIENCE, "a task of another core", sleeper).await;
            claim(ran == Ok(Ok(true)), "a task has not run where it was to")?;
            let asleep = within(PATIENCE, "the sleep of a core without tasks", sleeps(core)).await;
            asleep.map_err(|_| "a core without tasks does not sleep")??;
        }
        let here = Arc::new(AtomicU32::new(0));
        let all = task::cores().count() as u32;
        let meeting: Vec<_> = task::cores()
            .map(|core| {
                let here = here.clone();
                // Nobody leaves this poll before everybody is in it.
                task::spawn_on(core, "party", move || async move {
                    here.fetch_add(1, Ordering::AcqRel);
                    while here.load(Ordering::Acquire) < all {
                        core::hint::spin_loop();
                    }
                })
            })
            .collect();
        for party in meeting {
            let met = within(PATIENCE, "tasks of all cores at a time", party).await;
            claim(met == Ok(Ok(())), "the cores do not run side by side")?;
        }
        Ok(())
    })
}

/// Waits for a core to have slept. It may have had lines to print.
async fn sleeps(core: CoreId) -> Outcome {
    loop {
        let stats = task::on(core, task::stats).await.map_err(|_| "a core has no room for a task")?;
        if stats.sleeps > 0 {
            return Ok(());
        }
        time::sleep(Nanos::from_millis(1)).await;
    }
}

/// A ball that two cores throw to each other.
#[derive(Default)]
struct Ball {
    /// Even: the first one's turn; odd: the second one's.
    turn: AtomicU32,
    players: [AtomicWaker; 2],
}

const THROWS: u32 = 2000;

async fn play(ball: Arc<Ball>, me: u32) {
    for round in 0..THROWS {
        core::future::poll_fn(|cx| {
            ball.players[me as usize].register(cx.waker());
            if ball.turn.load(Ordering::Acquire) == 2 * round + me { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        ball.turn.fetch_add(1, Ordering::Release);
        ball.players[1 - me as usize].wake();
    }
}

/// Two cores wake each other's tasks, by interrupts where they sleep and without any where they do not.
pub(super) fn wakes(_: &'static Machine) -> Outcome {
    let other = other_core()?;
    for mode in [WaitMode::Irq, WaitMode::Adaptive, WaitMode::Poll] {
        task::set_wait_mode(mode);
        let interrupts = task::block_on(async {
            let set = task::on(other, move || task::set_wait_mode(mode)).await;
            set.map_err(|_| "the other core has no room for a task")?;
            let before = irq::table().count(WAKE_VECTOR);
            let ball = Arc::new(Ball::default());
            let theirs = ball.clone();
            let away = task::spawn_on(other, "player", move || play(theirs, 1));
            play(ball, 0).await;
            let ended = within(PATIENCE, "the other player", away).await;
            claim(ended == Ok(Ok(())), "the other player does not end")?;
            Ok(irq::table().count(WAKE_VECTOR) - before)
        })?;
        info!("{mode}: {interrupts} interrupts for {} throws", 2 * THROWS);
        match mode {
            WaitMode::Irq => claim(interrupts > 0, "cores that sleep were not interrupted")?,
            WaitMode::Adaptive => {}
            WaitMode::Poll => claim(interrupts == 0, "a core that was awake was interrupted")?,
        }
    }
    Ok(())
}

/// All cores log as fast as they can; the host looks at the lines.
pub(super) fn lines(_: &'static Machine) -> Outcome {
    const LINES: u32 = 60;
    task::block_on(async {
        let loggers: Vec<_> = task::cores()
            .map(|core| {
                task::spawn_on(core, "logger", move || async move {
                    for line in 0..LINES {
                        info!("core {core} says line {line} of {LINES} and no more");
                        task::yield_now().await;
                    }
                })
            })
            .collect();
        for logger in loggers {
            logger.await.map_err(|_| "a logger was killed")?;
        }
        Ok(())
    })
}

/// The other core does what the kernel must not survive, while this one has work.
fn elsewhere(deed: fn() -> Outcome) -> Outcome {
    let other = other_core()?;
    task::block_on(async {
        let away = task::spawn_on(other, "doomed", move || async move { deed() });
        let outcome = within(PATIENCE, "the end of the machine", away).await;
        outcome.map_err(|_| "nothing happens")?.map_err(|_| "the task was killed")?
    })
}

pub(super) fn core_panic(_: &'static Machine) -> Outcome {
    elsewhere(|| panic!("as asked for"))
}

pub(super) fn core_stack_overflow(_: &'static Machine) -> Outcome {
    elsewhere(faults::overflow)
}

/// Tasks of each kind on each core.
const HANDS: u32 = 4;

/// `count=` 4 KiB reads of the first 9P device's file, and as many small messages to the port `org.ninewire.test`, by
/// tasks of all cores at once. The reads are compared here, the messages by the host.
pub(super) fn stress(machine: &'static Machine) -> Outcome {
    let count = machine.cmdline.get("count").map_or(Some(50_000), |count| count.parse().ok());
    let count: u32 = count.ok_or("count= is a number")?;
    drivers::probe(&machine.devices);
    let nine_p = drivers::registry().nine_ps().first().copied().ok_or("the machine has no 9P device")?;
    task::block_on(async {
        let port = drivers::port_comes("org.ninewire.test", PATIENCE).await;
        let port = port.map_err(|_| "the host has no port of that name")?.open();
        let connected = within(PATIENCE, "the host's end", port.connected()).await;
        connected.map_err(|_| "nobody on the host opens the port")?.map_err(|_| "the port is broken")?;
        let client = Client::connect(nine_p.wire(), Options::new()).await.map_err(said)?;
        let root = client.attach(b"glenda", b"", Some(0)).await.map_err(said)?;
        let mut file = root.walk_path(&[b"pattern"]).await.map_err(said)?;
        file.lopen(0).await.map_err(said)?;
        let file = Arc::new(file);
        share_out(count, &file, &port).await?;
        let drained = within(PATIENCE, "the last message's return", port.drain()).await;
        drained.map_err(|_| "messages stay with the device")?.map_err(|_| "the port is broken")?;
        claim(io::copied() == 0, "payload was copied")
    })
}

/// All of it is done when this returns.
async fn share_out(count: u32, file: &Arc<Fid<NativeWire>>, port: &OpenPort) -> Outcome {
    let begun = time::now();
    let hands = task::cores().count() as u32 * HANDS;
    let mut under_way = Vec::new();
    for (nth, core) in task::cores().enumerate() {
        for hand in nth as u32 * HANDS..(nth as u32 + 1) * HANDS {
            let share = count / hands + u32::from(hand < count % hands);
            let (file, port) = (file.clone(), port.port());
            under_way.push(task::spawn_on(core, "reader", move || read(file, hand, share)));
            under_way.push(task::spawn_on(core, "writer", move || write(port, hand, share)));
        }
    }
    for hand in under_way {
        hand.await.map_err(|_| "a hand was killed, or found no room")??;
    }
    info!("{count} reads and {count} messages by {} cores in {}", hands / HANDS, time::now() - begun);
    for core in task::cores() {
        let stats = task::on(core, task::stats).await.map_err(|_| "a core has no room for a task")?;
        info!("core {core}: {stats:?}");
    }
    Ok(())
}

/// Reads blocks all over the file, and compares the first and the last byte of each.
async fn read(file: Arc<Fid<NativeWire>>, hand: u32, reads: u32) -> Outcome {
    const BYTES: usize = 4096;
    let mut buf = pages(BYTES)?;
    for nth in 0..reads {
        let offset = (u64::from(hand) * 257 + u64::from(nth) * 31) * BYTES as u64 % FILE_BYTES;
        buf = read_at(&file, buf, offset, BYTES).await?;
        let ends = [(0, offset), (BYTES - 1, offset + BYTES as u64 - 1)];
        let same = ends.into_iter().all(|(at, offset)| buf.as_slice()[at] == byte_at(offset));
        claim(same, "a block reads differently from what it is")?;
    }
    Ok(())
}

/// Writes messages of 16 bytes: who writes, the how manieth it is, and both once more, inverted.
async fn write(port: &'static Port, hand: u32, messages: u32) -> Outcome {
    let port = port.open();
    for nth in 0..messages {
        let mut page = mem::pool().alloc_bytes(16).map_err(|_| "the pool is empty")?;
        for (at, word) in [hand, nth, !hand, !nth].into_iter().enumerate() {
            page.write_at(4 * at, &word.to_le_bytes());
        }
        let sent = within(PATIENCE, "room for a message", port.write(Windows::from(page))).await;
        sent.map_err(|_| "the port has no room any more")?.map_err(|_| "the port is broken")?;
    }
    Ok(())
}
