//! A record of 9P messages, for people: one line a message, both directions, all sessions.
//!
//! While it is kept, every request and reply leaves a line in a ring of the newest [`KEPT_BYTES_MAX`] bytes, which
//! `/dev/9p/trace` shows.

use alloc::collections::VecDeque;
use alloc::string::String;
use core::fmt::{self, Write};

use spin::Mutex;

use crate::p9::msg::Trace;
use crate::p9::set_trace;

/// How much is kept; the oldest lines go first.
pub const KEPT_BYTES_MAX: usize = 64 * 1024;

static RECORD: Mutex<Record> = Mutex::new(Record::EMPTY);

#[derive(Debug)]
struct Record {
    lines: VecDeque<String>,
    bytes: usize,
    /// Lines that were kept once and are gone.
    lost: u64,
}

/// Begins an empty record, or ends keeping one; what was kept can still be read.
pub(super) fn switch(on: bool) {
    if on {
        *RECORD.lock() = Record::EMPTY;
    }
    set_trace(on.then_some(|trace| RECORD.lock().note(trace)));
}

/// Prints what is kept, oldest first.
pub fn tell(to: &mut dyn Write) -> fmt::Result {
    let record = RECORD.lock();
    if record.lost > 0 {
        writeln!(to, "{} lines are no longer kept", record.lost)?;
    }
    record.lines.iter().try_for_each(|line| to.write_str(line))
}

impl Record {
    const EMPTY: Record = Record { lines: VecDeque::new(), bytes: 0, lost: 0 };

    fn note(&mut self, trace: &Trace<'_>) {
        let line = alloc::format!("{trace}\n");
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.bytes > KEPT_BYTES_MAX
            && let Some(oldest) = self.lines.pop_front()
        {
            self.bytes -= oldest.len();
            self.lost += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::p9::msg::trace::Direction;
    use crate::p9::msg::{Dialect, Message, Tclunk};

    #[test]
    fn the_newest_lines_are_kept_and_the_others_counted() {
        let mut bytes = [0; 64];
        let len = Tclunk { fid: 7 }.emit(Dialect::Linux, 3, &mut bytes).unwrap();
        let (direction, dialect) = (Direction::ToServer, Dialect::Linux);
        let mut record = Record::EMPTY;
        let lines = 2 * KEPT_BYTES_MAX / "<-1- Tclunk tag 3 fid 7\n".len();
        for _ in 0..lines {
            record.note(&Trace { direction, connection: 1, dialect, bytes: &bytes[..len] });
        }
        assert_eq!(record.lines.back().unwrap(), "<-1- Tclunk tag 3 fid 7\n");
        assert_eq!(record.lost as usize + record.lines.len(), lines);
        assert!(record.bytes <= KEPT_BYTES_MAX && record.lost > 0);
    }
}
