//! Headers of the messages whose payload travels apart from them: Twrite outwards, Rread and Rreaddir inwards.
//!
//! The payload of such a message is the caller's own pages, never bytes beside the header. A header of 23 bytes before
//! a write's payload and of 11 before a read's are the offsets at which a server finds and puts it.

use super::cursor::Malformed;
use super::frame::{HEADER_LEN, Message, field};
use super::table::{Rread, Rreaddir, Twrite};

/// Bytes of `size[4] Twrite tag[2] fid[4] offset[8] count[4]`.
pub const TWRITE_LEN: usize = HEADER_LEN + 4 + 8 + 4;
/// Bytes of `size[4] Rread tag[2] count[4]`, also of Rreaddir's and of a whole Rlerror.
pub const RREAD_LEN: usize = HEADER_LEN + 4;

mod at {
    use core::ops::Range;
    pub(super) const WRITE_FID: Range<usize> = 7..11;
    pub(super) const WRITE_OFFSET: Range<usize> = 11..19;
    pub(super) const WRITE_COUNT: Range<usize> = 19..23;
    pub(super) const READ_COUNT: Range<usize> = 7..11;
}

/// The header of a Twrite whose `count` bytes follow as segments of their own. `count` is at most `u32::MAX` - 23.
#[inline]
pub fn put_twrite(head: &mut [u8; TWRITE_LEN], tag: u16, fid: u32, offset: u64, count: u32) {
    put_header(head, Twrite::KIND, tag, TWRITE_LEN as u32 + count);
    head[at::WRITE_FID].copy_from_slice(&fid.to_le_bytes());
    head[at::WRITE_OFFSET].copy_from_slice(&offset.to_le_bytes());
    head[at::WRITE_COUNT].copy_from_slice(&count.to_le_bytes());
}

/// The header of an Rread whose `count` bytes follow as segments of their own. `count` is at most `u32::MAX` - 11.
#[inline]
pub fn put_rread(head: &mut [u8; RREAD_LEN], tag: u16, count: u32) {
    put_header(head, Rread::KIND, tag, RREAD_LEN as u32 + count);
    head[at::READ_COUNT].copy_from_slice(&count.to_le_bytes());
}

/// The header of an Rreaddir whose `count` bytes follow as segments of their own.
#[inline]
pub fn put_rreaddir(head: &mut [u8; RREAD_LEN], tag: u16, count: u32) {
    put_rread(head, tag, count);
    head[field::KIND] = Rreaddir::KIND;
}

/// Fid, offset and count in the header of a Twrite.
pub fn twrite_fields(head: &[u8; TWRITE_LEN]) -> (u32, u64, u32) {
    let mut fid = [0; 4];
    fid.copy_from_slice(&head[at::WRITE_FID]);
    let mut offset = [0; 8];
    offset.copy_from_slice(&head[at::WRITE_OFFSET]);
    let mut count = [0; 4];
    count.copy_from_slice(&head[at::WRITE_COUNT]);
    (u32::from_le_bytes(fid), u64::from_le_bytes(offset), u32::from_le_bytes(count))
}

/// Count in the header of an Rread or Rreaddir.
#[inline]
pub fn rread_field(head: &[u8; RREAD_LEN]) -> u32 {
    let [.., c0, c1, c2, c3] = *head;
    u32::from_le_bytes([c0, c1, c2, c3])
}

/// The first bytes of a message that may have payload elsewhere, and how long the whole is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// `size[4]`
    pub size: u32,
    /// `type[1]`
    pub kind: u8,
    /// `tag[2]`
    pub tag: u16,
}

impl Head {
    /// The fields at the start of `bytes`. A size smaller than a header is malformed already.
    #[inline]
    pub fn get(bytes: &[u8; HEADER_LEN]) -> Result<Head, Malformed> {
        let [s0, s1, s2, s3, kind, t0, t1] = *bytes;
        let size = u32::from_le_bytes([s0, s1, s2, s3]);
        if (size as usize) < HEADER_LEN {
            return Err(Malformed::Size { said: size, have: HEADER_LEN });
        }
        Ok(Head { size, kind, tag: u16::from_le_bytes([t0, t1]) })
    }
}

/// Is `count` what follows the header in an Rread or Rreaddir of `size` bytes in all?
#[inline]
pub const fn is_payload_count(count: u32, size: u32) -> bool {
    size >= RREAD_LEN as u32 && size - RREAD_LEN as u32 == count
}

#[inline]
fn put_header(head: &mut [u8], kind: u8, tag: u16, size: u32) {
    head[field::SIZE].copy_from_slice(&size.to_le_bytes());
    head[field::KIND] = kind;
    head[field::TAG].copy_from_slice(&tag.to_le_bytes());
}
