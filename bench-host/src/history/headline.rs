//! The answer on top: what got worse and still is, what is meant, what got better, what creeps.
//!
//! A change for the worse still holds unless today's level is back at what it was before it. One for the better holds when
//! today's level is better than every one before it: what only came back has not got better.

use super::model::{Basis, Census, Finding, Headline, Series, SeriesState, Word};
use crate::verdict::Better;

/// A level is back when it is within this part of what it was.
const BACK: f64 = 0.02;

/// Of judged series.
pub(super) fn of(series: &[Series], census: &Census) -> Headline {
    let (mut worse, mut meant, mut better) = (Vec::new(), Vec::new(), Vec::new());
    for (index, one) in series.iter().enumerate().filter(|(_, one)| one.state.speaks()) {
        let Some(today) = one.changes.last().map(|change| change.after) else { continue };
        for (place, change) in one.changes.iter().enumerate() {
            let now = today / change.before;
            let mut earlier = one.changes[..=place].iter().map(|change| change.before);
            let holds = match change.worse {
                true => still_holds(one, true, change.before, today),
                false => earlier.all(|before| still_holds(one, false, before, today)),
            };
            if !holds {
                continue;
            }
            let finding = Finding { series: index, change: place, now };
            match (change.worse, &change.annotation) {
                (true, None) => worse.push(finding),
                (true, Some(_)) => meant.push(finding),
                (false, _) => better.push(finding),
            }
        }
    }
    for list in [&mut worse, &mut meant, &mut better] {
        newest_and_largest_first(list, series);
    }
    let indices = |wanted: &dyn Fn(&Series) -> bool| -> Vec<usize> {
        (0..series.len()).filter(|&index| wanted(&series[index])).collect()
    };
    let mut drifting = indices(&|one| one.drift.is_some());
    drifting.sort_by_key(|&index| series[index].drift.as_ref().is_some_and(|drift| !drift.worse));
    let doubtful =
        indices(&|one| one.doubtful.iter().any(|change| change.worse && change.annotation.is_none()));
    let unsteady = indices(&|one| one.state == SeriesState::Unsteady);
    let creeps_worse =
        drifting.iter().any(|&index| series[index].drift.as_ref().is_some_and(|drift| drift.worse));
    let word = if !worse.is_empty() || !unsteady.is_empty() || creeps_worse {
        Word::Worse
    } else if census.judged() == 0 {
        Word::NothingJudged
    } else {
        Word::NothingWorse
    };
    let mut headline =
        Headline { word, worse, meant, better, drifting, doubtful, unsteady, sentence: String::new() };
    headline.sentence = sentence(&headline, series, census);
    headline
}

/// Whether today's level is still on the side of what was before to which the change led.
fn still_holds(series: &Series, worse: bool, before: f64, today: f64) -> bool {
    let higher_is_it = (series.better() == Better::Higher) != worse;
    if matches!(series.basis, Basis::Exact) {
        return if higher_is_it { today > before } else { today < before };
    }
    if higher_is_it { today > before * (1.0 + BACK) } else { today < before / (1.0 + BACK) }
}

/// How far a finding is from 1, either way; from nothing is farthest.
fn size(finding: &Finding) -> f64 {
    let distance = finding.now.ln().abs();
    if distance.is_nan() { f64::INFINITY } else { distance }
}

fn newest_and_largest_first(findings: &mut [Finding], series: &[Series]) {
    let run = |finding: &Finding| {
        let one = &series[finding.series];
        one.points[one.changes[finding.change].at].run
    };
    findings.sort_by(|a, b| run(b).cmp(&run(a)).then_with(|| size(b).total_cmp(&size(a))));
}

/// The answer in words.
fn sentence(headline: &Headline, series: &[Series], census: &Census) -> String {
    let judged = census.judged();
    if census.runs == 0 {
        return "There are no runs, so nothing can be said.".to_string();
    }
    if headline.word == Word::NothingJudged {
        return match (census.runs, census.not_judged.first()) {
            (1, _) => "There is one run, and one run alone cannot have got worse.".to_string(),
            (_, Some((why, count))) => format!("Nothing could be judged. Of {count} series: {why}."),
            (_, None) => "Nothing could be judged.".to_string(),
        };
    }
    let mut cells: Vec<usize> = headline.worse.iter().map(|finding| finding.series).collect();
    cells.sort_unstable();
    cells.dedup();
    let mut parts = Vec::new();
    if let Some(first) = headline.worse.first() {
        let (one, count) = (&series[first.series], cells.len());
        let change = &one.changes[first.change];
        parts.push(format!(
            "{count} of {judged} judged series got worse, the newest since {}: {} {} {}",
            change.range(),
            one.case,
            one.metric,
            by(change.before, change.after, change.ratio, one),
        ));
    }
    let creeping = headline.drifting.iter().filter_map(|&index| {
        let drift = series[index].drift.as_ref().filter(|drift| drift.worse)?;
        Some((index, drift))
    });
    let creeping: Vec<_> = creeping.collect();
    if let Some((index, drift)) = creeping.first() {
        let one = &series[*index];
        parts.push(format!(
            "{} creep for the worse: {} {} {:.3}x over {} runs",
            creeping.len(),
            one.case,
            one.metric,
            drift.total,
            one.points.len() - drift.from
        ));
    }
    if let Some(&index) = headline.unsteady.first() {
        let one = &series[index];
        parts.push(format!(
            "{} exact counters differ between boots of one run: {} {}",
            headline.unsteady.len(),
            one.case,
            one.metric
        ));
    }
    if parts.is_empty() {
        parts.push(match census.ratios {
            0 => format!("None of {judged} judged counters got worse"),
            _ => format!("Nothing got worse: none of {judged} judged series"),
        });
    }
    if census.ratios == 0 {
        parts.push(match census.ratios_wait {
            Some((have, need)) => {
                format!("Times are not judged yet: {have} of {need} runs beside the reference image")
            }
            None => "Times are not judged: no run took turns with the reference image".to_string(),
        });
    }
    if !headline.doubtful.is_empty() {
        parts.push(format!(
            "{} look worse, but not surely enough: more runs would tell",
            headline.doubtful.len()
        ));
    }
    parts.join(". ") + "."
}

/// How much a change is: a factor, or for counters from how much to how much.
pub(super) fn by(before: f64, after: f64, ratio: f64, series: &Series) -> String {
    match series.basis {
        Basis::Exact => format!("{} -> {} {}", plain(before), plain(after), series.unit()),
        _ => format!("{ratio:.3}x"),
    }
}

/// A number without digits that mean nothing.
pub(super) fn plain(value: f64) -> String {
    if (value - value.round()).abs() < 1e-6 { format!("{value:.0}") } else { format!("{value:.3}") }
}
