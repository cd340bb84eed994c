//! What the periods of a subscription cost that nobody else is paid for: one without a payment gateway. Each period costs
//! what its seats cost when it begins, and a change within it the difference for the rest of it.

use edge_capabilities::Timestamp;
use edge_money::{Money, PeriodShare, PricedQuantity, Proration};
use edge_subscriptions::{GatewayName, Status, Terms};

/// How much earlier than its subscription a period may begin to be of it. One that was imported began elsewhere, and was
/// paid there.
const TOLERANCE_MILLIS: i64 = 3_600_000;

/// Something to be charged for a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PeriodCharge {
    /// What tells it from the other charges of the subscription.
    pub(super) key: String,
    /// When it falls due.
    pub(super) at: Timestamp,
    pub(super) description: String,
    pub(super) amount: Money,
    /// From when until when it is for.
    pub(super) service: (Timestamp, Timestamp),
}

/// The present period of `terms`, if it is to be charged.
fn charged_period(terms: &Terms) -> Option<(Timestamp, Timestamp)> {
    terms.period.filter(|_| terms.gateway == GatewayName::Manual && terms.status == Status::Active)
}

const fn priced(terms: &Terms) -> PricedQuantity {
    PricedQuantity { unit_price: terms.plan.price, quantity: terms.seats }
}

const fn money(terms: &Terms, minor: i64) -> Money {
    Money { minor, currency: terms.plan.currency }
}

fn key(start: Timestamp) -> String {
    start.to_rfc3339_millis()
}

fn whole_period(terms: &Terms, start: Timestamp, end: Timestamp) -> Option<PeriodCharge> {
    let amount = money(terms, priced(terms).total()?);
    let description = format!("{}: {} seats", terms.plan.name, terms.seats);
    Some(PeriodCharge { key: key(start), at: start, description, amount, service: (start, end) })
}

/// What a change costs from `before` to `after` by the movement `number` at `at`, within the period that began at `start` and
/// ends at `end`. `is_same`: the period goes on after the change.
fn change(
    (before, after): (&Terms, &Terms),
    (start, end): (Timestamp, Timestamp),
    (number, at): (i64, Timestamp),
    is_same: bool,
) -> Vec<PeriodCharge> {
    let share = PeriodShare::left_at(start.as_millis(), end.as_millis(), at.as_millis());
    let lines = share.and_then(|share| Proration::of(priced(before), priced(after), share));
    let Some(Proration { credit, charge }) = lines else { return Vec::new() };
    let line = |terms: &Terms, kind: &str, what: &str, minor: i64| PeriodCharge {
        key: format!("{}:{number}{kind}", key(start)),
        at,
        description: format!("{what} {}: {} seats", terms.plan.name, terms.seats),
        amount: money(terms, minor),
        service: (at, end),
    };
    let credit = line(before, "-", "Unused time of", credit);
    let charge = line(after, "+", "Remaining time of", charge);
    let lines = if is_same { vec![credit, charge] } else { vec![credit] };
    lines.into_iter().filter(|line| line.amount.minor != 0).collect()
}

/// What a subscription costs until `until`, that is no part of it. `history` are its terms: the number of each change, when it
/// took effect, and the terms from then on.
pub(super) fn period_charges(history: &[(i64, Timestamp, Terms)], until: Timestamp) -> Vec<PeriodCharge> {
    let mut charges = Vec::new();
    let Some((_, first, _)) = history.first() else { return charges };
    let begins = |start: Timestamp| start.as_millis() >= first.as_millis().saturating_sub(TOLERANCE_MILLIS);
    for (index, (number, at, terms)) in history.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| history.get(index)).map(|(_, _, before)| {
            let mut before = before.clone();
            before.advance(Timestamp::from_millis(at.as_millis().saturating_sub(1)));
            before
        });
        if *at >= until {
            break;
        }
        let end = history.get(index.saturating_add(1)).map_or(until, |(_, next, _)| *next).min(until);
        let mut present = terms.clone();
        present.advance(*at);
        let running = before.as_ref().and_then(|before| charged_period(before).map(|period| (before, period)));
        let goes_on = |start: Timestamp| running.is_some_and(|(_, (running, _))| running == start);
        if let (Some((before, period)), Some((start, _))) = (running, charged_period(&present))
            && (priced(before) != priced(&present) || start != period.0)
        {
            charges.extend(change((before, &present), period, (*number, *at), start == period.0));
        }
        // The periods that begin before the next change.
        let mut time = *at;
        while time < end {
            let mut present = terms.clone();
            present.advance(time);
            let Some((start, next)) = present.period.filter(|_| present.status.is_live()) else { break };
            let is_first = time == *at;
            let is_new = if is_first { !goes_on(start) && begins(start) } else { start == time };
            if is_new && charged_period(&present).is_some() {
                charges.extend(whole_period(&present, start, next));
            }
            if next <= time {
                break;
            }
            time = next;
        }
    }
    charges
}

