use super::*;

#[tokio::test(start_paused = true)]
async fn a_good_token_lets_in_whom_it_is_about() {
    let test = test();
    let instance = test.instance();
    for alg in Alg::ALL {
        let answer = instance.ask(&test.key(alg).token(&claims())).await;
        assert_eq!(answer, (200, r#"user:user_1 Some("t1")"#.to_owned()), "{alg:?}");
    }
    assert_eq!(test.fetched(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_for_others_or_for_another_time_is_refused() {
    let test = test();
    let instance = test.instance();
    let now = START.as_millis() / 1000;
    for (field, value, status) in [
        ("iss", json!("https://passport.example/"), 401),
        ("iss", json!("https://evil.example"), 401),
        ("iss", json!(["https://passport.example"]), 401),
        ("iss", Value::Null, 401),
        ("aud", json!("another"), 401),
        ("aud", json!(["another", "bheem-edge"]), 200),
        ("aud", json!([]), 401),
        ("aud", json!("bheem-edge "), 401),
        ("aud", Value::Null, 401),
        ("exp", json!(now - 59), 200),
        ("exp", json!(now - 60), 401),
        ("exp", json!(now - 61), 401),
        ("exp", json!((now - 59) as f64 + 0.5), 200),
        ("exp", json!((now + 600).to_string()), 401),
        ("exp", json!(1e300), 401),
        ("exp", json!(i64::MAX), 200),
        ("exp", json!(-1), 401),
        ("exp", Value::Null, 401),
        ("nbf", json!(now + 59), 200),
        ("nbf", json!(now + 61), 401),
        ("nbf", json!("soon"), 401),
        ("nbf", Value::Null, 200),
        ("sub", json!(""), 401),
        ("sub", json!("a\nb"), 401),
        ("sub", Value::Null, 401),
        ("tenant_id", json!("t\u{0}"), 401),
        ("tenant_id", json!(7), 401),
        ("roles", json!(7), 401),
    ] {
        let token = test.key(Alg::Es256).token(&with(claims(), field, value.clone()));
        assert_eq!(instance.status(&token).await, status, "{field} {value}");
        let mut without = claims();
        without.as_object_mut().unwrap().remove(field);
        let status = match field {
            "nbf" => 200,
            // Without a tenant or a role nobody has a right.
            "tenant_id" | "roles" => 403,
            _ => 401,
        };
        assert_eq!(instance.status(&test.key(Alg::Es256).token(&without)).await, status, "without {field}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_expires_while_it_is_used() {
    let test = test();
    let instance = test.instance();
    let token = test.key(Alg::EdDsa).token(&claims());
    test.world.clock.advance(Duration::from_secs(600 + 59)).await;
    assert_eq!(instance.status(&token).await, 200);
    test.world.clock.advance(Duration::from_secs(1)).await;
    assert_eq!(instance.status(&token).await, 401);
}

#[tokio::test(start_paused = true)]
async fn no_algorithm_but_the_keys_own_is_taken() {
    let test = test();
    let instance = test.instance();
    let kid = |alg: Alg| test.key(alg).kid;
    let unsigned = |header: Value| format!("{}.{}.", base64url(header.to_string()), base64url(claims().to_string()));
    let mut refused = vec![
        unsigned(json!({"alg": "none"})),
        unsigned(json!({"alg": "None", "kid": kid(Alg::Rs256)})),
        unsigned(json!({"alg": "RS256", "kid": kid(Alg::Rs256)})),
        unsigned(json!({"alg": "ES256", "kid": kid(Alg::Es256)})),
        unsigned(json!({"kid": kid(Alg::Es256)})),
    ];
    // A shared secret that everybody knows: the public key, in whichever form.
    for secret in [jwks(&[test.key(Alg::Rs256)]).to_string(), test.key(Alg::Rs256).jwk()["n"].to_string()] {
        for alg in ["HS256", "HS384", "HS512"] {
            let input = format!(
                "{}.{}",
                base64url(json!({"alg": alg, "kid": kid(Alg::Rs256)}).to_string()),
                base64url(claims().to_string())
            );
            refused.push(format!("{input}.{}", base64url(hmac_sha256(secret.as_bytes(), input.as_bytes()))));
        }
    }
    // Jws well, under another algorithm's name or another key's.
    for signer in Alg::ALL {
        for named in ["RS256", "ES256", "EdDSA", "PS256", "RS512", "ES256K", "es256", "", "none"] {
            for key in Alg::ALL {
                if (named, key) == (signer.as_str(), signer) {
                    continue;
                }
                refused.push(test.key(signer).token_with(&json!({"alg": named, "kid": kid(key)}), &claims()));
            }
        }
    }
    for token in &refused {
        // So slowly that each is looked for: of those that are not nobody can tell.
        test.world.clock.advance(Duration::from_secs(3)).await;
        let status = instance.status(token).await;
        assert_eq!(status, 401, "{token}");
    }
}

/// HMAC by hand: the crate has none, for nothing here takes one.
fn hmac_sha256(secret: &[u8], message: &[u8]) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};
    let mut block = [0_u8; 64];
    let secret = if secret.len() > 64 { Sha256::digest(secret).to_vec() } else { secret.to_vec() };
    block[..secret.len()].copy_from_slice(&secret);
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::digest([&pad(0x36)[..], message].concat());
    Sha256::digest([&pad(0x5c)[..], &inner].concat()).to_vec()
}

#[tokio::test(start_paused = true)]
async fn keys_that_a_token_brings_along_or_points_to_are_not_looked_at() {
    let test = test();
    let instance = test.instance();
    let own = SigningKey::new(Alg::Es256, 666);
    let good = test.key(Alg::Es256).kid;
    for (field, value) in [
        ("jwk", own.jwk()),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
    ] {
        let header = with(json!({"alg": "ES256", "kid": good}), field, value);
        assert_eq!(instance.status(&own.token_with(&header, &claims())).await, 401, "{field}");
        // What it says beside a good signature does no harm.
        assert_eq!(instance.status(&test.key(Alg::Es256).token_with(&header, &claims())).await, 200, "{field}");
    }
    // The stub of the network fails on every other address.
    let header = json!({"alg": "ES256", "kid": good, "crit": ["exp"]});
    assert_eq!(instance.status(&test.key(Alg::Es256).token_with(&header, &claims())).await, 401);
}

#[tokio::test(start_paused = true)]
async fn the_name_of_a_key_is_a_name_and_nothing_else() {
    let test = test();
    let instance = test.instance();
    let own = SigningKey::new(Alg::EdDsa, 666);
    for kid in [
        "../../../../dev/null",
        "/etc/passwd",
        "https://evil.example/key",
        "' OR 1=1 --",
        "passport-keys",
        "rs256-1\u{0}",
        "eddsa-1 ",
        "",
        &"k".repeat(5_000),
    ] {
        test.world.clock.advance(Duration::from_secs(3)).await;
        assert_eq!(
            instance.status(&own.token_with(&json!({"alg": "EdDSA", "kid": kid}), &claims())).await,
            401,
            "{kid}"
        );
    }
    for kid in [json!(1), json!(["eddsa-1"]), json!({})] {
        let header = json!({"alg": "EdDSA", "kid": kid});
        assert_eq!(instance.status(&test.key(Alg::EdDsa).token_with(&header, &claims())).await, 401);
    }
    // Without a name whichever key of the kind has signed.
    let header = json!({"alg": "EdDSA"});
    assert_eq!(instance.status(&test.key(Alg::EdDsa).token_with(&header, &claims())).await, 200);
    assert_eq!(instance.status(&own.token_with(&header, &claims())).await, 401);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_tampered_with_is_refused() {
    let test = test();
    let instance = test.instance();
    let random = edge_capabilities::testing::SeededRandom::new(20_261_121);
    for alg in Alg::ALL {
        let token = test.key(alg).token(&claims());
        assert_eq!(instance.status(&token).await, 200);
        for _ in 0..60 {
            let mut bytes = token.clone().into_bytes();
            let at = usize::try_from(random.below(bytes.len() as u64)).unwrap();
            let other = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="
                [usize::try_from(random.below(66)).unwrap()];
            if bytes[at] == other {
                continue;
            }
            bytes[at] = other;
            let tampered = String::from_utf8(bytes).unwrap();
            assert_eq!(instance.status(&tampered).await, 401, "{alg:?} at {at}: {tampered}");
        }
        let signature = token.rsplit('.').next().unwrap();
        let input = token.strip_suffix(signature).unwrap();
        for other in ["", "AA", &"A".repeat(86), &"A".repeat(342), &format!("{signature}A"), &format!("{signature}=")] {
            assert_eq!(instance.status(&format!("{input}{other}")).await, 401, "{alg:?} {other}");
        }
        for other in [format!("{token}."), format!(".{token}"), input.to_owned(), "..".into(), "a.b.c".into()] {
            assert_eq!(instance.status(&other).await, 401, "{alg:?} {other}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_issuer_no_token_is_accepted() {
    let test = test();
    let token = test.key(Alg::Es256).token(&claims());
    for (name, value) in [
        ("passport_issuer", ""),
        ("passport_audience", ""),
        ("passport_jwks_url", ""),
        ("passport_jwks_url", "http://passport.invalid"),
        ("passport_jwks_url", "https://PASSPORT.INVALID/jwks"),
        ("passport_jwks_url", "jwks"),
    ] {
        let before = edge_capabilities::Config::get(&*test.world.config, name).await.unwrap().unwrap();
        test.world.config.set(name, value);
        assert_eq!(test.instance().status(&token).await, 401, "{name} {value}");
        test.world.config.set(name, before);
    }
    assert_eq!(test.fetched(), 0);
    assert_eq!(test.instance().status(&token).await, 200);
}

#[tokio::test(start_paused = true)]
async fn why_a_token_was_refused_stands_in_the_log_and_not_in_the_answer() {
    let test = test();
    let instance = test.instance();
    let token = test.key(Alg::Es256).token(&with(claims(), "aud", json!("another")));
    let (_, body) = instance.ask(&token).await;
    assert!(!body.contains("aud"), "{body}");
    let log = test.world.log.lines().join("\n");
    assert!(log.contains("the token's claim aud is not accepted"), "{log}");
    assert!(!log.contains(token.rsplit('.').next().unwrap()), "{log}");
}
