//! What single events come to.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod events {
    mod states;
    mod times;
}

use edge_capabilities::Timestamp;
use edge_money::{Bill, Line};
use edge_tenants::{
    Contradiction, Cycle, Effect, Event, History, Period, Plan, ReportedPayment, Status, Step, SubscriptionEvent,
    SubscriptionState, TaxRates, apply,
};

/// Milliseconds; events below happen at whole seconds.
const SECOND: i64 = 1000;
const LATE: Timestamp = Timestamp::from_millis(1_000_000 * SECOND);

fn plan(price: &str) -> Plan {
    let body = format!(
        r#"{{"sku_id":"pro","name":"Pro","currency":"INR","tiers":[{{"tier_code":"PRO","price":{price},"max_users":25,
            "max_storage_gb":100,"features_included":{{"credits":100}}}}]}}"#
    );
    Plan::read(body.as_bytes()).unwrap()
}

fn event(at: i64, what: SubscriptionEvent) -> Event {
    let at = Timestamp::from_millis(at * SECOND);
    Event {
        at: Some(at),
        subscription: Some("sub_1".into()),
        gateway: None,
        what,
        plan: None,
        names_plan: false,
        seats: None,
        bill: None,
        tax_rates: TaxRates::default(),
    }
}

fn paid(at: i64, name: &str, end: Option<i64>) -> Event {
    let period = Period { end: end.map(|end| Timestamp::from_millis(end * SECOND)), cycle: None };
    let paid = ReportedPayment {
        names: [name.to_owned()].into(),
        amount: Some((249_900, "INR".into())),
        period,
        ..ReportedPayment::default()
    };
    Event { plan: Some(plan("2499")), names_plan: true, ..event(at, SubscriptionEvent::Paid(paid)) }
}

fn of(subscription: &str, event: Event) -> Event {
    Event { subscription: Some(subscription.into()), ..event }
}

fn follow(history: &History, events: &[Event]) -> (History, Vec<Step>) {
    let mut history = history.clone();
    let mut steps = Vec::new();
    for event in events {
        let step = apply(&history, event, LATE).unwrap();
        history = step.history.clone();
        steps.push(step);
    }
    (history, steps)
}

fn state(events: &[Event]) -> SubscriptionState {
    follow(&History::default(), events).0.state()
}

/// The same, told by the gateway that its subscription is of.
fn by(subscription: &str, mut event: Event) -> Event {
    event.gateway = subscription.split_once(':').map(|(gateway, _)| gateway.to_owned());
    of(subscription, event)
}

/// The same, without a word of when it happened.
fn undated(event: Event) -> Event {
    Event { at: None, ..event }
}

#[test]
fn what_the_gateway_shows_the_arithmetic_of_is_in_effect_and_its_price_goes_on() {
    let bill = |lines: &[i64], discount, tax| Bill {
        lines: lines
            .iter()
            .map(|amount| Line { amount: *amount, unit_amount: Some(249_900), ..Line::default() })
            .collect(),
        discount,
        tax,
        ..Bill::default()
    };
    let told = |amount: i64, bill: Option<Bill>| {
        let mut event = Event { bill, tax_rates: TaxRates::parse("0,18").unwrap(), ..paid(10, "p1", Some(5000)) };
        if let SubscriptionEvent::Paid(paid) = &mut event.what {
            paid.amount = Some((amount, "INR".into()));
        }
        event
    };
    for (amount, bill, credits) in [
        (0, bill(&[0], 0, 0), 0),
        (0, bill(&[249_900], 249_900, 0), 100),
        (199_900, bill(&[249_900], 50_000, 0), 100),
        (294_882, bill(&[249_900], 0, 44_982), 100),
    ] {
        let step = apply(&History::default(), &told(amount, Some(bill)), LATE).unwrap();
        assert_eq!((step.state.status, step.state.credits), (Some(Status::Active), credits), "{amount}");
        assert_eq!(step.state.price, Some((249_900, "INR".into())), "{amount}");
        let refused = apply(&History::default(), &told(amount, None), LATE);
        // A tax that is allowed needs no bill.
        assert_eq!(refused.err(), (amount != 294_882).then_some(Contradiction::WrongAmount), "{amount}");
        // Who had a discount once has bought no right to it.
        let again = apply(&step.history, &told(amount + 1, None), LATE);
        assert!(again.is_err(), "{amount}");
    }
}

