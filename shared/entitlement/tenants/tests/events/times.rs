//! Clocks that are wrong, and periods that cannot be.

use crate::*;

#[test]
fn what_the_edges_own_clock_decides_is_never_put_before_known_facts() {
    use SubscriptionEvent::{Cancelled, Halted, Paused, Pending};
    let statuses = [
        (Halted, Status::Suspended),
        (Pending, Status::PastDue),
        (Paused, Status::Suspended),
        (Cancelled, Status::Cancelled),
    ];
    let hours = 3600;
    let (history, _) = follow(&History::default(), &[paid(900_000, "p1", Some(2_000_000))]);
    for (what, status) in statuses {
        // The clock is right, 2 hours behind, or a year.
        for behind in [0, 2 * hours, 365 * 24 * hours] {
            let heard = Timestamp::from_millis((900_010 - behind) * SECOND);
            let told = event(900_008, what.clone());
            let step = apply(&history, &told, heard).unwrap();
            assert!(step.took_effect && step.state.status == Some(status), "{what:?} {behind}");
            for told in [undated(told), event(900_008 + 24 * hours, what.clone())] {
                let step = apply(&history, &told, heard).unwrap();
                assert!(step.took_effect && step.state.status == Some(status), "{what:?} {behind} {:?}", told.at);
            }
        }
    }
}

#[test]
fn what_is_dated_tomorrow_happened_when_it_was_heard() {
    let day = 24 * 3600;
    for ahead in [19_800, day, 400 * day] {
        let (history, _) = follow(&History::default(), &[paid(1000, "p1", Some(2_000_000))]);
        let heard = |at| Timestamp::from_millis(at * SECOND);
        let halted = apply(&history, &event(2000 + ahead, SubscriptionEvent::Halted), heard(2000)).unwrap();
        assert_eq!(halted.state.status, Some(Status::Suspended), "{ahead}");
        let charged = apply(&halted.history, &paid(2010, "p2", Some(3_000_000)), heard(2012)).unwrap();
        assert_eq!(charged.state.status, Some(Status::Active), "{ahead}");
        // A clock that is a little ahead is believed.
        let halted = apply(&charged.history, &event(2300, SubscriptionEvent::Halted), heard(2020)).unwrap();
        let late = apply(&halted.history, &event(2290, SubscriptionEvent::Reactivated), heard(2310)).unwrap();
        assert_eq!(late.state.status, Some(Status::Suspended), "{ahead}");
    }
}

#[test]
fn who_pays_for_a_month_has_bought_a_month_whatever_the_event_says_of_its_end() {
    let at = 1_767_225_600;
    let month = Cycle::Monthly.end_from(Timestamp::from_millis(at * SECOND));
    for end in [0, 1_767_225, at - 1, at, at + 20 * 365 * 24 * 3600, 253_402_300_799] {
        let heard = Timestamp::from_millis((at + 5) * SECOND);
        for told in [paid(at, "p1", Some(end)), paid(at, "p1", None)] {
            let step = apply(&History::default(), &told, heard).unwrap();
            assert_eq!((step.state.status, step.state.period_end), (Some(Status::Active), Some(month)), "{end}");
        }
        // Two months with the same mistake are two months, and two grants of credits.
        let first = apply(&History::default(), &paid(at, "p1", Some(end)), heard).unwrap();
        let second = apply(&first.history, &paid(at + 1, "p2", Some(end)), heard).unwrap();
        assert_eq!(second.state.period_end, Some(Cycle::Monthly.end_from(month)), "{end}");
        assert_eq!(second.state.credits, 200, "{end}");
    }
}
