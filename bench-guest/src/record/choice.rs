//! Choices: one byte on the wire, a word in job files, tables and result files.

use crate::field::wire_enum;

/// A choice that has a word, for code that reads and writes words of any choice.
pub trait Word: Copy {
    /// Its word.
    fn to_word(self) -> &'static str;
    /// The choice with this word.
    fn of_word(word: &str) -> Option<Self>;
}

wire_enum! {
    /// How a 9P message travels between guest and host.
    pub enum Path {
        /// A virtio-9p device.
        Native = 0 "native",
        /// A byte stream over a virtio-serial port.
        Serial = 1 "serial",
    }
}

wire_enum! {
    /// What one operation of a case is. The first four are fio's words for `rw`; the others are its file engines.
    pub enum Work {
        /// One block after the other.
        Read = 0 "read",
        /// One block after the other, over what the file holds.
        Write = 1 "write",
        /// Blocks in random order, each once a pass.
        RandRead = 2 "randread",
        /// Blocks in random order, each once a pass, over what the file holds.
        RandWrite = 3 "randwrite",
        /// Walk to a file, open it, read its first block, clunk it.
        FileOpenRead = 4 "fileopenread",
        /// Walk to a file, get its attributes, clunk it.
        FileStat = 5 "filestat",
        /// Get the attributes of a file that is open already: one message each way, the floor of the protocol.
        Getattr = 6 "getattr",
    }
}

impl Work {
    /// Whether operations are spread over many files.
    pub const fn is_metadata(self) -> bool {
        matches!(self, Work::FileOpenRead | Work::FileStat | Work::Getattr)
    }

    /// Whether it changes the file.
    pub const fn writes(self) -> bool {
        matches!(self, Work::Write | Work::RandWrite)
    }

    /// Whether an operation carries a block of `bs` bytes, so that bytes per second mean something.
    pub const fn has_payload(self) -> bool {
        !matches!(self, Work::FileStat | Work::Getattr)
    }
}

wire_enum! {
    /// Which 9P is spoken.
    pub enum Dialect {
        /// 9P2000.L.
        L = 0 "9P2000.L",
        /// 9P2000.u.
        U = 1 "9P2000.u",
        /// Plain 9P2000.
        Plain = 2 "9P2000",
    }
}

wire_enum! {
    /// How the guest waits for the device.
    pub enum Wait {
        /// Spins a short while, then sleeps until an interrupt.
        Adaptive = 0 "adaptive",
        /// Spins.
        Poll = 1 "poll",
        /// Sleeps until an interrupt.
        Irq = 2 "irq",
    }
}

wire_enum! {
    /// Where the bytes of a read end up.
    pub enum Placement {
        /// In pages the reader brought.
        OwnPages = 0 "own-pages",
        /// In the transport's pages, lent to the reader.
        Loan = 1 "loan",
    }
}

wire_enum! {
    /// How a visit to a case ended.
    pub enum Outcome {
        /// As planned.
        Done = 0 "done",
        /// This guest or this path cannot run it.
        Unsupported = 1 "unsupported",
        /// An operation failed or the data were wrong.
        Failed = 2 "failed",
    }
}

wire_enum! {
    /// How the guest's whole work ended.
    pub enum Status {
        /// Every case was visited.
        Done = 0 "done",
        /// The guest gave up; a Fault said why.
        Fault = 1 "fault",
    }
}

wire_enum! {
    /// How much a log line matters.
    pub enum Level {
        /// Something is wrong.
        Error = 0 "error",
        /// Something may be wrong.
        Warn = 1 "warn",
        /// Good to know.
        Info = 2 "info",
        /// For those who look for a fault.
        Debug = 3 "debug",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_found_by_its_word() {
        for &work in Work::ALL {
            assert_eq!(Work::from_word(work.word()), Some(work));
        }
        assert_eq!(Work::from_word("trim"), None);
    }
}
