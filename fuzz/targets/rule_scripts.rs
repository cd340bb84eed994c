//! See `rule_scripts` in tests/parsers.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| parsers::run("rule_scripts", input));
