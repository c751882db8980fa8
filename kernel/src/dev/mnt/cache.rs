//! What is kept of the files of servers that were mounted with `-C`: windows on the pages their bytes came in.
//!
//! # What is believed
//! As by Plan 9's `mount -C`: a file is known by its session and its qid. When it is opened for reading the server says the
//! qid anew, and what is kept of another version is dropped then. From there on what is kept is the file, whatever the host
//! does to it, until somebody opens it again; what is not kept yet comes as it is when it is read. What is changed through
//! the same session is dropped when the change is over (as what was read ahead is), and nothing more of the file is kept
//! before it is opened again.
//!
//! A version is worth what its server puts into it. QEMU's is made of the date of the last change, in seconds, and the
//! length: who changes a file on the host within the second it was changed last, and keeps its length, changes it unseen.
//! Our own server's has nanoseconds, that of Go's `ufs` milliseconds. Version 0 is no version: such files are not kept.
//! Files whose bytes change by themselves (host devices, `/proc`) may keep their version all the while, and do not belong
//! into a tree that is mounted so. Nor are kept: directories, attributes, files opened for writing or emptied by
//! opening, and whatever is no plain file by its qid (append-only, exclusive, authentication).
//!
//! # How much
//! As many bytes of whole pages as the setting `cache` says, of all sessions together, and no more than a quarter of the
//! pool. What was read longest ago goes first, by files; of a file that alone is more than that, the part that was read
//! first is kept. Counted in `/dev/9p/cache`.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use spin::Mutex;

use super::settings;
use crate::io::{Window, Windows};
use crate::mem::{PAGE_SIZE, pool};
use crate::ns::stat::Qid;

/// Files of which something is kept, at most.
const FILES_MAX: usize = 1024;

/// Kept of all sessions. Held while windows are cloned and put into order, never while waiting.
static CACHE: Mutex<Cache> = Mutex::new(Cache::EMPTY);

/// An open file that is read by way of what is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cached {
    file: Key,
    version: u32,
    /// The session's count of changes when it was opened.
    changes: u64,
}

/// A session's number, and the qid's path.
type Key = (u32, u64);

#[derive(Debug)]
struct Cache {
    files: BTreeMap<Key, Kept>,
    /// Of all files.
    bytes: usize,
    /// Counts reads.
    clock: u64,
    /// Reads that needed no message.
    hits: u64,
    /// Reads that did.
    misses: u64,
}

/// What is kept of a file.
#[derive(Debug)]
struct Kept {
    version: u32,
    changes: u64,
    /// By where they begin; none reaches into the next.
    pieces: BTreeMap<u64, Window>,
    /// Where the server had no more bytes to give.
    end: Option<u64>,
    /// Of the pages of all pieces.
    bytes: usize,
    /// When it was last read, by the cache's clock.
    read: u64,
}

impl Cached {
    /// The file with this qid was opened for reading when the session counted so many changes of it. `None`: it is none to
    /// be kept.
    pub(super) fn open(session: u32, qid: Qid, changes: u64) -> Option<Cached> {
        if qid.kind != 0 || qid.version == 0 {
            return None;
        }
        let cached = Cached { file: (session, qid.path), version: qid.version, changes };
        let mut cache = CACHE.lock();
        let stale = match cache.files.get(&cached.file) {
            Some(kept) if kept.is(&cached) => None,
            _ => cache.remove(cached.file),
        };
        drop(cache);
        drop(stale);
        Some(cached)
    }

    /// What is kept from `offset` on without a gap, at most `count` bytes; and whether that is all there is to read.
    /// `changes` is what the session counts now.
    pub(super) fn find(&self, count: usize, offset: u64, changes: u64) -> (Windows, bool) {
        let mut cache = CACHE.lock();
        let cache = &mut *cache;
        cache.clock += 1;
        let kept = cache.files.get_mut(&self.file).filter(|kept| changes == self.changes && kept.is(self));
        let (found, whole) = match kept {
            Some(kept) => {
                kept.read = cache.clock;
                kept.find(count, offset)
            }
            None => (Windows::new(), count == 0),
        };
        *if whole { &mut cache.hits } else { &mut cache.misses } += 1;
        (found, whole)
    }

