use edge_capabilities::Clock as _;
use edge_notifications::Channel;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::suppression::SuppressionReason;
use crate::unsubscribe::UnsubscribeLinks;

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// A page as a browser gets it: status, headers, text.
struct Shown(u16, http::HeaderMap, String);

impl Test {
    async fn browse(&self, method: &str, path: &str, body: &'static str) -> Shown {
        let request = http::Request::builder().method(method).uri(path).body(axum::body::Body::from(body)).unwrap();
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Shown(head.status.as_u16(), head.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    /// The path of a contact's link.
    async fn link(&self, contact: &Value, channel: Channel) -> String {
        self.world.config.set("public_url", "https://edge.example/");
        self.world.config.set("unsubscribe_key", KEY);
        let links = UnsubscribeLinks::load(&*self.world.config).await.unwrap();
        let kept = self.contacts().get(ACME, contact["id"].as_str().unwrap()).await.unwrap().unwrap();
        let url = links.url(&kept, channel).unwrap();
        assert_eq!(self.acme("GET", &path(contact), Value::Null).await.body["unsubscribe_urls"][channel.as_str()], url);
        url.strip_prefix("https://edge.example").unwrap().to_owned()
    }

    fn contacts(&self) -> Contacts {
        Contacts::new(self.db())
    }

    async fn channels(&self, contact: &Value) -> Value {
        self.acme("GET", &path(contact), Value::Null).await.body["suppressed_channels"].clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_shows_a_page_and_only_its_use_unsubscribes() {
    let test = test().await;
    let made = test.make(json!({"email": "Ana@x.example", "phone": "+919876543210"})).await;
    let link = test.link(&made, Channel::Email).await;
    for method in ["GET", "HEAD", "GET"] {
        let Shown(status, headers, text) = test.browse(method, &link, "").await;
        assert_eq!(status, 200);
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(headers[name], value);
        }
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none';"));
        let is_asked = text.contains("Unsubscribe from the e-mails of acme?") && text.contains("a•••@x.example");
        assert_eq!(is_asked, method == "GET", "{text}");
        assert_eq!(test.channels(&made).await, json!([]));
    }
    // As mail programs send it, and as the button does; any number of times.
    for body in ["List-Unsubscribe=One-Click", ""] {
        let Shown(status, _, text) = test.browse("POST", &link, body).await;
        assert!(status == 200 && text.contains("You are unsubscribed"), "{status} {text}");
        assert_eq!(test.channels(&made).await, json!(["EMAIL"]));
    }
    assert!(test.browse("GET", &link, "").await.2.contains("You are unsubscribed"));
    test.browse("POST", &test.link(&made, Channel::Sms).await, "").await;
    assert_eq!(test.channels(&made).await, json!(["EMAIL", "SMS"]));
    let list = test.acme("GET", "/suppressions?reason=unsubscribed", Value::Null).await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    assert_eq!(test.of(OTHER, "GET", "/suppressions", Value::Null).await.expect(200)["data"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_nobody_signed_changes_nothing_and_one_of_an_erased_contact_says_so() {
    let test = test().await;
    let made = test.make(json!({"email": "ana@x.example"})).await;
    let link = test.link(&made, Channel::Email).await;
    let forged = link.replace(".e.", ".w.");
    for path in [forged.as_str(), "/unsubscribe/x", "/unsubscribe/%00.e.%0d%0a", "/unsubscribe/<script>.e.x"] {
        let path = path.replace('<', "%3C").replace('>', "%3E");
        for method in ["GET", "POST"] {
            let Shown(status, _, text) = test.browse(method, &path, "").await;
            assert!(status == 404 && text.contains("This link is not valid") && !text.contains("script"), "{path}");
        }
    }
    test.world.config.set("unsubscribe_key", "");
    assert_eq!(test.browse("POST", &link, "").await.0, 404);
    test.world.config.set("unsubscribe_key", KEY);
    assert_eq!(test.channels(&made).await, json!([]));
    test.acme("DELETE", &path(&made), Value::Null).await.expect(204);
    for method in ["GET", "POST"] {
        assert!(test.browse(method, &link, "").await.2.contains("You are unsubscribed"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_tenant_is_called_is_no_markup_on_the_page() {
    let test = test().await;
    let made = test.make(json!({"email": "ana@x.example", "name": "<img src=x onerror=alert(1)>"})).await;
    let name = json!({"name": "<script>alert(1)</script>\"'&"});
    let changed = test.ask(&test.tenants, PLATFORM, None, "PUT", &format!("/api/v1/tenants/{ACME}"), name).await;
    assert_eq!(changed.0, 200);
    let link = test.link(&made, Channel::Email).await;
    for method in ["GET", "POST"] {
        let text = test.browse(method, &link, "").await.2;
        assert!(!text.contains("<script") && !text.contains("<img"), "{text}");
        assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_administrator_lists_adds_and_removes_suppressions() {
    let test = test().await;
    let made = test.make(json!({"phone": "+919876543210"})).await;
    let body = json!({"channel": "sms", "address": "+91 98765-43210"});
    let added = test.acme("POST", "/suppressions", body.clone()).await.expect(201);
    let expected = json!({
        "id": added["id"], "channel": "SMS", "address": "+919876543210", "reason": "manual",
        "created_at": "2026-01-01T00:00:00.000Z",
    });
    assert_eq!(added, expected);
    assert_eq!(test.acme("POST", "/suppressions", body).await.code(), (409, "ALREADY_EXISTS"));
    assert_eq!(test.acme("GET", "/suppressions?channel=SMS", Value::Null).await.expect(200)["data"], json!([expected]));
    assert_eq!(test.acme("GET", "/suppressions?channel=EMAIL", Value::Null).await.expect(200)["data"], json!([]));
    assert_eq!(test.channels(&made).await, json!(["SMS"]));
    let one = format!("/suppressions/{}", added["id"].as_str().unwrap());
    assert_eq!(test.of(OTHER, "DELETE", &one, Value::Null).await.code(), (404, "NOT_FOUND"));
    test.acme("DELETE", &one, Value::Null).await.expect(204);
    assert_eq!(test.acme("DELETE", &one, Value::Null).await.code(), (404, "NOT_FOUND"));
    assert_eq!(test.channels(&made).await, json!([]));
    for (body, field) in [
        (json!({"channel": "PIGEON", "address": "a@x"}), "channel"),
        (json!({"channel": "IN_APP", "address": "a@x"}), "channel"),
        (json!({"channel": "EMAIL", "address": "a"}), "address"),
        (json!({"channel": "SMS", "address": "a@x.example"}), "address"),
        (json!({"channel": "EMAIL", "address": "hash:00"}), "address"),
        (json!({"channel": "PUSH", "address": "hash:00"}), "address"),
    ] {
        let answer = test.acme("POST", "/suppressions", body.clone()).await;
        assert_eq!(
            (answer.code(), &answer.body["errors"][0]["field"]),
            ((400, "VALIDATION_ERROR"), &json!(field)),
            "{body}"
        );
    }
    // Of an erased contact's address only a hash is left, and the list does not show it.
    let (suppressions, now) = (test.suppressions(), test.world.clock.now());
    suppressions.add(ACME, Channel::Sms, "+919876543210", SuppressionReason::Replied, now).await.unwrap();
    test.acme("DELETE", &path(&made), Value::Null).await.expect(204);
    let list = test.acme("GET", "/suppressions", Value::Null).await.expect(200);
    assert_eq!((&list["data"][0]["address"], &list["data"][0]["reason"]), (&Value::Null, &json!("replied")));
    assert_eq!(test.acme("GET", "/suppressions?reason=x", Value::Null).await.status, 400);
}
