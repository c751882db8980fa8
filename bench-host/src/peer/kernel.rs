//! The kernel inside a bzImage.
//!
//! QEMU enters an uncompressed kernel by its PVH note, as it enters the image; a bzImage goes through the firmware and
//! unpacks itself under the translator, which takes several seconds of every boot. What runs afterwards is the same
//! kernel. So the payload is unpacked here, once (Linux, `Documentation/arch/x86/boot.rst`: the setup header).

use std::io::Read;

use lzma_rust2::XzReader;

const SETUP_SECTORS: usize = 0x1f1;
const HEADER_MAGIC: usize = 0x202;
const PROTOCOL: usize = 0x206;
const PAYLOAD_OFFSET: usize = 0x248;
const PAYLOAD_LENGTH: usize = 0x24c;

const SECTOR_BYTES: usize = 512;

/// Since this version of the boot protocol the payload is told.
const PROTOCOL_WITH_PAYLOAD: u16 = 0x0208;

const XZ: &[u8] = b"\xfd7zXZ\0";
const ELF: &[u8] = b"\x7fELF";

/// No kernel is larger: a broken header shall not fill the memory.
const KERNEL_BYTES_MAX: u64 = 512 << 20;

/// The uncompressed kernel; `None` where it is packed in a way that is not known here, or it is no bzImage.
pub(super) fn unpacked(image: &[u8]) -> Option<Vec<u8>> {
    let word = |at: usize| Some(u32::from_le_bytes(*image.get(at..)?.first_chunk()?) as usize);
    let protocol = u16::from_le_bytes(*image.get(PROTOCOL..)?.first_chunk()?);
    if image.get(HEADER_MAGIC..HEADER_MAGIC + 4)? != b"HdrS" || protocol < PROTOCOL_WITH_PAYLOAD {
        return None;
    }
    let protected = (usize::from(*image.get(SETUP_SECTORS)?) + 1) * SECTOR_BYTES;
    let begin = protected.checked_add(word(PAYLOAD_OFFSET)?)?;
    let payload = image.get(begin..begin.checked_add(word(PAYLOAD_LENGTH)?)?)?;
    if payload.starts_with(ELF) {
        return Some(payload.to_vec());
    }
    // Behind the packed bytes stand four more: how many there are unpacked.
    let (packed, length) = payload.split_last_chunk::<4>()?;
    let length = u64::from(u32::from_le_bytes(*length));
    if !packed.starts_with(XZ) || length > KERNEL_BYTES_MAX {
        return None;
    }
    let mut kernel = Vec::with_capacity(length as usize);
    let count = XzReader::new(packed, false).take(length + 1).read_to_end(&mut kernel).ok()?;
    (count as u64 == length && kernel.starts_with(ELF)).then_some(kernel)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `\x7fELF` and 60 zero bytes, packed by xz 5.4 with `--check=crc32`.
    const PACKED: &[u8] = include_bytes!("../../tests/vectors/elf.xz");

    fn image(payload: &[u8]) -> Vec<u8> {
        let mut image = vec![0; 0x400];
        image[SETUP_SECTORS] = 1;
        image[HEADER_MAGIC..HEADER_MAGIC + 4].copy_from_slice(b"HdrS");
        image[PROTOCOL..PROTOCOL + 2].copy_from_slice(&0x020f_u16.to_le_bytes());
        image[PAYLOAD_OFFSET..PAYLOAD_OFFSET + 4].copy_from_slice(&16_u32.to_le_bytes());
        image[PAYLOAD_LENGTH..PAYLOAD_LENGTH + 4].copy_from_slice(&(payload.len() as u32).to_le_bytes());
        image.extend_from_slice(&[0xAA; 16]);
        image.extend_from_slice(payload);
        image
    }

    fn packed(length: u32) -> Vec<u8> {
        image(&[PACKED, &length.to_le_bytes()].concat())
    }

    #[test]
    fn a_packed_kernel_is_unpacked_and_a_plain_one_taken() {
        let kernel = unpacked(&packed(64)).unwrap();
        assert_eq!((kernel.len(), &kernel[..4]), (64, ELF));
        assert_eq!(unpacked(&image(b"\x7fELF...")).unwrap(), b"\x7fELF...");
    }

    #[test]
    fn what_is_no_kernel_is_left_alone() {
        assert_eq!(unpacked(b""), None);
        assert_eq!(unpacked(&image(b"(\xb5/\xfd packed otherwise")), None);
        assert_eq!(unpacked(&packed(63)), None, "its length is another");
        assert_eq!(unpacked(&packed(u32::MAX)), None, "its length is absurd");
        let whole = packed(64);
        for cut in 0..whole.len() {
            assert_eq!(unpacked(&whole[..cut]), None, "cut at {cut}");
        }
    }
}
