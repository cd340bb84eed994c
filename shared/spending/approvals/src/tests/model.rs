//! Requests against a model of them that is written another way: from a log of all that was said.

use std::collections::BTreeSet;

use edge_capabilities::testing::SeededRandom;

use super::*;

const STEPS: u32 = 100_000;
const PEOPLE: u64 = 9;
const ROLES: [&str; 3] = ["finance_manager", "cfo", "owner"];

/// Who is what, and who stands for whom from when until when.
struct Company {
    roles: Vec<Vec<Role>>,
    delegations: Vec<(usize, usize, i64, i64)>,
}

/// A role, and who gave it.
#[derive(Clone, Copy)]
struct Role {
    name: &'static str,
    given_by: Option<usize>,
}

/// Something that counted, as the model saw it.
struct Word {
    person: usize,
    for_whom: Option<usize>,
    level: usize,
    verdict: Verdict,
    at: i64,
}

fn name(person: usize) -> String {
    format!("user:p{person}")
}

/// The last three are keys of one root.
fn root(person: usize) -> String {
    name(person.min(6))
}

impl Company {
    fn new(random: &SeededRandom) -> Self {
        let given_by = || (random.below(3) == 0).then(|| pick(random));
        let roles = (0..PEOPLE).map(|_| {
            let held = ROLES.into_iter().filter(|_| random.below(3) == 0);
            held.map(|name| Role { name, given_by: given_by() }).collect()
        });
        let roles = roles.collect();
        let delegations = (0..random.below(16)).map(|_| {
            let from = i64::try_from(random.below(30)).unwrap() * HOUR;
            let until = from + (1 + i64::try_from(random.below(20)).unwrap()) * HOUR;
            (pick(random), pick(random), from, until)
        });
        Self { roles, delegations: delegations.filter(|(one, other, ..)| one != other).collect() }
    }

    fn approver(&self, person: usize, now: i64) -> Approver {
        let owned = |roles: &[Role]| -> Vec<HeldRole> {
            let held = |role: &Role| HeldRole { role: role.name.to_owned(), given_by: role.given_by.map(root) };
            roles.iter().map(held).collect()
        };
        let delegators =
            self.delegations.iter().filter(|(_, to, from, until)| *to == person && (*from..*until).contains(&now));
        Approver {
            person: name(person),
            root: Some(root(person)),
            names: vec![name(person)],
            roles: owned(&self.roles[person]),
            delegators: delegators
                .map(|(from, ..)| Delegator {
                    person: name(*from),
                    root: Some(root(*from)),
                    roles: owned(&self.roles[*from]),
                })
                .collect(),
        }
    }

    /// Whether a level asks a person about what `requester` wants, who reached it at `reached`.
    fn is_asked(&self, level: &Level, person: usize, requester: usize, reached: i64, now: i64) -> bool {
        let has = |wanted: &str| {
            let good = |role: &&Role| role.given_by.is_none_or(|giver| root(giver) != root(requester));
            self.roles[person].iter().filter(good).any(|role| role.name == wanted)
        };
        let matches = |approver: &String| approver.strip_prefix("role:").map_or(*approver == name(person), &has);
        let escalated = level.escalates_after_ms.is_some_and(|after| now - reached >= after);
        level.approvers.iter().any(matches) || (escalated && level.escalates_to.iter().any(matches))
    }
}

fn pick(random: &SeededRandom) -> usize {
    usize::try_from(random.below(PEOPLE)).unwrap()
}

fn approver(random: &SeededRandom) -> String {
    match random.below(3) {
        0 => name(pick(random)),
        _ => format!("role:{}", ROLES[usize::try_from(random.below(3)).unwrap()]),
    }
}

fn level(random: &SeededRandom) -> Level {
    let approvers = (0..1 + random.below(3)).map(|_| approver(random)).collect();
    let mut level = Level::new(approvers, u32::try_from(1 + random.below(3)).unwrap());
    if random.below(3) == 0 {
        level.escalates_after_ms = Some(i64::try_from(random.below(12)).unwrap() * HOUR);
        level.escalates_to = vec![approver(random)];
    }
    level
}

