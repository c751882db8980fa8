//! The fields a record is made of: little-endian integers, counted strings, and a macro that gives a struct both
//! directions from one list, so that encoding and decoding cannot drift apart.
//!
//! Used by `record` only. A reader never looks past the bytes it was given and never panics.

use crate::record::Malformed;
use crate::units::{Bytes, Hertz, Nanos, Ticks};

/// Appends fields to a byte slice. A field that does not fit sets `overflow` and writes nothing more.
pub(crate) struct Writer<'b> {
    bytes: &'b mut [u8],
    len: usize,
    overflow: bool,
}

impl<'b> Writer<'b> {
    pub(crate) fn new(bytes: &'b mut [u8]) -> Self {
        Writer { bytes, len: 0, overflow: false }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        match self.bytes.get_mut(self.len..self.len + bytes.len()) {
            Some(room) if !self.overflow => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            _ => self.overflow = true,
        }
    }

    /// How many bytes were written; `None` when something did not fit.
    pub(crate) fn finish(self) -> Option<usize> {
        (!self.overflow).then_some(self.len)
    }
}

/// Takes fields off the front of a payload.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes }
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (head, rest) = self.bytes.split_at_checked(len).ok_or(Malformed::Short)?;
        self.bytes = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (head, rest) = self.bytes.split_first_chunk().ok_or(Malformed::Short)?;
        self.bytes = rest;
        Ok(*head)
    }

    pub(crate) fn rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.bytes)
    }

    pub(crate) fn finish(self) -> Result<(), Malformed> {
        if self.bytes.is_empty() { Ok(()) } else { Err(Malformed::Trailing) }
    }
}

/// A value with one encoding.
pub(crate) trait Field<'a>: Sized {
    fn put(&self, to: &mut Writer<'_>);
    fn get(from: &mut Reader<'a>) -> Result<Self, Malformed>;
}

macro_rules! integer_field {
    ($($int:ty),*) => {$(
        impl<'a> Field<'a> for $int {
            fn put(&self, to: &mut Writer<'_>) {
                to.put(&self.to_le_bytes());
            }
            fn get(from: &mut Reader<'a>) -> Result<Self, Malformed> {
                from.array().map(<$int>::from_le_bytes)
            }
        }
    )*};
}
integer_field!(u8, u16, u32, u64);

macro_rules! unit_field {
    ($($unit:ident),*) => {$(
        impl<'a> Field<'a> for $unit {
            fn put(&self, to: &mut Writer<'_>) {
                self.0.put(to);
            }
            fn get(from: &mut Reader<'a>) -> Result<Self, Malformed> {
                Field::get(from).map($unit)
            }
        }
    )*};
}
unit_field!(Ticks, Nanos, Hertz, Bytes);

impl<'a> Field<'a> for bool {
    fn put(&self, to: &mut Writer<'_>) {
        u8::from(*self).put(to);
    }
    fn get(from: &mut Reader<'a>) -> Result<Self, Malformed> {
        match u8::get(from)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed::Choice),
        }
    }
}

/// Length in two bytes, then UTF-8.
impl<'a> Field<'a> for &'a str {
    fn put(&self, to: &mut Writer<'_>) {
        match u16::try_from(self.len()) {
            Ok(len) => {
                len.put(to);
                to.put(self.as_bytes());
            }
            Err(_) => to.overflow = true,
        }
    }
    fn get(from: &mut Reader<'a>) -> Result<Self, Malformed> {
        let len = u16::get(from)?;
        core::str::from_utf8(from.take(len.into())?).map_err(|_| Malformed::Text)
    }
}

/// A presence byte, then the value.
impl<'a, T: Field<'a>> Field<'a> for Option<T> {
    fn put(&self, to: &mut Writer<'_>) {
        self.is_some().put(to);
        if let Some(value) = self {
            value.put(to);
        }
    }
    fn get(from: &mut Reader<'a>) -> Result<Self, Malformed> {
        if bool::get(from)? { T::get(from).map(Some) } else { Ok(None) }
    }
}

/// Declares a record's struct and both directions of its encoding: the fields in the order they are written.
macro_rules! wire_struct {
    ($(#[$doc:meta])* pub struct $name:ident $(<$lt:lifetime>)? { $($(#[$fdoc:meta])* pub $field:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name $(<$lt>)? { $($(#[$fdoc])* pub $field: $ty,)* }

        wire_struct!(@impl $name $(<$lt>)? { $($field,)* });
    };
    (@impl $name:ident <$lt:lifetime> { $($field:ident,)* }) => {
        impl<$lt> $crate::field::Field<$lt> for $name<$lt> {
            fn put(&self, to: &mut $crate::field::Writer<'_>) { $($crate::field::Field::put(&self.$field, to);)* }
            fn get(from: &mut $crate::field::Reader<$lt>) -> Result<Self, $crate::record::Malformed> {
                Ok($name { $($field: $crate::field::Field::get(from)?,)* })
            }
        }
    };
    (@impl $name:ident { $($field:ident,)* }) => {
        impl<'a> $crate::field::Field<'a> for $name {
            fn put(&self, to: &mut $crate::field::Writer<'_>) { $($crate::field::Field::put(&self.$field, to);)* }
            fn get(from: &mut $crate::field::Reader<'a>) -> Result<Self, $crate::record::Malformed> {
                Ok($name { $($field: $crate::field::Field::get(from)?,)* })
            }
        }
    };
}
pub(crate) use wire_struct;

/// Declares a choice written as one byte, with the word users see for each.
macro_rules! wire_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant = $number,)* }

        impl $crate::record::Word for $name {
            fn to_word(self) -> &'static str {
                self.word()
            }
            fn of_word(word: &str) -> Option<Self> {
                $name::from_word(word)
            }
        }

        impl $name {
            /// Every choice, in the order of their numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word for it in job files, tables and result files.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// The choice with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.word())
            }
        }

        impl<'a> $crate::field::Field<'a> for $name {
            fn put(&self, to: &mut $crate::field::Writer<'_>) { (*self as u8).put(to); }
            fn get(from: &mut $crate::field::Reader<'a>) -> Result<Self, $crate::record::Malformed> {
                match u8::get(from)? { $($number => Ok($name::$variant),)* _ => Err($crate::record::Malformed::Choice) }
            }
        }
    };
}
pub(crate) use wire_enum;
