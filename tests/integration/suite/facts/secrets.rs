//! Secrets are where they are used and nowhere else: after journeys through the whole edge, with faults, none of them can
//! be found in the log, the files of the stores, the metrics or an answer, however it is encoded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use edge_gateways::Provider;
use serde_json::{Value, json};

use crate::client::{Answer, Call};
use crate::edge::{
    BOOTSTRAP, Customer, ERP_API_KEY, Edge, KEY, STRIPE_KEY, Settings, Stores, WEBHOOK_SECRET, eventually, signed,
    signed_as,
};
use crate::facts::facts;
use crate::servers::Postgres;
use crate::shape::{Shape, Stage};

facts! {
    marked_secrets_are_in_no_log_row_file_or_answer: with_files_to_look_into,
}

/// Redis has what SQLite has.
fn with_files_to_look_into(shape: Shape) -> bool {
    matches!(shape, Shape::Sqlite | Shape::Postgres)
}

const PHONE: &str = "+919876543210";

/// Journeys on one edge; what was answered, and what nobody may find.
struct Journeys<'e> {
    edge: &'e Edge,
    tenant: String,
    /// By what they are.
    secrets: Mutex<BTreeMap<&'static str, String>>,
    answers: Mutex<String>,
}

impl Journeys<'_> {
    fn secret(&self, what: &'static str, value: &str) {
        assert!(value.len() >= 6, "{what}: {value:?} may be anywhere");
        self.secrets.lock().unwrap().insert(what, value.to_owned());
    }

    fn keep(&self, answer: &Answer) {
        let mut answers = self.answers.lock().unwrap();
        writeln!(answers, "{} {:?} {}", answer.status, answer.headers, answer.text()).unwrap();
    }

    async fn send(&self, call: Call) -> Answer {
        let answer = call.send().await;
        self.keep(&answer);
        answer
    }

    fn call(&self, method: &str, path: &str) -> Call {
        self.edge.call(method, path).key(BOOTSTRAP).header("x-tenant-id", &self.tenant)
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.call("POST", path).json(&body)).await
    }

    /// Keys: made, repeated, used, revoked; and one that nobody made. The answers that show a key are its holder's.
    async fn keys(&self) {
        let new = json!({"name": "k", "scopes": ["seats:verify"]});
        let make = || self.call("POST", "/api/v1/api-keys").header("idempotency-key", "make-a-key").json(&new);
        let made = make().send().await.expect(201);
        assert_eq!(make().send().await.expect(201), made);
        let key = made["key"].as_str().unwrap();
        self.secret("an API key", key);
        self.secret("the part of an API key that nobody else knows", key.rsplit('_').next().unwrap());
        self.send(self.edge.call("GET", "/api/v1/me").key(key)).await.expect(200);
        self.send(self.edge.call("GET", "/api/v1/api-keys").key(key)).await.refused(403, "PERMISSION_DENIED");
        let path = format!("/api/v1/api-keys/{}", made["id"].as_str().unwrap());
        assert!(self.send(self.call("DELETE", &path)).await.status < 300);
        self.secret("a key that nobody made", "bhk_0123456789abcdef_anybodysmadeupsecretinit");
        let made_up = self.secrets.lock().unwrap()["a key that nobody made"].clone();
        self.send(self.edge.call("GET", "/api/v1/me").key(&made_up)).await.refused(401, "UNAUTHENTICATED");
    }

    /// Webhooks: believed, forged, unreadable, and for an endpoint that is the tenant's own.
    async fn webhooks(&self, customer: &Customer<'_>) {
        let paid = customer.paid("payment.captured", "first");
        self.send(customer.telling(&paid)).await.expect(200);
        self.secret("a secret that somebody guessed", "whsec_Z3Vlc3NlZC1ieS1zb21lYm9keS1vdXRzaWRl");
        let guessed = self.secrets.lock().unwrap()["a secret that somebody guessed"].clone();
        for (provider, path) in [
            (Provider::BheemPay, "/api/v1/billing/webhook"),
            (Provider::Stripe, "/webhooks/stripe"),
            (Provider::Standard, "/webhooks/standard/svix"),
            (Provider::Erp, "/erp/webhooks/billing/"),
        ] {
            let forged = signed_as(self.edge.call("POST", path), provider, &guessed, paid.to_string(), "forged");
            assert_eq!(self.send(forged).await.status, 400, "{path}");
            let broken = signed(self.edge.call("POST", path), provider, "{\"event\":".to_owned());
            assert!(self.send(broken).await.status < 500);
        }
        let made = self.call("POST", "/api/v1/webhooks/endpoints").json(&json!({"tenant_id": self.tenant}));
        let made = made.send().await.expect(201);
        let address = made["url"].as_str().or(made["path"].as_str()).unwrap_or_default();
        if let Some(token) = address.trim_end_matches('/').rsplit('/').next().filter(|token| token.len() > 16) {
            self.secret("the token in a webhook's address", token);
        }
        self.send(self.edge.call("GET", "/metrics")).await;
        assert!(self.send(self.call("GET", "/api/v1/webhooks/events")).await.status < 300);
    }

    /// A one-time code: sent, guessed wrongly and rightly.
    async fn codes(&self) {
        let before = self.edge.erp.sent.all().len();
        self.post("/api/v1/otp/send", json!({"phone_number": PHONE, "purpose": "login", "channel": "sms"}))
            .await
            .expect(200);
        let code = eventually("the code", async || {
            // Other messages may be sent meanwhile: that a payment has arrived.
            let sent = self.edge.erp.sent.all();
            let texts = sent.iter().skip(before).filter_map(|sent| sent["body"]["message"].as_str());
            let mut parts = texts.flat_map(|text| text.split(|char: char| !char.is_ascii_digit()));
            parts.find(|part| part.len() == 6).map(ToOwned::to_owned)
        })
        .await;
        let guess = |code: &str| json!({"phone_number": PHONE, "purpose": "login", "code": code});
        let wrong = if code == "000000" { "000001" } else { "000000" };
        self.post("/api/v1/otp/verify", guess(wrong)).await.refused(400, "OTP_INVALID");
        // The token that says so is for whoever asks.
        self.call("POST", "/api/v1/otp/verify").json(&guess(&code)).send().await.expect(200);
    }

    /// A shop: its secrets are sealed, and its webhooks are believed by them.
    async fn shops(&self) {
        for (what, value) in [
            ("a shop's webhook secret", "shop-webhook-secret-in-confidence"),
            ("a shop's token", "shpat_in_confidence_of_the_shop"),
            ("a shop's key", "ck_in_confidence_of_the_shop"),
            ("a shop's secret", "cs_in_confidence_of_the_shop"),
        ] {
            self.secret(what, value);
        }
        let shopify = json!({"platform": "shopify", "shop": "acme.myshopify.com",
            "secret": "shop-webhook-secret-in-confidence", "access": {"token": "shpat_in_confidence_of_the_shop"}});
        let woocommerce = json!({"platform": "woocommerce", "shop": format!("http://{}", self.edge.erp_address),
            "secret": "shop-webhook-secret-in-confidence",
            "access": {"key": "ck_in_confidence_of_the_shop", "secret": "cs_in_confidence_of_the_shop"}});
        for shop in
            [&shopify, &woocommerce, &json!({"platform": "nowhere", "secret": "shop-webhook-secret-in-confidence"})]
        {
            self.post("/api/v1/orders/shops", shop.clone()).await;
        }
        assert_eq!(
            self.send(self.call("GET", "/api/v1/orders/shops")).await.expect(200)["data"].as_array().unwrap().len(),
            2
        );
        self.send(self.edge.call("POST", "/api/v1/jobs/drain").key(BOOTSTRAP)).await;
    }

    /// Accounting systems: one by consent, others by credentials that are wrong, and one that is left again.
    async fn ledgers(&self) {
        let base = "/api/v1/enterprise-billing/integrations";
        let made = self.post(&format!("{base}/configure"), json!({"provider": "xero"})).await.expect(201);
        let path = format!("{base}/{}", made["id"].as_str().unwrap());
        // The state is for the browser that is sent to the provider, and good once.
        let sent = self.call("GET", &format!("{path}/authorize")).send().await.expect(200);
        let url = sent["url"].as_str().unwrap();
        let state = url.split("state=").nth(1).unwrap().split('&').next().unwrap();
        self.secret("the state of a consent", state);
        let answer = Call::new("GET", url.to_owned()).send().await;
        let back = answer.header("location").to_owned();
        let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
        self.secret("the code of a consent", code);
        let back = back.get(back.find("/api/v1/").unwrap()..).unwrap().to_owned();
        self.send(self.call("GET", &back)).await.expect(200);
        self.send(self.call("GET", &back)).await;
        self.post(&format!("{path}/sync"), json!({})).await.expect(202);
        eventually("the run has ended", async || {
            let run = self.send(self.call("GET", &format!("{path}/status"))).await.expect(200)["last_run"].clone();
            (!run["finished_at"].is_null()).then_some(())
        })
        .await;
        // Every token of the stand-in is called access_… or refresh_….
        self.secret("an access token of a provider", "access_1");
        self.secret("a refresh token of a provider", "refresh_1");
        self.secret("a password at an accounting system", "password-of-the-books-in-confidence");
        self.secret("a token secret at an accounting system", "token-secret-of-the-books-in-confidence");
        for (provider, credentials) in [
            ("sap", json!({"username": "EDGE", "password": "password-of-the-books-in-confidence"})),
            (
                "netsuite",
                json!({"account_id": "1234567", "consumer_key": "consumer", "token_id": "token",
                "consumer_secret": "password-of-the-books-in-confidence",
                "token_secret": "token-secret-of-the-books-in-confidence"}),
            ),
            (
                "dynamics365",
                json!({"tenant_id": "acme", "client_id": "edge",
                "client_secret": "password-of-the-books-in-confidence"}),
            ),
            ("quickbooks", json!({"client_id": 7, "client_secret": "password-of-the-books-in-confidence"})),
        ] {
            let body = json!({"provider": provider, "credentials": credentials});
            assert!(self.post(&format!("{base}/configure"), body).await.status < 500, "{provider}");
        }
        assert!(self.post(&format!("{path}/disconnect"), json!({})).await.status < 300);
    }

    /// A mailbox, whose password goes on to the mail service.
    async fn mailboxes(&self) {
        self.secret("the password of a mailbox", "mailbox-password-in-confidence");
        let organization = json!({"organization_data": {
            "name": "Acme Corporation", "domain": "acme-in-confidence.com", "odoo_customer_id": 7_000_001,
        }});
        let post = async |path: &str, body: &Value| {
            self.send(self.edge.call("POST", path).header("authorization", &format!("Token {BOOTSTRAP}")).json(body))
                .await
        };
        let made = post("/erp/provision/organization/", &organization).await;
        let organization = made.json()["organization"].clone();
        let account = |address: &str| {
            json!({"email_account_data": {
                "organization_id": organization["id"], "address": address, "domain": organization["domain_id"],
                "quota": 1_073_741_824,
                "user_info": {"first_name": "John", "last_name": "Doe", "password": "mailbox-password-in-confidence"},
            }})
        };
        for address in ["john", "no address at all"] {
            post("/erp/provision/email-account/", &account(address)).await;
        }
    }

    /// What is refused: the same secrets where they do not belong.
    async fn refusals(&self) {
        let secrets: Vec<String> = self.secrets.lock().unwrap().values().cloned().collect();
        for secret in secrets {
            let odd = json!({"userId": {"secret": secret}, "applicationSlug": 7});
            self.send(self.edge.call("POST", "/verify-seat").key(BOOTSTRAP).json(&odd))
                .await
                .refused(400, "VALIDATION_ERROR");
            self.send(self.edge.call("POST", "/verify-seat").key(&secret).json(&odd)).await;
            self.send(self.edge.call("POST", "/verify-seat").key(BOOTSTRAP).body(format!("{{\"{secret}"))).await;
        }
    }
}