#[cfg(test)]
mod tests {
    use edge_money::Currency;
    use edge_plans::Cycle;
    use edge_subscriptions::{PlanTerms, Scheduled};

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("{text}T00:00:00Z")).unwrap()
    }

    /// 10.00 USD a seat and month.
    fn plan() -> PlanTerms {
        PlanTerms {
            id: "pro".into(),
            version: 1,
            name: "Pro".into(),
            price: 1_000,
            currency: Currency::parse("USD").unwrap(),
            cycle: Cycle::Monthly,
            stripe_price: None,
        }
    }

    fn manual(seats: i64, begins: &str, trial_end: Option<&str>) -> Terms {
        Terms::new(plan(), seats, GatewayName::Manual, at(begins)).begin(trial_end.map(at), at(begins))
    }

    fn shown(history: &[(i64, Timestamp, Terms)], until: &str) -> Vec<String> {
        let line = |charge: PeriodCharge| {
            let day = charge.at.to_rfc3339_millis();
            format!("{} {} {}", day.get(..10).unwrap(), charge.amount.to_decimal(), charge.description)
        };
        let charges = period_charges(history, at(until));
        let mut keys: Vec<&String> = charges.iter().map(|charge| &charge.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), charges.len());
        charges.into_iter().map(line).collect()
    }

    #[test]
    fn each_period_costs_its_seats_when_it_begins() {
        let history = [(1, at("2026-01-31"), manual(5, "2026-01-31", None))];
        let all = ["2026-01-31 50.00 Pro: 5 seats", "2026-02-28 50.00 Pro: 5 seats", "2026-03-31 50.00 Pro: 5 seats"];
        assert_eq!(shown(&history, "2026-04-01"), all);
        assert_eq!(shown(&history, "2026-03-31"), all[..2]);
        assert_eq!(shown(&history, "2026-01-31"), [""; 0]);
    }

    #[test]
    fn a_trial_costs_nothing_until_it_ends() {
        let trial = (1, at("2026-01-01"), manual(5, "2026-01-01", Some("2026-01-15")));
        assert_eq!(shown(std::slice::from_ref(&trial), "2026-02-15"), ["2026-01-15 50.00 Pro: 5 seats"]);
        // Also once a movement says that it has ended.
        let mut ended = trial.2.clone();
        ended.advance(at("2026-01-15"));
        let history = [trial, (2, at("2026-01-15"), ended)];
        assert_eq!(shown(&history, "2026-02-15"), ["2026-01-15 50.00 Pro: 5 seats"]);
    }

    #[test]
    fn a_change_within_a_period_costs_the_difference_for_the_rest_of_it() {
        let first = manual(5, "2026-04-01", None);
        let more = Terms { seats: 8, ..first.clone() };
        let mut fewer = more.clone();
        fewer.advance(at("2026-05-11"));
        fewer.seats = 2;
        let history = [(1, at("2026-04-01"), first), (2, at("2026-04-16"), more), (3, at("2026-05-11"), fewer)];
        let expected = [
            "2026-04-01 50.00 Pro: 5 seats",
            "2026-04-16 -25.00 Unused time of Pro: 5 seats",
            "2026-04-16 40.00 Remaining time of Pro: 8 seats",
            "2026-05-01 80.00 Pro: 8 seats",
            "2026-05-11 -54.19 Unused time of Pro: 8 seats",
            "2026-05-11 13.55 Remaining time of Pro: 2 seats",
            "2026-06-01 20.00 Pro: 2 seats",
        ];
        assert_eq!(shown(&history, "2026-07-01"), expected);
    }

    #[test]
    fn a_scheduled_change_costs_the_same_before_and_after_its_movement_is_written() {
        let mut terms = manual(8, "2026-04-01", None);
        terms.scheduled = Some(Scheduled { seats: Some(5), plan: None, at: at("2026-05-01") });
        let mut written = terms.clone();
        written.advance(at("2026-05-01"));
        let expected = ["2026-04-01 80.00 Pro: 8 seats", "2026-05-01 50.00 Pro: 5 seats"];
        let first = (1, at("2026-04-01"), terms);
        assert_eq!(shown(std::slice::from_ref(&first), "2026-06-01"), expected);
        assert_eq!(shown(&[first, (2, at("2026-05-01"), written)], "2026-06-01"), expected);
    }

    #[test]
    fn another_cycle_begins_a_period_and_gives_back_what_is_left_of_the_running_one() {
        let first = manual(2, "2026-04-01", None);
        let mut annual = first.clone();
        annual.plan = PlanTerms { price: 10_000, cycle: Cycle::Annual, ..plan() };
        annual.anchor = at("2026-04-16");
        annual.period = Some((at("2026-04-16"), at("2027-04-16")));
        let history = [(1, at("2026-04-01"), first), (2, at("2026-04-16"), annual)];
        let expected = [
            "2026-04-01 20.00 Pro: 2 seats",
            "2026-04-16 -10.00 Unused time of Pro: 2 seats",
            "2026-04-16 200.00 Pro: 2 seats",
        ];
        assert_eq!(shown(&history, "2027-01-01"), expected);
    }

    #[test]
    fn one_that_ended_or_is_paid_through_a_gateway_or_began_elsewhere_costs_nothing() {
        let first = manual(5, "2026-04-01", None);
        let mut ending = first.clone();
        ending.cancel_at_period_end = true;
        let history = [(1, at("2026-04-01"), first.clone()), (2, at("2026-04-10"), ending)];
        assert_eq!(shown(&history, "2026-08-01"), ["2026-04-01 50.00 Pro: 5 seats"]);
        let paid = Terms { gateway: GatewayName::Stripe, ..first.clone() };
        assert_eq!(shown(&[(1, at("2026-04-01"), paid)], "2026-08-01"), [""; 0]);
        let imported = [(1, at("2026-04-20"), first)];
        assert_eq!(shown(&imported, "2026-05-02"), ["2026-05-01 50.00 Pro: 5 seats"]);
    }
}
