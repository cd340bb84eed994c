//! What changes cost.

use super::*;

#[tokio::test]
async fn a_change_is_prorated_to_the_second_and_its_preview_says_the_same() {
    let month = 31 * DAY;
    for (unit_amount, currency, from, to, passed, lines) in [
        (2_000, "usd", 2, 3, 0, [-4_000, 6_000]),
        (1_000, "usd", 1, 2, month / 2, [-500, 1_000]),
        (1_000, "usd", 5, 8, month / 3, [-3_333, 5_333]),
        (1_000, "usd", 5, 6, month / 3, [-3_333, 4_000]),
        (1_000, "usd", 4, 5, month / 3, [-2_667, 3_333]),
        (1_000, "usd", 8, 5, month / 3, [-5_333, 3_333]),
        (1_000, "jpy", 5, 8, month / 3, [-3_333, 5_333]),
        (3_500, "kwd", 5, 8, month / 3, [-11_667, 18_667]),
        // One second of 31 days.
        (2_678_400, "usd", 1, 2, month - 1, [-1, 2]),
    ] {
        let test = test().await;
        let subscription = test.subscribe(unit_amount, currency, from, "").await;
        let (id, item) = (subscription["id"].as_str().unwrap(), &subscription["items"]["data"][0]);
        test.set_clock(JANUARY + passed).await;
        let change = format!(
            "items[0][id]={}&items[0][quantity]={to}&proration_behavior=always_invoice",
            item["id"].as_str().unwrap()
        );
        let preview = change
            .replace("items[0]", "subscription_details[items][0]")
            .replace("proration_", "subscription_details[proration_");
        let preview = preview.replace("behavior=", "behavior]=");
        let preview = test.get("POST", "/v1/invoices/create_preview", &format!("subscription={id}&{preview}")).await;
        let changed = test.get("POST", &format!("/v1/subscriptions/{id}"), &change).await;
        let invoice = test.latest_invoice(&changed).await;
        assert_eq!(amounts(&invoice), lines, "{currency} {from} to {to}");
        assert_eq!(amounts(&preview), lines, "{currency} {from} to {to}");
        let total = lines[0] + lines[1];
        for invoice in [&invoice, &preview] {
            assert_eq!((&invoice["total"], &invoice["amount_due"]), (&json!(total), &json!(total.max(0))));
        }
        assert_eq!(invoice["billing_reason"], "subscription_update");
        let period = |one: &Value| {
            (
                one["items"]["data"][0]["current_period_start"].clone(),
                one["items"]["data"][0]["current_period_end"].clone(),
            )
        };
        assert_eq!(
            (period(&subscription), period(&changed)),
            ((json!(JANUARY), json!(JANUARY + month)), period(&subscription))
        );
    }
}

#[tokio::test]
async fn what_is_given_back_is_taken_off_the_next_invoice() {
    let test = test().await;
    let subscription = test.subscribe(1_000, "usd", 5, "").await;
    let id = subscription["id"].as_str().unwrap();
    let item = subscription["items"]["data"][0]["id"].as_str().unwrap();
    let fewer = format!("items[0][id]={item}&items[0][quantity]=2&proration_behavior=always_invoice");
    test.get("POST", &format!("/v1/subscriptions/{id}"), &fewer).await;
    let invoice = test.latest_invoice(&subscription).await;
    assert_eq!(
        (&invoice["total"], &invoice["status"], &invoice["ending_balance"]),
        (&json!(-3_000), &json!("paid"), &json!(-3_000))
    );
    test.control("POST", &format!("subscriptions/{id}/renew"), json!({})).await;
    let renewal = test.latest_invoice(&subscription).await;
    let found = (&renewal["billing_reason"], &renewal["total"], &renewal["amount_due"], &renewal["ending_balance"]);
    assert_eq!(found, (&json!("subscription_cycle"), &json!(2_000), &json!(0), &json!(-1_000)));
}

#[tokio::test]
async fn prorations_wait_for_the_renewal_unless_they_are_invoiced_or_none() {
    for (behavior, renewal) in [("create_prorations", vec![-5_000, 8_000, 8_000]), ("none", vec![8_000])] {
        let test = test().await;
        let subscription = test.subscribe(1_000, "usd", 5, "").await;
        let id = subscription["id"].as_str().unwrap();
        let item = subscription["items"]["data"][0]["id"].as_str().unwrap();
        let more = format!("quantity=8&proration_behavior={behavior}");
        test.get("POST", &format!("/v1/subscription_items/{item}"), &more).await;
        assert_eq!(amounts(&test.latest_invoice(&subscription).await), [5_000], "{behavior}");
        let details = "subscription_details[proration_behavior]=none";
        let preview = test.get("POST", "/v1/invoices/create_preview", &format!("subscription={id}&{details}")).await;
        assert_eq!(amounts(&preview), renewal, "{behavior}");
        test.control("POST", &format!("subscriptions/{id}/renew"), json!({})).await;
        assert_eq!(amounts(&test.latest_invoice(&subscription).await), renewal, "{behavior}");
    }
}

#[tokio::test]
async fn the_flexible_mode_credits_what_was_debited_and_the_classic_one_what_there_is() {
    for (mode, lines) in [("flexible", [-5_000, 10_000]), ("classic", [-8_000, 10_000])] {
        let test = test().await;
        let subscription =
            test.subscribe(1_000, "usd", 5, &format!("subscription_data[billing_mode][type]={mode}")).await;
        let item = subscription["items"]["data"][0]["id"].as_str().unwrap();
        for change in ["quantity=8&proration_behavior=none", "quantity=10&proration_behavior=always_invoice"] {
            test.get("POST", &format!("/v1/subscription_items/{item}"), change).await;
        }
        assert_eq!(amounts(&test.latest_invoice(&subscription).await), lines, "{mode}");
    }
}

#[tokio::test]
async fn a_price_of_another_length_begins_a_period_at_once() {
    let test = test().await;
    let subscription = test.subscribe(1_000, "usd", 5, "").await;
    let item = &subscription["items"]["data"][0];
    test.set_clock(JANUARY + 31 * DAY / 2).await;
    let price = format!(
        "items[0][id]={}&items[0][price_data][currency]=usd&items[0][price_data][unit_amount]=10000&\
         items[0][price_data][recurring][interval]=year&items[0][price_data][product]={}",
        item["id"].as_str().unwrap(),
        item["price"]["product"].as_str().unwrap(),
    );
    let path = format!("/v1/subscriptions/{}", subscription["id"].as_str().unwrap());
    let changed = test.get("POST", &path, &price).await;
    assert_eq!(amounts(&test.latest_invoice(&changed).await), [-2_500, 50_000]);
    assert_eq!(changed["items"]["data"][0]["current_period_start"], JANUARY + 31 * DAY / 2);
}
