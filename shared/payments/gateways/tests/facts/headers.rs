//! Signature headers: what is read of them, and what of it counts.

use edge_gateways::{Provider, Rejection, is_set_up_ping};
use http::{HeaderMap, HeaderValue};

use crate::support::{headers, signed, verified};

const BODY: &[u8] = br#"{"id":"evt_test_webhook","object":"event"}"#;
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const OTHER_BASE64: &str = "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";

const SIGNATURE_HEADERS: [(Provider, &str); 8] = [
    (Provider::BheemPay, "x-bheempay-signature"),
    (Provider::Razorpay, "x-razorpay-signature"),
    (Provider::Stripe, "stripe-signature"),
    (Provider::Erp, "x-webhook-signature"),
    (Provider::Standard, "webhook-signature"),
    (Provider::Clerk, "webhook-signature"),
    (Provider::Shopify, "x-shopify-hmac-sha256"),
    (Provider::WooCommerce, "x-wc-webhook-signature"),
];

fn check(provider: Provider, headers: &HeaderMap) -> Result<(), Rejection> {
    verified(provider, headers, BODY).map(drop)
}

fn good(provider: Provider, header: &str) -> String {
    signed(provider, BODY)[header].to_str().unwrap().to_owned()
}

#[test]
fn a_header_that_is_missing_or_empty_proves_nothing() {
    for (provider, header) in SIGNATURE_HEADERS {
        let mut headers = signed(provider, BODY);
        assert_eq!(check(provider, &headers), Ok(()), "{provider}");
        headers.insert(header, HeaderValue::from_static(""));
        assert_eq!(check(provider, &headers), Err(Rejection::MissingSignature), "{provider}");
        headers.remove(header);
        assert_eq!(check(provider, &headers), Err(Rejection::MissingSignature), "{provider}");
    }
}

#[test]
fn a_header_that_holds_something_else_proves_nothing() {
    let cases = [
        "bad_header",
        "I'm not even a real signature header",
        "=",
        ",",
        ",,,,",
        " ",
        "v1",
        "v1,",
        "v1=",
        "sha256=",
        "sha256=yo",
        "sha1=126f2c800419c60137ce748d7672e77b65cf16d6",
        "2fe04e22",
        "YmxhaGJsYWgK",
        "XXXXXaGVsbG8=",
        "\t",
    ];
    for (provider, header) in SIGNATURE_HEADERS {
        for case in cases {
            let mut headers = signed(provider, BODY);
            headers.insert(header, HeaderValue::from_str(case).unwrap());
            let rejection = check(provider, &headers).unwrap_err();
            assert_eq!(rejection, Rejection::MalformedSignature, "{provider} {case:?}");
        }
        let mut headers = signed(provider, BODY);
        headers.insert(header, HeaderValue::from_bytes(b"\xff\xfe").unwrap());
        assert_eq!(check(provider, &headers), Err(Rejection::MalformedSignature), "{provider}");
    }
}

#[test]
fn hex_is_a_number_in_whichever_case() {
    for provider in [Provider::BheemPay, Provider::Razorpay] {
        let header = if provider == Provider::BheemPay { "x-bheempay-signature" } else { "x-razorpay-signature" };
        let upper = good(provider, header).to_ascii_uppercase();
        assert_eq!(check(provider, &headers(&[(header, &upper)])), Ok(()));
    }
    let upper = good(Provider::Erp, "x-webhook-signature").to_ascii_uppercase().replace("SHA256", "sha256");
    assert_eq!(check(Provider::Erp, &headers(&[("x-webhook-signature", &upper)])), Ok(()));
    let upper = good(Provider::Stripe, "stripe-signature").to_ascii_uppercase().replace("T=", "t=").replace("V1", "v1");
    assert_eq!(check(Provider::Stripe, &headers(&[("stripe-signature", &upper)])), Ok(()));
}

