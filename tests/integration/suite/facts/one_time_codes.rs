//! One-time codes: what reaches the phone is accepted once.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::edge::{BOOTSTRAP, Customer, Edge, KEY, Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    of_many_right_guesses_one_is_accepted_and_of_many_wrong_ones_five_are_counted,
}

const PHONE: &str = "+919876543210";

async fn post(edge: &Edge, customer: &Customer<'_>, path: &str, body: Value) -> Answer {
    let call = edge.call("POST", path).key(BOOTSTRAP).header("x-tenant-id", &customer.tenant);
    call.json(&body).send().await
}

/// Sends a code; gives what the phone got.
async fn code(edge: &Edge, customer: &Customer<'_>, purpose: &str) -> String {
    let before = edge.erp.sent.all().len();
    let ask = json!({"phone_number": PHONE, "purpose": purpose, "channel": "sms"});
    post(edge, customer, "/api/v1/otp/send", ask.clone()).await.expect(200);
    post(edge, customer, "/api/v1/otp/send", ask).await.refused(429, "OTP_COOLDOWN");
    eventually("the code", async || {
        let sent = edge.erp.sent.all();
        let text = sent.get(before)?["body"]["message"].as_str()?.to_owned();
        text.split(|char: char| !char.is_ascii_digit()).find(|part| part.len() == 6).map(ToOwned::to_owned)
    })
    .await
}

async fn of_many_right_guesses_one_is_accepted_and_of_many_wrong_ones_five_are_counted(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with("otp_key", KEY)).await;
    let customer = Customer::new(&edge).await;
    let guess = async |purpose: &str, code: &str| {
        let body = json!({"phone_number": PHONE, "purpose": purpose, "code": code});
        post(&edge, &customer, "/api/v1/otp/verify", body).await
    };
    let right = code(&edge, &customer, "login").await;
    let answers = join_all((0..10).map(|_| guess("login", &right))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);

    let right = code(&edge, &customer, "signup").await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for answer in join_all((0..10).map(|_| guess("signup", wrong))).await {
        answer.refused(400, "OTP_INVALID");
    }
    guess("signup", &right).await.refused(400, "OTP_INVALID");
}
