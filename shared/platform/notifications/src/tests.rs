use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::testing::{START, World};
use edge_capabilities::{Clock as _, Timestamp};
use edge_database::{DatabaseError, Db};
use serde_json::{Value, json};

use super::event_types::{
    WORKSPACE_DOCUMENT_COMMENT, WORKSPACE_INVOICE_GENERATED, WORKSPACE_LOGIN_ALERT, WORKSPACE_MEETING_INVITE,
    WORKSPACE_MEETING_REMINDER,
};
use super::*;

mod hostile;
mod limits;
mod suppression;
mod text;

const TENANT: &str = "t";
const DAY: Duration = Duration::from_hours(24);

/// Knows `ben` and where the tenant is.
struct People;

#[async_trait::async_trait]
impl Directory for People {
    async fn contact(&self, _: &str, user: &str) -> Result<Contact, DatabaseError> {
        let known = Contact { email: Some("ben@acme.example".into()), name: Some("Ben".into()) };
        Ok(if user == "ben" { known } else { Contact::default() })
    }

    async fn timezone(&self, _: &str) -> Result<Option<String>, DatabaseError> {
        Ok(Some("Asia/Kolkata".into()))
    }
}

/// What Notify was sent: path, key, body.
type Sent = Arc<Mutex<Vec<(String, String, Value)>>>;

struct Test {
    world: World,
    notifications: Notifications,
    notifier: Notifier,
    sent: Sent,
    status: Arc<Mutex<u16>>,
}

