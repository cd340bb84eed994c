//! See `plans_of_the_erp` in tests/parsers.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| parsers::run("plans_of_the_erp", input));
