//! The client. The stand-in refuses every parameter that Stripe's own SDK does not know.

use std::sync::atomic::Ordering;

use edge_money::Currency;
use edge_plans::Cycle;
use edge_subscriptions::{
    Acknowledged, Cancellation, Checkout, CheckoutOrder, Effective, GatewayError, GatewaySubscription,
    PaymentGateway as _, PlanTerms, Preview, Started, Terms, TermsChange,
};
use edge_upstreams::STRIPE_API_VERSION;
use serde_json::json;
use upstreams::stripe::schema::api_version;

use crate::support::{NOBODY, ORGANIZATION, Test, plan, test};

fn subscription<'a>(id: &'a str, terms: &'a Terms, key: &'a str) -> GatewaySubscription<'a> {
    GatewaySubscription { id, organization: ORGANIZATION, application: "openmic", terms, key }
}

fn order<'a>(subscription: GatewaySubscription<'a>, customer: Option<&'a str>) -> CheckoutOrder<'a> {
    CheckoutOrder {
        subscription,
        organization_name: "Acme",
        billing_email: "bills@acme.example",
        customer,
        trial_days: None,
        success_url: None,
        cancel_url: Some("https://acme.example/no"),
        buyer: &NOBODY,
    }
}

impl Test {
    async fn check_out(
        &self,
        id: &str,
        terms: &Terms,
        customer: Option<&str>,
    ) -> Result<(Checkout, String), GatewayError> {
        let key = format!("{id}:checkout");
        match self.stripe.start_checkout(&order(subscription(id, terms, &key), customer)).await? {
            Started::AwaitsPayment { checkout, customer, reference: None } => Ok((checkout, customer.unwrap())),
            other => panic!("{other:?}"),
        }
    }

    /// The terms of a subscription that was paid for.
    async fn subscribe(&self, seats: i64) -> Terms {
        let terms = self.terms(plan(), seats);
        let (checkout, customer) = self.check_out("sub_1", &terms, None).await.unwrap();
        let reference = self.pay(&checkout.id).await;
        Terms { reference: Some(reference), customer: Some(customer), ..terms }
    }

    async fn change(
        &self,
        terms: &Terms,
        seats: i64,
        effective: Effective,
        key: &str,
    ) -> Result<Acknowledged, GatewayError> {
        self.stripe.change(&self.to(terms, seats, &terms.plan, effective, key)).await
    }

    async fn preview(&self, terms: &Terms, seats: i64, effective: Effective) -> Preview {
        self.stripe.preview(&self.to(terms, seats, &terms.plan, effective, "preview")).await.unwrap()
    }

    fn to<'a>(
        &self,
        terms: &'a Terms,
        seats: i64,
        plan: &'a PlanTerms,
        effective: Effective,
        key: &'a str,
    ) -> TermsChange<'a> {
        TermsChange {
            subscription: subscription("sub_1", terms, key),
            seats,
            plan,
            effective,
            now: self.capabilities.clock.now(),
            buyer: None,
        }
    }
}

#[test]
fn the_client_speaks_the_version_that_the_stand_in_is_described_in() {
    assert_eq!(STRIPE_API_VERSION, api_version());
}

