//! The sender's side.

use edge_gateways::{Provider, SigningError, sign};
use http::HeaderMap;

use crate::support::{NOW, secret, verified};

#[test]
fn what_is_signed_here_is_believed_here_byte_for_byte() {
    let bodies: [&[u8]; 8] = [
        b"",
        b"{}",
        b"{}\n",
        br#"{"a":"\/","b":"\u001B","c":"\u001b"}"#,
        "{\"a\":\"👍 ♥\"}".as_bytes(),
        b"\xff\xfe\x00 not UTF-8",
        br#"{"a":1,"a":2}"#,
        &[0; 4096],
    ];
    for provider in Provider::ALL {
        for body in bodies {
            let headers: HeaderMap =
                sign(provider, secret(provider), body, NOW, "evt_1").unwrap().into_iter().collect();
            assert!(verified(provider, &headers, body).is_ok(), "{provider} {body:?}");
            for bit in 0..(body.len() * 8).min(64) {
                let mut other = body.to_vec();
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(verified(provider, &headers, &other).is_err(), "{provider} {body:?} {bit}");
            }
        }
    }
}

#[test]
fn an_id_that_could_not_be_sent_is_refused() {
    for id in ["", "a.b", "a b", "é", "a\r\nx: y", &"x".repeat(201)] {
        for provider in Provider::ALL {
            assert_eq!(sign(provider, secret(provider), b"", NOW, id), Err(SigningError::Id), "{id:?}");
        }
    }
    for secret in ["", "whsec_", "whsec_%", "whsk_AAAA", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4"] {
        assert_eq!(sign(Provider::Standard, secret, b"", NOW, "a"), Err(SigningError::Secret), "{secret:?}");
    }
}
