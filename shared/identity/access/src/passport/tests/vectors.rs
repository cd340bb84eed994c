//! Tokens that others signed: the examples of RFC 7515 and RFC 8037.

use super::*;
use crate::error::TokenError;
use crate::passport::jwks::{self, Jwks};
use crate::passport::jws::Jws;

const RSA: &str = r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#;
const RSA_TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
const P256_TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const ED25519_TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

fn set(keys: &[&str]) -> Jwks {
    Jwks::read(format!(r#"{{"keys":[{}]}}"#, keys.join(",")).as_bytes()).unwrap()
}

#[test]
fn tokens_that_others_signed_are_genuine_and_no_key_will_do_for_another() {
    let all = [(RSA, RSA_TOKEN), (P256, P256_TOKEN), (ED25519, ED25519_TOKEN)];
    for (index, (key, token)) in all.iter().enumerate() {
        let signed = Jws::read(token).unwrap();
        assert_eq!(set(&[RSA, P256, ED25519]).verify(&signed), Ok(()), "{key}");
        let others: Vec<&str> =
            all.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, one)| one.0).collect();
        assert_eq!(set(&others).verify(&signed), Err(TokenError::UnknownKey), "{key}");
    }
}

#[test]
fn keys_that_are_of_no_use_are_left_out() {
    let signed = Jws::read(P256_TOKEN).unwrap();
    for (find, replace) in [
        (r#""kty":"EC""#, r#""kty":"EC","use":"enc""#),
        (r#""kty":"EC""#, r#""kty":"EC","alg":"ES384""#),
        (r#""kty":"EC""#, r#""kty":"EC","alg":"RS256""#),
        (r#""kty":"EC""#, r#""kty":"EC","key_ops":["sign"]"#),
        (r#""kty":"EC""#, r#""kty":"oct","k":"AAAA""#),
        (r#""crv":"P-256""#, r#""crv":"P-384""#),
        (r#""x":"f83"#, r#""x":"f84"#),
        (r#""y":"x_"#, r#""y":"_"#),
    ] {
        let key = P256.replace(find, replace);
        assert_ne!(key, P256);
        assert_eq!(set(&[&key]).verify(&signed), Err(TokenError::UnknownKey), "{key}");
    }
    for good in [r#""kty":"EC","use":"sig""#, r#""kty":"EC","alg":"ES256""#, r#""kty":"EC","key_ops":["verify"]"#] {
        assert_eq!(set(&["7", "{}", &P256.replace(r#""kty":"EC""#, good)]).verify(&signed), Ok(()));
    }
    // Too small to be safe, too large to be quick, not odd, of no use.
    let signed = Jws::read(RSA_TOKEN).unwrap();
    let modulus = |bytes: usize, last: u8| {
        let mut modulus = vec![0xff; bytes];
        *modulus.last_mut().unwrap() = last;
        base64url(modulus)
    };
    for (n, e) in [
        (modulus(128, 1), "AQAB"),
        (modulus(255, 1), "AQAB"),
        (modulus(513, 1), "AQAB"),
        (modulus(256, 2), "AQAB"),
        (modulus(256, 1), "AQ"),
        (modulus(256, 1), "AQAA"),
        (modulus(256, 1), ""),
        (modulus(256, 1), "AQABAQAB"),
        (String::new(), "AQAB"),
    ] {
        let key = json!({"kty": "RSA", "n": n, "e": e}).to_string();
        assert_eq!(set(&[&key]).verify(&signed), Err(TokenError::UnknownKey), "{key}");
    }
}

#[test]
fn a_key_is_found_behind_any_number_that_are_of_no_use() {
    let signed = Jws::read(P256_TOKEN).unwrap();
    let chain = "MIIC".repeat(300);
    let useless = [
        json!({"kty": "oct", "k": "AAAA"}),
        json!({"kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB", "x5c": [chain]}),
        json!({"kty": "OKP", "crv": "X25519", "x": "AAAA"}),
        json!({"kty": "EC", "crv": "P-384", "x": "AAAA", "y": "AAAA"}),
        json!(7),
        json!(null),
        json!([]),
        json!({"kty": 7}),
    ];
    let mut keys: Vec<String> = (0..280).map(|number| useless[number % useless.len()].to_string()).collect();
    keys.push(P256.replace('{', r#"{"x5c":["MIIC"],"kid":"one","#));
    let all = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    assert_eq!(Jwks::read(all.as_bytes()).unwrap().verify(&signed), Ok(()));
    // What is kept of the set is that key alone.
    let kept = jwks::reduce(all.as_bytes()).unwrap();
    assert!(kept.len() < 300 && kept.contains(r#""kid":"one""#) && !kept.contains("MIIC"), "{kept}");
    assert_eq!(Jwks::read(kept.as_bytes()).unwrap().verify(&signed), Ok(()));
    assert!(jwks::reduce(b"[]").is_none() && jwks::reduce(b"{}").is_none());
}

#[test]
fn a_key_that_a_token_names_is_found_behind_any_number_that_would_do() {
    let keys: Vec<SigningKey> = (0..100).map(|number| SigningKey::new(Alg::Es256, number)).collect();
    let set = Jwks::read(jwks(&keys).to_string().as_bytes()).unwrap();
    let token = keys.last().unwrap().token(&claims());
    assert_eq!(set.verify(&Jws::read(&token).unwrap()), Ok(()));
}

#[test]
fn ed25519_goes_by_either_name() {
    let key = SigningKey::new(Alg::EdDsa, 1);
    for of_token in ["EdDSA", "Ed25519"] {
        let token = key.token_with(&json!({"alg": of_token, "kid": key.kid}), &claims());
        for of_key in [json!("EdDSA"), json!("Ed25519"), Value::Null] {
            let set = json!({"keys": [with(key.jwk(), "alg", of_key.clone())]});
            let keys = Jwks::read(set.to_string().as_bytes()).unwrap();
            assert_eq!(keys.verify(&Jws::read(&token).unwrap()), Ok(()), "{of_token} {of_key}");
        }
    }
    for other in ["ed25519", "Ed448", "EDDSA"] {
        let token = key.token_with(&json!({"alg": other, "kid": key.kid}), &claims());
        assert!(matches!(Jws::read(&token), Err(TokenError::Algorithm)), "{other}");
    }
}

#[test]
fn an_rsa_signature_is_exactly_one_number_below_the_modulus() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let key: Value = serde_json::from_str(RSA).unwrap();
    let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
    let (input, signature) = RSA_TOKEN.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let verify = |signature: &[u8]| {
        let token = format!("{input}.{}", base64url(signature));
        set(&[RSA]).verify(&Jws::read(&token).unwrap())
    };
    assert_eq!(verify(&signature), Ok(()));
    let with_zero = [&[0], signature.as_slice()].concat();
    let mut more_than_the_modulus = modulus.clone();
    *more_than_the_modulus.last_mut().unwrap() += 1;
    for wrong in [&with_zero[..], &signature[1..], &modulus, &more_than_the_modulus, &[0; 256], &[0xff; 256], &[]] {
        assert_eq!(verify(wrong), Err(TokenError::Signature));
    }
    let mut one = [0; 256];
    one[255] = 1;
    assert_eq!(verify(&one), Err(TokenError::Signature));
}
