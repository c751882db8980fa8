//! What a virtio function is, and what it is called.

use alloc::string::String;

/// PCI vendor of every virtio function.
pub(super) const VENDOR: u16 = 0x1af4;

/// A device type (virtio 1.2, chapter 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Network card.
    Net,
    /// Block device.
    Block,
    /// Console, one port or many.
    Console,
    /// Entropy source.
    Rng,
    /// Memory balloon.
    Balloon,
    /// SCSI host.
    Scsi,
    /// 9P transport.
    NineP,
    /// A type this kernel has no name for; the PCI device id.
    Other(u16),
}

impl Kind {
    /// From a PCI device id: transitional devices have ids of their own (virtio 1.2, 4.1.2.1), modern ones
    /// 0x1040 plus the type.
    pub const fn from_pci_device(id: u16) -> Self {
        match id {
            0x1000 | 0x1041 => Self::Net,
            0x1001 | 0x1042 => Self::Block,
            0x1002 | 0x1045 => Self::Balloon,
            0x1003 | 0x1043 => Self::Console,
            0x1004 | 0x1048 => Self::Scsi,
            0x1005 | 0x1044 => Self::Rng,
            0x1009 | 0x1049 => Self::NineP,
            other => Self::Other(other),
        }
    }

    /// The class in the device's name.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Net => "net",
            Self::Block => "block",
            Self::Console => "console",
            Self::Rng => "rng",
            Self::Balloon => "balloon",
            Self::Scsi => "scsi",
            Self::NineP => "9p",
            Self::Other(_) => "pci",
        }
    }

    /// The internal name: `virtio-<class>-<N>`, where N counts every virtio function in bus order, whatever
    /// its class.
    pub fn name(self, number: usize) -> &'static str {
        /// The longest class and a number of three digits fit.
        const NAME_BYTES_MAX: usize = 24;
        let mut digits = [0; 20];
        let mut first = digits.len();
        let mut left = number;
        loop {
            first -= 1;
            digits[first] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        let mut name = String::with_capacity(NAME_BYTES_MAX);
        name.push_str("virtio-");
        name.push_str(self.class());
        name.push('-');
        name.push_str(core::str::from_utf8(&digits[first..]).expect("digits are text"));
        // A device is found once and stays; so does its name.
        name.leak()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transitional_and_modern_ids_name_the_same_kinds() {
        for (transitional, modern) in [
            (0x1000, 0x1041),
            (0x1001, 0x1042),
            (0x1002, 0x1045),
            (0x1003, 0x1043),
            (0x1004, 0x1048),
            (0x1005, 0x1044),
            (0x1009, 0x1049),
        ] {
            let kind = Kind::from_pci_device(transitional);
            assert_eq!(kind, Kind::from_pci_device(modern));
            assert!(!matches!(kind, Kind::Other(_)));
        }
    }

    #[test]
    fn names_are_those_of_the_page() {
        assert_eq!(Kind::NineP.name(0), "virtio-9p-0");
        assert_eq!(Kind::Console.name(2), "virtio-console-2");
        assert_eq!(Kind::Net.name(10_203), "virtio-net-10203");
        assert_eq!(Kind::from_pci_device(0x105a).name(3), "virtio-pci-3");
    }
}
