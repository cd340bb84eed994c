//! Signatures that others made: the test vectors of the providers' own libraries.

use edge_capabilities::Timestamp;
use edge_gateways::{
    EventError, GatewayEvent, Provider, Rejection, Secrets, SigningError, sign, sign_with_each, verify,
};
use http::HeaderMap;

use crate::support::headers;

struct Vector {
    from: &'static str,
    provider: Provider,
    secret: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    /// Seconds since 1970.
    at: i64,
}

const STANDARD_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const STANDARD_BODY: &str = r#"{"test": 2432232314}"#;

const VECTORS: &[Vector] = &[
    Vector {
        from: "standardwebhooks for Python, JavaScript and Go; svix for Go, Java and JavaScript",
        provider: Provider::Standard,
        secret: STANDARD_KEY,
        headers: &[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        body: STANDARD_BODY,
        at: 1_614_265_330,
    },
    Vector {
        from: "the same libraries: the key without its prefix",
        provider: Provider::Standard,
        secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        headers: &[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        body: STANDARD_BODY,
        at: 1_614_265_330,
    },
    Vector {
        from: "the same libraries: others' signatures before and behind",
        provider: Provider::Standard,
        secret: STANDARD_KEY,
        headers: &[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            (
                "webhook-signature",
                "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= \
                 v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=",
            ),
        ],
        body: STANDARD_BODY,
        at: 1_614_265_330,
    },
    Vector {
        from: "svix",
        provider: Provider::Standard,
        secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        headers: &[
            ("webhook-id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"),
            ("webhook-timestamp", "1649367553"),
            ("webhook-signature", "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="),
        ],
        body: r#"{"email":"test@example.com","username":"test_user"}"#,
        at: 1_649_367_553,
    },
    Vector {
        from: "the svix server: ed25519",
        provider: Provider::Standard,
        secret: "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
        headers: &[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            (
                "webhook-signature",
                "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
            ),
        ],
        body: STANDARD_BODY,
        at: 1_614_265_330,
    },
    Vector {
        from: "razorpay for Node",
        provider: Provider::Razorpay,
        secret: "123456",
        headers: &[("x-razorpay-signature", "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc")],
        body: r#"{"a":1,"b":2,"c":{"d":3}}"#,
        at: 0,
    },
    Vector {
        from: "@shopify/shopify-api for JavaScript",
        provider: Provider::Shopify,
        secret: "test_secret_key",
        headers: &[("x-shopify-hmac-sha256", "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=")],
        body: r#"{"foo": "bar"}"#,
        at: 0,
    },
    Vector {
        from: "go-shopify",
        provider: Provider::Shopify,
        secret: "hush",
        headers: &[("x-shopify-hmac-sha256", "hMTq0K2x7oyOjoBwGYeTj5oxfnaVYXzbanUG9aajpKI=")],
        body: r#""my secret message""#,
        at: 0,
    },
    Vector {
        from: "GitHub's documentation",
        provider: Provider::Erp,
        secret: "It's a Secret to Everybody",
        headers: &[("x-webhook-signature", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")],
        body: "Hello, World!",
        at: 0,
    },
    Vector {
        from: "@octokit/webhooks-methods",
        provider: Provider::Erp,
        secret: "mysecret",
        headers: &[("x-webhook-signature", "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3")],
        body: r#"{"foo":"bar"}"#,
        at: 0,
    },
    Vector {
        from: "@octokit/webhooks-methods: escapes and hearts",
        provider: Provider::Erp,
        secret: "development",
        headers: &[("x-webhook-signature", "sha256=afecc3caa27548bb90d51a50384cb2868b9a3327b4ad6a01c9bd4ed0f8b0b12c")],
        body: r#"{"foo":"Foo\n\u001B[34mbar: ♥♥♥♥♥♥♥♥\nthis-is-lost\u001B[0m\u001B[2K"}"#,
        at: 0,
    },
    Vector {
        from: "@octokit/webhooks-methods: an escaped escape",
        provider: Provider::Erp,
        secret: "development",
        headers: &[("x-webhook-signature", "sha256=6f8326efbacfbd04e870cea25b5652e635be8c9807f2fd5348ef60753c9e96ed")],
        body: r#"{"foo":"\\u001b"}"#,
        at: 0,
    },
    Vector {
        from: "go-github",
        provider: Provider::Erp,
        secret: "0123456789abcdef",
        headers: &[("x-webhook-signature", "sha256=b1f8020f5b4cd42042f807dd939015c4a418bc1ff7f604dd55b0a19b5d953d9b")],
        body: r#"{"yo":true}"#,
        at: 0,
    },
];

#[test]
fn what_the_providers_own_libraries_sign_is_believed_and_nothing_near_it() {
    for Vector { from, provider, secret, headers: pairs, body, at } in VECTORS {
        let (headers, now) = (headers(pairs), Timestamp::from_millis(at * 1000));
        let secrets = Secrets::parse(*provider, secret);
        let check = |body: &[u8]| verify(*provider, &secrets, &headers, body, now).map(|verified| verified.secret);
        assert_eq!(check(body.as_bytes()), Ok(0), "{from}");
        for (at, bit) in (0..body.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut other = body.as_bytes().to_vec();
            other[at] ^= 1 << bit;
            assert_eq!(check(&other), Err(Rejection::BadSignature), "{from}: bit {bit} of byte {at}");
        }
        assert_eq!(check(&body.as_bytes()[1..]), Err(Rejection::BadSignature), "{from}");
        assert_eq!(check(format!("{body}\n").as_bytes()), Err(Rejection::BadSignature), "{from}");
        assert_eq!(check(b""), Err(Rejection::BadSignature), "{from}");
    }
}

#[test]
fn what_is_signed_here_is_what_they_sign() {
    let cases = [
        (STANDARD_KEY, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        (
            "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
        ),
    ];
    for (key, signature) in cases {
        let at = Timestamp::from_millis(1_614_265_330_000);
        let signed = sign(Provider::Standard, key, STANDARD_BODY.as_bytes(), at, "msg_p5jXN8AQM9LWM0D4loKWxJek");
        let headers: HeaderMap = signed.unwrap().into_iter().collect();
        assert_eq!(headers["webhook-signature"], signature);
        assert_eq!(headers["webhook-timestamp"], "1614265330");
        assert_eq!(headers["webhook-id"], "msg_p5jXN8AQM9LWM0D4loKWxJek");
    }
}

#[test]
fn each_secret_signs_as_they_sign_and_one_that_is_known_is_enough() {
    let (at, id) = (Timestamp::from_millis(1_614_265_330_999), "msg_p5jXN8AQM9LWM0D4loKWxJek");
    let (new, body) = ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", STANDARD_BODY.as_bytes());
    let sign = |variable: &str| sign_with_each(variable, body, at, id);
    for variable in [format!("{new}, {STANDARD_KEY}"), format!(" {STANDARD_KEY} ,,{new}"), STANDARD_KEY.to_owned()] {
        let headers: HeaderMap = sign(&variable).unwrap().unwrap().into_iter().collect();
        assert_eq!(headers.len(), 3, "{headers:?}");
        assert_eq!(headers["webhook-id"], id);
        assert_eq!(headers["webhook-timestamp"], "1614265330");
        let signatures: Vec<&str> = headers["webhook-signature"].to_str().unwrap().split(' ').collect();
        assert!(signatures.contains(&"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="), "{signatures:?}");
        assert_eq!(signatures.len(), variable.matches("whsec_").count());
        for known in variable.split(',').map(str::trim).filter(|secret| !secret.is_empty()) {
            let known = Secrets::parse(Provider::Standard, known);
            assert!(verify(Provider::Standard, &known, &headers, body, at).is_ok());
        }
    }
    assert_eq!(sign(" , "), Ok(None));
    // One that cannot be used is not left out silently.
    assert_eq!(sign(&format!("{STANDARD_KEY},whsec_?")), Err(SigningError::Secret));
}

/// Razorpay signs the ids of a checkout's payment as it signs webhooks. The vectors are those of its libraries for Node and
/// Python.
#[test]
fn a_checkout_signature_sent_as_a_webhook_says_nothing() {
    let cases = [
        (
            "key_secret",
            "fake_order_id|fake_payment_id",
            "b2335e3b0801106b84a7faff035df56ecffde06918c9ddd1f0fafbb37a51cc89",
        ),
        (
            "EnLs21M47BllR3X8PSFtjtbd",
            "pay_IDZNwZZFtnjyym|sub_ID6MOhgkcoHj9I",
            "601f383334975c714c91a7d97dd723eb56520318355863dcf3821c0d07a17693",
        ),
        (
            "EnLs21M47BllR3X8PSFtjtbd",
            "order_IEIaMR65cu6nz3|pay_IH4NVgf4Dreq1l",
            "0d4e745a1838664ad6c9c9902212a32d627d68e917290b0ad5f08ff4561bc50f",
        ),
    ];
    for (secret, body, signature) in cases {
        for (provider, header) in
            [(Provider::Razorpay, "x-razorpay-signature"), (Provider::BheemPay, "x-bheempay-signature")]
        {
            let headers = headers(&[(header, signature)]);
            // Only where the API's secret was made the webhook's too, which Razorpay advises against.
            let secrets = Secrets::parse(provider, secret);
            assert!(verify(provider, &secrets, &headers, body.as_bytes(), Timestamp::from_millis(0)).is_ok());
            assert_eq!(GatewayEvent::parse(provider, body.as_bytes(), &headers), Err(EventError::NotJson));
        }
    }
}
