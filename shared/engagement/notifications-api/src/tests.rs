use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Clock as _};
use edge_database::Db;
use edge_gateways::{Provider, sign};
use edge_http::testing::{Answer, request, send};
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::testing::{ACME, OTHER, PLATFORM, Platform};
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};

const BASE: &str = "/api/v1/notifications";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

mod feedback;

struct Test {
    platform: Platform,
    runner: JobRunner,
    /// What Notify was sent: path and body.
    sent: Arc<Mutex<Vec<(String, Value)>>>,
}

fn parts(capabilities: &Capabilities) -> (axum::Router, JobRunner) {
    let db = Db::new(capabilities.db.clone());
    let notifier = crate::notifier(capabilities, &db, None);
    let runner = JobRunner::new("messaging", capabilities, &JobQueue::new(capabilities, &db));
    let routes = crate::routes(capabilities, &db, &notifier, None);
    (edge_http::finish(routes, "messaging", capabilities), crate::jobs(&notifier, runner))
}

async fn test() -> Test {
    let platform = Platform::new(|capabilities| parts(&capabilities).0).await;
    let world: &World = &platform.world;
    world.config.set("notify_url", "http://notify");
    world.config.set("webhook_secrets_notify", SECRET);
    let sent: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
    let seen = sent.clone();
    world.http.on_request(move |request| {
        let (head, body) = request.into_parts();
        let body: Value = serde_json::from_slice(&body).unwrap();
        seen.lock().unwrap().push((head.uri.path().to_owned(), body));
        async move { Ok(http::Response::new(Bytes::from_static(b"{}"))) }
    });
    let runner = parts(&world.instance().0).1;
    Test { runner, sent, platform }
}

impl Test {
    async fn ask(&self, key: &str, tenant: Option<&str>, method: &str, path: &str, body: Value) -> Answer {
        let headers = tenant.map(|tenant| ("x-tenant-id", tenant));
        send(&self.platform.router, request(method, &format!("{BASE}{path}"), key, headers, &body)).await
    }

    async fn acme(&self, method: &str, path: &str, body: Value) -> Answer {
        self.ask(PLATFORM, Some(ACME), method, path, body).await
    }

