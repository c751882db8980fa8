//! Names with `*` and `?`.

/// Whether `text` fits `glob`, where `*` stands for any text, also none, and `?` for one character.
pub fn matches(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    // Greedy with one way back: to the last star, which then takes a character more.
    let (mut at, mut done, mut retry) = (0, 0, None);
    while done < text.len() {
        match glob.get(at) {
            Some('*') => {
                retry = Some((at, done));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == text[done] => {
                at += 1;
                done += 1;
            }
            _ => match &mut retry {
                Some((star, taken)) => {
                    *taken += 1;
                    (at, done) = (*star + 1, *taken);
                }
                None => return false,
            },
        }
    }
    glob[at..].iter().all(|&rest| rest == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_take_any_text_and_question_marks_one_character() {
        for (glob, text) in [
            ("*", ""),
            ("*", "read/bs=4k"),
            ("read/*", "read/"),
            ("*bs=4k*", "randread/bs=4k/iodepth=8"),
            ("read/bs=?k", "read/bs=4k"),
            ("*a*b*", "xxaxxbxaxb"),
            ("read", "read"),
        ] {
            assert!(matches(glob, text), "{glob} {text}");
        }
        for (glob, text) in
            [("", "a"), ("read", "read/"), ("?", ""), ("read/*", "rea"), ("*a", "ab"), ("a*b", "a")]
        {
            assert!(!matches(glob, text), "{glob} {text}");
        }
    }
}