#[test]
fn the_erps_scheme_is_named_before_its_signature() {
    let signature = good(Provider::Erp, "x-webhook-signature");
    let bare = signature.strip_prefix("sha256=").unwrap();
    for written in [bare.to_owned(), format!("sha1={bare}"), format!("SHA256={bare}"), format!("sha256 {bare}")] {
        let rejection = check(Provider::Erp, &headers(&[("x-webhook-signature", &written)]));
        assert_eq!(rejection, Err(Rejection::MalformedSignature), "{written}");
    }
}

#[test]
fn of_several_signatures_one_good_one_is_enough_wherever_it_stands() {
    for (provider, header) in SIGNATURE_HEADERS {
        let good = good(provider, header);
        let bad = match provider {
            Provider::Stripe => format!("v1={ZEROS}"),
            Provider::Standard | Provider::Clerk => format!("v1,{OTHER_BASE64}"),
            Provider::Erp => format!("sha256={ZEROS}"),
            Provider::Shopify | Provider::WooCommerce => OTHER_BASE64.to_owned(),
            Provider::BheemPay | Provider::Razorpay => ZEROS.to_owned(),
        };
        // Joined on their way, or sent in headers of their own.
        for values in [
            vec![format!("{bad}, {good}")],
            vec![format!("{good},{bad}")],
            vec![format!("{bad},{bad},{good}")],
            vec![bad.clone(), good.clone()],
            vec![good.clone(), bad.clone()],
            vec![good.clone(), good.clone()],
            vec![String::new(), good.clone()],
        ] {
            let mut headers = signed(provider, BODY);
            headers.remove(header);
            for value in &values {
                headers.append(header, HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(check(provider, &headers), Ok(()), "{provider} {values:?}");
        }
        let mut headers = signed(provider, BODY);
        let lone = if provider == Provider::Stripe { format!("t=1705312800,{bad}") } else { bad };
        headers.insert(header, HeaderValue::from_str(&lone).unwrap());
        assert_eq!(check(provider, &headers), Err(Rejection::BadSignature), "{provider}");
    }
}

#[test]
fn more_signatures_than_anybody_rotates_are_not_tried() {
    let good = good(Provider::Stripe, "stripe-signature");
    let with =
        |others: usize| headers(&[("stripe-signature", &format!("{good}{}", format!(",v1={ZEROS}").repeat(others)))]);
    assert_eq!(check(Provider::Stripe, &with(15)), Ok(()));
    assert_eq!(check(Provider::Stripe, &with(16)), Err(Rejection::MalformedSignature));
}

#[test]
fn of_stripes_schemes_only_v1_counts() {
    let good = good(Provider::Stripe, "stripe-signature");
    let check = |value: &str| check(Provider::Stripe, &headers(&[("stripe-signature", value)]));
    for accepted in [
        good.clone(),
        format!("{good},v1=potato"),
        format!("{good},v1=bad_signature"),
        format!("{good},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"),
        good.replace(",v1", &format!(",v1={ZEROS},v1")),
        good.replace(",v1", " , v1"),
        good.replace("t=", "scheme,t="),
        format!("v1={ZEROS},{good}"),
    ] {
        assert_eq!(check(&accepted), Ok(()), "{accepted}");
    }
    for (refused, why) in [
        (good.replace("v1=", "v0="), Rejection::MissingSignature),
        (good.replace("v1=", "V1="), Rejection::MissingSignature),
        (good.replace("v1=", "v2="), Rejection::MissingSignature),
        ("t=1705312800".to_owned(), Rejection::MissingSignature),
        (good.replace("t=", "T="), Rejection::MalformedSignature),
        ("v1,t=1".to_owned(), Rejection::MissingSignature),
        ("t=".to_owned(), Rejection::MalformedSignature),
        (format!("{good},t=1705312801"), Rejection::MalformedSignature),
        (format!("t=1705312801,{good}"), Rejection::MalformedSignature),
        (good.replace("1705312800", "1705312801"), Rejection::BadSignature),
    ] {
        assert_eq!(check(&refused), Err(why), "{refused}");
    }
}

#[test]
fn a_standard_webhook_has_one_id_and_one_time() {
    for name in ["webhook-id", "webhook-timestamp"] {
        let mut headers = signed(Provider::Standard, BODY);
        let own = headers[name].clone();
        headers.append(name, own);
        assert_eq!(check(Provider::Standard, &headers), Ok(()), "the same, twice");
        headers.append(name, HeaderValue::from_static("1705312801"));
        assert_eq!(check(Provider::Standard, &headers), Err(Rejection::MalformedSignature), "two different ones");
        headers.remove(name);
        assert_eq!(check(Provider::Standard, &headers), Err(Rejection::MissingSignature));
    }
    for id in ["a.b", "a b", "é", &"x".repeat(257), "a,b\t"] {
        let mut headers = signed(Provider::Standard, BODY);
        headers.insert("webhook-id", HeaderValue::from_bytes(id.as_bytes()).unwrap());
        assert_eq!(check(Provider::Standard, &headers), Err(Rejection::MalformedSignature), "{id:?}");
    }
}

const NAMES: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/// What was signed as a standard webhook, under Svix's names, or under both.
fn renamed(which: &[&str]) -> HeaderMap {
    let signed = signed(Provider::Standard, BODY);
    let mut headers = HeaderMap::new();
    for (name, prefix) in NAMES.iter().flat_map(|name| which.iter().map(move |prefix| (*name, *prefix))) {
        let renamed = name.replace("webhook", prefix);
        headers.insert(http::HeaderName::try_from(renamed).unwrap(), signed[name].clone());
    }
    headers
}

#[test]
fn svixs_headers_say_what_those_of_standard_webhooks_say() {
    let plain = verified(Provider::Standard, &renamed(&["webhook"]), BODY).unwrap();
    assert_eq!(verified(Provider::Standard, &renamed(&["svix"]), BODY), Ok(plain.clone()), "the same event");
    assert_eq!(plain.delivery_id.as_deref(), Some("evt_1"));
    for name in NAMES {
        let name = http::HeaderName::try_from(name.replace("webhook", "svix")).unwrap();
        let mut headers = renamed(&["svix"]);
        headers.remove(&name);
        assert_eq!(check(Provider::Standard, &headers), Err(Rejection::MissingSignature), "without {name}");
        headers.insert(&name, HeaderValue::from_static(""));
        assert_eq!(check(Provider::Standard, &headers), Err(Rejection::MissingSignature), "an empty {name}");
        headers.insert(&name, HeaderValue::from_static("1705312801"));
        assert!(check(Provider::Standard, &headers).is_err(), "another {name}");
    }
}

#[test]
fn of_two_sets_of_headers_the_complete_one_counts_and_two_complete_ones_agree() {
    let whole = renamed(&["webhook", "svix"]);
    let plain = verified(Provider::Standard, &renamed(&["webhook"]), BODY);
    assert_eq!(verified(Provider::Standard, &whole, BODY), plain);
    for (one, other) in [("webhook", "svix"), ("svix", "webhook")] {
        for name in NAMES {
            let [kept, lost] =
                [one, other].map(|prefix| http::HeaderName::try_from(name.replace("webhook", prefix)).unwrap());
            // The other set lacks a header, and may say of the rest what it likes.
            let mut headers = whole.clone();
            headers.remove(&lost);
            assert_eq!(verified(Provider::Standard, &headers, BODY), plain, "without {lost}");
            for rest in NAMES.map(|name| name.replace("webhook", other)).iter().filter(|rest| lost != rest.as_str()) {
                let rest = http::HeaderName::try_from(rest).unwrap();
                headers.insert(rest, HeaderValue::from_static("something-else"));
            }
            assert_eq!(verified(Provider::Standard, &headers, BODY), plain, "without {lost}, and with others");
            // Neither set is whole: one is not filled up from the other.
            headers.remove(&kept);
            assert_eq!(check(Provider::Standard, &headers), Err(Rejection::MissingSignature), "without {kept}");
        }
        // Both are whole, and speak of two events.
        for name in ["id", "timestamp"] {
            let mut headers = whole.clone();
            let name = http::HeaderName::try_from(format!("{one}-{name}")).unwrap();
            headers.insert(&name, HeaderValue::from_static("1705312801"));
            assert_eq!(check(Provider::Standard, &headers), Err(Rejection::MalformedSignature), "two of {name}");
        }
        // A good signature is enough wherever it stands.
        let mut headers = whole.clone();
        let name = http::HeaderName::try_from(format!("{one}-signature")).unwrap();
        headers.insert(&name, HeaderValue::from_str(&format!("v1,{OTHER_BASE64}")).unwrap());
        assert_eq!(check(Provider::Standard, &headers), Ok(()));
    }
}

/// `a.1.2.x` is the text of (`a`, 1, `2.x`) and would be that of (`a.1`, 2, `x`).
#[test]
fn a_standard_webhook_cannot_be_cut_differently() {
    let body = br#"1705312800.{"type":"payment.captured"}"#;
    let whole = signed(Provider::Standard, body);
    assert!(verified(Provider::Standard, &whole, body).is_ok());
    let mut cut = whole.clone();
    cut.insert("webhook-id", HeaderValue::from_static("evt_1.1705312800"));
    let rest = br#"{"type":"payment.captured"}"#;
    assert_eq!(verified(Provider::Standard, &cut, rest), Err(Rejection::MalformedSignature));
}

#[test]
fn no_provider_believes_another_ones_signature() {
    for (signer, _) in SIGNATURE_HEADERS {
        for (reader, header) in SIGNATURE_HEADERS {
            let secrets = edge_gateways::Secrets::parse(reader, crate::support::secret(signer));
            let all = signed(signer, BODY);
            // As it was sent, and in the header that the other looks at.
            let mut moved = all.clone();
            if let Some((_, own)) = SIGNATURE_HEADERS.iter().find(|(provider, _)| *provider == signer) {
                moved.insert(header, all[*own].clone());
            }
            // Clerk speaks Standard Webhooks, with the same secrets.
            let clerk = [Provider::Standard, Provider::Clerk];
            let is_same = signer == reader || (clerk.contains(&signer) && clerk.contains(&reader));
            let alike = [[Provider::BheemPay, Provider::Razorpay], [Provider::Shopify, Provider::WooCommerce]];
            for (headers, same) in [
                (&all, is_same),
                (&moved, is_same || alike.iter().any(|pair| pair.contains(&signer) && pair.contains(&reader))),
            ] {
                let result = edge_gateways::verify(reader, &secrets, headers, BODY, crate::support::NOW);
                assert_eq!(result.is_ok(), same, "{signer} at {reader}: {result:?}");
            }
        }
    }
}

#[test]
fn woocommerces_set_up_ping_is_known_and_nothing_else_passes_for_it() {
    let form = headers(&[("content-type", "application/x-www-form-urlencoded")]);
    assert!(is_set_up_ping(Provider::WooCommerce, &form, b"webhook_id=12"));
    assert!(is_set_up_ping(Provider::WooCommerce, &headers(&[("x-wc-webhook-signature", "")]), b"webhook_id=1"));
    let bodies: [&[u8]; 7] =
        [b"", b"webhook_id=", b"webhook_id=x", b"webhook_id=1&a=b", b"{}", b"webhook_id=1\n", b"a=1&webhook_id=1"];
    for body in bodies {
        assert!(!is_set_up_ping(Provider::WooCommerce, &form, body));
    }
    assert!(!is_set_up_ping(Provider::WooCommerce, &headers(&[("x-wc-webhook-signature", "a")]), b"webhook_id=12"));
    for provider in Provider::ALL {
        let ping = is_set_up_ping(provider, &form, b"webhook_id=12");
        assert_eq!(ping, provider == Provider::WooCommerce, "{provider}");
        assert_eq!(verified(provider, &form, b"webhook_id=12"), Err(Rejection::MissingSignature), "{provider}");
    }
}
