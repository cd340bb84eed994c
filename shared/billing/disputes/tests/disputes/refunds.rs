//! Refunds: each once, and never more than was captured.

use edge_tenants::testing::{ACME, PLATFORM};
use serde_json::{Value, json};

use crate::bheempay::Does;
use crate::fixture::{Test, test};

fn refund() -> Value {
    json!({"kind": "refund", "reason": "paid twice"})
}

fn refund_of(amount: f64) -> Value {
    json!({"kind": "refund", "amount": amount, "reason": "paid twice"})
}

impl Test {
    /// What BheemPay has given back of all payments.
    fn given_back(&self) -> f64 {
        self.pay.books().made.iter().filter(|made| made.status != "failed").map(|made| made.amount).sum()
    }

    fn asked(&self) -> usize {
        self.pay.books().asked.len()
    }
}

#[tokio::test(start_paused = true)]
async fn a_refund_asks_bheempay_once_and_moves_the_budget_once() {
    let test = test().await;
    let budget = test.budget("p1").await;
    assert!((test.spent(&budget).await - 2_499.0).abs() < 0.001);
    let path = test.dispute("p1").await;
    let (status, resolved) = test.resolve(&path, refund_of(499.5)).await;
    assert_eq!((status, &resolved["status"]), (200, &json!("resolved")), "{resolved}");
    let resolution = &resolved["resolution"];
    assert_eq!((&resolution["kind"], &resolution["amount"]), (&json!("refund"), &json!(499.5)));
    assert_eq!(resolution["refund"]["status"], "processed");
    let id = resolution["refund"]["id"].as_str().unwrap().to_owned();
    let asked = test.pay.books().asked.clone();
    let body = json!({
        "payment_id": "p1", "amount": 499.5, "currency": "INR", "reason": "paid twice", "reference": id,
    });
    assert_eq!(asked, [(id, body)]);
    assert!((test.spent(&budget).await - 1_999.5).abs() < 0.001);
    // The webhook, the job, and the webhook again say the same.
    for with_reference in [true, false] {
        let event = test.pay.report("refund.processed", 0, with_reference);
        assert_eq!(test.pay.tell(&event).await.1, json!({"status": "success", "action": "payment_refunded"}));
        test.later(3_600).await;
        assert!((test.spent(&budget).await - 1_999.5).abs() < 0.001);
    }
    assert_eq!((test.asked(), test.states(&path).await.0.as_str()), (1, "resolved"));
    assert_eq!(test.count("SELECT COUNT(*) FROM payment_refunds").await, 1);
    assert_eq!(test.count("SELECT taken FROM refund_accounts").await, 49_950);
}

/// Research, edge case 14.
#[tokio::test(start_paused = true)]
async fn of_fifty_who_resolve_at_once_one_does() {
    for does in [Does::Processes, Does::TakesOn, Does::TimesOut { done: true }] {
        let test = test().await;
        test.paid("p1", "sku-pro").await;
        let path = test.dispute("p1").await;
        test.pay.does(does);
        let each = (0..50).map(|_| test.resolve(&path, refund_of(100.0)));
        let answers = futures::future::join_all(each).await;
        let done = answers.iter().filter(|(status, _)| *status == 200).count();
        let closed = answers.iter().filter(|(_, answer)| answer["code"] == "DISPUTE_CLOSED").count();
        assert_eq!((done, closed, test.asked()), (1, 49, 1), "{does:?}");
        test.later(7_200).await;
        assert_eq!((test.asked(), test.given_back()), (1, 100.0), "{does:?}");
    }
}

/// Two of 60 of 100 both passed, elsewhere.
#[tokio::test(start_paused = true)]
async fn disputes_of_one_payment_together_give_back_no_more_than_was_captured() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let mut paths = Vec::new();
    for _ in 0..10 {
        paths.push(test.dispute("p1").await);
    }
    let answers = futures::future::join_all(paths.iter().map(|path| test.resolve(path, refund_of(1_499.4)))).await;
    let done = answers.iter().filter(|(status, _)| *status == 200).count();
    let refused = answers.iter().filter(|(_, answer)| answer["code"] == "REFUND_EXCEEDS_PAYMENT").count();
    assert_eq!((done, refused, test.asked()), (1, 9, 1), "{answers:?}");
    // Those that came to nothing are open.
    let mut open = 0;
    for path in &paths {
        open += usize::from(test.states(path).await.0 == "open");
    }
    assert_eq!(open, 9);
    for (amount, message) in [(0.0, "must be above zero"), (-1.0, "must be above zero"), (2_499.01, "disputed")] {
        let path = paths.iter().find(|path| answers[paths.iter().position(|it| it == *path).unwrap()].0 != 200);
        let (status, refused) = test.resolve(path.unwrap(), refund_of(amount)).await;
        assert_eq!(status, 400, "{refused}");
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains(message), "{refused}");
    }
}

