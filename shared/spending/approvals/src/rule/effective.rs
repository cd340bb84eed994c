//! Changes that loosen an approval rule: a purchase may pass that the rule stopped before, or sooner, or with the approval of
//! others; and the rules that are effective for a party.
//!
//! A loosening change requires `tenants:admin`. The previous rule continues to bind the caller who made the change, with all
//! their keys and the members whom they appointed, until another caller with `tenants:admin` changes the rule and so agrees to
//! the loosening.

use std::collections::BTreeMap;

use edge_capabilities::database::DatabaseError;
use edge_tenants::Party;

use super::model::{ApprovalRule, Change};
use crate::request::Level;

/// Whether `after` may require less than `before`; None: the rule is new.
pub(crate) fn is_looser(before: Option<&ApprovalRule>, after: &ApprovalRule) -> bool {
    // Those to whom a rule escalates may approve on all levels, also on those of other rules.
    let others = |rule: &ApprovalRule| if rule.is_active { rule.escalates_to.clone() } else { Vec::new() };
    let others_before = before.map(others).unwrap_or_default();
    let others_after = others(after);
    if others_after.iter().any(|other| !others_before.contains(other)) {
        return true;
    }
    let Some(before) = before.filter(|before| before.is_active) else { return false };
    if !others_after.is_empty() && minutes(after.escalates_after_minutes) < minutes(before.escalates_after_minutes) {
        return true;
    }
    let is_as_wide = |before: &Option<String>, after: &Option<String>| after.is_none() || before == after;
    let is_kept = |level: &Level| {
        after.levels.iter().any(|kept| kept.approvers == level.approvers && kept.quorum >= level.quorum)
    };
    !(after.is_active
        && is_as_wide(&before.kind, &after.kind)
        && is_as_wide(&before.currency, &after.currency)
        && is_as_wide(&before.department, &after.department)
        && after.above.is_none_or(|after| before.above.is_some_and(|before| after <= before))
        && after.up_to.is_none_or(|after| before.up_to.is_some_and(|before| after >= before))
        && before.levels.iter().all(is_kept)
        && minutes(after.expires_after_minutes) <= minutes(before.expires_after_minutes))
}

fn minutes(minutes: Option<u32>) -> u32 {
    minutes.unwrap_or(u32::MAX)
}

/// The rules that are effective for a purchase of `party`: the present rule, and the rule before each change that a member of
/// the party made since another caller with `tenants:admin` last changed it. `roots` gives the root of each actor: actors with
/// the same root act as one.
pub(crate) fn effective_for(
    rule: &ApprovalRule,
    party: &Party,
    roots: &BTreeMap<String, String>,
) -> Result<Vec<ApprovalRule>, DatabaseError> {
    let is_of_party = |change: &&Change| party.includes(roots.get(&change.actor).map(String::as_str));
    let is_agreed = |change: &&Change| change.by_admin && !is_of_party(change);
    let theirs = rule.history.iter().rev().take_while(|change| !is_agreed(change)).filter(is_of_party);
    let mut befores = Vec::new();
    for change in theirs {
        befores.push(ApprovalRule::from_snapshot(&change.before)?);
    }
    let Some(first) = befores.last() else { return Ok(vec![rule.clone()]) };
    // Those to whom the party made the rule escalate may not approve what the party buys.
    let others = |rule: &ApprovalRule| (rule.escalates_after_minutes, rule.escalates_to.clone());
    let others_before = first.as_ref().filter(|first| first.is_active).map(others);
    let mut effective: Vec<ApprovalRule> = std::iter::once(rule.clone()).chain(befores.into_iter().flatten()).collect();
    for rule in &mut effective {
        if Some(others(rule)) != others_before {
            (rule.escalates_after_minutes, rule.escalates_to) = (None, Vec::new());
        }
    }
    Ok(effective)
}

#[cfg(test)]
mod tests {
    use edge_capabilities::Timestamp;

    use super::*;

    fn rule() -> ApprovalRule {
        ApprovalRule {
            name: "Two look on".into(),
            kind: Some("checkout".into()),
            currency: Some("INR".into()),
            above: Some(100_000),
            up_to: Some(900_000),
            department: Some("sales".into()),
            levels: vec![Level::new(vec!["role:cfo".into()], 2)],
            expires_after_minutes: Some(60),
            escalates_after_minutes: Some(30),
            escalates_to: vec!["role:owner".into()],
            is_active: true,
            ..ApprovalRule::default()
        }
    }