    /// Keeps what the server gave of `asked` bytes from `offset` on, if the file is what it was when it was opened.
    pub(super) fn keep(&self, windows: Windows, asked: usize, offset: u64, changes: u64) -> Windows {
        if changes != self.changes {
            return windows;
        }
        // Nothing but the end says where the end is: a server may give less for reasons of its own.
        let end = (windows.is_empty() && asked > 0).then_some(offset);
        let windows: Windows = windows.into_iter().map(without_tail).collect();
        let dropped = CACHE.lock().keep(self, &windows, offset, end, most_bytes());
        // Not under the lock.
        drop(dropped);
        windows
    }
}

/// Nothing of this session is needed any more.
pub(super) fn forget(session: u32) {
    let mut cache = CACHE.lock();
    let mut gone = cache.files.split_off(&(session, 0));
    let mut others = gone.split_off(&(session + 1, 0));
    cache.files.append(&mut others);
    cache.bytes -= gone.values().map(|kept| kept.bytes).sum::<usize>();
    drop(cache);
    drop(gone);
}

/// `/dev/9p/cache`.
pub fn tell(to: &mut dyn Write) -> fmt::Result {
    let cache = CACHE.lock();
    writeln!(to, "files {}", cache.files.len())?;
    writeln!(to, "bytes {}", cache.bytes)?;
    writeln!(to, "hits {}", cache.hits)?;
    writeln!(to, "misses {}", cache.misses)
}

fn most_bytes() -> usize {
    settings::cache_bytes().min(pool().pages() * PAGE_SIZE / 4)
}

/// The pages that hold the window's bytes, those behind them given back: a short file's bytes come in pages for as many as
/// were asked for.
fn without_tail(window: Window) -> Window {
    match window.try_into_buf() {
        Ok(mut buf) => {
            let end = buf.window().end.next_multiple_of(PAGE_SIZE);
            if end < buf.capacity() {
                drop(buf.split_off(end));
            }
            buf.share()
        }
        Err(shared) => shared,
    }
}

fn page_bytes(window: &Window) -> usize {
    window.len().next_multiple_of(PAGE_SIZE)
}

impl Cache {
    const EMPTY: Cache = Cache { files: BTreeMap::new(), bytes: 0, clock: 0, hits: 0, misses: 0 };

    fn remove(&mut self, file: Key) -> Option<Kept> {
        let kept = self.files.remove(&file)?;
        self.bytes -= kept.bytes;
        Some(kept)
    }

    /// What had to go.
    fn keep(
        &mut self,
        file: &Cached,
        windows: &Windows,
        offset: u64,
        end: Option<u64>,
        most: usize,
    ) -> Vec<Kept> {
        let mut dropped = Vec::new();
        if let Some(kept) = self.files.get(&file.file) {
            // Somebody has opened it since, and found another version.
            if !kept.is(file) {
                return dropped;
            }
        } else {
            if self.files.len() == FILES_MAX {
                dropped.extend(self.remove_oldest(None));
            }
            self.files.insert(file.file, Kept::new(file, self.clock));
        }
        let mut at = offset;
        for window in windows.iter() {
            let needed = page_bytes(window);
            while self.bytes + needed > most {
                let Some(oldest) = self.remove_oldest(Some(file.file)) else { return dropped };
                dropped.push(oldest);
            }
            if let Some(kept) = self.files.get_mut(&file.file) {
                self.bytes += kept.put(at, window.clone());
            }
            at += window.len() as u64;
        }
        if let (Some(kept), Some(_)) = (self.files.get_mut(&file.file), end) {
            kept.end = end;
        }
        dropped
    }

    /// Of all files but one, the one that was read longest ago.
    fn remove_oldest(&mut self, but: Option<Key>) -> Option<Kept> {
        let others = self.files.iter().filter(|(key, _)| Some(**key) != but);
        let (&oldest, _) = others.min_by_key(|(_, kept)| kept.read)?;
        self.remove(oldest)
    }
}

impl Kept {
    fn new(file: &Cached, now: u64) -> Kept {
        let Cached { version, changes, .. } = *file;
        Kept { version, changes, pieces: BTreeMap::new(), end: None, bytes: 0, read: now }
    }

    fn is(&self, file: &Cached) -> bool {
        (self.version, self.changes) == (file.version, file.changes)
    }

    fn find(&self, count: usize, offset: u64) -> (Windows, bool) {
        let mut found = Windows::new();
        let mut at = offset;
        while found.len() < count {
            let Some((start, piece)) = self.pieces.range(..=at).next_back() else { break };
            let inside = at - start;
            if inside >= piece.len() as u64 {
                break;
            }
            let mut window = piece.clone();
            window.advance(inside as usize);
            window.truncate(count - found.len());
            at += window.len() as u64;
            found.push(window);
        }
        let whole = found.len() == count || self.end.is_some_and(|end| at >= end);
        (found, whole)
    }