#[test]
fn what_comes_late_never_moves_a_subscription_back() {
    use SubscriptionEvent::{Cancelled, Failed, Halted, Pending};
    let start = paid(10, "p1", Some(1000));
    let status = |late: &[Event]| {
        let events: Vec<Event> = [start.clone()].into_iter().chain(late.iter().cloned()).collect();
        state(&events).status.unwrap()
    };
    for (name, events, expected) in [
        ("cancelled, then a late charge", vec![event(30, Cancelled), paid(20, "p2", Some(2000))], Status::Cancelled),
        ("halted, then a late pending", vec![event(30, Halted), event(20, Pending)], Status::Suspended),
        (
            "halted, then a pending that says it is later",
            vec![event(30, Halted), event(40, Pending)],
            Status::Suspended,
        ),
        ("a charge, then a late failure", vec![paid(30, "p2", None), event(20, Failed(None))], Status::Active),
        (
            "cancelled, then a failure of something else",
            vec![event(30, Cancelled), event(40, Failed(None))],
            Status::Cancelled,
        ),
        ("cancelled, then halted", vec![event(30, Cancelled), event(40, Halted)], Status::Cancelled),
        (
            "in the same second, a failure and the charge",
            vec![paid(30, "p2", None), event(30, Pending)],
            Status::Active,
        ),
        (
            "in the same second, a charge and the end",
            vec![event(30, Cancelled), paid(30, "p2", None)],
            Status::Cancelled,
        ),
        ("in the same second, pending and halted", vec![event(30, Halted), event(30, Pending)], Status::Suspended),
        ("in the same second, paid and then halted", vec![paid(30, "p2", None), event(30, Halted)], Status::Suspended),
        ("in the same second, halted and then paid", vec![event(30, Halted), paid(30, "p2", None)], Status::Active),
        ("the end of another subscription", vec![of("sub_0", event(30, Cancelled))], Status::Active),
        ("a failure of the payment that came in", vec![event(30, Failed(Some("p1".into())))], Status::Active),
        ("cancelled, then bought again", vec![event(30, Cancelled), of("sub_2", paid(40, "p2", None))], Status::Active),
        ("halted, then paid after all", vec![event(30, Halted), paid(40, "p2", None)], Status::Active),
        ("a clock that is ahead", vec![event(9_000_000_000, Halted), paid(1_000_400, "p2", None)], Status::Active),
    ] {
        assert_eq!(status(&events), expected, "{name}");
    }
}

#[test]
fn paid_for_time_stays_whatever_happens() {
    let end = Some(Timestamp::from_millis(5000 * SECOND));
    for what in [
        SubscriptionEvent::Cancelled,
        SubscriptionEvent::Halted,
        SubscriptionEvent::Pending,
        SubscriptionEvent::Failed(None),
    ] {
        assert_eq!(state(&[paid(10, "p1", Some(5000)), event(20, what.clone())]).period_end, end, "{what:?}");
    }
    let late = [event(30, SubscriptionEvent::Cancelled), paid(20, "p1", Some(5000))];
    assert_eq!(state(&late).period_end, end);
    assert_eq!(state(&[paid(10, "p1", Some(5000)), paid(20, "p2", Some(4000))]).period_end, end);
}

#[test]
fn one_payment_renews_once_whoever_reports_it() {
    let captured = Event { subscription: None, ..paid(10, "p1", None) };
    let order = Event { subscription: None, plan: None, names_plan: false, ..paid(10, "p1", None) };
    let charged = paid(11, "p1", Some(5000));
    let mut invoice = paid(12, "p1", None);
    if let SubscriptionEvent::Paid(paid) = &mut invoice.what {
        paid.names = ["invoice:INV-1".to_owned(), "p1".to_owned()].into();
    }
    for events in [
        [captured.clone(), order.clone(), charged.clone(), invoice.clone()],
        [invoice.clone(), charged.clone(), order.clone(), captured.clone()],
        [order, invoice, captured.clone(), charged],
    ] {
        let (history, steps) = follow(&History::default(), &events);
        let state = history.state();
        assert_eq!((state.credits, state.period_end), (100, Some(Timestamp::from_millis(5000 * SECOND))));
        let receipts = steps.iter().flat_map(|step| &step.effects).filter(|effect| **effect == Effect::NotifyPaid);
        assert_eq!(receipts.count(), 1);
    }
    // Without a word of when the period ends, it is a month from the payment, or from what was paid for so far.
    let end = Cycle::Monthly.end_from(captured.at.unwrap());
    assert_eq!(state(std::slice::from_ref(&captured)).period_end, Some(end));
    let next = Event { subscription: None, ..paid(20, "p2", None) };
    assert_eq!(state(&[captured, next]).period_end, Some(Cycle::Monthly.end_from(end)));
}

