//! Claims about tasks, and about serial ports with somebody on the host.

use alloc::vec::Vec;

use super::claim;
use ninewire_kernel::boot::Machine;
use ninewire_kernel::drivers;
use ninewire_kernel::drivers::console::OpenPort;
use ninewire_kernel::io::Windows;
use ninewire_kernel::task::{self, WaitMode};
use ninewire_kernel::time::{self, Nanos, sleep, within};
use ninewire_kernel::{info, mem};

type Outcome = Result<(), &'static str>;

const MODES: [WaitMode; 3] = [WaitMode::Irq, WaitMode::Adaptive, WaitMode::Poll];

/// Longest wait for anything the host does.
const PATIENCE: Nanos = Nanos::from_secs(10);

/// Tasks that sleep wake in time, however the core waits.
pub(super) fn tasks(_: &'static Machine) -> Outcome {
    for mode in MODES {
        task::set_wait_mode(mode);
        let start = time::now();
        let sleepers: Result<Vec<_>, _> = (1..=20u64)
            .map(|ms| {
                task::spawn_join("sleeper", async move {
                    sleep(Nanos::from_millis(ms)).await;
                    time::now() - start >= Nanos::from_millis(ms)
                })
            })
            .collect();
        let sleepers = sleepers.map_err(|_| "the task table is full")?;
        let before = task::stats();
        let in_time = task::block_on(async {
            for sleeper in sleepers {
                if sleeper.await != Ok(true) {
                    return false;
                }
            }
            true
        });
        let did = task::stats().since(&before);
        info!("{mode}: {did:?} in {}", time::now() - start);
        claim(in_time, "a sleeper woke early or not at all")?;
        match mode {
            WaitMode::Poll => claim(did.sleeps == 0, "a polling core stopped the processor")?,
            WaitMode::Irq => claim(did.spins == 0, "a core that waits for interrupts has looked for work")?,
            WaitMode::Adaptive => claim(did.sleeps > 0 && did.spins > 0, "an adaptive core does both")?,
        }
    }
    Ok(())
}

/// Whatever is sent to the port `org.ninewire.test` comes back: somebody on the host echoes.
pub(super) fn echo(machine: &'static Machine) -> Outcome {
    drivers::probe(&machine.devices);
    for mode in MODES {
        task::set_wait_mode(mode);
        let start = time::now();
        let before =
            drivers::registry().consoles().first().map(|console| console.counters()).unwrap_or_default();
        task::block_on(async {
            let port = drivers::port_comes("org.ninewire.test", PATIENCE).await;
            let port = port.map_err(|_| "the host has no port of that name")?.open();
            let connected = within(PATIENCE, "the host's end", port.connected()).await;
            connected.map_err(|_| "nobody on the host opens the port")?.map_err(|_| "the port is broken")?;
            for round in 0..200usize {
                echo_once(&port, 1 + round * 97).await?;
            }
            Ok(())
        })?;
        let after =
            drivers::registry().consoles().first().map(|console| console.counters()).unwrap_or_default();
        info!("{mode}: {} for 200 round trips, {:?}", time::now() - start, after.since(&before));
    }
    Ok(())
}

async fn echo_once(port: &OpenPort, len: usize) -> Outcome {
    let byte = |at: usize| (at ^ (at >> 8) ^ len) as u8;
    let mut page = mem::pool().alloc_bytes(len).map_err(|_| "the pool is empty")?;
    for (at, slot) in page.as_mut_slice().iter_mut().enumerate() {
        *slot = byte(at);
    }
    let sent = within(PATIENCE, "room", port.write(Windows::from(page))).await;
    sent.map_err(|_| "the host takes nothing")?.map_err(|_| "the port is broken")?;
    let mut got = 0;
    while got < len {
        let piece = within(PATIENCE, "the echo", port.recv()).await;
        let piece = piece.map_err(|_| "no echo")?.map_err(|_| "the port is broken")?;
        let same = piece.iter().enumerate().all(|(at, received)| *received == byte(got + at));
        claim(same, "another byte came back than was sent")?;
        got += piece.len();
    }
    claim(got == len, "more came back than was sent")
}