#[tokio::test(start_paused = true)]
async fn an_organization_is_one_customer_and_a_version_of_a_plan_one_price() {
    let test = test().await;
    let terms = test.terms(plan(), 5);
    let (first, customer) = test.check_out("sub_1", &terms, None).await.unwrap();
    // Nobody noted the customer: it is found again.
    let (second, found) = test.check_out("sub_2", &terms, None).await.unwrap();
    let (third, given) = test.check_out("sub_3", &terms, Some(&customer)).await.unwrap();
    assert_eq!((&found, &given), (&customer, &customer));
    assert_ne!((&first.id, &second.id), (&second.id, &third.id));
    let dearer = test.terms(PlanTerms { version: 2, price: 1_200, ..plan() }, 5);
    test.check_out("sub_4", &dearer, None).await.unwrap();
    let counts = (test.count("/v1/customers").await, test.count("/v1/prices").await);
    assert_eq!((counts, test.count("/v1/checkout/sessions").await), ((1, 2), 4));
    let session = test.at_stripe(&format!("/v1/checkout/sessions/{}", first.id)).await;
    let ids = json!({"edge_subscription_id": "sub_1", "organization_id": ORGANIZATION});
    let found = (&session["customer"], &session["metadata"], &session["amount_total"], &session["success_url"]);
    assert_eq!(found, (&json!(customer), &ids, &json!(5_000), &json!("http://edge.example")));
    let reference = test.pay(&first.id).await;
    assert_eq!(test.at_stripe(&format!("/v1/subscriptions/{reference}")).await["metadata"], ids);
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_again_because_the_answer_was_lost_is_done_once() {
    let test = test().await;
    let terms = test.terms(plan(), 5);
    let mut checkouts = Vec::new();
    // Each call of a checkout in turn loses its answer, and then the whole checkout is asked for again.
    for lost in [1, 2, 4, 7, 0] {
        test.network.lost.store(lost, Ordering::Release);
        match test.check_out("sub_1", &terms, None).await {
            Ok((checkout, _)) => checkouts.push(checkout.id),
            Err(error) => assert!(matches!(error, GatewayError::Unavailable(_)), "{error:?}"),
        }
        test.network.lost.store(0, Ordering::Release);
    }
    checkouts.dedup();
    assert_eq!(checkouts.len(), 1);
    let counts = (test.count("/v1/customers").await, test.count("/v1/prices").await);
    assert_eq!((counts, test.count("/v1/checkout/sessions").await), ((1, 1), 1));
    let reference = test.pay(&checkouts[0]).await;
    let terms = Terms { reference: Some(reference), ..terms };
    test.wait(86_400).await;
    for lost in [2, 3, 1, 0] {
        test.network.lost.store(lost, Ordering::Release);
        let changed = test.change(&terms, 8, Effective::Now, "sub_1:1:8").await;
        assert!(matches!(changed, Ok(_) | Err(GatewayError::Unavailable(_))), "{changed:?}");
        test.network.lost.store(0, Ordering::Release);
    }
    assert_eq!(test.count("/v1/invoices").await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_preview_says_what_the_invoice_will() {
    let test = test().await;
    let terms = test.subscribe(5).await;
    // Two thirds of January are left.
    test.wait(31 * 86_400 / 3).await;
    let preview = test.preview(&terms, 8, Effective::Now).await;
    let lines: Vec<(i64, i64)> = preview.lines.iter().map(|line| (line.quantity, line.amount)).collect();
    assert_eq!((lines, preview.total, preview.due_now), (vec![(5, -3_333), (8, 5_333)], 2_000, 2_000));
    assert_eq!(preview.currency, Currency::parse("USD").unwrap());
    let acknowledged = test.change(&terms, 8, Effective::Now, "k").await.unwrap();
    assert_eq!(acknowledged.at, test.capabilities.clock.now());
    let subscription = test.at_stripe(&format!("/v1/subscriptions/{}", terms.reference.as_ref().unwrap())).await;
    let invoice = test.at_stripe(&format!("/v1/invoices/{}", subscription["latest_invoice"].as_str().unwrap())).await;
    assert_eq!((&invoice["total"], &invoice["amount_paid"]), (&json!(preview.total), &json!(preview.due_now)));
    // Fewer, now: a credit, and nothing is due. Fewer, later: the next invoice.
    let terms = Terms { seats: 8, ..terms };
    let preview = test.preview(&terms, 5, Effective::Now).await;
    assert_eq!((preview.total, preview.due_now), (-2_000, 0));
    let preview = test.preview(&terms, 5, Effective::PeriodEnd).await;
    assert_eq!((preview.total, preview.due_now), (5_000, 0));
}

#[tokio::test(start_paused = true)]
async fn a_decrease_with_the_next_period_credits_nothing_and_an_increase_after_it_neither() {
    let test = test().await;
    let terms = test.subscribe(8).await;
    let latest = async || {
        let subscription = test.at_stripe(&format!("/v1/subscriptions/{}", terms.reference.as_ref().unwrap())).await;
        let quantity = subscription["items"]["data"][0]["quantity"].as_i64().unwrap();
        let invoice =
            test.at_stripe(&format!("/v1/invoices/{}", subscription["latest_invoice"].as_str().unwrap())).await;
        (quantity, invoice["total"].as_i64().unwrap())
    };
    test.change(&terms, 5, Effective::PeriodEnd, "a").await.unwrap();
    assert_eq!(latest().await, (5, 8_000));
    // Eight are paid for: ten cost two more.
    test.change(&terms, 10, Effective::Now, "b").await.unwrap();
    assert_eq!(latest().await, (10, 2_000));
}

#[tokio::test(start_paused = true)]
async fn another_plan_is_another_price() {
    let test = test().await;
    let terms = test.subscribe(5).await;
    let dearer = PlanTerms { id: "max".into(), price: 2_000, ..plan() };
    let change = test.to(&terms, 5, &dearer, Effective::Now, "k");
    assert_eq!(test.stripe.preview(&change).await.unwrap().total, 5_000);
    test.stripe.change(&change).await.unwrap();
    let yearly = PlanTerms { cycle: Cycle::Annual, ..plan() };
    let later = test.stripe.change(&test.to(&terms, 5, &yearly, Effective::PeriodEnd, "y")).await;
    assert!(matches!(later, Err(GatewayError::Unsupported(_))), "{later:?}");
    let prices = test.at_stripe("/v1/prices").await;
    let keys: Vec<&str> =
        prices["data"].as_array().unwrap().iter().map(|one| one["lookup_key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["bheem-edge:openmic:pro:1", "bheem-edge:openmic:max:1"]);
}

#[tokio::test(start_paused = true)]
async fn what_stripe_refuses_is_refused_and_what_it_does_not_say_is_not_known() {
    let test = test().await;
    let terms = test.subscribe(5).await;
    let other = test.at_stripe("/v1/prices").await["data"][0]["id"].as_str().unwrap().to_owned();
    let named = |stripe_price: &str, price| PlanTerms { stripe_price: Some(stripe_price.into()), price, ..plan() };
    let kuwaiti = PlanTerms { id: "k".into(), price: 1_001, currency: Currency::parse("KWD").unwrap(), ..plan() };
    for (plan, is_refused) in
        [(named(&other, 1_000), false), (named(&other, 999), true), (named("price_x", 1_000), true), (kuwaiti, true)]
    {
        let found = test.check_out("sub_2", &test.terms(plan.clone(), 5), None).await;
        let refused = matches!(found, Err(GatewayError::Refused(_) | GatewayError::Unsupported(_)));
        assert_eq!(refused, is_refused, "{plan:?}: {found:?}");
    }
    let nothing = test.terms(plan(), 5);
    let refused = test.change(&nothing, 8, Effective::Now, "k").await;
    assert!(matches!(refused, Err(GatewayError::Refused(_))), "{refused:?}");
    test.network.fails.store(true, Ordering::Release);
    let unknown = test.change(&terms, 8, Effective::Now, "k").await;
    assert!(matches!(unknown, Err(GatewayError::Unavailable(_))), "{unknown:?}");
    test.network.fails.store(false, Ordering::Release);
    for key in ["pk_test_1", ""] {
        test.world.config.set("stripe_secret_key", key);
        let refused = test.change(&terms, 8, Effective::Now, "k").await;
        assert_eq!(refused, Err(GatewayError::NotConfigured), "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_subscription_ends_with_its_period_goes_on_after_all_and_ends_at_once() {
    let test = test().await;
    let terms = test.subscribe(5).await;
    let path = format!("/v1/subscriptions/{}", terms.reference.as_ref().unwrap());
    let cancel = async |immediate: bool, key: &str| {
        test.stripe.cancel(&Cancellation { subscription: subscription("sub_1", &terms, key), immediate }).await
    };
    for _ in 0..2 {
        cancel(false, "a").await.unwrap();
        assert_eq!(test.at_stripe(&path).await["cancel_at_period_end"], true);
    }
    for _ in 0..2 {
        test.stripe.reactivate(&subscription("sub_1", &terms, "b")).await.unwrap();
        assert_eq!(test.at_stripe(&path).await["cancel_at_period_end"], false);
    }
    assert_eq!(test.count("/v1/invoices").await, 1);
    for _ in 0..2 {
        cancel(true, "c").await.unwrap();
        assert_eq!(test.at_stripe(&path).await["status"], "canceled");
    }
}

#[tokio::test(start_paused = true)]
async fn a_checkout_that_is_given_up_cannot_be_paid_and_one_that_was_paid_is_not_given_up() {
    let test = test().await;
    let terms = test.terms(plan(), 5);
    let (checkout, _) = test.check_out("sub_1", &terms, None).await.unwrap();
    let open = Terms { checkout: Some(checkout.clone()), ..terms.clone() };
    for key in ["a", "b"] {
        let given_up = Cancellation { subscription: subscription("sub_1", &open, key), immediate: true };
        test.stripe.cancel(&given_up).await.unwrap();
    }
    let paid = test.control("POST", &format!("sessions/{}/pay", checkout.id), json!({})).await;
    assert_eq!(paid["error"]["type"], "invalid_request_error");
    let (checkout, _) = test.check_out("sub_2", &terms, None).await.unwrap();
    test.pay(&checkout.id).await;
    let open = Terms { checkout: Some(checkout), ..terms };
    let late = Cancellation { subscription: subscription("sub_2", &open, "c"), immediate: true };
    let refused = test.stripe.cancel(&late).await;
    assert!(matches!(refused, Err(GatewayError::Refused(_))), "{refused:?}");
}
