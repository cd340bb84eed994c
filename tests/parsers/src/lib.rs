//! Each parser of outside input, given any bytes. A function here fails by panicking: where the parser does, or where
//! what must hold of what it read does not.
//!
//! `fuzz/targets` explores them, one target for each; `fuzz/seeds` has what they begin with and what they once found,
//! which this crate's test gives to the same functions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a fuzz target fails by panicking"
)]

mod answers;
mod requests;
mod rules;
mod texts;
mod webhooks;

/// A parser, given any bytes.
pub type Target = fn(&[u8]);

/// All of them, by the names of their fuzz targets.
pub const ALL: [(&str, Target); 18] = [
    ("csv_files", texts::csv_files),
    ("feed_positions", requests::feed_positions),
    ("issuer_keys", answers::issuer_keys),
    ("json_bodies", texts::json_bodies),
    ("list_queries", requests::list_queries),
    ("money", texts::money),
    ("phone_numbers", texts::phone_numbers),
    ("plans_of_the_erp", answers::plans_of_the_erp),
    ("rule_scripts", rules::scripts),
    ("rule_tests", rules::tests),
    ("scim_filters", requests::scim_filters),
    ("scim_patches", requests::scim_patches),
    ("seats_of_the_erp", answers::seats_of_the_erp),
    ("times", texts::times),
    ("tokens", requests::tokens),
    ("webhook_bodies", webhooks::bodies),
    ("webhook_headers", webhooks::headers),
    ("webhook_secrets", webhooks::secrets),
];

/// Gives `input` to the target `name`.
pub fn run(name: &str, input: &[u8]) {
    let (_, target) = ALL.iter().find(|(known, _)| *known == name).expect("a target of this name");
    target(input);
}
