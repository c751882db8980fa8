//! Claims about the machine that end well.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::arch::asm;

use super::claim;
use ninewire_kernel::boot::Machine;
use ninewire_kernel::io::Buf;
use ninewire_kernel::{arch, info, irq, mem};

type Outcome = Result<(), &'static str>;

pub(super) fn heap(_: &'static Machine) -> Outcome {
    let before = mem::heap::usage();
    for round in 0..4_u64 {
        let blocks: Vec<Box<[u64]>> =
            (0..64_u64).map(|i| alloc::vec![i ^ round; 1 + 37 * i as usize].into_boxed_slice()).collect();
        let intact = blocks.iter().zip(0_u64..).all(|(block, i)| block.iter().all(|&word| word == i ^ round));
        claim(intact, "a block was overwritten by another")?;
    }
    claim(mem::heap::usage() == before, "what was given back is not free")
}

pub(super) fn memory(machine: &'static Machine) -> Outcome {
    let pool = mem::pool();
    info!("{} MiB usable, {} pool pages", machine.memory.usable >> 20, pool.pages());
    let mut held = Vec::new();
    // In runs, so that the list of them stays small; then what the runs have left over.
    for run_pages in [256, 16, 1] {
        while let Ok(buf) = pool.alloc(run_pages) {
            held.push(buf);
        }
    }
    let pages = held.iter().map(Buf::pages).sum::<usize>();
    claim(pages == pool.pages(), "the pool does not give all of its pages")?;
    let mut mark = 0_u64;
    for buf in &mut held {
        for page in buf.as_mut_slice().chunks_exact_mut(mem::PAGE_SIZE) {
            mark += 1;
            page[..8].copy_from_slice(&mark.to_le_bytes());
        }
    }
    mark = 0;
    for buf in &held {
        for page in buf.as_slice().chunks_exact(mem::PAGE_SIZE) {
            mark += 1;
            let kept = page[..8] == mark.to_le_bytes();
            claim(kept, "a page changed when another was written: not RAM, or the same RAM")?;
        }
    }
    drop(held);
    claim(pool.counters().live == 0, "pages did not come back")
}

pub(super) fn tsc(machine: &'static Machine) -> Outcome {
    claim(arch::clock::confirmed(), "no second clock has confirmed the rate")?;
    claim((500_000_000..10_000_000_000).contains(&machine.tsc_hz()), "no processor has this rate")?;
    let before = arch::tsc();
    claim(arch::tsc() > before, "the counter does not count")
}

pub(super) fn timer(machine: &'static Machine) -> Outcome {
    const NS: u64 = 2_000_000;
    let count = || irq::table().count(irq::table::TIMER_VECTOR);
    let cycles = NS * (machine.tsc_hz() / 1000) / 1_000_000;
    for round in 1..=5 {
        let start = arch::tsc();
        arch::set_timer(NS);
        while !irq::timer().take() {
            arch::wait_for_interrupt_unless(|| irq::timer().is_set());
        }
        // The timer's rate was measured over a millisecond, so it may be a little early by the counter.
        claim(arch::tsc() - start >= cycles - cycles / 50, "the timer fired early")?;
        claim(count() == round, "the timer did not fire exactly once")?;
    }
    Ok(())
}

pub(super) fn interrupt(_: &'static Machine) -> Outcome {
    const VECTOR: u8 = 0x4d;
    let before = irq::table().unknown();
    // SAFETY: the vector's stub saves and restores all registers; the handler only counts.
    unsafe { asm!("int {}", const VECTOR) };
    claim(irq::table().unknown() == before + 1, "it was not counted as unknown")?;
    claim(irq::table().count(VECTOR) == 1, "it was not counted on its vector")
}

pub(super) fn breakpoint(_: &'static Machine) -> Outcome {
    const VECTOR: u8 = 3;
    let before = irq::table().count(VECTOR);
    for _ in 0..3 {
        // SAFETY: the handler counts and returns behind the instruction.
        unsafe { asm!("int3") };
    }
    claim(irq::table().count(VECTOR) == before + 3, "breakpoints were not counted")?;
    let row = irq::table().rows().into_iter().find(|row| row.vector == VECTOR);
    claim(row.is_some_and(|row| row.name == "#BP" && row.cycles > 0), "no row with its cycles")
}

pub(super) fn devices(machine: &'static Machine) -> Outcome {
    for device in &machine.devices {
        let pending: &'static irq::Pending = Box::leak(Box::new(irq::Pending::new()));
        let outcome = device.negotiate(0).and_then(|features| {
            info!("{}: features {features:#x}, queue 0 of {}", device.name(), device.queue_size(0));
            device.enable_interrupt(pending)?;
            device.reset()
        });
        if let Err(reason) = outcome {
            info!("{}: {reason}", device.name());
            return Err("a device does not come to life");
        }
    }
    for row in irq::table().rows() {
        info!("{row}");
    }
    claim(!machine.devices.is_empty(), "the machine has no virtio device to test with")
}
