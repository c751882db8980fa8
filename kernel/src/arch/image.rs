//! Where the linker put the parts of the image.

use core::ptr::addr_of;

use crate::mem::layout::Image;
use crate::mem::map::Run;

unsafe extern "C" {
    static __text_start: u8;
    static __text_end: u8;
    static __rodata_start: u8;
    static __rodata_end: u8;
    static __data_start: u8;
    static __data_end: u8;
}

/// The parts of the running image.
pub fn image() -> Image {
    let run = |start: *const u8, end: *const u8| Run { start: start as u64, end: end as u64 };
    // The symbols are addresses; nothing is read through them.
    Image {
        text: run(addr_of!(__text_start), addr_of!(__text_end)),
        rodata: run(addr_of!(__rodata_start), addr_of!(__rodata_end)),
        data: run(addr_of!(__data_start), addr_of!(__data_end)),
    }
}