/// Checks the log of a request that counts as approved: each level in order, its quorum of people who were asked then,
/// all of them different and none of them the requester.
fn check(request: &Request, requester: usize, log: &[Word], company: &Company) {
    let mut named = BTreeSet::new();
    let (mut reached, mut position) = (0, 0);
    for (index, level) in request.levels.iter().enumerate() {
        let mut count = 0;
        let mut last = reached;
        while let Some(word) = log.get(position).filter(|word| word.level == index) {
            position += 1;
            assert_eq!(word.verdict, Verdict::Approve);
            assert!(word.at >= last && word.at < 24 * HOUR, "in its time");
            let who = word.for_whom.unwrap_or(word.person);
            assert!(company.is_asked(level, who, requester, reached, word.at), "who is asked");
            for person in [Some(word.person), word.for_whom].into_iter().flatten() {
                assert_ne!(root(person), root(requester), "not the requester");
                assert!(named.insert(root(person)), "nobody twice");
            }
            if let Some(other) = word.for_whom {
                let stands = company.delegations.iter().any(|(from, to, starts, ends)| {
                    *from == other && *to == word.person && (*starts..*ends).contains(&word.at)
                });
                assert!(stands, "who stands for whom");
            }
            count += 1;
            last = word.at;
        }
        assert_eq!(count, level.quorum, "the quorum of level {index}, and no more");
        reached = last;
    }
    assert_eq!(position, log.len(), "in order");
}

#[test]
fn no_approval_without_each_quorum_in_order_none_used_twice_none_by_its_requester() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_121);
    println!("seed {seed}: SEED={seed} runs it again");
    let random = SeededRandom::new(seed);
    let (mut approved, mut rejected, mut expired, mut used, mut stood_for) = (0, 0, 0, 0, 0);
    let mut steps = 0;
    while steps < STEPS {
        let company = Company::new(&random);
        let requester = pick(&random);
        let levels = (0..1 + random.below(3)).map(|_| level(&random)).collect();
        let mut request = Request { requester: name(requester), ..request(levels) };
        let (mut log, mut now, mut uses) = (Vec::<Word>::new(), 0, BTreeSet::new());
        for _ in 0..40 + random.below(40) {
            steps += 1;
            if random.below(6) == 0 {
                now += i64::try_from(random.below(4 * u64::try_from(HOUR).unwrap())).unwrap();
            }
            let at = Timestamp::from_millis(now);
            let before = request.clone();
            if random.below(5) == 0 {
                // Somebody tries to use it, for what was asked about or for something else.
                let what = format!("chk_{}", random.below(3));
                let asked = if random.below(2) == 0 { purchase() } else { Purchase { minor: 1, ..purchase() } };
                if let Ok(after) = request.use_for(&what, &asked, at) {
                    assert_eq!(asked, purchase());
                    check(&request, requester, &log, &company);
                    uses.insert(what);
                    assert_eq!(uses.len(), 1, "seed {seed}, step {steps}: used twice");
                    request = after;
                }
                continue;
            }
            let person = pick(&random);
            let verdict = if random.below(40) == 0 { Verdict::Reject } else { Verdict::Approve };
            let approver = company.approver(person, now);
            match request.record(&approver, &super::requester(&root(requester)), verdict, None, at) {
                Ok(after) => {
                    let action = after.actions.last().unwrap();
                    let for_whom = action
                        .on_behalf_of
                        .as_ref()
                        .map(|other| other.strip_prefix("user:p").unwrap().parse().unwrap());
                    stood_for += u32::from(for_whom.is_some());
                    log.push(Word { person, for_whom, level: action.level, verdict, at: now });
                    assert_eq!(before.status(at), Status::Pending);
                    request = after;
                }
                Err(ActionError::OwnRequest) => assert_eq!(root(person), root(requester)),
                Err(ActionError::AlreadyCounted) => {
                    let is_theirs = |other: usize| root(other) == root(person);
                    assert!(log.iter().any(|word| is_theirs(word.person) || word.for_whom.is_some_and(is_theirs)));
                }
                Err(ActionError::RequestClosed(status)) => assert_ne!(status, Status::Pending),
                Err(ActionError::NotAnApprover) => {
                    let index = request.levels_done();
                    let reached = request.reached(index).as_millis();
                    let for_requester = company.delegations.iter().any(|(from, to, starts, ends)| {
                        root(*from) == root(requester) && *to == person && (*starts..*ends).contains(&now)
                    });
                    let is_asked = company.is_asked(&request.levels[index], person, requester, reached, now);
                    assert!(for_requester || !is_asked, "seed {seed}");
                }
            }
            match request.status(at) {
                Status::Approved => check(&request, requester, &log, &company),
                Status::Pending => assert!(request.levels_done() < request.levels.len(), "seed {seed}"),
                Status::Rejected => assert_eq!(log.last().map(|word| word.verdict), Some(Verdict::Reject)),
                Status::Used => assert_eq!(uses.len(), 1),
                Status::Expired => assert!(now >= 24 * HOUR),
            }
        }
        match request.status(Timestamp::from_millis(now)) {
            Status::Approved => approved += 1,
            Status::Rejected => rejected += 1,
            Status::Expired => expired += 1,
            Status::Used => used += 1,
            Status::Pending => {}
        }
    }
    println!("{approved} approved, {used} used, {rejected} rejected, {expired} expired, {stood_for} spoke for others");
    for count in [used, rejected, expired, stood_for] {
        assert!(count > 20, "the test has to meet every case");
    }
}