#[test]
fn two_payments_are_two_also_where_they_name_one_invoice() {
    let of_invoice = |at, id: &str| {
        let mut event = paid(at, id, None);
        if let SubscriptionEvent::Paid(paid) = &mut event.what {
            paid.names.insert("invoice:INV-1".into());
        }
        event
    };
    assert_eq!(state(&[of_invoice(10, "p1"), of_invoice(20, "p2"), paid(30, "invoice:INV-1", None)]).credits, 200);
}

#[test]
fn credits_are_granted_once_for_a_period_also_where_two_payments_name_it() {
    let twice = [paid(10, "p1", Some(5000)), paid(20, "p2", Some(5000)), paid(30, "p3", Some(6000))];
    assert_eq!(state(&twice).credits, 200);
}

#[test]
fn what_cannot_be_true_changes_nothing() {
    let with = |change: &dyn Fn(&mut ReportedPayment)| {
        let mut event = paid(20, "p2", None);
        if let SubscriptionEvent::Paid(paid) = &mut event.what {
            change(paid);
        }
        event
    };
    let mut first = paid(10, "p1", None);
    if let SubscriptionEvent::Paid(paid) = &mut first.what {
        paid.account = Some("razorpay:acc_1".into());
    }
    let (history, _) = follow(&History::default(), &[first]);
    for (event, contradiction) in [
        (with(&|paid| paid.amount = Some((1, "INR".into()))), Contradiction::WrongAmount),
        (with(&|paid| paid.amount = Some((249_900, "USD".into()))), Contradiction::WrongCurrency),
        (with(&|paid| paid.account = Some("razorpay:acc_2".into())), Contradiction::WrongAccount),
        (
            with(&|paid| (paid.names, paid.amount) = (["p1".into()].into(), Some((1, "INR".into())))),
            Contradiction::WrongAmount,
        ),
    ] {
        assert_eq!(apply(&history, &event, LATE).unwrap_err(), contradiction);
    }
    // The account at another gateway is another matter.
    apply(&history, &with(&|paid| paid.account = Some("stripe:acct_9".into())), LATE).unwrap();
}

#[test]
fn who_has_paid_a_price_before_may_go_on_to_whatever_the_plan_costs_by_now() {
    let (history, _) = follow(&History::default(), &[paid(10, "p1", None)]);
    let dearer = Event { plan: Some(plan("2999")), ..paid(20, "p2", None) };
    let step = apply(&history, &dearer, LATE).unwrap();
    assert_eq!(step.state.credits, 200);
    assert_eq!(apply(&History::default(), &dearer, LATE).unwrap_err(), Contradiction::WrongAmount);
}

#[test]
fn an_event_says_whether_it_took_effect_and_whether_it_is_news() {
    let (history, steps) = follow(&History::default(), &[paid(10, "p1", None), event(30, SubscriptionEvent::Halted)]);
    assert!(steps.iter().all(|step| step.took_effect && step.is_news));
    assert_eq!(steps.last().unwrap().effects, [Effect::RaiseFence]);
    let late = apply(&history, &event(20, SubscriptionEvent::Pending), LATE).unwrap();
    assert!(!late.took_effect && late.is_news && late.effects.is_empty());
    let again = apply(&late.history, &event(20, SubscriptionEvent::Pending), LATE).unwrap();
    assert!(!again.took_effect && !again.is_news);
    let told = apply(&history, &event(30, SubscriptionEvent::Halted), LATE).unwrap();
    assert!(told.took_effect && !told.is_news && told.effects.is_empty());
}

#[test]
fn the_history_stays_small_and_payments_that_were_summed_up_do_not_count_again() {
    let mut history = History::default();
    for number in 0..500 {
        let events = [
            paid(number * 10, &format!("p{number}"), Some(number * 10 + 5)),
            event(number * 10 + 3, SubscriptionEvent::Pending),
        ];
        history = follow(&history, &events).0;
    }
    assert!(serde_json::to_string(&history).unwrap().len() < 64 << 10);
    let before = history.state();
    assert_eq!(before.credits, 50_000);
    // Summed up long ago, but remembered.
    let (history, steps) = follow(&history, &[paid(4000, "p400", Some(4005)), event(4003, SubscriptionEvent::Pending)]);
    assert_eq!(history.state(), before);
    assert!(steps.iter().all(|step| step.effects.is_empty() && !step.is_news));
    // Never heard of: it counts, however late.
    let (history, _) = follow(&history, &[paid(5, "late", Some(7))]);
    assert_eq!(history.state().credits, 50_100);
    assert_eq!(history.state().status, before.status);
}
