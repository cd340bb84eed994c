//! Messages that bring their text with them.

use async_trait::async_trait;
use edge_capabilities::http::HttpError;

use super::*;
use crate::event_types::CAMPAIGN_MESSAGE;

fn message(name: &str, channel: Channel, test: &Test) -> NewMessage {
    NewMessage {
        id: NewMessage::id_of(&[TENANT, name]),
        tenant_id: TENANT.into(),
        event_id: name.into(),
        event_type: &CAMPAIGN_MESSAGE,
        channel,
        recipient: Recipient { user_id: Some("ben".into()), ..Recipient::by_email("ben@acme.example") }
            .with_phone(Some("+911".into())),
        text: MessageText { body: "Hello".into(), ..MessageText::default() },
        expires_at: test.now().plus(3 * DAY),
        sealed: None,
    }
}

impl Test {
    async fn queue(&self, message: NewMessage) {
        self.notifications.queue(&[message], self.now()).await.unwrap();
    }

    /// Answers as `answer` says, and counts the requests.
    fn answer(&self, answer: impl Fn() -> Result<u16, HttpError> + Send + Sync + 'static) {
        let seen = self.sent.clone();
        self.world.http.on_request(move |request| {
            let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
            seen.lock().unwrap().push((request.uri().path().to_owned(), key, Value::Null));
            let answer = answer().map(|status| http::Response::builder().status(status).body(Bytes::new()).unwrap());
            async move { answer }
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_text_is_sent_as_it_is_over_each_channel_once_however_often_it_is_queued() {
    let test = test();
    let mut email = message("email", Channel::Email, &test);
    email.text.subject = Some("Hi {{name}}".into());
    for _ in 0..2 {
        test.queue(email.clone()).await;
        test.queue(message("sms", Channel::Sms, &test)).await;
        test.queue(message("whatsapp", Channel::WhatsApp, &test)).await;
        test.queue(message("push", Channel::Push, &test)).await;
        test.send_due().await;
    }
    let sent: BTreeMap<String, Value> =
        test.sent.lock().unwrap().iter().map(|(path, _, body)| (path.clone(), body.clone())).collect();
    assert_eq!((sent.len(), test.keys().len()), (3, 3));
    let mail = json!({"to": "ben@acme.example", "subject": "Hi {{name}}", "body": "Hello", "is_html": true});
    assert_eq!(sent["/api/v1/email/send"], mail);
    assert_eq!(sent["/api/v1/bheem-tele/sms/send"], json!({"to": "+911", "message": "Hello"}));
    assert_eq!(sent["/api/v1/whatsapp/send/text"], json!({"to": "+911", "message": "Hello"}));
    assert!(test.keys().contains(&email.id));
    let found = test.notifications.find_all(&[email.id.clone(), "other".into()]).await.unwrap();
    assert_eq!((found.len(), found[0].template.as_deref()), (1, Some("Hi {{name}}")));
    Test::expect(&test.states().await, "push PUSH", "suppressed", "NO_ADDRESS");
}

#[tokio::test(start_paused = true)]
async fn a_text_waits_for_the_end_of_its_quiet_hours_and_is_not_sent_once_it_expired() {
    let test = test();
    // In Kolkata it is half past five in the morning.
    let now = Timestamp::parse("2026-01-11T00:00:00Z").unwrap();
    test.world.clock.advance(Duration::from_millis((now.as_millis() - START.as_millis()).unsigned_abs())).await;
    let quiet = Some(QuietHours { from: "22:00".into(), to: "07:00".into() });
    let mut here = message("here", Channel::Sms, &test);
    here.text.quiet_hours = quiet.clone();
    let mut there = message("there", Channel::Sms, &test);
    there.text = MessageText { timezone: Some("Asia/Tokyo".into()), ..here.text.clone() };
    let mut short = NewMessage { id: "short".into(), event_id: "short".into(), ..here.clone() };
    short.expires_at = test.now().plus(Duration::from_hours(1));
    for message in [here, there, short] {
        test.queue(message).await;
    }
    test.send_due().await;
    let states = test.states().await;
    Test::expect(&states, "here SMS", "queued", "");
    Test::expect(&states, "there SMS", "sent", "");
    test.pass(2).await;
    let states = test.states().await;
    Test::expect(&states, "here SMS", "sent", "");
    Test::expect(&states, "short SMS", "suppressed", "EXPIRED");
}

#[tokio::test(start_paused = true)]
async fn preferences_for_marketing_hold_and_a_text_is_no_part_of_a_digest() {
    let test = test();
    test.prefer(json!({"categories": {"marketing": {"SMS": false}}, "digest": "daily"})).await;
    test.queue(message("email", Channel::Email, &test)).await;
    test.queue(message("sms", Channel::Sms, &test)).await;
    test.send_due().await;
    let states = test.states().await;
    Test::expect(&states, "email EMAIL", "sent", "");
    Test::expect(&states, "sms SMS", "suppressed", "PREFERENCES");
}

#[tokio::test(start_paused = true)]
async fn a_text_whose_sending_came_to_an_unknown_end_is_not_sent_again_until_a_report_or_a_replay() {
    for failure in [Ok(500), Ok(504), Ok(408), Err(HttpError::Failed("cut".into()))] {
        let test = test();
        let answer = failure.clone();
        test.answer(move || answer.clone());
        let queued = message("m", Channel::Sms, &test);
        test.queue(queued.clone()).await;
        test.pass(30).await;
        assert_eq!(test.keys().len(), 1, "{failure:?}");
        let found = test.notifications.find(TENANT, &queued.id).await.unwrap().unwrap();
        assert!(found.reason.as_deref().unwrap().starts_with("OUTCOME_UNKNOWN: "), "{found:?}");
        assert_eq!(found.status, MessageState::Failed);
        // Notify says that it took it after all.
        let state = test.notifications.report(&queued.id, MessageState::Delivered, None, test.now()).await;
        assert_eq!(state, Ok(Some(MessageState::Delivered)));
        let state = test.notifications.report(&queued.id, MessageState::Failed, Some("late"), test.now()).await;
        assert_eq!(state, Ok(Some(MessageState::Delivered)));
    }
    let test = test();
    test.answer(|| Ok(500));
    let queued = message("m", Channel::Sms, &test);
    test.queue(queued.clone()).await;
    test.pass(1).await;
    test.answer(|| Ok(200));
    test.notifications.replay(TENANT, &queued.id, test.now()).await.unwrap();
    test.pass(1).await;
    Test::expect(&test.states().await, "m SMS", "sent", "");
}

#[tokio::test(start_paused = true)]
async fn a_text_that_notify_did_not_take_is_sent_once_it_is_there_again_unless_it_expired() {
    for failure in [Ok(503), Ok(429), Err(HttpError::NotSent("nobody listens".into())), Err(HttpError::Busy(8))] {
        let test = test();
        let answer = failure.clone();
        test.answer(move || answer.clone());
        test.queue(message("long", Channel::Sms, &test)).await;
        let short = message("short", Channel::Sms, &test);
        test.queue(NewMessage { expires_at: test.now().plus(Duration::from_hours(20)), ..short }).await;
        test.pass(24).await;
        Test::expect(&test.states().await, "short SMS", "suppressed", "EXPIRED");
        assert_eq!(test.states().await["long SMS"].0, "queued", "{failure:?}");
        test.answer(|| Ok(200));
        test.pass(1).await;
        Test::expect(&test.states().await, "long SMS", "sent", "");
    }
}

/// Whoever opens the sealed parts of these tests.
struct Desk(Arc<dyn edge_capabilities::Clock>);

#[async_trait]
impl Unseal for Desk {
    async fn open(&self, _: &str, sealed: &str) -> Result<Opened, DatabaseError> {
        Ok(match sealed {
            "unwanted" => Opened::Unwanted,
            "later" if self.0.now() < START.plus(2 * DAY) => Opened::Later(START.plus(2 * DAY)),
            "wanted" | "later" => Opened::Values(serde_json::Map::new()),
            _ => Opened::Other,
        })
    }
}

#[tokio::test(start_paused = true)]
async fn whether_a_text_is_wanted_and_when_is_asked_right_before_it_is_sent() {
    let test = test();
    let notifier = test.notifier.clone().with_unseal(Arc::new(Desk(test.world.instance().0.clock)));
    for sealed in ["unwanted", "wanted", "later", "torn"] {
        let new = NewMessage { sealed: Some(sealed.into()), ..message(sealed, Channel::Sms, &test) };
        test.queue(new).await;
    }
    let config = NotifyConfig::load(&*test.world.config).await.unwrap();
    // A sender that can open none leaves them alone.
    test.send_due().await;
    assert!(test.keys().is_empty());
    notifier.send_due(&config, 50).await.unwrap();
    let states = test.states().await;
    Test::expect(&states, "unwanted SMS", "suppressed", "CANCELLED");
    Test::expect(&states, "wanted SMS", "sent", "");
    Test::expect(&states, "torn SMS", "failed", "UNREADABLE");
    test.world.clock.advance(DAY).await;
    notifier.send_due(&config, 50).await.unwrap();
    Test::expect(&test.states().await, "later SMS", "queued", "");
    test.world.clock.advance(DAY).await;
    notifier.send_due(&config, 50).await.unwrap();
    Test::expect(&test.states().await, "later SMS", "sent", "");
}

/// Whichever call the sender dies at, a text reaches Notify once at most, and is lost only where that is not known.
#[tokio::test(start_paused = true)]
async fn a_sender_that_dies_at_any_call_sends_no_text_twice_and_loses_none_unnoticed() {
    for calls in 1.. {
        let test = test();
        test.queue(message("m", Channel::Sms, &test)).await;
        let mut died = false;
        for start in 0..5 {
            let (capabilities, life) = test.world.mortal(if start == 0 { calls } else { i64::MAX }, start % 2 == 0);
            let notifications = Notifications::new(Db::new(capabilities.db.clone()));
            let notifier = Notifier::new(&capabilities, &notifications, Arc::new(People));
            let config = NotifyConfig::load(&*test.world.config).await.unwrap();
            tokio::select! {
                result = async { notifier.send_due(&config, 50).await } => { result.unwrap(); }
                () = life.death() => died = true,
            }
            test.world.clock.advance(Duration::from_mins(61)).await;
        }
        let (state, reason) = test.states().await["m SMS"].clone();
        let sends = test.keys().len();
        assert!(sends <= 1, "after {calls} calls it was sent {sends} times");
        assert!(state == "sent" && sends == 1 || reason == "OUTCOME_UNKNOWN", "after {calls} calls: {state} {reason}");
        if !died {
            assert!(calls > 5);
            break;
        }
    }
}

#[test]
fn an_email_that_one_may_unsubscribe_from_says_so_to_mail_programs() {
    let text = MessageText { unsubscribe_url: Some("https://e.example/u/1".into()), ..MessageText::default() };
    let headers = json!({
        "List-Unsubscribe": "<https://e.example/u/1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
    assert_eq!(text.request(Channel::Email, "a@x.example").unwrap().1["headers"], headers);
    assert_eq!(text.request(Channel::Sms, "+911").unwrap().1.get("headers"), None);
    assert_eq!(MessageText::default().request(Channel::Email, "a@x.example").unwrap().1.get("headers"), None);
}