fn test() -> Test {
    let world = World::new(7);
    world.config.set("notify_url", "http://notify/");
    world.config.set("notify_api_key", "key");
    let (sent, status) = (Sent::default(), Arc::new(Mutex::new(200)));
    let (seen, answer) = (sent.clone(), status.clone());
    world.http.on_request(move |request| {
        let (head, body) = request.into_parts();
        assert_eq!(head.headers["x-api-key"], "key");
        let key = head.headers["idempotency-key"].to_str().unwrap().to_owned();
        let body = serde_json::from_slice(&body).unwrap();
        seen.lock().unwrap().push((head.uri.path().to_owned(), key.clone(), body));
        let answered = format!(r#"{{"message_id":"n-{key}"}}"#);
        let response = http::Response::builder().status(*answer.lock().unwrap()).body(Bytes::from(answered)).unwrap();
        async move { Ok(response) }
    });
    let notifications = Notifications::new(Db::new(world.db.clone()));
    let notifier = Notifier::new(&world.instance().0, &notifications, Arc::new(People));
    Test { world, notifications, notifier, sent, status }
}

fn invite(id: &str) -> NewEvent {
    NewEvent::new(&WORKSPACE_MEETING_INVITE, TENANT, id)
        .to(Recipient::by_email("ada@acme.example").with_phone(Some("+911".into())))
        .with(json!({"meeting_name": "Review", "host_name": "Asha", "meeting_url": "u", "scheduled_time": "at 3"}))
}

fn invoice(id: &str) -> NewEvent {
    NewEvent::new(&WORKSPACE_INVOICE_GENERATED, TENANT, id)
        .to(Recipient::by_user("ben"))
        .with(json!({"invoice_number": "1", "amount": "₹1", "due_date": "2026-02-01"}))
}

impl Test {
    fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    async fn raise(&self, event: &NewEvent) {
        self.notifications.raise(event, self.now()).await.unwrap();
    }

    async fn send_due(&self) -> SendResult {
        let config = NotifyConfig::load(&*self.world.config).await.unwrap();
        self.notifier.send_due(&config, 50).await.unwrap()
    }

    /// Lets time pass and sends what falls due meanwhile.
    async fn pass(&self, hours: u64) {
        for _ in 0..hours {
            self.world.clock.advance(Duration::from_hours(1)).await;
            self.send_due().await;
        }
    }

    async fn prefer(&self, preferences: Value) {
        let preferences = serde_json::from_value(preferences).unwrap();
        self.notifier.preferences.put(TENANT, "ben", &preferences, self.now()).await.unwrap();
    }

    fn keys(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|(_, key, _)| key.clone()).collect()
    }

    /// State and reason of the messages, by channel and event.
    async fn states(&self) -> BTreeMap<String, (&'static str, String)> {
        let all = self.notifications.list(TENANT, &MessageFilter::default(), None, 200).await.unwrap();
        let state = |message: Message| {
            let name = format!("{} {}", message.event_id, message.channel().as_str());
            (name, (message.status.as_str(), message.reason.unwrap_or_default()))
        };
        all.into_iter().map(state).collect()
    }

    #[track_caller]
    fn expect(states: &BTreeMap<String, (&'static str, String)>, name: &str, state: &str, reason: &str) {
        assert_eq!(states[name], (state, reason.to_owned()), "{name}: {states:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_is_a_message_per_recipient_and_channel_once_however_often_it_is_raised() {
    let test = test();
    let event = invite("e").to(Recipient::by_email("eve@acme.example")).to(Recipient::by_email("eve@acme.example"));
    for _ in 0..3 {
        test.raise(&event).await;
    }
    assert_eq!(test.notifications.of_event(TENANT, "e").await.unwrap().len(), 4);
    assert_eq!(test.send_due().await, SendResult { sent: 3, unsent: 1, ..SendResult::default() });
    assert_eq!(test.send_due().await, SendResult::default());
    test.raise(&event).await;
    assert_eq!(test.send_due().await, SendResult::default());
    let sent = test.sent.lock().unwrap().clone();
    let whatsapp = sent.iter().find(|(path, ..)| path == "/api/v1/whatsapp/send/template").unwrap();
    let variables = json!({"1": "Review", "2": "Asha", "3": "u"});
    let body = json!({"to": "+911", "template_name": "workspace_meeting_invite", "template_variables": variables});
    assert_eq!(whatsapp.2, body);
    let message = test.notifications.find(TENANT, &whatsapp.1).await.unwrap().unwrap();
    assert_eq!((message.status, message.provider_id), (MessageState::Sent, Some(format!("n-{}", whatsapp.1))));
    assert_eq!(sent.iter().filter(|(path, ..)| path == "/api/v1/email/send/template").count(), 2);
    // Of the one without a phone number one message could not be sent.
    let missing = test.notifications.of_event(TENANT, "e").await.unwrap();
    let missing: Vec<_> = missing.iter().filter(|message| message.status == MessageState::Suppressed).collect();
    assert_eq!((missing.len(), missing[0].reason.as_deref()), (1, Some("NO_ADDRESS")));
}

#[tokio::test(start_paused = true)]
async fn more_messages_than_fit_in_one_statement_are_queued_and_sent() {
    let test = test();
    let events: Vec<NewEvent> = (0..701).map(|number| invoice(&format!("e{number}"))).collect();
    test.notifications.raise_all(&events, START).await.unwrap();
    assert_eq!(test.notifications.count_by_status().await.unwrap(), [("queued".to_owned(), 701)]);
}

#[tokio::test(start_paused = true)]
async fn without_an_address_of_notify_messages_are_recorded_and_never_sent() {
    let test = test();
    test.world.config.set("notify_url", "");
    test.raise(&invoice("e")).await;
    test.send_due().await;
    test.world.config.set("notify_url", "http://notify");
    test.pass(30).await;
    Test::expect(&test.states().await, "e EMAIL", "suppressed", "NOT_CONFIGURED");
    assert!(test.keys().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_keeps_failing_is_given_up_after_five_attempts_and_can_be_replayed() {
    let test = test();
    *test.status.lock().unwrap() = 503;
    test.raise(&invoice("e")).await;
    test.pass(12).await;
    Test::expect(&test.states().await, "e EMAIL", "dead", "its status is 503");
    let keys = test.keys();
    assert!(keys.len() == 5 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    *test.status.lock().unwrap() = 200;
    let replayed = test.notifications.replay(TENANT, &keys[0], test.now()).await.unwrap().unwrap();
    assert_eq!((replayed.status, replayed.reason), (MessageState::Queued, None));
    assert_eq!(test.send_due().await.sent, 1);
    // Whether Notify had taken it is not known: it gets the same key.
    assert_eq!(test.keys().last(), Some(&keys[0]));
    let again = test.notifications.replay(TENANT, &keys[0], test.now()).await.unwrap().unwrap();
    assert_eq!(again.status, MessageState::Sent);
    assert_eq!(test.notifications.replay("other", &keys[0], test.now()).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn what_notify_refuses_or_lacks_a_variable_fails_at_once_and_says_why() {
    let test = test();
    let mut event = invite("e");
    event.data.insert("host_name".into(), json!(" "));
    test.raise(&event).await;
    test.send_due().await;
    assert!(test.keys().is_empty());
    let states = test.states().await;
    Test::expect(&states, "e EMAIL", "failed", "MISSING_VARIABLE: host_name");
    Test::expect(&states, "e WHATSAPP", "failed", "MISSING_VARIABLE: host_name");
    *test.status.lock().unwrap() = 422;
    test.raise(&invoice("i")).await;
    test.send_due().await;
    test.pass(3).await;
    assert_eq!(test.keys().len(), 1);
    Test::expect(&test.states().await, "i EMAIL", "failed", "its status is 422");
}

#[tokio::test(start_paused = true)]
async fn preferences_quiet_hours_and_expiry_are_those_of_the_moment_of_sending() {
    let test = test();
    let later = test.now().plus(Duration::from_hours(2));
    test.raise(&invoice("muted").at(later)).await;
    test.prefer(json!({"categories": {"billing": {"EMAIL": false}}})).await;
    test.raise(
        &NewEvent::new(&WORKSPACE_LOGIN_ALERT, TENANT, "alert")
            .to(Recipient::by_user("ben"))
            .with(json!({"device": "a phone", "login_time": "now"})),
    )
    .await;
    test.pass(3).await;
    let states = test.states().await;
    Test::expect(&states, "muted EMAIL", "suppressed", "PREFERENCES");
    Test::expect(&states, "alert EMAIL", "sent", "");
    // 03:00 UTC is half past eight in the tenant's zone; it is quiet until ten.
    test.prefer(json!({"quiet_hours": {"from": "22:00", "to": "10:00"}})).await;
    test.raise(&invoice("late")).await;
    test.raise(&invoice("stale").until(test.now().plus(Duration::from_hours(1)))).await;
    test.pass(1).await;
    Test::expect(&test.states().await, "late EMAIL", "queued", "");
    test.pass(1).await;
    let states = test.states().await;
    Test::expect(&states, "late EMAIL", "sent", "");
    Test::expect(&states, "stale EMAIL", "suppressed", "EXPIRED");
}

#[tokio::test(start_paused = true)]
async fn what_is_cancelled_before_it_is_sent_is_not_sent() {
    let test = test();
    test.raise(&invoice("later").at(test.now().plus(DAY))).await;
    *test.status.lock().unwrap() = 500;
    test.raise(&invoice("retried")).await;
    test.send_due().await;
    *test.status.lock().unwrap() = 200;
    for event in ["later", "retried"] {
        // The message and the entry of the feed, of which one is visible already.
        let cancelled = test.notifications.cancel(TENANT, event, test.now()).await.unwrap();
        assert_eq!(cancelled, if event == "later" { 2 } else { 1 });
        assert_eq!(test.notifications.cancel("other", event, test.now()).await, Ok(0));
    }
    test.pass(30).await;
    assert_eq!(test.keys().len(), 1);
    let states = test.states().await;
    Test::expect(&states, "later EMAIL", "suppressed", "CANCELLED");
    Test::expect(&states, "retried EMAIL", "suppressed", "CANCELLED");
}

#[tokio::test(start_paused = true)]
async fn reports_arrive_in_any_order_and_a_terminal_state_stays() {
    use MessageState::{Dead, Delivered, Failed, Queued, Read, Sent};
    // Reports in the order of their arrival, and the state after them.
    let rows: [(&[MessageState], MessageState); 10] = [
        (&[Sent, Delivered, Read], Read),
        (&[Read, Delivered, Sent], Read),
        (&[Delivered, Sent], Delivered),
        (&[Delivered, Failed], Delivered),
        (&[Failed, Delivered, Read, Sent], Failed),
        (&[Read, Failed], Read),
        (&[Sent, Failed], Failed),
        (&[Sent, Sent], Sent),
        (&[Queued, Dead], Sent),
        (&[], Sent),
    ];
    for (number, (reports, after)) in rows.into_iter().enumerate() {
        let test = test();
        test.raise(&invoice(&format!("e{number}"))).await;
        test.send_due().await;
        let id = test.keys()[0].clone();
        for (place, report) in reports.iter().enumerate() {
            // By the edge's id, and by Notify's.
            let id = if place % 2 == 0 { id.clone() } else { format!("n-{id}") };
            assert!(test.notifications.report(&id, *report, None, test.now()).await.unwrap().is_some());
        }
        let message = test.notifications.find(TENANT, &id).await.unwrap().unwrap();
        assert_eq!(message.status, after, "{reports:?}");
    }
    let test = test();
    assert_eq!(test.notifications.report("nobody's", Delivered, None, START).await, Ok(None));
    // A report of what is not known to be sent ends its retries.
    *test.status.lock().unwrap() = 500;
    test.raise(&invoice("e")).await;
    test.send_due().await;
    let id = test.keys()[0].clone();
    assert_eq!(test.notifications.report(&id, Delivered, None, test.now()).await, Ok(Some(Delivered)));
    test.pass(5).await;
    assert_eq!(test.keys().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_delivered_is_replayed_under_a_new_key() {
    let test = test();
    test.raise(&invoice("e")).await;
    test.send_due().await;
    let id = test.keys()[0].clone();
    test.notifications.report(&id, MessageState::Failed, Some("bounced"), test.now()).await.unwrap();
    Test::expect(&test.states().await, "e EMAIL", "failed", "bounced");
    test.notifications.replay(TENANT, &id, test.now()).await.unwrap();
    test.send_due().await;
    assert_eq!(test.keys()[1], format!("{id}.r1"));
    let reported = test.notifications.report(&test.keys()[1], MessageState::Delivered, None, test.now()).await;
    assert_eq!(reported, Ok(Some(MessageState::Delivered)));
}

#[tokio::test(start_paused = true)]
async fn a_days_emails_are_one_digest_of_what_is_still_wanted() {
    let test = test();
    test.prefer(json!({"digest": "daily", "timezone": "UTC"})).await;
    let comment = |id: &str| {
        NewEvent::new(&WORKSPACE_DOCUMENT_COMMENT, TENANT, id).to(Recipient::by_user("ben")).with(json!({
            "document_name": id, "commented_by": "Asha", "comment": "c", "document_url": "u",
        }))
    };
    test.raise(&comment("one")).await;
    test.raise(&invoice("two")).await;
    test.raise(&invoice("gone")).await;
    test.send_due().await;
    test.notifications.cancel(TENANT, "gone", test.now()).await.unwrap();
    let emails = || -> Vec<Value> {
        let sent = test.sent.lock().unwrap();
        let emails = sent.iter().filter(|(path, ..)| path == "/api/v1/email/send/template");
        emails.map(|(_, _, body)| body.clone()).collect()
    };
    test.pass(7).await;
    assert!(emails().is_empty());
    test.raise(&comment("three")).await;
    test.send_due().await;
    test.pass(1).await;
    let emails = emails();
    let [body] = emails.as_slice() else { panic!("{emails:?}") };
    assert_eq!((&body["template_name"], &body["to"]), (&json!("workspace_digest"), &json!("ben@acme.example")));
    let vars = &body["template_vars"];
    assert_eq!((&vars["count"], vars["items"].as_array().unwrap().len()), (&json!(3), 3), "{vars}");
    let states = test.states().await;
    for event in ["one", "two", "three"] {
        Test::expect(&states, &format!("{event} EMAIL"), "sent", "DIGEST");
    }
    test.raise(&comment("four")).await;
    test.pass(23).await;
    Test::expect(&test.states().await, "four EMAIL", "queued", "");
    test.pass(1).await;
    Test::expect(&test.states().await, "four EMAIL", "sent", "DIGEST");
}

#[tokio::test(start_paused = true)]
async fn a_feed_is_in_order_and_its_places_only_grow() {
    let test = test();
    for number in 0..5 {
        test.raise(&invoice(&format!("e{number}"))).await;
    }
    test.send_due().await;
    let feed = test.notifications.feed(TENANT, "ben", 0, 50).await.unwrap();
    let places: Vec<i64> = feed.iter().map(|entry| entry.position.unwrap()).collect();
    assert!(places.len() == 5 && places.is_sorted() && places[0] >= START.as_millis(), "{places:?}");
    assert_eq!(test.notifications.feed(TENANT, "ben", places[2], 50).await.unwrap().len(), 2);
    assert_eq!(test.notifications.feed(TENANT, "ada", 0, 50).await.unwrap().len(), 0);
    assert_eq!(test.notifications.feed("other", "ben", 0, 50).await.unwrap().len(), 0);
    let ids = [feed[4].id.clone()];
    assert_eq!(test.notifications.mark_read(TENANT, "ada", &ids, i64::MAX, test.now()).await, Ok(0));
    assert_eq!(test.notifications.mark_read(TENANT, "ben", &ids, places[1], test.now()).await, Ok(3));
    assert_eq!(test.notifications.mark_read(TENANT, "ben", &ids, places[1], test.now()).await, Ok(0));
    assert_eq!(test.notifications.count_unread(TENANT, "ben").await, Ok(2));
    // Old entries are removed; the next place is still a later one.
    test.world.clock.advance(DAY).await;
    test.notifications.remove(test.now(), 100).await.unwrap();
    test.raise(&invoice("e9")).await;
    test.send_due().await;
    assert_eq!(test.notifications.feed(TENANT, "ben", places[4], 50).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_tenant_sends_its_own_template_or_nothing() {
    let test = test();
    let mappings = Mappings::new(Db::new(test.world.db.clone()));
    let mapping = |channel, template: Option<&str>, is_enabled| Mapping {
        tenant_id: TENANT.into(),
        event_type: WORKSPACE_MEETING_REMINDER.name.into(),
        channel,
        template_name: template.map(ToOwned::to_owned),
        variable_mapping: VariablePaths::default(),
        default_variables: Variables::default(),
        description: None,
        is_enabled,
        updated_at: START,
    };
    mappings.put(&mapping(Channel::Sms, Some("Soon: {{meeting_name}}"), true)).await.unwrap();
    mappings.put(&mapping(Channel::Push, None, true)).await.unwrap();
    mappings.put(&mapping(Channel::Push, None, false)).await.unwrap();
    assert_eq!(mappings.all(TENANT).await.unwrap().len(), 2);
    let recipient = Recipient { user_id: Some("ben".into()), phone: Some("+911".into()), ..Recipient::default() };
    let event = NewEvent::new(&WORKSPACE_MEETING_REMINDER, TENANT, "e").to(recipient);
    test.raise(&event.with(json!({"meeting_name": "Review", "time": "15 min", "meeting_url": "u"}))).await;
    test.send_due().await;
    let states = test.states().await;
    Test::expect(&states, "e PUSH", "suppressed", "DISABLED");
    Test::expect(&states, "e EMAIL", "sent", "");
    let sent = test.sent.lock().unwrap().clone();
    assert!(sent.iter().any(|(_, _, body)| body["message"] == "Soon: Review"), "{sent:?}");
    assert_eq!(mappings.remove(TENANT, WORKSPACE_MEETING_REMINDER.name, Channel::Push).await, Ok(true));
}

#[tokio::test(start_paused = true)]
async fn messages_that_an_earlier_version_queued_are_sent_as_they_are() {
    let test = test();
    let db = Db::new(test.world.db.clone());
    let statement = "INSERT INTO notifications (id, tenant_id, event_id, path, body, status, due_at, created_at, attempts)
        VALUES ('old', 't', 'e', '/api/v1/bheem-tele/sms/send', '{\"to\":\"+911\",\"message\":\"m\"}', 'queued', $1, $1, 0)";
    db.query(statement, &[START.into()]).await.unwrap();
    assert_eq!(test.send_due().await.sent, 1);
    let sent = test.sent.lock().unwrap().clone();
    assert_eq!(sent[0].2, json!({"to": "+911", "message": "m"}));
    Test::expect(&test.states().await, "e SMS", "sent", "");
}

#[tokio::test(start_paused = true)]
async fn only_messages_that_are_no_longer_due_are_redacted_and_removed() {
    let test = test();
    let to = |id: &str| NewEvent { recipients: vec![Recipient::by_email("ben@acme.example")], ..invoice(id) };
    test.raise(&to("sent")).await;
    test.send_due().await;
    test.raise(&to("queued")).await;
    test.notifications.redact(TENANT, "ben@acme.example", "(deleted)").await.unwrap();
    let email = async |event: &str| {
        let found = test.notifications.of_event(TENANT, event).await.unwrap();
        found[0].content().recipient.email
    };
    assert_eq!(email("queued").await.as_deref(), Some("ben@acme.example"));
    assert_eq!(email("sent").await.as_deref(), Some("(deleted)"));
    let later = test.now().plus(Duration::from_secs(1));
    assert_eq!(test.notifications.remove(later, 10).await, Ok(1));
    assert_eq!(test.notifications.count_by_status().await.unwrap(), [("queued".to_owned(), 1)]);
}

/// Whichever call the sender dies at, each message reaches Notify under one key, and none is lost.
#[tokio::test(start_paused = true)]
async fn a_sender_that_dies_at_any_call_loses_no_message() {
    for calls in 1.. {
        let test = test();
        test.prefer(json!({"digest": "daily", "timezone": "UTC"})).await;
        test.raise(&invite("e")).await;
        test.raise(&invoice("digested")).await;
        let mut died = false;
        for start in 0..20 {
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
        let states = test.states().await;
        for name in ["e EMAIL", "e WHATSAPP", "digested EMAIL"] {
            assert_eq!(states[name].0, "sent", "after {calls} calls: {states:?}");
        }
        let mut keys = test.keys();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 3, "after {calls} calls: {keys:?}");
        if !died {
            assert!(calls > 10);
            break;
        }
    }
}
