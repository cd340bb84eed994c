use super::*;

/// Has the one address suppressed.
struct Unsubscribed(Channel, &'static str);

#[async_trait::async_trait]
impl SuppressionList for Unsubscribed {
    async fn is_suppressed(&self, tenant: &str, channel: Channel, address: &str) -> Result<bool, DatabaseError> {
        Ok((tenant, channel, address) == (TENANT, self.0, self.1))
    }
}

impl Test {
    fn unsubscribe(&mut self, channel: Channel, address: &'static str) {
        self.notifier = self.notifier.clone().with_suppression(Arc::new(Unsubscribed(channel, address)));
    }

    async fn outcome(&self, event: &str, channel: Channel) -> (MessageState, Option<String>) {
        let messages = self.notifications.of_event(TENANT, event).await.unwrap();
        let message = messages.into_iter().find(|message| message.channel() == channel).unwrap();
        (message.status, message.reason)
    }
}

fn suppressed() -> (MessageState, Option<String>) {
    (MessageState::Suppressed, Some("SUPPRESSED".into()))
}

#[tokio::test(start_paused = true)]
async fn a_message_that_waits_is_not_sent_once_its_address_is_suppressed() {
    let mut test = test();
    test.raise(&invite("e")).await;
    test.unsubscribe(Channel::Email, "ada@acme.example");
    test.send_due().await;
    assert_eq!(test.outcome("e", Channel::Email).await, suppressed());
    assert_eq!(test.outcome("e", Channel::WhatsApp).await.0, MessageState::Sent);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_failed_is_not_tried_again_once_its_address_is_suppressed() {
    let mut test = test();
    *test.status.lock().unwrap() = 500;
    test.raise(&invite("e")).await;
    test.send_due().await;
    test.unsubscribe(Channel::WhatsApp, "+911");
    *test.status.lock().unwrap() = 200;
    test.pass(1).await;
    assert_eq!(test.outcome("e", Channel::WhatsApp).await, suppressed());
    assert_eq!(test.outcome("e", Channel::Email).await.0, MessageState::Sent);
}

#[tokio::test(start_paused = true)]
async fn what_is_critical_goes_to_a_suppressed_address_too() {
    let mut test = test();
    test.unsubscribe(Channel::Email, "ada@acme.example");
    let alert = NewEvent::new(&WORKSPACE_LOGIN_ALERT, TENANT, "e")
        .to(Recipient::by_email("ada@acme.example").named("Ada"))
        .with(json!({"device": "d", "location": "l", "time": "t", "login_time": "t", "ip_address": "i"}));
    test.raise(&alert).await;
    test.send_due().await;
    assert_eq!(test.outcome("e", Channel::Email).await.0, MessageState::Sent);
}

#[tokio::test(start_paused = true)]
async fn a_digest_is_not_sent_to_a_suppressed_address() {
    let mut test = test();
    test.prefer(json!({"digest": "daily", "timezone": "UTC"})).await;
    test.raise(&invoice("e")).await;
    test.send_due().await;
    test.unsubscribe(Channel::Email, "ben@acme.example");
    test.pass(48).await;
    assert_eq!(test.outcome("e", Channel::Email).await, suppressed());
    assert!(test.keys().is_empty());
}