    #[test]
    fn only_changes_that_may_let_a_purchase_pass_are_looser() {
        let change = |change: &dyn Fn(&mut ApprovalRule)| {
            let mut after = rule();
            change(&mut after);
            is_looser(Some(&rule()), &after)
        };
        let level = |approver: &str, quorum| Level::new(vec![approver.to_owned()], quorum);
        for (name, is) in [
            ("off", change(&|rule| rule.is_active = false)),
            ("another kind", change(&|rule| rule.kind = Some("licence".into()))),
            ("another currency", change(&|rule| rule.currency = Some("USD".into()))),
            ("another department", change(&|rule| rule.department = Some("it".into()))),
            ("from more on", change(&|rule| rule.above = Some(100_001))),
            ("up to less", change(&|rule| rule.up_to = Some(899_999))),
            ("a smaller quorum", change(&|rule| rule.levels = vec![level("role:cfo", 1)])),
            ("other people", change(&|rule| rule.levels = vec![level("user:me", 2)])),
            (
                "more people to choose from",
                change(&|rule| {
                    rule.levels = vec![Level::new(vec!["role:cfo".into(), "user:me".into()], 2)];
                }),
            ),
            ("nobody", change(&|rule| rule.levels = vec![])),
            ("longer", change(&|rule| rule.expires_after_minutes = Some(61))),
            ("others sooner", change(&|rule| rule.escalates_after_minutes = Some(29))),
            ("more others", change(&|rule| rule.escalates_to.push("user:me".into()))),
        ] {
            assert!(is, "{name}");
        }
        for (name, is) in [
            ("the same", change(&|_| {})),
            ("another name", change(&|rule| rule.name = "x".into())),
            ("any kind", change(&|rule| rule.kind = None)),
            ("any department", change(&|rule| rule.department = None)),
            ("from less on", change(&|rule| rule.above = Some(99_999))),
            ("from nothing on", change(&|rule| rule.above = None)),
            ("up to more", change(&|rule| rule.up_to = Some(900_001))),
            ("a larger quorum", change(&|rule| rule.levels = vec![level("role:cfo", 3)])),
            ("one more level", change(&|rule| rule.levels.push(level("role:owner", 1)))),
            ("shorter", change(&|rule| rule.expires_after_minutes = Some(59))),
            ("no others", change(&|rule| rule.escalates_to = vec![])),
            ("others later", change(&|rule| rule.escalates_after_minutes = Some(31))),
        ] {
            assert!(!is, "{name}");
        }
        let inactive = ApprovalRule { is_active: false, ..rule() };
        assert!(!is_looser(Some(&inactive), &ApprovalRule { levels: vec![], escalates_to: vec![], ..rule() }));
        assert!(is_looser(Some(&inactive), &rule()), "it lets others approve");
        assert!(is_looser(None, &rule()));
        assert!(!is_looser(None, &ApprovalRule { escalates_to: vec![], ..rule() }));
        assert!(!is_looser(None, &inactive));
    }

    fn changed(rule: &ApprovalRule, actor: &str, by_admin: bool, change: impl Fn(&mut ApprovalRule)) -> ApprovalRule {
        let mut after = rule.clone();
        change(&mut after);
        let before = (!rule.name.is_empty()).then_some(rule);
        after.history.push(Change::new(before, actor, None, by_admin, Timestamp::from_millis(0)));
        after
    }

    #[test]
    fn who_loosened_a_rule_is_held_by_it_as_it_was_until_somebody_else_agrees() {
        let roots: BTreeMap<String, String> =
            ["user:me", "user:boss", "user:clerk"].iter().map(|name| ((*name).into(), (*name).into())).collect();
        let (me, boss) = (Party::of_one("user:me"), Party::of_one("user:boss"));
        let asks = |rule: &ApprovalRule, party: &Party| -> usize {
            let held = effective_for(rule, party, &roots).unwrap();
            held.iter().filter(|rule| rule.is_active && !rule.levels.is_empty()).count()
        };
        let made = changed(&ApprovalRule::default(), "user:boss", true, |made| *made = rule());
        assert_eq!((asks(&made, &me), asks(&made, &boss)), (1, 1));
        let off = changed(&made, "user:me", true, |rule| rule.is_active = false);
        assert_eq!((asks(&off, &me), asks(&off, &boss)), (1, 0));
        let emptied = changed(&off, "user:me", true, |rule| rule.levels = vec![]);
        assert_eq!((asks(&emptied, &me), asks(&emptied, &boss)), (1, 0));
        // Somebody without the right to loosen it cannot agree either.
        let renamed = changed(&emptied, "user:clerk", false, |rule| rule.name = "x".into());
        assert_eq!(asks(&renamed, &me), 1);
        let agreed = changed(&renamed, "user:boss", true, |rule| rule.name = "y".into());
        assert_eq!(asks(&agreed, &me), 0);
        // A person who delegates approvals does not have the delegates approve their own purchases.
        let lets = changed(&made, "user:me", true, |rule| rule.escalates_to = vec!["user:friend".into()]);
        assert!(
            effective_for(&lets, &me, &roots)
                .unwrap()
                .iter()
                .all(|rule| !rule.escalates_to.contains(&"user:friend".into()))
        );
        assert_eq!(effective_for(&lets, &boss, &roots).unwrap()[0].escalates_to, ["user:friend"]);
        // Also of a rule of their own.
        let own = changed(&ApprovalRule::default(), "user:me", true, |made| *made = rule());
        assert!(effective_for(&own, &me, &roots).unwrap()[0].escalates_to.is_empty());
        let own_off = changed(&own, "user:me", true, |rule| rule.is_active = false);
        assert_eq!(asks(&own_off, &me), 1);
    }
}
