//! Configuration space made of arrays. Strict: an access outside of the rules panics in the test.

use super::config::{Address, ConfigAccess, header};
use alloc::collections::BTreeMap;
use spin::Mutex;

/// What is plugged in.
#[derive(Default)]
pub struct Fabric(Mutex<BTreeMap<Address, Space>>);

/// One function's configuration space.
struct Space {
    words: [u32; 64],
    /// For each word: the bits that can be written, and what the others read as.
    sized: BTreeMap<u8, (u32, u32)>,
}

/// A function being described.
pub struct FakeFunction<'a> {
    fabric: &'a Fabric,
    address: Address,
}

/// Reads `bus:device.function`, in the notation of [`Address`]'s display.
pub fn address(text: &str) -> Address {
    let hex = |range| u8::from_str_radix(&text[range], 16).expect("two digits");
    Address { bus: hex(0..2), device: hex(3..5), function: hex(6..7) }
}

impl Fabric {
    /// Nothing plugged in.
    pub const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Plugs a function in.
    pub fn function(&mut self, at: &str, vendor: u16, device: u16) -> FakeFunction<'_> {
        let mut words = [0; 64];
        words[0] = u32::from(device) << 16 | u32::from(vendor);
        self.0.lock().insert(address(at), Space { words, sized: BTreeMap::new() });
        FakeFunction { fabric: self, address: address(at) }
    }
}

impl FakeFunction<'_> {
    /// Sets four bytes.
    pub fn word(self, offset: u8, value: u32) -> Self {
        let mut functions = self.fabric.0.lock();
        functions.get_mut(&self.address).expect("plugged in").words[usize::from(offset / 4)] = value;
        drop(functions);
        self
    }

    /// Makes a base address register of so many bytes, without an address; `flags` are its low bits.
    pub fn sized_bar(self, bar: u8, bytes: u64, flags: u32) -> Self {
        let offset = header::BAR0 + 4 * bar;
        let kept = bytes.wrapping_neg();
        let mut functions = self.fabric.0.lock();
        let sized = &mut functions.get_mut(&self.address).expect("plugged in").sized;
        sized.insert(offset, (kept as u32, flags));
        if flags & 0b110 == 0b100 {
            sized.insert(offset + 4, ((kept >> 32) as u32, 0));
        }
        drop(functions);
        self.word(offset, flags)
    }

    fn get(&self, offset: u8) -> u32 {
        self.fabric.0.lock()[&self.address].words[usize::from(offset / 4)]
    }

    /// Says that there are more functions.
    pub fn multi_function(self) -> Self {
        let kind = self.get(header::TYPE) | 0x80 << 16;
        self.word(header::TYPE, kind)
    }

    /// Makes it a bridge to this bus.
    pub fn bridge_to(self, bus: u8) -> Self {
        self.word(header::TYPE, 1 << 16).word(header::BUSES, u32::from(bus) << 8)
    }

    /// Appends a capability with this body behind its id and next pointer.
    pub fn capability(self, id: u8, offset: u8, body: &[u8]) -> Self {
        let status = self.get(header::COMMAND) | 1 << 20;
        let mut function = self.word(header::COMMAND, status);
        let mut tail = header::CAPABILITIES;
        let mut next = function.get(tail) as u8;
        while next != 0 {
            tail = next;
            next = (function.get(tail) >> 8) as u8;
        }
        let (word, shift) = (function.get(tail), if tail == header::CAPABILITIES { 0 } else { 8 });
        function = function.word(tail, word | u32::from(offset) << shift);
        let mut bytes = [id, 0].to_vec();
        bytes.extend_from_slice(body);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        for (index, word) in bytes.chunks_exact(4).enumerate() {
            let word = u32::from_le_bytes(word.try_into().expect("four bytes"));
            function = function.word(offset + 4 * index as u8, word);
        }
        function
    }
}

impl ConfigAccess for Fabric {
    fn read(&self, address: Address, offset: u8) -> u32 {
        assert!(offset.is_multiple_of(4) && address.device < 32 && address.function < 8);
        self.0.lock().get(&address).map_or(u32::MAX, |space| space.words[usize::from(offset / 4)])
    }

    fn write(&self, address: Address, offset: u8, value: u32) {
        assert!(
            offset.is_multiple_of(4) && offset != header::ID,
            "configuration written where it is read-only"
        );
        let mut functions = self.0.lock();
        let space = functions.get_mut(&address).expect("configuration of nothing written");
        let kept = if offset == header::COMMAND { space.words[1] & 0xffff_0000 } else { 0 };
        let is_bar = (header::BAR0..header::BAR0 + 24).contains(&offset);
        // A base address register that nobody described is not there and keeps nothing.
        let undescribed = if is_bar { (0, space.words[usize::from(offset / 4)]) } else { (u32::MAX, 0) };
        let (writable, fixed) = space.sized.get(&offset).copied().unwrap_or(undescribed);
        space.words[usize::from(offset / 4)] = value & writable | kept | fixed;
    }
}
