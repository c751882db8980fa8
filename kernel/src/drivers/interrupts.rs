//! Interrupts of a device as its driver deals with them: asked for once, counted by the kernel's table, done without
//! where a device has none.

use crate::irq::{self, Pending};
use crate::virtio::{Device, InitError};

/// Lets the device set `pending`. False: it has no interrupts, and its driver has to look by itself.
pub(super) fn enable(device: &Device, pending: &'static Pending) -> Result<bool, InitError> {
    match device.enable_interrupt(pending) {
        Ok(()) => Ok(true),
        Err(error @ (InitError::Interrupt(_) | InitError::Register(_))) => {
            crate::warn!("{}: {error}; it is polled", device.name());
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// How often the device has interrupted.
pub(super) fn count(device: &Device) -> u64 {
    device.vector().map_or(0, |vector| irq::table().count(vector))
}