/// Research, edge case 15.
#[tokio::test(start_paused = true)]
async fn after_a_part_all_is_only_the_rest() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let (one, other, third) = (test.dispute("p1").await, test.dispute("p1").await, test.dispute("p1").await);
    assert_eq!(test.resolve(&one, refund_of(999.0)).await.0, 200);
    let (status, rest) = test.resolve(&other, refund()).await;
    assert_eq!((status, &rest["resolution"]["amount"]), (200, &json!(1_500.0)), "{rest}");
    let (status, nothing) = test.resolve(&third, refund()).await;
    assert_eq!((status, &nothing["code"]), (409, &json!("REFUND_EXCEEDS_PAYMENT")));
    assert_eq!((test.given_back(), test.states(&third).await.0.as_str()), (2_499.0, "open"));
}

#[tokio::test(start_paused = true)]
async fn what_is_given_back_elsewhere_is_not_given_back_again() {
    let test = test().await;
    // One is told of before the account of the payment is opened, and one after.
    test.paid("p1", "sku-pro").await;
    let elsewhere = |name: &str, amount: f64| {
        let payload = json!({
            "metadata": {"tenant_id": ACME}, "payment_id": "p1", "refund_id": name, "amount": amount, "currency": "INR",
        });
        test.pay.event("refund.processed", payload)
    };
    assert_eq!(test.pay.tell(&elsewhere("rfnd_A", 1_000.0)).await.1["status"], "success");
    let path = test.dispute("p1").await;
    assert_eq!(test.resolve(&path, refund_of(1_499.01)).await.1["code"], "REFUND_EXCEEDS_PAYMENT");
    assert_eq!(test.pay.tell(&elsewhere("rfnd_B", 499.0)).await.1["status"], "success");
    assert_eq!(test.pay.tell(&elsewhere("rfnd_B", 499.0)).await.1["status"], "success");
    let (status, rest) = test.resolve(&path, refund()).await;
    assert_eq!((status, &rest["resolution"]["amount"]), (200, &json!(1_000.0)), "{rest}");
}

/// Research, edge case 16.
#[tokio::test(start_paused = true)]
async fn a_webhook_before_the_answer_counts_once() {
    for with_reference in [true, false] {
        let test = test().await;
        let budget = test.budget("p1").await;
        let path = test.dispute("p1").await;
        test.pay.does(Does::TellsFirst { with_reference });
        let (status, resolved) = test.resolve(&path, refund()).await;
        assert_eq!((status, &resolved["status"]), (200, &json!("resolved")), "{resolved}");
        assert!(test.spent(&budget).await.abs() < 0.001);
        assert_eq!(test.count("SELECT taken FROM refund_accounts").await, 249_900);
        test.later(3_600).await;
        assert!(test.spent(&budget).await.abs() < 0.001);
        assert_eq!(test.count("SELECT COUNT(*) FROM payment_refunds").await, 1, "{with_reference}");
        assert_eq!(test.asked(), 1);
    }
}

