//! Whatever a variable holds, nothing panics; whoever signs with one of its secrets is believed, unless it is empty.
//!
//! Input: a byte that chooses the provider, then the variable.

#![no_main]

use edge_capabilities::Timestamp;
use edge_gateways::{Provider, Secrets, sign, verify};
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((choice, rest)) = input.split_first() else { return };
    let Ok(variable) = std::str::from_utf8(rest) else { return };
    let provider = Provider::ALL[usize::from(*choice) % Provider::ALL.len()];
    let now = Timestamp::from_millis(1_705_312_800_000);
    let secrets = Secrets::parse(provider, variable);
    assert_eq!(secrets.is_empty(), secrets.len() == 0);
    for secret in variable.split(',').map(str::trim) {
        let Ok(headers) = sign(provider, secret, b"{}", now, "evt_1") else { continue };
        assert!(!secret.is_empty());
        let headers: HeaderMap = headers.into_iter().collect();
        // A private key signs, and is none of those that verify.
        if !secret.starts_with("whsk_") || provider != Provider::Standard {
            assert!(verify(provider, &secrets, &headers, b"{}", now).is_ok());
        }
    }
});
