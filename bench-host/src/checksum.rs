//! CRC-32C of what a file holds, read in pieces.

use std::io::{self, Read};

use ninewire_bench_guest::pattern::Crc32c;

const PIECE_BYTES: usize = 1 << 20;

/// How many bytes `from` has, and their CRC-32C.
pub fn crc32c_of(mut from: impl Read) -> io::Result<(u64, u32)> {
    let (mut crc, mut bytes) = (Crc32c::new(), 0);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Ok((bytes, crc.finish())),
            Ok(len) => {
                crc.update(&piece[..len]);
                bytes += len as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::crc32c_of;

    #[test]
    fn a_file_larger_than_a_piece_is_read_to_its_end() {
        assert_eq!(crc32c_of(&b"123456789"[..]).unwrap(), (9, 0xE306_9283));
        let (bytes, _) = crc32c_of(std::io::Read::take(std::io::repeat(7), (1 << 20) + 1)).unwrap();
        assert_eq!(bytes, (1 << 20) + 1);
    }
}