/// Research, edge case 17.
#[tokio::test(start_paused = true)]
async fn a_refund_that_times_out_is_unknown_and_asked_after_and_never_asked_for_again() {
    for (does, after) in [
        (Does::TimesOut { done: true }, "processed"),
        (Does::Breaks { done: true }, "processed"),
        (Does::TimesOut { done: false }, "unknown"),
        (Does::Breaks { done: false }, "unknown"),
    ] {
        let test = test().await;
        let budget = test.budget("p1").await;
        let path = test.dispute("p1").await;
        test.pay.does(does);
        let (status, resolving) = test.resolve(&path, refund()).await;
        assert_eq!((status, &resolving["status"]), (200, &json!("resolving")), "{resolving}");
        assert_eq!(resolving["resolution"]["refund"]["status"], "unknown", "{does:?}");
        test.pay.does(Does::Processes);
        assert_eq!(test.resolve(&path, refund()).await.1["code"], "DISPUTE_CLOSED");
        for _ in 0..30 {
            test.later(3_700).await;
        }
        let expected = if after == "processed" { ("resolved", "processed") } else { ("resolving", "unknown") };
        let states = test.states(&path).await;
        assert_eq!((states.0.as_str(), states.1.as_str()), expected, "{does:?}");
        assert_eq!(test.asked(), 1);
        assert!(test.pay.books().asked_after >= 1);
        let spent = if after == "processed" { 0.0 } else { 2_499.0 };
        assert!((test.spent(&budget).await - spent).abs() < 0.001);
        // What may have been given back is not given back again.
        let other = test.dispute("p1").await;
        assert_eq!(test.resolve(&other, refund_of(0.01)).await.1["code"], "REFUND_EXCEEDS_PAYMENT");
    }
}

#[tokio::test(start_paused = true)]
async fn a_webhook_ends_what_timed_out() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let path = test.dispute("p1").await;
    test.pay.does(Does::TimesOut { done: true });
    test.resolve(&path, refund()).await;
    let event = test.pay.report("refund.processed", 0, true);
    assert_eq!(test.pay.tell(&event).await.1["status"], "success");
    assert_eq!(test.states(&path).await, ("resolved".into(), "processed".into()));
    test.later(3_600).await;
    assert_eq!((test.asked(), test.given_back()), (1, 2_499.0));
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_fails_is_free_again_and_the_dispute_open() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let path = test.dispute("p1").await;
    test.pay.does(Does::TakesOn);
    let (_, resolving) = test.resolve(&path, refund()).await;
    assert_eq!(
        (&resolving["status"], &resolving["resolution"]["refund"]["status"]),
        (&json!("resolving"), &json!("pending"))
    );
    test.pay.books().made[0].status = "failed";
    let mut failed = test.pay.report("refund.failed", 0, false);
    failed["payload"]["reason"] = json!("The bank refuses it.");
    assert_eq!(test.pay.tell(&failed).await.1, json!({"status": "success", "action": "refund_failed"}));
    let shown = test.shown(&path).await;
    assert_eq!((&shown["status"], &shown["resolution"]["refund"]["status"]), (&json!("open"), &json!("failed")));
    assert_eq!(shown["resolution"]["refund"]["reason"], "The bank refuses it.");
    assert_eq!(test.count("SELECT taken FROM refund_accounts").await, 0);
    // Again, and by the status of the payment.
    let (_, resolving) = test.resolve(&path, refund()).await;
    assert_eq!(resolving["status"], "resolving");
    test.pay.books().made[1].status = "processed";
    test.later(60).await;
    assert_eq!(test.states(&path).await, ("resolved".into(), "processed".into()));
    assert_eq!((test.asked(), test.given_back()), (2, 2_499.0));
    let keys: Vec<String> = test.pay.books().asked.iter().map(|(key, _)| key.clone()).collect();
    assert_ne!(keys[0], keys[1], "another refund has another key");
    // Word of the first that comes late changes nothing.
    assert_eq!(test.pay.tell(&failed).await.1["duplicate"], true);
    assert_eq!(test.states(&path).await.0, "resolved");
}

#[tokio::test(start_paused = true)]
async fn what_bheempay_refuses_is_shown_and_may_be_tried_again() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let path = test.dispute("p1").await;
    for (does, status, code, words) in [
        (Does::LowBalance, 422, "UPSTREAM_REFUSED", "enough balance"),
        (Does::Fails, 422, "UPSTREAM_REFUSED", "as ordered"),
        (Does::IsNotReached, 503, "UPSTREAM_UNAVAILABLE", "nothing is refunded"),
    ] {
        test.pay.does(does);
        let (got, refused) = test.resolve(&path, refund()).await;
        assert_eq!((got, &refused["code"]), (status, &json!(code)), "{refused}");
        assert!(refused["detail"].as_str().unwrap().contains(words), "{refused}");
        assert_eq!(test.states(&path).await, ("open".into(), "failed".into()));
        assert_eq!(test.count("SELECT taken FROM refund_accounts").await, 0);
    }
    test.pay.does(Does::Processes);
    assert_eq!(test.resolve(&path, refund()).await.1["status"], "resolved");
    assert_eq!(test.given_back(), 2_499.0);
}

