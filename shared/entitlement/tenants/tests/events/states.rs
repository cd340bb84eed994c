//! States that gateways give and take back, and subscriptions that were left for others.

use crate::*;

#[test]
fn states_that_a_gateway_gives_back_are_taken_back_and_no_time_is_given() {
    use SubscriptionEvent::{Cancelled, Failed, Halted, NeverStarted, Overdue, Paused, Pending, Reactivated};
    let end = Some(Timestamp::from_millis(5000 * SECOND));
    for (told, status, is_paused) in [
        (vec![Halted, Reactivated], Status::Active, false),
        (vec![Pending, Reactivated], Status::Active, false),
        (vec![Failed(None), Reactivated], Status::Active, false),
        (vec![Paused], Status::Suspended, true),
        (vec![Paused, Reactivated], Status::Active, false),
        (vec![Halted, Paused], Status::Suspended, true),
        (vec![Paused, Halted], Status::Suspended, false),
        (vec![Paused, Pending], Status::Suspended, true),
        (vec![Paused, Overdue], Status::PastDue, false),
        (vec![Halted, Overdue], Status::PastDue, false),
        (vec![Overdue], Status::PastDue, false),
        (vec![Overdue, Reactivated], Status::Active, false),
        (vec![Cancelled, Reactivated], Status::Cancelled, false),
        (vec![Cancelled, Paused], Status::Cancelled, false),
        (vec![Cancelled, Overdue], Status::Cancelled, false),
        (vec![Halted, Reactivated, Halted], Status::Suspended, false),
        (vec![NeverStarted], Status::Suspended, false),
    ] {
        let later = told.iter().zip((20..).step_by(10)).map(|(what, at)| event(at, what.clone()));
        let events: Vec<Event> = [paid(10, "p1", Some(5000))].into_iter().chain(later).collect();
        let mut backwards = events.clone();
        backwards.reverse();
        for events in [events, backwards] {
            let state = state(&events);
            assert_eq!((state.status, state.is_paused), (Some(status), is_paused), "{told:?}");
            assert_eq!((state.period_end, state.credits), (end, 100), "{told:?}");
        }
    }
    // Where nothing was ever paid, nothing is known again.
    for lowered in [Halted, Paused] {
        let state = state(&[event(10, lowered.clone()), event(20, Reactivated)]);
        assert_eq!((state.status, state.payment, state.period_end), (None, None, None), "{lowered:?}");
    }
    assert_eq!(state(&[event(10, Reactivated)]).status, None);
    let step = follow(&History::default(), &[paid(10, "p1", None), event(20, Halted), event(30, Reactivated)]).1;
    let last = step.last().unwrap();
    assert!(last.took_effect && last.effects == [Effect::RaiseFence]);
}

#[test]
fn word_of_another_subscription_never_lowers_whichever_gateway_it_is_of() {
    use SubscriptionEvent::{Cancelled, Failed, Halted, NeverStarted, Overdue, Paused, Pending, Reactivated};
    let before = by("razorpay:sub_R", paid(10, "p1", Some(1000)));
    for own in ["stripe:sub_S", "razorpay:sub_S", "stripe:sub_R"] {
        let events = [before.clone(), by(own, paid(20, "p2", Some(5000)))];
        let (history, _) = follow(&History::default(), &events);
        for what in [Cancelled, Failed(None), Halted, NeverStarted, Overdue, Paused, Pending, Reactivated] {
            for other in ["razorpay:sub_R", "stripe:sub_X", "bheempay:sub_Y"] {
                let step = apply(&history, &by(other, event(30, what.clone())), LATE).unwrap();
                assert_eq!(step.state, history.state(), "{own} {other} {what:?}");
                assert!(step.effects.is_empty() && !step.took_effect, "{own} {other} {what:?}");
            }
        }
        let step = apply(&history, &by(own, event(30, Halted)), LATE).unwrap();
        assert_eq!(step.state.status, Some(Status::Suspended), "{own}");
        // Nor is a suspension lifted by another.
        for other in ["razorpay:sub_R", "stripe:sub_X"] {
            let lifted = apply(&step.history, &by(other, event(40, Reactivated)), LATE).unwrap();
            assert_eq!(lifted.state.status, Some(Status::Suspended), "{own} {other}");
        }
    }
    // A failure that names no subscription is of the gateway's own.
    let (history, _) = follow(&History::default(), &[by("stripe:sub_S", paid(20, "p2", None))]);
    for (gateway, status) in [("razorpay", Status::Active), ("stripe", Status::PastDue)] {
        let failed = Event { subscription: None, gateway: Some(gateway.into()), ..event(30, Failed(None)) };
        assert_eq!(apply(&history, &failed, LATE).unwrap().state.status, Some(status), "{gateway}");
    }
    // One subscription, as BheemPay and as Razorpay tell of it; the ERP speaks of the organisation.
    for (own, other) in [("bheempay:sub_1", "razorpay:sub_1"), ("razorpay:sub_1", "erp:77"), ("erp:77", "stripe:sub_1")]
    {
        let told = [by(own, paid(10, "p1", None)), by(other, event(20, Halted))];
        assert_eq!(state(&told).status, Some(Status::Suspended), "{own} {other}");
    }
}

#[test]
fn of_two_subscriptions_that_are_both_charged_the_one_bought_last_is_the_tenants_own() {
    let small = |at: i64, name: &str, end| {
        let mut event = Event { plan: Some(plan("499")), ..paid(at, name, Some(end)) };
        if let SubscriptionEvent::Paid(paid) = &mut event.what {
            paid.amount = Some((49_900, "INR".into()));
        }
        by("razorpay:sub_R", event)
    };
    let large = |at, name: &str, end| by("stripe:sub_S", paid(at, name, Some(end)));
    let price = Some((249_900, "INR".to_owned()));
    let events = [small(10, "p1", 1000), large(20, "p2", 5000), small(1000, "p3", 2000)];
    for events in [events.clone(), [events[2].clone(), events[1].clone(), events[0].clone()]] {
        let state = state(&events);
        let found = (state.subscription.as_deref(), state.status, state.price.clone());
        assert_eq!(found, (Some("stripe:sub_S"), Some(Status::Active), price.clone()));
        // What it costs is its own matter: each was paid for.
        assert_eq!((state.period_end, state.credits), (Some(Timestamp::from_millis(5000 * SECOND)), 300));
    }
    // Once the other is over, who goes on paying for the first goes on with it.
    let over = [&events[..2], &[by("stripe:sub_S", event(30, SubscriptionEvent::Cancelled)), small(1000, "p3", 6000)]]
        .concat();
    let state = state(&over);
    assert_eq!((state.subscription.as_deref(), state.status), (Some("razorpay:sub_R"), Some(Status::Active)));
}
