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
    /// How a 9P message travels between guest and host, or bytes that are none.
    pub enum Path {
        /// A virtio-9p device.
        Native = 0 "native",
        /// A byte stream over port 0 of a virtio-serial device, the console port, unless the host chose a named one.
        Serial = 1 "serial",
        /// A byte stream over a named port of a virtio-serial device.
        Named = 2 "named",
        /// The console port again, by way of the program `9pvpxy` and a pipe.
        Proxied = 3 "9pvpxy",
        /// Bytes without 9P over a named port.
        Raw = 4 "raw",
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
        /// Get the attributes of a file that was walked to before: one message each way, and a look at the file.
        Getattr = 6 "getattr",
        /// Walk down a deep path, clunk.
        Walk = 7 "walk",
        /// Walk to a directory, open it, read all its entries, clunk it.
        Readdir = 8 "readdir",
        /// Make a file in a directory of the run's own, and remove it again.
        CreateRemove = 9 "createremove",
        /// One message each way that no server does anything for: the floor of the protocol.
        Floor = 10 "floor",
        /// A block out by a raw port, until the device has given its memory back.
        PortOut = 11 "portout",
        /// A block in by a raw port.
        PortIn = 12 "portin",
        /// A block out by a raw port and back again.
        PortPing = 13 "portping",
    }
}

impl Work {
    /// Whether operations are about files and directories rather than about the bytes of one file.
    pub const fn is_metadata(self) -> bool {
        use Work::{CreateRemove, FileOpenRead, FileStat, Floor, Getattr, Readdir, Walk};
        matches!(self, FileOpenRead | FileStat | Getattr | Walk | Readdir | CreateRemove | Floor)
    }

    /// Whether it moves bytes over a raw port, and there is no 9P in it.
    pub const fn is_raw(self) -> bool {
        matches!(self, Work::PortOut | Work::PortIn | Work::PortPing)
    }

    /// Whether it is about a file or a directory at all.
    pub const fn needs_files(self) -> bool {
        !self.is_raw() && !matches!(self, Work::Floor)
    }

    /// Whether it changes a file or a directory.
    pub const fn writes(self) -> bool {
        matches!(self, Work::Write | Work::RandWrite | Work::CreateRemove)
    }

    /// Whether an operation carries a block of `bs` bytes, so that bytes per second mean something.
    pub const fn has_payload(self) -> bool {
        use Work::{FileOpenRead, PortIn, PortOut, RandRead, RandWrite, Read, Write};
        matches!(self, Read | Write | RandRead | RandWrite | FileOpenRead | PortOut | PortIn)
    }

    /// Whether it has to do with a block size.
    pub const fn has_block(self) -> bool {
        self.has_payload() || matches!(self, Work::PortPing)
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