    async fn key(&self, scopes: &[&str]) -> String {
        let body = json!({"name": "k", "scopes": scopes, "tenant_id": ACME});
        let made = self.platform.ask(&self.platform.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await;
        made.1["key"].as_str().unwrap().to_owned()
    }

    /// Raises an event; gives the answer.
    async fn raise(&self, recipients: Value) -> Value {
        let data = json!({"meeting_name": "Review", "host_name": "Asha", "meeting_url": "u", "scheduled_time": "3"});
        let event = json!({"event_type": "WORKSPACE_MEETING_INVITE", "recipients": recipients, "data": data});
        self.acme("POST", "/events", event).await.expect(202)
    }

    async fn drain(&self) {
        self.platform.world.clock.advance(Duration::from_secs(15)).await;
        self.runner.drain().await.unwrap();
    }

    /// Posts a report as Notify signs it.
    async fn report(&self, body: Value, secret: &str) -> Answer {
        self.report_as("msg_1", body, secret).await
    }

    /// Posts a report as Notify signs it, under this id.
    async fn report_as(&self, id: &str, body: Value, secret: &str) -> Answer {
        let body = body.to_string();
        let now = self.platform.world.clock.now();
        let signed = sign(Provider::Standard, secret, body.as_bytes(), now, id).unwrap();
        let mut post = http::Request::post("/webhooks/notify");
        for (name, value) in signed {
            let (name, value): (HeaderName, HeaderValue) = (name, value);
            post = post.header(name, value);
        }
        send(&self.platform.router, post.body(axum::body::Body::from(body)).unwrap()).await
    }
}

#[tokio::test(start_paused = true)]
async fn the_types_of_the_workspace_are_listed_with_what_they_need() {
    let test = test().await;
    let types = test.acme("GET", "/event-types", Value::Null).await.expect(200);
    let data = types["data"].as_array().unwrap();
    assert_eq!(data.len(), 23);
    let invite = data.iter().find(|known| known["event_type"] == "WORKSPACE_MEETING_INVITE").unwrap();
    let expected = json!({
        "event_type": "WORKSPACE_MEETING_INVITE", "description": "Meeting invitation", "category": "meeting",
        "channels": ["EMAIL", "WHATSAPP"], "template": "WORKSPACE_MEETING_INVITE",
        "template_names": {"EMAIL": "workspace_meeting_invite", "WHATSAPP": "workspace_meeting_invite"},
        "required_variables": ["meeting_name", "host_name", "meeting_url", "scheduled_time"], "is_critical": false,
    });
    assert_eq!(*invite, expected);
    assert!(types["edge"].as_array().unwrap().iter().any(|known| known["event_type"] == "WORKSPACE_BUDGET_ALERT"));
}

#[tokio::test(start_paused = true)]
async fn an_event_is_accepted_sent_reported_and_listed() {
    let test = test().await;
    let people = json!([
        {"email": "a@x.example", "phone": "+91 98765-43210", "name": "A"}, {"email": "b@x.example"}
    ]);
    let raised = test.raise(people).await;
    let messages = raised["messages"].as_array().unwrap();
    assert!(messages.len() == 4 && messages.iter().all(|message| message["state"] == "queued"), "{raised}");
    test.drain().await;
    let list = test.acme("GET", "/messages?limit=3", Value::Null).await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 3);
    let next = format!("/messages?cursor={}", list["nextCursor"].as_str().unwrap());
    assert_eq!(test.acme("GET", &next, Value::Null).await.expect(200)["data"].as_array().unwrap().len(), 1);
    let suppressed = test.acme("GET", "/messages?state=suppressed", Value::Null).await.expect(200);
    assert_eq!(
        (&suppressed["data"][0]["reason"], suppressed["data"].as_array().unwrap().len()),
        (&json!("NO_ADDRESS"), 1)
    );
    let sent = test.sent.lock().unwrap().clone();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().any(|(_, body)| body["to"] == "+919876543210"), "{sent:?}");

    let email = messages.iter().find(|message| message["channel"] == "EMAIL").unwrap();
    let id = email["id"].as_str().unwrap();
    let report = |state: &str| json!({"type": format!("message.{state}"), "data": {"idempotency_key": id}});
    for (state, after) in [("delivered", "delivered"), ("failed", "delivered"), ("read", "read"), ("sent", "read")] {
        let answer = test.report(report(state), SECRET).await.expect(200);
        assert_eq!(answer, json!({"status": "success", "state": after}));
    }
    let message = test.acme("GET", &format!("/messages/{id}"), Value::Null).await.expect(200);
    assert_eq!((&message["state"], &message["recipient"]["email"]), (&json!("read"), &email["recipient"]["email"]));
    let replayed = test.acme("POST", &format!("/messages/{id}/replay"), Value::Null).await.expect(200);
    assert_eq!(replayed["state"], "read");
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_not_notifys_or_comes_too_early_changes_nothing() {
    let test = test().await;
    let early = json!({"type": "message.delivered", "data": {"message_id": "n-1"}});
    assert_eq!(test.report(early.clone(), SECRET).await.code(), (503, "NOT_YET_KNOWN"));
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(test.report(early.clone(), other).await.code(), (400, "INVALID_SIGNATURE"));
    let clicked = json!({"type": "message.clicked", "data": {"message_id": "n-1"}});
    assert_eq!(test.report(clicked, SECRET).await.code(), (503, "NOT_YET_KNOWN"));
    let opened = json!({"type": "message.opened", "data": {"message_id": "n-1"}});
    assert_eq!(test.report(opened, SECRET).await.expect(200)["status"], "ignored");
    test.platform.world.config.set("webhook_secrets_notify", "");
    assert_eq!(test.report(early, SECRET).await.code(), (404, "NOT_FOUND"));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_an_event_is_named() {
    let test = test().await;
    let to = json!([{"email": "a@x.example"}]);
    for (event, field) in [
        (json!({"event_type": "WORKSPACE_NOTHING", "recipients": to}), "event_type"),
        (json!({"event_type": "WORKSPACE_OTP", "recipients": [{"phone": "+919876543210"}]}), "event_type"),
        (json!({"event_type": "WORKSPACE_TEAM_INVITE", "recipients": []}), "recipients"),
        (json!({"event_type": "WORKSPACE_TEAM_INVITE", "recipients": [{"name": "A"}]}), "recipients[0].email"),
        (json!({"event_type": "WORKSPACE_TEAM_INVITE", "recipients": [{"email": "a"}]}), "recipients[0].email"),
        (
            json!({"event_type": "WORKSPACE_TEAM_INVITE", "recipients": [{"email": "a@b\r\nBcc: c@d"}]}),
            "recipients[0].email",
        ),
        (json!({"event_type": "WORKSPACE_TEAM_INVITE", "recipients": [{"phone": "1"}]}), "recipients[0].phone"),
        (json!({"event_type": "WORKSPACE_TEAM_INVITE", "recipients": to, "send_at": "soon"}), "send_at"),
    ] {
        let answer = test.acme("POST", "/events", event.clone()).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (400, &json!(field)), "{event}");
    }
    for event in [json!({}), json!({"event_type": 1}), json!({"event_type": "WORKSPACE_TEAM_INVITE", "recipients": {}})]
    {
        assert_eq!(test.acme("POST", "/events", event).await.code(), (400, "VALIDATION_ERROR"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_mapping_is_set_used_and_removed() {
    let test = test().await;
    let path = "/mappings/WORKSPACE_MEETING_INVITE/email";
    let mapping = json!({
        "template_name": "acme_invite", "variable_mapping": {"what": "data.meeting_name", "who": "recipient.name"},
        "default_variables": {"app": "Acme"},
    });
    let made = test.acme("PUT", path, mapping).await.expect(200);
    assert_eq!(
        (&made["channel"], &made["is_enabled"], &made["event_type"]),
        (&json!("EMAIL"), &json!(true), &json!("WORKSPACE_MEETING_INVITE"))
    );
    test.raise(json!([{"email": "a@x.example", "name": "Ada"}])).await;
    test.drain().await;
    let sent = test.sent.lock().unwrap()[0].1.clone();
    let vars = json!({"what": "Review", "who": "Ada", "app": "Acme"});
    assert_eq!((&sent["template_name"], &sent["template_vars"]), (&json!("acme_invite"), &vars));
    for (wrong, status) in [("/mappings/WORKSPACE_MEETING_INVITE/SMS", 404), ("/mappings/NOTHING/EMAIL", 404)] {
        assert_eq!(test.acme("PUT", wrong, json!({})).await.status, status);
    }
    let wrong = test.acme("PUT", path, json!({"variable_mapping": {"a": 1}, "template_name": "a\nb"})).await;
    assert_eq!(wrong.body["errors"].as_array().unwrap().len(), 2);
    assert_eq!(test.ask(PLATFORM, Some(OTHER), "GET", path, Value::Null).await.status, 404);
    assert_eq!(test.acme("GET", "/mappings", Value::Null).await.expect(200)["data"].as_array().unwrap().len(), 1);
    test.acme("DELETE", path, Value::Null).await.expect(204);
    test.acme("GET", path, Value::Null).await.expect(404);
}

#[tokio::test(start_paused = true)]
async fn preferences_are_read_as_they_were_set_and_hold() {
    let test = test().await;
    let path = "/preferences/ben";
    let none = test.acme("GET", path, Value::Null).await.expect(200);
    let expected =
        json!({"user_id": "ben", "categories": {}, "quiet_hours": null, "timezone": "UTC", "digest": "none"});
    assert_eq!(none, expected);
    let wanted = json!({
        "categories": {"meeting": {"EMAIL": false}}, "quiet_hours": {"from": "22:00", "to": "07:00"},
        "timezone": "Asia/Kolkata", "digest": "daily",
    });
    let mut expected = wanted.clone();
    expected["user_id"] = json!("ben");
    assert_eq!(test.acme("PUT", path, wanted).await.expect(200), expected);
    assert_eq!(test.acme("GET", path, Value::Null).await.expect(200), expected);
    for (wrong, field) in [
        (json!({"categories": {"jokes": {"EMAIL": true}}}), "categories.jokes"),
        (json!({"categories": {"billing": {"PIGEON": true}}}), "categories.billing.PIGEON"),
        (json!({"quiet_hours": {"from": "25:00", "to": "07:00"}}), "quiet_hours"),
        (json!({"timezone": "Mars/Olympus"}), "timezone"),
        (json!({"digest": "hourly"}), "digest"),
    ] {
        assert_eq!(test.acme("PUT", path, wrong).await.body["errors"][0]["field"], field);
    }
    test.raise(json!([{"user_id": "ben", "email": "b@x.example"}])).await;
    test.drain().await;
    assert!(test.sent.lock().unwrap().is_empty());
    let messages = test.acme("GET", "/messages?channel=EMAIL&user_id=ben", Value::Null).await.expect(200);
    assert_eq!(
        (&messages["data"][0]["state"], &messages["data"][0]["reason"]),
        (&json!("suppressed"), &json!("PREFERENCES"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_feed_is_followed_by_its_cursor_and_waits_for_what_comes() {
    let test = test().await;
    test.raise(json!([{"user_id": "ben"}, {"user_id": "ada"}])).await;
    test.drain().await;
    let feed = test.acme("GET", "/feed?user_id=ben", Value::Null).await.expect(200);
    assert_eq!((feed["data"].as_array().unwrap().len(), &feed["unread"]), (1, &json!(1)));
    assert_eq!(feed["data"][0]["data"]["meeting_name"], "Review");
    let after = format!("/feed?user_id=ben&after={}&wait=", feed["next"].as_str().unwrap());
    let started = test.platform.world.clock.now();
    let none = test.acme("GET", &format!("{after}25"), Value::Null).await.expect(200);
    assert_eq!((&none["next"], none["data"].as_array().unwrap().len()), (&feed["next"], 0));
    assert!((25_000..26_000).contains(&test.platform.world.clock.now().millis_since(started)));
    let (path, later) = (format!("{after}20"), Duration::from_secs(3));
    let (followed, ()) = tokio::join!(test.acme("GET", &path, Value::Null), async {
        test.platform.world.clock.advance(later).await;
        test.raise(json!([{"user_id": "ben"}])).await;
    });
    assert_eq!(followed.expect(200)["data"].as_array().unwrap().len(), 1);
    assert!(test.platform.world.clock.now().millis_since(started) < 30_000);
    let read = test.acme("POST", "/feed/read", json!({"user_id": "ben", "up_to": feed["next"]})).await.expect(200);
    assert_eq!(read, json!({"read": 1, "unread": 1}));
    let ids = json!({"user_id": "ben", "ids": ["nobody's"]});
    assert_eq!(test.acme("POST", "/feed/read", ids).await.expect(200), json!({"read": 0, "unread": 1}));
    let all = test.acme("POST", "/feed/read", json!({"user_id": "ben"})).await.expect(200);
    assert_eq!(all, json!({"read": 1, "unread": 0}));
    for wrong in ["/feed", "/feed?user_id=ben&wait=26", "/feed?user_id=ben&after=x", "/feed?user_id=ben&limit=0"] {
        assert_eq!(test.acme("GET", wrong, Value::Null).await.code(), (400, "VALIDATION_ERROR"), "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_lacks_the_scope_or_is_of_another_tenant_sees_nothing() {
    let test = test().await;
    let raised = test.raise(json!([{"email": "a@x.example"}])).await;
    let id = raised["messages"][0]["id"].as_str().unwrap().to_owned();
    let (reader, nobody) = (test.key(&["messages:read"]).await, test.key(&["seats:verify"]).await);
    let event = json!({"event_type": "WORKSPACE_TEAM_INVITE", "recipients": [{"email": "a@x.example"}]});
    for (method, path, body, reads) in [
        ("GET", "/messages".to_owned(), Value::Null, true),
        ("GET", "/event-types".to_owned(), Value::Null, true),
        ("GET", "/mappings".to_owned(), Value::Null, true),
        ("GET", format!("/messages/{id}"), Value::Null, true),
        ("GET", "/feed?user_id=ben".to_owned(), Value::Null, true),
        ("GET", "/preferences/ben".to_owned(), Value::Null, true),
        ("POST", "/events".to_owned(), event, false),
        ("POST", format!("/messages/{id}/replay"), Value::Null, false),
        ("PUT", "/preferences/ben".to_owned(), json!({}), false),
        ("POST", "/feed/read".to_owned(), json!({"user_id": "ben"}), false),
        ("PUT", "/mappings/WORKSPACE_TEAM_INVITE/EMAIL".to_owned(), json!({}), false),
    ] {
        let answer = test.ask(&nobody, None, method, &path, body.clone()).await;
        assert_eq!(answer.code(), (403, "PERMISSION_DENIED"), "{method} {path}");
        let answer = test.ask(&reader, None, method, &path, body.clone()).await;
        assert_eq!(answer.status == 200, reads, "{method} {path}: {}", answer.body);
        assert_eq!(test.ask("bhk_x_y", None, method, &path, body).await.status, 401);
    }
    let other = test.ask(PLATFORM, Some(OTHER), "GET", &format!("/messages/{id}"), Value::Null).await;
    assert_eq!(other.code(), (404, "MESSAGE_NOT_FOUND"));
    let list = test.ask(PLATFORM, Some(OTHER), "GET", "/messages", Value::Null).await.expect(200);
    assert_eq!(list, json!({"data": [], "nextCursor": null}));
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_suppressed_meanwhile_is_not_written_to() {
    let test = test().await;
    let capabilities = test.platform.world.instance().0;
    let suppressions = edge_contacts::Suppressions::new(&capabilities, &Db::new(capabilities.db.clone()));
    test.raise(json!([{"email": "A@x.example", "phone": "+91 98765-43210"}, {"email": "b@x.example"}])).await;
    let (reason, now) = (edge_contacts::SuppressionReason::Unsubscribed, capabilities.clock.now());
    assert!(suppressions.add(ACME, edge_notifications::Channel::Email, "a@x.example", reason, now).await.unwrap());
    test.drain().await;
    let to: Vec<Value> = test.sent.lock().unwrap().iter().map(|(_, body)| body["to"].clone()).collect();
    assert!(to.len() == 2 && to.contains(&json!("b@x.example")) && to.contains(&json!("+919876543210")), "{to:?}");
    let list = test.acme("GET", "/messages?state=suppressed", Value::Null).await.expect(200);
    assert!(list["data"].as_array().unwrap().iter().any(|message| message["reason"] == "SUPPRESSED"), "{list}");
}
