//! Interleaved comparisons as the page shows them: every cell's ratio, its interval and its word, and what the counters
//! did. A comparison of a thing with itself (A/A) shows how large a difference of nothing is here.

use serde::Serialize;

use super::number::{Number, Spread};
use super::reproduce;
use crate::annotations::Annotations;
use crate::compare::{Row, compare};
use crate::gate::{Finding, Judged};
use crate::run::Run;
use crate::run::header::{Header, REFERENCE};
use crate::stats::summary::median;
use crate::verdict::{Rules, Verdict};

/// Two sides.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Comparison {
    group: String,
    began: String,
    /// Index of the machine of its second side.
    machine: usize,
    suite: String,
    /// What each side is, in words, and its run.
    sides: [SideView; 2],
    /// Both sides are the same thing.
    same: bool,
    /// The first side is the reference image.
    reference: bool,
    reproduce: Vec<String>,
    rows: Vec<RowView>,
    /// Counters that differ, in words.
    counters: Vec<CounterView>,
    counters_judged: usize,
}

#[derive(Clone, Debug, Serialize)]
struct SideView {
    run: String,
    what: String,
    sha: String,
    qemu: String,
    image: String,
    boots: usize,
    /// The fault that was planted into it on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    planted: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct RowView {
    case: String,
    path: String,
    metric: String,
    better: &'static str,
    before: Option<Spread>,
    after: Option<Spread>,
    /// After to before.
    ratio: Option<Spread>,
    q: Option<Number>,
    word: Word,
    /// The verdict as it is printed.
    told: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    meant: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Improved,
    Regressed,
    Same,
    Inconclusive,
    Unjudged,
}

impl Word {
    fn of(verdict: &Verdict) -> Word {
        match verdict {
            Verdict::Improved => Word::Improved,
            Verdict::Regressed => Word::Regressed,
            Verdict::NoChangeShown => Word::Same,
            Verdict::Inconclusive => Word::Inconclusive,
            Verdict::TooFewSamples { .. } | Verdict::NotComparable(_) | Verdict::BadData(_) => Word::Unjudged,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct CounterView {
    case: String,
    path: String,
    counter: String,
    before: Number,
    now: Number,
    word: Word,
    #[serde(skip_serializing_if = "Option::is_none")]
    meant: Option<String>,
}

/// Puts two runs of one group side by side.
pub(super) fn comparison(a: &Run, b: &Run, machine: usize, annotations: &Annotations) -> Comparison {
    let report = compare(a, b, &Rules::default()).bless(annotations);
    let reference = is_reference(&a.header);
    let changed = report.counters.judged.iter().filter(|judged| judged.finding != Finding::Same);
    let words = |run: &Run| run.header.side.as_ref().map_or(String::new(), |side| side.words.clone());
    Comparison {
        group: b.header.group.clone().unwrap_or_default(),
        began: b.header.began.clone(),
        machine,
        suite: b.header.suite.clone(),
        sides: [a, b].map(side),
        same: !reference && words(a) == words(b) && a.header.image == b.header.image,
        reference,
        reproduce: if reference { reproduce::commands(b) } else { reproduce::both_sides(a, b) },
        rows: report.rows.iter().map(row).collect(),
        counters: changed.map(counter).collect(),
        counters_judged: report.counters.judged.len(),
    }
}

/// Whether this is the run of the reference image.
pub(super) fn is_reference(header: &Header) -> bool {
    header.side.as_ref().is_some_and(|side| side.name == REFERENCE)
}

fn side(run: &Run) -> SideView {
    let header = &run.header;
    let what = match &header.side {
        Some(side) if side.name == REFERENCE => "the reference image".to_string(),
        Some(side) if side.words.is_empty() => "as it is".to_string(),
        Some(side) => side.words.clone(),
        None => format!("commit {}", header.git.sha.get(..8).unwrap_or("unknown")),
    };
    SideView {
        run: header.run_id.clone(),
        what,
        sha: header.git.sha.clone(),
        qemu: header.qemu.version.clone(),
        image: header.image.crc32c.clone(),
        boots: run.boots.len(),
        planted: run.planted().map(str::to_string),
    }
}

fn row(row: &Row) -> RowView {
    let judged = &row.judged;
    let bare = || {
        let (before, after) = (median(&row.before).ok()?, median(&row.after).ok()?);
        (before > 0.0).then(|| Spread::bare(after / before))
    };
    let ratio = judged.ratio.map(|ratio| Spread::with_ends(ratio.estimate, ratio.low, ratio.high));
    RowView {
        case: row.case.clone(),
        path: row.path.to_string(),
        metric: row.metric.to_string(),
        better: match row.metric.better() {
            crate::verdict::Better::Higher => "higher",
            crate::verdict::Better::Lower => "lower",
        },
        before: Spread::of(&row.before),
        after: Spread::of(&row.after),
        ratio: ratio.or_else(bare),
        q: judged.q.map(Number),
        word: Word::of(&judged.verdict),
        told: judged.verdict.to_string(),
        meant: row.blessed.as_ref().map(ToString::to_string),
    }
}

fn counter(judged: &Judged) -> CounterView {
    CounterView {
        case: judged.case.clone(),
        path: judged.path.to_string(),
        counter: judged.counter.word().to_string(),
        before: Number(judged.before),
        now: Number(judged.now),
        word: match judged.finding {
            Finding::Same => Word::Same,
            Finding::Better => Word::Improved,
            Finding::Worse => Word::Regressed,
            Finding::Unsteady { .. } => Word::Inconclusive,
        },
        meant: judged.blessed.as_ref().map(ToString::to_string),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::header::Side;
    use crate::run::testing::a_run;

    fn sides() -> [Run; 2] {
        ["a", "b"].map(|name| {
            let mut run = a_run();
            run.header.group = Some("g".into());
            run.header.side = Some(Side { name: name.into(), words: String::new() });
            run
        })
    }

    #[test]
    fn a_thing_against_itself_is_named_so_and_two_things_are_not() {
        let [a, mut b] = sides();
        let none = Annotations::default();
        assert!(comparison(&a, &b, 0, &none).same);
        b.header.side.as_mut().unwrap().words = "--job wait=poll".into();
        let two = comparison(&a, &b, 0, &none);
        assert!(!two.same);
        assert_eq!((two.sides[0].what.as_str(), two.sides[1].what.as_str()), ("as it is", "--job wait=poll"));
    }

    #[test]
    fn every_cell_has_the_word_the_comparison_prints() {
        let [a, b] = sides();
        let made = comparison(&a, &b, 0, &Annotations::default());
        let printed = compare(&a, &b, &Rules::default());
        assert_eq!(made.rows.len(), printed.rows.len());
        assert_eq!(made.rows[0].told, "too few samples: 3 of 7 boots");
        assert_eq!(made.rows[0].word, Word::Unjudged);
        assert_eq!(made.rows[0].ratio.as_ref().map(Spread::middle), Some(1.0));
    }
}
