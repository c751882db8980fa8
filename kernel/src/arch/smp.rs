//! More cores than the first: waking them, telling them apart, interrupting them, stopping them.
//!
//! A core that is woken begins in real mode in a page below 1 MiB ([`trampoline`] puts the code there), comes by
//! `entry.s` to [`core_main`] on stacks of its own, and stays in the kernel for good. They are woken one after the other
//! by [`start_others`], which waits for each no longer than [`COMES_WITHIN_MS`]: one that does not come is named and left
//! out, and halts if it comes after all.

use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use x86_64::registers::control::Cr3;

use super::{apic, clock, core_block, entry, idt, tsc};
use crate::boot::CORES_MAX;
use crate::boot::acpi::Processors;
use crate::irq::{self, table::WAKE_VECTOR};
use crate::mem::{self, PAGE_SIZE};
use crate::{info, warn};

/// The longest a core may take from its wake-up to its first task. A healthy one takes less than a millisecond; a host
/// with other things to do may keep it waiting.
const COMES_WITHIN_MS: u64 = 1000;

/// A core that has not come after this long is woken once more (Intel SDM volume 3, 9.4.4.1); one that has ignores it.
const WAKE_AGAIN_AFTER_MS: u64 = 10;

/// What is known of a core: [`EXPECTED`], [`CLOSED`], or its APIC id plus [`HERE`].
static SEATS: [AtomicU32; CORES_MAX] = [const { AtomicU32::new(EXPECTED) }; CORES_MAX];

/// Nobody has this number yet.
const EXPECTED: u32 = 0;
/// Nobody may have it any more.
const CLOSED: u32 = 1;
/// Somebody has it: added to its APIC id.
const HERE: u32 = 2;

/// Puts the first instructions of the other cores where they begin: a free page below 1 MiB.
fn trampoline() -> Option<u64> {
    /// The firmware's own data lies below, its extended data above.
    const LOW: core::ops::Range<u64> = 0x8000..0xa_0000;
    let page = mem::map_low_page(LOW)?;
    let code = entry::trampoline_code();
    // SAFETY: a page of free RAM, mapped for this, and the code is far shorter than a page.
    unsafe { page.copy_from_nonoverlapping(NonNull::from(code).cast(), code.len()) };
    Some(page.addr().get() as u64)
}

/// Wakes the other processors, and makes a core of each that comes.
pub(crate) fn start_others(processors: &Processors) {
    let own = apic::id();
    SEATS[0].store(own + HERE, Ordering::Relaxed);
    if processors.ids().len() > 1 {
        wake_all(processors, own);
    }
    for seat in &SEATS {
        // Relaxed: who loses this has nothing to be told.
        let _ = seat.compare_exchange(EXPECTED, CLOSED, Ordering::Relaxed, Ordering::Relaxed);
    }
}

fn wake_all(processors: &Processors, own: u32) {
    let others = || processors.ids().iter().copied().filter(move |&id| id != own);
    let Some(trampoline) = trampoline() else {
        return warn!("no memory below 1 MiB to wake other cores in: this one works alone");
    };
    for number in 1..=others().count().min(CORES_MAX - 1) {
        if let Err(reason) = mem::map_stacks(number) {
            return warn!("no stacks for core {number}, {reason}: core 0 works alone");
        }
    }
    if processors.more() > 0 {
        warn!("{} cores more than the {CORES_MAX} this kernel uses are left out", processors.more());
    }
    entry::PAGE_TABLES.store(Cr3::read().0.start_address().as_u64(), Ordering::Release);
    if irq::table().register_lapic(WAKE_VECTOR, "core wake-up", irq::wake_up()).is_err() {
        return warn!("no row for the interrupts between cores: core 0 works alone");
    }
    for id in others() {
        match wake(id, trampoline) {
            Some(number) => info!("core {number}: here, APIC id {id}"),
            None => warn!("the core with APIC id {id} did not come within {COMES_WITHIN_MS} ms: left out"),
        }
    }
}

/// Wakes a processor; the number it has got as a core.
fn wake(id: u32, trampoline: u64) -> Option<usize> {
    let target = apic::Target::new(id)?;
    let cycles_a_ms = clock::tsc_hz()? / 1000;
    let begun = tsc();
    let passed = |ms: u64| tsc().wrapping_sub(begun) >= ms * cycles_a_ms;
    let page = (trampoline / PAGE_SIZE as u64) as u8;
    named(id, apic::send_init(target));
    named(id, apic::send_startup(target, page));
    let mut again = true;
    loop {
        // Acquire pairs with the exchange in `core_main`: all the core has set up is there.
        let number = SEATS.iter().position(|seat| seat.load(Ordering::Acquire) == id + HERE);
        if number.is_some() || passed(COMES_WITHIN_MS) {
            return number;
        }
        if again && passed(WAKE_AGAIN_AFTER_MS) {
            again = false;
            named(id, apic::send_startup(target, page));
        }
        core::hint::spin_loop();
    }
}

/// Called by `entry.s` on each core but the first, on the core's main stack, interrupts off.
pub(super) extern "sysv64" fn core_main(number: usize) -> ! {
    core_block::init(number);
    idt::init();
    apic::init_core();
    let here = apic::id() + HERE;
    if SEATS[number].compare_exchange(EXPECTED, here, Ordering::Release, Ordering::Relaxed).is_err() {
        super::halt();
    }
    super::enable_interrupts();
    crate::task::serve()
}

/// Interrupts a core, so that it wakes from its sleep, or does not fall into the next one.
pub(crate) fn interrupt(core: usize) {
    if let Some(id) = apic_id(core)
        && let Some(target) = apic::Target::new(id)
    {
        named(id, apic::send_interrupt(target, WAKE_VECTOR));
    }
}

/// Names the core that a command was for, if it may not reach it.
fn named(id: u32, sent: Result<(), apic::Stuck>) {
    if let Err(stuck) = sent {
        warn!("APIC id {id}: {stuck}");
    }
}

/// The APIC id of a core that is there.
fn apic_id(core: usize) -> Option<u32> {
    SEATS.get(core)?.load(Ordering::Acquire).checked_sub(HERE)
}

/// Is there a core of this number?
#[inline(never)] // see `boot`
pub fn is_here(core: usize) -> bool {
    apic_id(core).is_some()
}

/// Ends all other cores, wherever they are, for a machine that ends: what they hold, they hold for good. Processors that
/// were never woken are left alone: under QEMU this interrupt would have them run what the firmware has left in memory.
pub(crate) fn stop_others() {
    let own = core_block::number_at_any_time();
    STOPPING.store(true, Ordering::Release);
    let others = (0..CORES_MAX).filter(|&core| core != own).filter_map(apic_id);
    for target in others.filter_map(apic::Target::new) {
        // The machine ends with it or without it, and these are no words that anybody should wait for.
        let _ = apic::send_nmi(target);
    }
}

/// The machine ends: a core that gets a non-maskable interrupt has been told to stop.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Has another core ended the machine?
pub(super) fn is_stopping() -> bool {
    STOPPING.load(Ordering::Acquire)
}