#[tokio::test(start_paused = true)]
async fn only_a_payment_of_the_tenant_that_a_gateway_told_of_is_refunded() {
    let test = test().await;
    let new = json!({
        "subject": {"kind": "payment", "id": "p9"}, "reason": "other", "amount": 2_499, "currency": "INR",
    });
    let (_, made) = test.of(&test.olga, "POST", "", new).await;
    let path = format!("/{}", made["id"].as_str().unwrap());
    assert_eq!(test.resolve(&path, refund()).await.1["code"], "PAYMENT_UNKNOWN");
    test.paid("p9", "sku-pro").await;
    let (status, resolved) = test.resolve(&path, refund()).await;
    assert_eq!((status, &resolved["payment_id"]), (200, &json!("p9")), "{resolved}");
    // The invoice that BheemPay numbered leads to its payment.
    test.paid("p10", "sku-pro").await;
    let new = json!({
        "subject": {"kind": "invoice", "id": "INV-p10"}, "reason": "other", "amount": 100, "currency": "INR",
    });
    let (_, made) = test.of(&test.olga, "POST", "", new).await;
    let (status, resolved) = test.resolve(&format!("/{}", made["id"].as_str().unwrap()), refund()).await;
    assert_eq!((status, &resolved["payment_id"]), (200, &json!("p10")), "{resolved}");
    assert_eq!(resolved["resolution"]["amount"], 100.0);
}

#[tokio::test(start_paused = true)]
async fn above_the_limit_people_approve_exactly_the_amount_first() {
    let test = test().await;
    test.paid("p1", "sku-max").await;
    let (ana, name) = test.key(PLATFORM, json!(["seats:verify"])).await;
    const APPROVALS: &str = "/api/v1/enterprise-billing/approvals";
    let role = format!("{APPROVALS}/roles/finance_manager");
    let people = json!({"people": [name]});
    assert_eq!(test.ask(&test.approvals, PLATFORM, Some(ACME), "PUT", &role, people).await.0, 200);
    let path = test.dispute("p1").await;
    // Just the limit needs nobody.
    let (status, pending) = test.resolve(&path, refund()).await;
    assert_eq!((status, &pending["status"], &pending["amount"]), (202, &json!("pending_approval"), &json!(60_000.0)));
    let id = pending["approval_request_id"].as_str().unwrap().to_owned();
    assert_eq!(test.resolve(&path, refund()).await.1["approval_request_id"], json!(id), "asked again, it is the same");
    let with =
        |amount: f64| json!({"kind": "refund", "amount": amount, "reason": "paid twice", "approval_request_id": id});
    assert_eq!(test.resolve(&path, with(60_000.0)).await.1["code"], "REQUEST_CLOSED", "not approved yet");
    let process = format!("{APPROVALS}/requests/{id}/process");
    let (status, approved) =
        test.ask(&test.approvals, &ana, None, "POST", &process, json!({"action": "approve"})).await;
    assert_eq!((status, &approved["status"]), (200, &json!("approved")), "{approved}");
    assert_eq!(test.resolve(&path, with(59_999.0)).await.1["code"], "REQUEST_CLOSED", "another amount");
    let other = test.dispute("p1").await;
    assert_eq!(test.resolve(&other, with(60_000.0)).await.1["code"], "REQUEST_CLOSED", "another dispute");
    // A refund that fails gives the approval back.
    test.pay.does(Does::LowBalance);
    assert_eq!(test.resolve(&path, with(60_000.0)).await.0, 422);
    test.pay.does(Does::Processes);
    let (status, resolved) = test.resolve(&path, with(60_000.0)).await;
    assert_eq!((status, &resolved["status"]), (200, &json!("resolved")), "{resolved}");
    assert_eq!(resolved["resolution"]["approval_request_id"], json!(id));
    assert_eq!((test.given_back(), test.asked()), (60_000.0, 2));
}

#[tokio::test(start_paused = true)]
async fn up_to_the_limit_nobody_is_asked() {
    let test = test().await;
    test.paid("p1", "sku-max").await;
    let path = test.dispute("p1").await;
    assert_eq!(test.resolve(&path, refund_of(50_000.01)).await.0, 202);
    assert_eq!(test.resolve(&path, refund_of(50_000.0)).await.0, 200);
}
