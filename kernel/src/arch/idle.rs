//! Sleeping until something happens, without missing it.

use x86_64::instructions::interrupts;

/// Sleeps until the next interrupt, unless `awake` says that there is something to do.
///
/// `awake` is asked with interrupts off, so an interrupt that comes after it has answered wakes the sleep
/// that follows: `sti` takes effect behind the next instruction, which is the `hlt` (Intel SDM volume 2,
/// STI). Interrupts are on when this returns.
pub fn wait_for_interrupt_unless(awake: impl FnOnce() -> bool) {
    interrupts::disable();
    if awake() {
        interrupts::enable();
    } else {
        interrupts::enable_and_hlt();
    }
}

/// From here on interrupts come at any time.
pub fn enable_interrupts() {
    interrupts::enable();
}