/// A secret as it may be written: plain, in hex, in both alphabets of base64 at any offset, percent-encoded.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let hex = |upper: bool| {
        bytes.iter().fold(String::new(), |mut hex, byte| {
            if upper { write!(hex, "{byte:02X}") } else { write!(hex, "{byte:02x}") }.unwrap();
            hex
        })
    };
    let mut all = vec![bytes.to_vec(), hex(true).into(), hex(false).into()];
    for skip in 0..3 {
        // Behind 0, 1 or 2 other bytes; the characters at both ends hold bits of the neighbours.
        let padded: Vec<u8> = std::iter::repeat_n(b' ', skip).chain(bytes.iter().copied()).collect();
        for encoded in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            let from = (skip * 8).div_ceil(6);
            let to = padded.len() * 8 / 6;
            all.push(encoded.as_bytes()[from..to].to_vec());
        }
    }
    let encoded: String = bytes
        .iter()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    all.push(encoded.into());
    all
}

/// All files below `folder` but the compiled components.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.ends_with("compiled") {
            continue;
        }
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|part| part == needle)
}

async fn marked_secrets_are_in_no_log_row_file_or_answer(stage: Arc<Stage>) {
    let stores = Stores::shared(stage.shape).await;
    let database = stores.postgres.clone();
    let mut edge = stage.own_on(Settings::steady().with_webhooks(), stores).await;
    let (answers, secrets) = {
        let customer = Customer::new(&edge).await;
        let journeys = Journeys {
            edge: &edge,
            tenant: customer.tenant.clone(),
            secrets: Mutex::default(),
            answers: Mutex::default(),
        };
        for (what, value) in [
            ("the bootstrap key", BOOTSTRAP),
            ("the key of the ERP, BheemPay and Notify", ERP_API_KEY),
            ("the key of Stripe", STRIPE_KEY),
            ("the secret of webhooks", WEBHOOK_SECRET),
            ("the key that seals", KEY),
            ("the operator's secret at Xero", "xero-secret"),
            ("the operator's secret at QuickBooks", "quickbooks-secret"),
        ] {
            journeys.secret(what, value);
        }
        journeys.keys().await;
        journeys.webhooks(&customer).await;
        journeys.codes().await;
        journeys.shops().await;
        journeys.ledgers().await;
        journeys.mailboxes().await;
        customer.organization.fails_with(500);
        customer.organization.ask("nobody").await;
        journeys.refusals().await;
        journeys.send(edge.call("GET", "/metrics")).await;
        journeys.send(edge.call("GET", "/readyz")).await;
        (journeys.answers.into_inner().unwrap(), journeys.secrets.into_inner().unwrap())
    };
    assert!(secrets.len() > 20, "{:?}", secrets.keys());
    // Stopped, it has written everything that it will.
    edge.nodes[0].terminate();
    edge.nodes[0].process().end(std::time::Duration::from_secs(60)).await;
    let mut places =
        vec![("the log".to_owned(), edge.log().into_bytes()), ("an answer".to_owned(), answers.into_bytes())];
    files(&edge.nodes[0].state(), &mut places);
    if let Some((address, _)) = database {
        places.push(("PostgreSQL".to_owned(), Postgres::rows(&address).await));
    }
    // What is looked for is found where it is: the tenant's name is in the database.
    let is_database = |place: &str| place.ends_with(".db") || place == "PostgreSQL";
    let has_name = places.iter().any(|(place, bytes)| is_database(place) && holds(bytes, b"City Clinic"));
    assert!(has_name, "{:?}", places.iter().map(|(place, _)| place).collect::<Vec<_>>());
    let mut leaks = Vec::new();
    for (what, secret) in &secrets {
        for spelling in spellings(secret) {
            for (place, bytes) in &places {
                if holds(bytes, &spelling) {
                    leaks.push(format!("{what} is in {place}, as {}", String::from_utf8_lossy(&spelling)));
                }
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}
