//! Claims that end the machine: each does what the kernel must not survive, and comes back only if nothing
//! stopped it.

use core::arch::asm;
use core::hint::black_box;
use core::mem::transmute;
use core::ptr;

use ninewire_kernel::boot::Machine;
use ninewire_kernel::{arch, mem};

type Outcome = Result<(), &'static str>;

/// What comes behind an access that should have faulted.
const SURVIVED: Outcome = Err("nothing stopped it");

pub(super) fn null_read(_: &'static Machine) -> Outcome {
    // SAFETY: none: the claim is that this access faults and nothing behind it runs.
    let _ = unsafe { black_box(ptr::without_provenance::<u64>(8)).read_volatile() };
    SURVIVED
}

pub(super) fn null_write(_: &'static Machine) -> Outcome {
    // SAFETY: as for `null_read`.
    unsafe { black_box(ptr::without_provenance_mut::<u64>(8)).write_volatile(1) };
    SURVIVED
}

fn write_to(address: u64) -> Outcome {
    let byte = ptr::with_exposed_provenance_mut::<u8>(address as usize);
    // SAFETY: as for `null_read`; the byte is written back as it is, should nothing stop it.
    unsafe { byte.write_volatile(byte.read_volatile()) };
    SURVIVED
}

pub(super) fn text_write(_: &'static Machine) -> Outcome {
    write_to(arch::image().text.start)
}

pub(super) fn rodata_write(_: &'static Machine) -> Outcome {
    write_to(arch::image().rodata.start)
}

/// The machine code of `ret`.
const RETURN: u8 = 0xc3;

fn execute(code: *const u8) -> Outcome {
    // SAFETY: as for `null_read`; the byte there is a `ret`, should nothing stop it.
    unsafe {
        let function: extern "sysv64" fn() = transmute(code);
        function();
    }
    SURVIVED
}

pub(super) fn data_execute(_: &'static Machine) -> Outcome {
    let byte = alloc::boxed::Box::new(RETURN);
    execute(black_box(&*byte))
}

pub(super) fn pool_execute(_: &'static Machine) -> Outcome {
    let mut page = mem::pool().alloc(1).map_err(|_| "the pool is empty")?;
    page.as_mut_slice()[0] = RETURN;
    execute(page.as_slice().as_ptr())
}

#[expect(unconditional_recursion, reason = "the claim is that this ends in a fault")]
#[inline(never)]
fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 32]);
    recurse(frame[0] + 1) + black_box(frame[31])
}

pub(super) fn stack_overflow(_: &'static Machine) -> Outcome {
    overflow()
}

/// On whichever core this is.
pub(super) fn overflow() -> Outcome {
    black_box(recurse(0));
    SURVIVED
}

pub(super) fn invalid_opcode(_: &'static Machine) -> Outcome {
    // SAFETY: as for `null_read`.
    unsafe { asm!("ud2") };
    SURVIVED
}

pub(super) fn general_protection(_: &'static Machine) -> Outcome {
    /// Not canonical: bit 47 is not repeated above.
    const NO_ADDRESS: usize = 0x0000_8000_0000_0000;
    // SAFETY: as for `null_read`.
    let _ = unsafe { black_box(ptr::without_provenance::<u64>(NO_ADDRESS)).read_volatile() };
    SURVIVED
}
