//! An archive the kernel unpacks as its first file tree: cpio in the form "newc" (Linux, `Documentation/driver-api/
//! early-userspace/buffer-format.rst`).
//!
//! ```text
//! member: "070701", 13 numbers of 8 hexadecimal digits, name and a zero byte, padding, content, padding
//! ```
//! The numbers: inode, mode, owner, group, links, time, size, four device numbers, length of the name with its zero byte,
//! checksum. Header and name together, and the content, are padded to multiples of four. Owners, times and devices are
//! zero, so that the same content is the same archive.

const MAGIC: &[u8] = b"070701";
const LAST: &str = "TRAILER!!!";

/// Where a mode says what a member is.
const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;

/// An archive in the making.
#[derive(Debug, Default)]
pub(super) struct Archive {
    bytes: Vec<u8>,
    members: u32,
}

impl Archive {
    pub(super) fn new() -> Self {
        Archive::default()
    }

    /// A directory; it has to come before what is in it.
    pub(super) fn directory(&mut self, path: &str) {
        self.member(path, DIRECTORY | 0o755, 2, &[]);
    }

    /// A file that is only read.
    pub(super) fn file(&mut self, path: &str, content: &[u8]) {
        self.member(path, REGULAR | 0o644, 1, content);
    }

    /// A file that is a program.
    pub(super) fn program(&mut self, path: &str, content: &[u8]) {
        self.member(path, REGULAR | 0o755, 1, content);
    }

    /// The whole archive.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.members = 0;
        self.put(0, LAST, 0, 1, &[]);
        self.bytes
    }

    fn member(&mut self, path: &str, mode: u32, links: u32, content: &[u8]) {
        self.members += 1;
        self.put(self.members, path, mode, links, content);
    }

    fn put(&mut self, inode: u32, path: &str, mode: u32, links: u32, content: &[u8]) {
        let size = u32::try_from(content.len()).expect("a member is smaller than 4 GiB");
        let name = path.len() as u32 + 1;
        self.bytes.extend_from_slice(MAGIC);
        for number in [inode, mode, 0, 0, links, 0, size, 0, 0, 0, 0, name, 0] {
            self.bytes.extend_from_slice(format!("{number:08X}").as_bytes());
        }
        self.bytes.extend_from_slice(path.as_bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend_from_slice(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_bytes_of_a_directory_and_a_file() {
        let mut archive = Archive::new();
        archive.directory("modules");
        archive.file("modules/a", b"12345");
        let expected = [
            "07070100000001000041ED000000000000000000000002000000000000000000000000000000000000000000000000",
            "0000000800000000modules\0\0\0",
            "07070100000002000081A4000000000000000000000001000000000000000500000000000000000000000000000000",
            "0000000A00000000modules/a\0",
            "12345\0\0\0",
            "0707010000000000000000000000000000000000000001000000000000000000000000000000000000000000000000",
            "0000000B00000000TRAILER!!!\0\0\0\0",
        ];
        assert_eq!(String::from_utf8(archive.finish()).unwrap(), expected.concat());
    }

    #[test]
    fn numbers_and_content_stand_where_the_format_says() {
        let mut archive = Archive::new();
        archive.directory("d");
        archive.program("d/p", &[0xA5; 4099]);
        let bytes = archive.finish();
        assert_eq!(bytes.len() % 4, 0);
        // Mode, size and the name's length of the second member.
        let number =
            |at: usize| u32::from_str_radix(std::str::from_utf8(&bytes[at..at + 8]).unwrap(), 16).unwrap();
        let second = 110 + 2;
        assert_eq!(&bytes[second..second + 6], MAGIC);
        assert_eq!(number(second + 6 + 8), 0o100_755);
        assert_eq!(number(second + 6 + 6 * 8), 4099);
        assert_eq!(number(second + 6 + 11 * 8), 4);
        let content = (second + 110 + 4).next_multiple_of(4);
        assert!(bytes[content..content + 4099].iter().all(|&byte| byte == 0xA5));
    }
}
