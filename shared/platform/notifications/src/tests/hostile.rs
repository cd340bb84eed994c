//! What others wrote, as it leaves the edge.

use super::*;
use crate::event_types::{WORKSPACE_PAYMENT_FAILED, WORKSPACE_TEAM_INVITE};

const MARKUP: &str = "<img src=x onerror=alert(1)>\"'";
const HEADER: &str = "Ana\r\nBcc: eve@evil.example\r\n\r\n<p>";

#[tokio::test(start_paused = true)]
async fn no_variable_leaves_as_markup_or_with_a_line_end_whatever_the_channel() {
    let test = test();
    for (number, hostile) in
        [MARKUP, HEADER, "=HYPERLINK(1)", "{{reminder}}", "%0d%0aBcc:", "\u{202e}gpj"].iter().enumerate()
    {
        let recipient = Recipient {
            email: Some("ada@acme.example".into()),
            phone: Some("+911234567".into()),
            name: Some((*hostile).into()),
            user_id: Some("ben".into()),
            ..Recipient::default()
        };
        let event = NewEvent::new(&WORKSPACE_MEETING_INVITE, TENANT, format!("e{number}"));
        test.raise(&event.to(recipient).with(json!({
            "meeting_name": hostile, "host_name": [hostile], "meeting_url": "https://x.example/?a=1&b=2",
            "scheduled_time": {"at": hostile},
        })))
        .await;
    }
    test.send_due().await;
    let sent = test.sent.lock().unwrap().clone();
    assert_eq!(sent.len(), 12);
    for (path, _, body) in sent {
        let written = body.to_string();
        assert!(!written.contains("\\r") && !written.contains("\\n"), "{written}");
        if path.starts_with("/api/v1/email/") {
            assert!(!written.contains('<') && !written.contains('>'), "{written}");
            assert_eq!(body["template_vars"]["meeting_url"], "https://x.example/?a=1&b=2");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_fails_and_says_which_part() {
    let test = test();
    let failed = |id: &str, retry: &str, plan: &str| {
        let to = Recipient::by_email("ada@acme.example").with_phone(Some("+911234567".into()));
        NewEvent::new(&WORKSPACE_PAYMENT_FAILED, TENANT, id).to(to).with(json!({"plan_name": plan, "retry_url": retry}))
    };
    test.raise(&failed("script", "javascript:alert(1)", "Pro")).await;
    test.raise(&failed("long", "https://x.example", &"x".repeat(5_000))).await;
    let invite = |id: &str, email: &str| {
        NewEvent::new(&WORKSPACE_TEAM_INVITE, TENANT, id)
            .to(Recipient::by_email(email))
            .with(json!({"workspace_name": "Acme", "role": "MEMBER"}))
    };
    test.raise(&invite("lines", "ada@acme.example\r\nBcc: eve@evil.example")).await;
    test.raise(&invite("list", "ada@acme.example,eve@evil.example")).await;
    test.send_due().await;
    let states = test.states().await;
    for (name, reason) in [
        ("script EMAIL", "INVALID_VARIABLE: retry_url"),
        ("script SMS", "INVALID_VARIABLE: retry_url"),
        ("long SMS", "TOO_LONG"),
        ("lines EMAIL", "INVALID_ADDRESS"),
        ("list EMAIL", "INVALID_ADDRESS"),
    ] {
        Test::expect(&states, name, "failed", reason);
    }
    Test::expect(&states, "long EMAIL", "sent", "");
    assert_eq!(test.keys().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_tenants_mapping_and_a_ready_text_pass_nothing_on_either() {
    let test = test();
    let mapping: Mapping = serde_json::from_value(json!({
        "tenant_id": TENANT, "event_type": WORKSPACE_TEAM_INVITE.name, "channel": "EMAIL", "template_name": "own",
        "variable_mapping": {"who": "recipient.name", "page_url": "data.page"}, "default_variables": {"app": MARKUP},
        "is_enabled": true,
    }))
    .unwrap();
    Mappings::new(Db::new(test.world.db.clone())).put(&mapping).await.unwrap();
    let invite = |id: &str, page: &str| {
        NewEvent::new(&WORKSPACE_TEAM_INVITE, TENANT, id)
            .to(Recipient::by_email("ada@acme.example").named(HEADER))
            .with(json!({"page": page}))
    };
    test.raise(&invite("good", "https://x.example")).await;
    test.raise(&invite("bad", "javascript:x")).await;
    let text = MessageText { subject: Some(HEADER.into()), body: "<p>Ready</p>".into(), ..MessageText::default() };
    let message = NewMessage {
        id: NewMessage::id_of(&["ready"]),
        tenant_id: TENANT.into(),
        event_id: "ready".into(),
        event_type: &crate::event_types::CAMPAIGN_MESSAGE,
        channel: Channel::Email,
        recipient: Recipient::by_email("ada@acme.example"),
        text,
        expires_at: test.now().plus(DAY),
        sealed: None,
    };
    test.notifications.queue(&[message], test.now()).await.unwrap();
    test.send_due().await;
    Test::expect(&test.states().await, "bad EMAIL", "failed", "INVALID_VARIABLE: page_url");
    let sent = test.sent.lock().unwrap().clone();
    assert_eq!(sent.len(), 2);
    for (_, _, body) in sent {
        let subject = body["subject"].as_str().unwrap_or_default();
        assert!(!subject.contains(['\r', '\n']), "{subject:?}");
        let variables = body["template_vars"].to_string();
        assert!(!variables.contains('<') && !variables.contains("\\n"), "{variables}");
    }
}