    /// Keeps a window, or of it what is in front of the next piece; how many bytes of pages that was.
    fn put(&mut self, at: u64, mut window: Window) -> usize {
        let (_, is_kept) = self.find(1, at);
        if is_kept {
            return 0;
        }
        if let Some((next, _)) = self.pieces.range(at..).next() {
            window.truncate((next - at).min(window.len() as u64) as usize);
        }
        let bytes = page_bytes(&window);
        self.bytes += bytes;
        self.pieces.insert(at, window);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn file(path: u64) -> Cached {
        Cached { file: (0, path), version: 1, changes: 0 }
    }

    fn bytes(len: usize, first: u8) -> Windows {
        let contents: Vec<u8> = (0..len).map(|at| first.wrapping_add(at as u8)).collect();
        crate::ns::text::copied(&contents).unwrap()
    }

    fn read(cache: &Cache, path: u64, count: usize, offset: u64) -> (Vec<u8>, bool) {
        let (windows, whole) = cache.files[&(0, path)].find(count, offset);
        let mut bytes = vec![0; windows.len()];
        windows.peek(&mut bytes);
        (bytes, whole)
    }

    #[test]
    fn pieces_meet_and_never_overlap_and_the_end_is_where_nothing_came() {
        let mut cache = Cache::EMPTY;
        for (offset, len) in [(10, 10), (0, 5), (30, 4), (3, 40), (5, 100)] {
            cache.keep(&file(1), &bytes(len, offset as u8), offset, None, usize::MAX);
        }
        // At 3 there was something; what came for 5 was kept as far as the piece at 10.
        assert_eq!(read(&cache, 1, 20, 0), ((0..20).collect(), true));
        assert_eq!(read(&cache, 1, 30, 0), ((0..20).collect(), false), "a gap");
        assert_eq!(read(&cache, 1, 2, 31), (vec![31, 32], true));
        assert_eq!(read(&cache, 1, 9, 31), (vec![31, 32, 33], false), "the end is not known");
        cache.keep(&file(1), &Windows::new(), 34, Some(34), usize::MAX);
        assert_eq!(read(&cache, 1, 9, 31), (vec![31, 32, 33], true));
        assert_eq!(read(&cache, 1, 9, 99), (vec![], true));
        let pages = cache.files[&(0, 1)].pieces.len();
        assert_eq!(cache.bytes, pages * PAGE_SIZE);
    }

    #[test]
    fn what_was_read_longest_ago_goes_first_and_a_file_too_large_keeps_its_front() {
        let mut cache = Cache::EMPTY;
        let most = 3 * PAGE_SIZE;
        for path in [1, 2, 3] {
            cache.clock += 1;
            assert!(cache.keep(&file(path), &bytes(10, 0), 0, None, most).is_empty());
        }
        cache.clock += 1;
        cache.files.get_mut(&(0, 1)).unwrap().read = cache.clock;
        let gone = cache.keep(&file(4), &bytes(10, 0), 0, None, most);
        assert_eq!((gone.len(), cache.files.contains_key(&(0, 2))), (1, false));
        for page in 0..5 {
            cache.keep(&file(5), &bytes(PAGE_SIZE, 0), page * PAGE_SIZE as u64, None, most);
        }
        assert_eq!(cache.files.keys().map(|key| key.1).collect::<Vec<_>>(), [5]);
        assert_eq!(cache.bytes, most);
        let (front, whole) = read(&cache, 5, 5 * PAGE_SIZE, 0);
        assert_eq!((front.len(), whole), (most, false));
        cache.keep(&file(6), &bytes(PAGE_SIZE, 0), 0, None, 0);
        assert_eq!(cache.bytes, 0, "nothing may be kept, and nothing is");
    }

    #[test]
    fn pages_behind_a_short_files_bytes_go_back() {
        let mut buf = pool().alloc(64).unwrap();
        buf.write_at(0, b"short");
        buf.truncate(5);
        let window = without_tail(buf.share());
        assert_eq!(window.as_slice(), b"short");
        assert_eq!(window.try_into_buf().unwrap().pages(), 1);
        let shared = pool().alloc(2).unwrap().share();
        let other = shared.clone();
        assert_eq!(without_tail(shared).len(), other.len());
    }
}
