//! Choices of the wire format as their words, for `#[serde(with = "word")]`.

use ninewire_bench_guest::record::Word;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

pub(crate) fn serialize<W: Word, S: Serializer>(choice: &W, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(choice.to_word())
}

pub(crate) fn deserialize<'de, W: Word, D: Deserializer<'de>>(from: D) -> Result<W, D::Error> {
    let word = String::deserialize(from)?;
    W::of_word(&word).ok_or_else(|| D::Error::custom(format!("nothing is called {word:?} here")))
}
