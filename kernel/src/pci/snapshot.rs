//! Configuration space read once: while a function is looked at, no word of it is fetched twice. Each costs
//! an emulated machine one or two exits to the device model, and following capabilities asks for the same
//! ones again and again.

use super::config::{Address, ConfigAccess};
use spin::Mutex;

const WORDS: usize = 64;

/// What one function has answered so far. Writes go through, and what was written is asked for again.
pub struct Snapshot<'a> {
    access: &'a dyn ConfigAccess,
    address: Address,
    words: Mutex<Words>,
}

struct Words {
    known: u64,
    values: [u32; WORDS],
}

impl<'a> Snapshot<'a> {
    /// Of the function at `address`, with nothing asked yet.
    pub const fn new(access: &'a dyn ConfigAccess, address: Address) -> Self {
        Self { access, address, words: Mutex::new(Words { known: 0, values: [0; WORDS] }) }
    }
}

impl ConfigAccess for Snapshot<'_> {
    fn read(&self, address: Address, offset: u8) -> u32 {
        assert!(address == self.address, "a snapshot is of one function");
        let word = usize::from(offset / 4);
        let mut words = self.words.lock();
        if words.known & 1 << word == 0 {
            words.values[word] = self.access.read(address, offset);
            words.known |= 1 << word;
        }
        words.values[word]
    }

    fn write(&self, address: Address, offset: u8, value: u32) {
        assert!(address == self.address, "a snapshot is of one function");
        self.access.write(address, offset, value);
        self.words.lock().known &= !(1 << (offset / 4));
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Fabric, address};
    use super::*;

    #[test]
    fn a_word_is_asked_for_once_and_again_after_it_was_written() {
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 1, 2).word(0x40, 7).word(0xfc, 8);
        let at = address("00:01.0");
        let snapshot = Snapshot::new(&fabric, at);
        assert_eq!((snapshot.read(at, 0x40), snapshot.read(at, 0xfc)), (7, 8));
        fabric.write(at, 0x40, 9);
        assert_eq!(snapshot.read(at, 0x40), 7, "not asked again");
        snapshot.write(at, 0x40, 10);
        assert_eq!((fabric.read(at, 0x40), snapshot.read(at, 0x40)), (10, 10));
    }
}
