//! Where words end, and which are the same.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use edge_rules::Rule;
use support::{run, value_of};

/// The text as a script writes it, whatever characters it holds.
fn literal(text: &str) -> String {
    let escaped: String = text.chars().map(|character| format!("\\U{:08X}", u32::from(character))).collect();
    format!("\"{escaped}\"")
}

fn contains(text: &str, word: &str) -> bool {
    let given = value_of(&format!("{}.contains_word({})", literal(text), literal(word))).unwrap();
    given == "true"
}

fn words(text: &str) -> Vec<String> {
    let given = value_of(&format!("{}.words().join(\"|\")", literal(text))).unwrap();
    given.split('|').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_word_ends_where_unicode_says() {
    for (text, word, expected) in [
        // Signs of vowels are part of their word.
        ("निर्देशक", "देशक", false),
        ("निर्देशक", "निर्देशक", true),
        ("उप निर्देशक, बिक्री", "निर्देशक", true),
        ("निर्देशक", "निर", false),
        ("प्रबंधक", "बंधक", false),
        ("மேலாளர்", "ளர", false),
        ("மேலாளர்", "மேலாளர்", true),
        ("ನಿರ್ದೇಶಕ", "ದೇಶಕ", false),
        ("পরিচালক", "চালক", false),
        ("مُدِير", "مد", false),
        ("مُدِير عام", "عام", true),
        ("מְנַהֵל", "מנ", false),
        // So are accents that stand behind their letter.
        ("Ce\u{301}o", "ce", false),
        ("cto\u{301}", "cto", false),
        ("cto\u{323} x", "cto", false),
        ("e\u{301}cto", "cto", false),
        // Soft hyphens and joiners are not to be seen.
        ("head\u{AD}quarters", "head", false),
        ("head\u{AD}quarters", "headquarters", true),
        ("di\u{AD}rec\u{AD}tor", "director", true),
        ("direc\u{200D}tor", "director", true),
        ("direc\u{200C}tor", "director", true),
        ("direc\u{2060}tor", "director", true),
        ("\u{FEFF}director", "director", true),
        ("\u{202B}director\u{202C}", "director", true),
        ("क्\u{200D}षेत्र", "क्षेत्र", true),
        // A blank without width is one.
        ("sales\u{200B}director", "director", true),
        ("sales\u{202F}director", "director", true),
        ("sales\u{A0}director", "director", true),
        ("sales\u{3000}director", "director", true),
        // Apostrophes are part of their word, quotes and hyphens are not.
        ("Director's Assistant", "director", false),
        ("Director\u{2019}s Assistant", "director", false),
        ("Director's Assistant", "director's", true),
        ("can't", "can", false),
        ("'Director'", "director", true),
        ("\u{2018}Director\u{2019}", "director", true),
        ("head-quarters", "head", true),
        ("head\u{2010}quarters", "head", true),
        ("head\u{2011}quarters", "quarters", true),
        ("Vice\u{2013}President", "president", true),
        ("IT/Director", "director", true),
        ("(Director)", "director", true),
        ("Director,Sales", "director", true),
        ("Director;Sales", "sales", true),
        ("R&D", "r d", true),
        // As people write titles.
        ("Sr.Manager", "manager", true),
        ("Head_of_Sales", "head", true),
        ("Role:Director", "director", true),
        ("Sr.Managér", "managér", true),
        ("Hôte_Director", "director", true),
        ("Rôle:Director", "director", true),
        ("C.T.O.", "cto", false),
        ("Level 3.5 Manager", "3.5", true),
        ("Level 3.5 Manager", "5", false),
        ("1,000 seats", "1,000", true),
        ("1,000 seats", "000", false),
        ("CTO2", "cto", false),
        ("2CTO", "cto", false),
        ("Doctor", "cto", false),
        ("Contractor", "cto", false),
        ("Deputy CTO", "cto", true),
        // Each ideograph is a word of its own.
        ("总经理", "经理", true),
        ("マネージャー", "ネー", false),
        ("Director\u{1F680}", "director", true),
        ("", "director", false),
        ("director", "", false),
        ("director", "-", false),
        ("\u{301}", "\u{301}", false),
    ] {
        assert_eq!(contains(text, word), expected, "{text:?} {word:?}");
    }
}

#[test]
fn words_are_the_same_however_their_letters_are_put_together() {
    for (text, word, expected) in [
        ("Géra\u{301}nt", "Gérá nt", false),
        ("Directeur G\u{E9}n\u{E9}ral", "ge\u{301}ne\u{301}ral", true),
        ("Directeur Ge\u{301}ne\u{301}ral", "g\u{E9}n\u{E9}ral", true),
        ("\u{212B}ngstr\u{F6}m", "a\u{30A}ngstro\u{308}m", true),
        ("क\u{93C}", "\u{958}", true),
        ("\u{AC00}", "\u{1100}\u{1161}", true),
        ("ГЛАВНЫЙ ДИРЕКТОР", "директор", true),
        ("ΔΙΕΥΘΥΝΤΗΣ", "διευθυντής", false),
        ("ΔΙΕΥΘΥΝΤΗΣ", "διευθυντης", true),
        ("Straßenmeister", "STRASSENMEISTER", true),
        ("GESCHÄFTSFÜHRER", "geschäftsführer", true),
        ("dırector", "director", false),
        ("\u{212A}assier", "kassier", true),
        ("directeur general", "général", false),
    ] {
        assert_eq!(contains(text, word), expected, "{text:?} {word:?}");
    }
}

#[test]
fn the_words_of_a_text_are_listed_in_small_letters() {
    for (text, listed) in [
        ("Vice-President, Sales", &["vice", "president", "sales"][..]),
        ("Director's Sr.Manager 3.5", &["director's", "sr", "manager", "3.5"]),
        ("उप निर्देशक", &["उप", "निर्देशक"]),
        ("Straße nach G\u{65}\u{301}", &["straße", "nach", "gé"]),
        ("head\u{AD}quarters", &["headquarters"]),
        ("'a' b' 'c d'e 1'2 1'a", &["a", "b", "c", "d'e", "1'2", "1", "a"]),
        (
            "a.b 1.2 a.1 1.a a_b 1_2 a:b a,b 1,2 1;2",
            &["a", "b", "1.2", "a", "1", "1", "a", "a", "b", "1", "2", "a", "b", "a", "b", "1,2", "1;2"],
        ),
        (" .,' ", &[]),
    ] {
        assert_eq!(words(text), listed, "{text:?}");
    }
}

/// What is written in plain letters is read the short way: to the same end.
#[test]
fn plain_texts_have_the_same_words_among_others() {
    let mut seed: u64 = 7;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let signs: Vec<char> = "aB1'.,;:_-/& ".chars().collect();
    for round in 0..300 {
        let text: String = (0..next(12)).map(|_| signs[next(signs.len())]).collect();
        let mut among = words(&format!("{text} \u{E9}"));
        assert_eq!(among.pop().as_deref(), Some("\u{E9}"));
        assert_eq!(words(&text), among, "round {round}: {text:?}");
    }
}

#[test]
fn long_texts_of_any_kind_stay_within_the_limits() {
    let script = "fn decide(input) { let n = 0; for i in 0..5 { if input.jobTitle.contains_word(\"x y\") { n += 1; } } #{ role: \"member\" } }";
    for part in ["नि", "e\u{301}", "\u{AD}", "a'", "\u{FDFA}", "ß", "\u{0390}", "経"] {
        let title = part.repeat(15_000 / part.len());
        let input = serde_json::json!({"jobTitle": title, "department": ""}).to_string();
        let given = run(Rule::RoleMapping, script, &input).unwrap();
        // In the time that there is, or not at all.
        assert!(given.is_ok() || given.as_ref().unwrap_err().to_string().contains("too long"), "{part:?}: {given:?}");
    }
}
