//! Where an instrument looks: the addresses of the image's code and of the points in it, read from the image's file.
//!
//! The file is ELF, 64 bits, little-endian ("Tool Interface Standard, Executable and Linking Format"); of it only the
//! program header of the code and one section are read.

use std::ops::Range;

/// What the image tells of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Points {
    /// The code.
    pub code: Range<u64>,
    /// Before and after what is measured.
    pub marks: Vec<u64>,
    /// Where a round of the run loop begins.
    pub rounds: Vec<u64>,
    /// Where a round that did something ends.
    pub progress: Vec<u64>,
}

const SECTION: &[u8] = b".ninewire.points";

/// `PT_LOAD`, and the flag of a segment that is executed.
const LOAD: u32 = 1;
const EXECUTED: u32 = 1;

impl Points {
    /// Reads an image's file; `None` for one that has no points, or is no image.
    pub fn of_image(file: &[u8]) -> Option<Points> {
        if file.get(..6)? != [0x7f, b'E', b'L', b'F', 2, 1] {
            return None;
        }
        let mut points = Points { code: code(file)?, ..Points::default() };
        for entry in section(file)?.chunks_exact(16) {
            let (address, kind) = (word(entry, 0)?, word(entry, 8)?);
            // What the linker has left out keeps its entry with an address outside of the code.
            if !points.code.contains(&address) {
                continue;
            }
            match kind {
                0 => points.marks.push(address),
                1 => points.rounds.push(address),
                2 => points.progress.push(address),
                _ => return None,
            }
        }
        let complete = [&points.marks, &points.rounds, &points.progress].iter().all(|kind| !kind.is_empty());
        complete.then_some(points)
    }
}

/// The segment that is executed, from the program headers.
fn code(file: &[u8]) -> Option<Range<u64>> {
    let headers = table(file, 0x20, 0x36, 0x38)?;
    let executed = |header: &&&[u8]| {
        half(header, 0) == Some(LOAD) && half(header, 4).is_some_and(|flags| flags & EXECUTED != 0)
    };
    let header = headers.iter().find(executed)?;
    let from = word(header, 0x10)?;
    Some(from..from.checked_add(word(header, 0x28)?)?)
}

/// The bytes of the points' section.
fn section(file: &[u8]) -> Option<&[u8]> {
    let headers = table(file, 0x28, 0x3A, 0x3C)?;
    let content = |header: &[u8]| {
        let (at, len) =
            (usize::try_from(word(header, 0x18)?).ok()?, usize::try_from(word(header, 0x20)?).ok()?);
        file.get(at..at.checked_add(len)?)
    };
    let names = content(headers.get(usize::from(short(file, 0x3E)?))?)?;
    let is_named = |header: &&&[u8]| {
        let name = half(header, 0).and_then(|at| names.get(at as usize..));
        name.is_some_and(|name| name.starts_with(SECTION) && name.get(SECTION.len()) == Some(&0))
    };
    content(headers.iter().find(is_named)?)
}

/// A table of headers: its place in the file, the size of an entry and their number stand at these offsets.
fn table(file: &[u8], place: usize, size: usize, count: usize) -> Option<Vec<&[u8]>> {
    let (at, size) = (usize::try_from(word(file, place)?).ok()?, usize::from(short(file, size)?));
    let len = size.checked_mul(usize::from(short(file, count)?))?;
    let bytes = file.get(at..at.checked_add(len)?)?;
    (size > 0).then(|| bytes.chunks_exact(size).collect())
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one executed segment, the points' section and the section of names.
    fn image(entries: &[(u64, u64)]) -> Vec<u8> {
        let mut file = vec![0; 0x40];
        file[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1]);
        let put = |file: &mut Vec<u8>, at: usize, value: u64, len: usize| {
            file[at..at + len].copy_from_slice(&value.to_le_bytes()[..len]);
        };
        let append = |file: &mut Vec<u8>, bytes: &[u8]| {
            let at = file.len();
            file.extend_from_slice(bytes);
            at as u64
        };
        let points: Vec<u8> = entries
            .iter()
            .flat_map(|(address, kind)| [address.to_le_bytes(), kind.to_le_bytes()].concat())
            .collect();
        let points_at = append(&mut file, &points);
        let names_at = append(&mut file, b"\0.ninewire.points\0");
        let program = append(&mut file, &[0; 0x38]) as usize;
        put(&mut file, program, 1, 4);
        put(&mut file, program + 4, 5, 4);
        put(&mut file, program + 0x10, 0x20_0000, 8);
        put(&mut file, program + 0x28, 0x1000, 8);
        let sections = append(&mut file, &[0; 0x80]) as usize;
        put(&mut file, sections, 1, 4);
        put(&mut file, sections + 0x18, points_at, 8);
        put(&mut file, sections + 0x20, points.len() as u64, 8);
        put(&mut file, sections + 0x40 + 0x18, names_at, 8);
        put(&mut file, sections + 0x40 + 0x20, 18, 8);
        for (at, value, len) in [
            (0x20, program as u64, 8),
            (0x36, 0x38, 2),
            (0x38, 1, 2),
            (0x28, sections as u64, 8),
            (0x3A, 0x40, 2),
            (0x3C, 2, 2),
            (0x3E, 1, 2),
        ] {
            put(&mut file, at, value, len);
        }
        file
    }

    #[test]
    fn points_are_found_by_kind_and_those_left_out_by_the_linker_are_passed_over() {
        let file = image(&[(0x20_0010, 0), (0, 0), (0x20_0020, 1), (0x20_0030, 1), (0x20_0040, 2)]);
        let points = Points::of_image(&file).unwrap();
        assert_eq!((points.code, points.marks), (0x20_0000..0x20_1000, vec![0x20_0010]));
        assert_eq!((points.rounds, points.progress), (vec![0x20_0020, 0x20_0030], vec![0x20_0040]));
    }

    #[test]
    fn a_file_without_points_or_of_another_kind_has_none() {
        assert_eq!(Points::of_image(&image(&[(0x20_0010, 0), (0x20_0020, 1)])), None, "one kind is missing");
        assert_eq!(Points::of_image(&image(&[(0x20_0010, 7)])), None, "an unknown kind");
        assert_eq!(Points::of_image(b"#!/bin/sh\n"), None);
        let whole = image(&[(0x20_0010, 0), (0x20_0020, 1), (0x20_0040, 2)]);
        assert!(Points::of_image(&whole).is_some());
        for cut in 0..whole.len() {
            assert_eq!(Points::of_image(&whole[..cut]), None, "cut at {cut}");
        }
    }
}
