//! Twenty years of contracts in five time zones: they are renewed, amended, given notice of and terminated by instances that
//! die at any call, on two nodes, with jobs that are late. Whatever happens, each term is there once, nothing that was agreed
//! on is changed, and what is charged is what a day-by-day reckoning says.

use edge_audit::Actor;
use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Random};
use edge_tenants::{Mode, Tenant};
use edge_time_zones::Date;

use super::*;
use crate::amendment::AmendmentStatus;
use crate::approval::Asker;
use crate::contract::{ChargeKind, Content, Contract, ContractStatus, Line, RenewalMode};
use crate::renewal::Party;
use crate::service::ContractService;
use crate::timeline::{EDGE, EventKind};

const ZONES: [&str; 5] =
    ["UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Australia/Lord_Howe", "America/Santiago"];
const DAYS: u64 = 20 * 365;

/// Numbers below a bound.
struct Chance<'w>(&'w dyn Random);

impl Chance<'_> {
    fn below(&self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % bound
    }

    fn one_in(&self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn of<T: Copy>(&self, all: &[T]) -> T {
        all[usize::try_from(self.below(u64::try_from(all.len()).unwrap())).unwrap()]
    }
}

fn actor() -> Actor {
    Actor { id: "user:u1".into(), address: None }
}

fn service(capabilities: &Capabilities, book: &Arc<MemoryBook>) -> ContractService {
    ContractService::new(capabilities, &Db::new(capabilities.db.clone()), book.clone())
}

/// Does `work` on an instance that may die, which is why it gives nothing.
async fn mortally(world: &World, chance: &Chance<'_>, book: &Arc<MemoryBook>, work: impl AsyncFnOnce(ContractService)) {
    let calls = if chance.one_in(3) { i64::try_from(chance.below(25)).unwrap() + 1 } else { 100_000 };
    let (capabilities, life) = world.mortal(calls, chance.one_in(2));
    let service = service(&capabilities, book);
    tokio::select! {
        () = work(service) => {},
        () = life.death() => {},
    }
}

/// The jobs, on an instance that may die.
async fn jobs(world: &World, chance: &Chance<'_>, book: &Arc<MemoryBook>) {
    let calls = if chance.one_in(3) { i64::try_from(chance.below(60)).unwrap() + 1 } else { 100_000 };
    let (capabilities, life) = world.mortal(calls, chance.one_in(2));
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("enterprise", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = crate::router::jobs_with(&capabilities, &db, book.clone(), runner);
    tokio::select! {
        _ = runner.drain_all() => {},
        () = life.death() => {},
    }
}

fn line(chance: &Chance<'_>, description: &str) -> Value {
    let kind = chance.of(&["recurring", "recurring", "recurring", "one_off", "usage"]);
    json!({
        "kind": kind, "description": description, "quantity": 1 + chance.below(5),
        "unit_price": format!("{}.{:02}", chance.below(5), chance.below(100)),
        "cycle": chance.of(&["monthly", "monthly", "quarterly", "semi_annual", "annual"]),
        "discount_basis_points": chance.of(&[0, 0, 1000, 3333]),
    })
}

/// Lines with a new mark, so that those that are charged once are never changed.
fn lines(chance: &Chance<'_>, mark: u64) -> Value {
    let own = |index: u64| {
        let mut line = line(chance, "");
        let once = if line["kind"] == "one_off" { mark } else { 0 };
        line["description"] = json!(format!("line {index} {once}"));
        line
    };
    json!((0..1 + chance.below(3)).map(own).collect::<Vec<_>>())
}

fn fields(body: &Value) -> crate::contract::ContractFields {
    serde_json::from_str(&body.to_string()).unwrap()
}

fn contract(chance: &Chance<'_>, today: Date) -> Value {
    let start = today.minus_days(u32::try_from(chance.below(900)).unwrap());
    let start = if chance.one_in(3) { start } else { today.plus_days(u32::try_from(chance.below(60)).unwrap()) };
    // The ends of months are where it is hard.
    let start = if chance.one_in(2) { start.first_of_month().minus_days(1) } else { start };
    let months = u32::try_from(chance.of(&[1, 3, 12, 12, 24])).unwrap();
    let end = start.plus_months(months).plus_days(if chance.one_in(4) { 11 } else { 0 });
    let fee = chance.of(&[
        ("none", 0),
        ("fixed", 300),
        ("fixed", 99_999),
        ("percent_remaining", 40),
        ("months", 2),
        ("months", 99),
    ]);
    json!({
        "entity_id": "ent_1", "counterparty": "c", "title": "t", "start": start, "end": end, "currency": "INR",
        "lines": lines(chance, 0),
        "renewal": {"mode": chance.of(&["auto", "auto", "auto", "manual"]), "term_months": chance.of(&[1, 6, 12, 12, 24]),
            "notice_days": chance.of(&[0, 10, 30, 90]), "uplift_basis_points": chance.of(&[0, 250, 1000])},
        "termination": {"fee": {"kind": fee.0, "value": fee.1}},
    })
}

/// An error if what was agreed on in `before` is not the same in `after`.
fn check_history(before: &Contract, after: &Contract, context: &str) {
    fn is_prefix<T: PartialEq>(before: &[T], after: &[T]) -> bool {
        after.get(..before.len()).is_some_and(|same| same == before)
    }
    if before.signed_on.is_none() {
        return;
    }
    assert!(is_prefix(&before.events, &after.events), "events: {context}");
    assert!(is_prefix(&before.versions, &after.versions), "versions: {context}");
    assert!(is_prefix(&before.terms, &after.terms), "terms: {context}");
    for (index, amendment) in before.amendments.iter().enumerate() {
        let is_same = after.amendments.get(index) == Some(amendment);
        assert!(amendment.status == AmendmentStatus::PendingApproval || is_same, "amendments: {context}");
    }
    assert!(before.notice.is_none() || before.notice == after.notice, "notice: {context}");
    assert!(before.termination.is_none() || before.termination == after.termination, "termination: {context}");
    assert!(before.number == after.number && before.signed_on == after.signed_on, "signature: {context}");
    assert!(before.billed_until <= after.billed_until, "charges: {context}");
}

/// What holds of the terms and the end of a contract, once all that was due until `today` is done.
fn check_life(contract: &Contract, today: Date, context: &str) {
    for (index, pair) in contract.terms.windows(2).enumerate() {
        assert_eq!(pair[0].end, pair[1].start, "terms follow each other: {context}");
        assert_eq!(usize::try_from(pair[1].number).unwrap(), index + 2, "{context}");
    }
    let renewals: Vec<(u32, Date, bool)> = contract
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Renewed)
        .map(|event| (event.term.unwrap(), event.date, event.actor == EDGE))
        .collect();
    assert_eq!(renewals.len() + 1, contract.terms.len(), "each term once: {context}");
    for ((number, date, by_itself), term) in renewals.iter().zip(contract.terms.iter().skip(1)) {
        assert_eq!((*number, *date), (term.number, term.start), "in order: {context}");
        assert!(*by_itself <= (term.start <= today), "no term by itself before its day: {context}");
        assert!(contract.notice.is_none_or(|notice| term.number <= notice.last_term), "not past the notice: {context}");
    }
    let last = contract.terms.last().unwrap();
    if let Some(notice) = contract.notice {
        // The term that ran was the last one agreed on then.
        let mode = contract.version_on(last.end.minus_days(1)).unwrap().content.renewal.mode;
        let until_end = |number: u32| {
            let end = contract.terms.iter().find(|term| term.number == number).map(|term| term.end);
            end.map(|end| notice.date.days_until(end))
        };
        let days = notice.date.days_until(notice.last_notice_day);
        assert_eq!(notice.in_time, days >= 0, "until the last day, inclusive: {context}");
        if notice.in_time && mode == RenewalMode::Auto {
            assert!(until_end(notice.last_term).is_some_and(|days| days >= 0), "{context}");
            assert_eq!(contract.terms.iter().filter(|term| term.number > notice.last_term).count(), 0, "{context}");
        }
    }
    match contract.status {
        ContractStatus::Active | ContractStatus::Renewed => {
            assert!(contract.limit() > today, "in force until it ends: {context}");
            let is_early = |term: &&crate::contract::Term| term.start > today;
            assert!(contract.terms.iter().skip(1).filter(is_early).count() <= 1, "one term at a time: {context}");
        }
        ContractStatus::Expired => {
            assert!(last.end <= today && contract.termination.is_none(), "{context}");
            let mode = contract.version_on(last.end.minus_days(1)).unwrap().content.renewal.mode;
            let is_noticed = contract.notice.is_some_and(|notice| notice.last_term == last.number);
            assert!(mode != RenewalMode::Auto || is_noticed, "it expired for a reason: {context}");
        }
        ContractStatus::Terminated => assert!(contract.termination.as_ref().unwrap().date <= today, "{context}"),
        status => panic!("{status:?}: {context}"),
    }
}

/// A millionth of the smallest unit.
const FINE: i128 = 1_000_000;

/// What the recurring lines of a day cost, reckoned by themselves: each line's amount by the days of its cycle.
fn daily(contract: &Contract, day: Date) -> i128 {
    let version = contract.versions.iter().rfind(|version| version.effective_date <= day).unwrap();
    let term = contract.terms.iter().find(|term| term.start <= day && day < term.end).unwrap();
    let mut sum = 0;
    for line in &version.content.lines {
        let Some(cycle) = line.cycle else { continue };
        let mut price = line.unit_price;
        for since in contract.terms.iter().filter(|since| since.start > version.effective_date && since.start <= day) {
            price = (price * (10_000 + i64::from(since.uplift_basis_points)) + 5_000) / 10_000;
        }
        let amount = Line { unit_price: price, ..line.clone() }.amount().unwrap();
        // The cycle that the day is in, counted month by month from the anchor.
        let mut months = term.offset_months;
        while term.anchor.plus_months(months + cycle.months()) <= day {
            months += cycle.months();
        }
        let (start, end) = (term.anchor.plus_months(months), term.anchor.plus_months(months + cycle.months()));
        sum += i128::from(amount) * FINE / i128::from(start.days_until(end));
    }
    sum
}

/// What is charged is what the days cost, but for the rounding of each charge.
fn check_charges(contract: &Contract, book: &MemoryBook, today: Date, context: &str) -> (usize, i64) {
    assert!(contract.outbox.is_empty(), "nothing is left to do: {context}");
    let charges: Vec<DueCharge> = book
        .0
        .lock()
        .unwrap()
        .values()
        .map(|(charge, _)| charge.clone())
        .filter(|charge| charge.source.starts_with(&format!("{}:", contract.id)))
        .collect();
    let of = |kind: ChargeKind| charges.iter().filter(move |charge| charge.kind == kind);
    let sum = |kind: ChargeKind| of(kind).map(|charge| charge.amount).sum::<i64>();
    assert_eq!(sum(ChargeKind::Recurring), contract.billed_recurring, "{context}");
    assert_eq!(sum(ChargeKind::OneOff), contract.billed_once, "{context}");
    let until = contract.billed_until.unwrap();
    let expected = today.min(contract.limit().minus_days(1));
    // One that was terminated as of a day that was over was charged for longer, and credited.
    assert!(until == expected || until > expected && contract.termination.is_some(), "{context}");
    let mut whole = 0;
    let mut day = contract.start();
    while day < contract.limit() {
        whole += daily(contract, day);
        day = day.plus_days(1);
    }
    // Lines of several cycles are covered until different days: what is not charged yet is what is due.
    let due: i64 = contract
        .due(Some(until), contract.limit())
        .unwrap()
        .iter()
        .filter(|charge| charge.kind == ChargeKind::Recurring)
        .map(|charge| charge.amount)
        .sum();
    let charged = i128::from(contract.billed_recurring + due) * FINE;
    // Whole cycles are exact; parts of one are rounded.
    let parts = of(ChargeKind::Recurring)
        .filter(|charge| [":v", ":terminated"].iter().any(|mark| charge.source.contains(mark)));
    let parts = i128::try_from(parts.count() + 4 * contract.terms.len()).unwrap();
    assert!((charged - whole).abs() <= (parts + 10) * FINE, "{charged} for {whole}: {context}");
    // Each line that is charged once is charged once.
    let mut once: Vec<&str> = contract
        .versions
        .iter()
        .filter(|version| version.effective_date <= until)
        .flat_map(|version| &version.content.lines)
        .filter(|line| line.kind == crate::contract::LineKind::OneOff && line.amount() != Some(0))
        .map(|line| line.id.as_str())
        .collect();
    once.sort_unstable();
    once.dedup();
    assert_eq!(of(ChargeKind::OneOff).count(), once.len(), "{context}");
    if let Some(termination) = &contract.termination {
        assert!(termination.fee >= 0 && termination.fee <= termination.remaining, "{context}");
        assert_eq!(sum(ChargeKind::Fee), termination.fee, "{context}");
        assert!(of(ChargeKind::Fee).count() <= 1, "{context}");
    } else {
        assert_eq!(of(ChargeKind::Fee).count(), 0, "{context}");
    }
    (charges.len(), contract.billed_recurring)
}

#[derive(Default)]
struct Seen {
    renewed: usize,
    amended: usize,
    noticed: usize,
    late_notices: usize,
    terminated: usize,
    expired: usize,
    charges: usize,
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_in_twenty_years_each_term_and_charge_is_there_once() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_129);
    println!("seed {seed}: SEED={seed} runs it again");
    let mut seen = Seen::default();
    for (index, zone) in ZONES.iter().enumerate() {
        let world = World::new(seed + u64::try_from(index).unwrap());
        live(&world, zone, &mut seen).await;
    }
    let Seen { renewed, amended, noticed, late_notices, terminated, expired, charges } = seen;
    println!(
        "{renewed} renewals, {amended} amendments, {noticed} notices ({late_notices} late), {terminated} terminations, \
         {expired} expiries, {charges} charges"
    );
    for count in [renewed / 10, amended, noticed, late_notices + 1, terminated, expired, charges / 100] {
        assert!(count > 1, "the test has to meet every case");
    }
}

async fn live(world: &World, zone: &str, seen: &mut Seen) {
    let random = world.instance().0.random;
    let chance = Chance(&*random);
    let book = Arc::new(MemoryBook::default());
    let stable = service(&world.instance().0, &book);
    let mut tenant = Tenant::new("acme".into(), Mode::External, world_now(world));
    zone.clone_into(&mut tenant.timezone);
    "o@x.example".clone_into(&mut tenant.owner_email);
    "acme".clone_into(&mut tenant.name);
    "acme".clone_into(&mut tenant.slug);
    edge_tenants::Tenants::new(Db::new(world.db.clone())).insert(&tenant).await.unwrap();
    let mut ids: Vec<String> = Vec::new();
    let mut passed = 0;
    let mut mark = 0;
    while passed < DAYS {
        let days = if chance.one_in(30) { 200 + chance.below(700) } else { chance.below(70) };
        passed += days;
        world.clock.advance(Duration::from_hours(24 * days + chance.below(24))).await;
        let today = stable.occasion(&tenant, EDGE).today;
        if ids.len() < 8 && chance.one_in(4) {
            let mut draft = Contract::draft(format!("ctr_{}", ids.len()), "acme", today, world_now(world));
            let errors = fields(&contract(&chance, today)).apply(&mut draft);
            assert!(errors.is_empty(), "{errors:?}");
            ids.push(draft.id.clone());
            stable.create(&tenant, draft, &actor()).await.unwrap();
        }
        for id in &ids {
            let before = stable.contracts().find("acme", id).await.unwrap().unwrap();
            let context = format!("{zone}, {today}: {id}");
            mark += 1;
            act(world, &chance, &book, &tenant, &before, mark).await;
            let after = stable.contracts().find("acme", id).await.unwrap().unwrap();
            check_history(&before, &after, &context);
        }
        if chance.one_in(2) {
            tokio::join!(jobs(world, &chance, &book), jobs(world, &chance, &book));
        }
    }
    for id in &ids {
        let mut more = 0;
        while stable.follow_up(&tenant, id).await.unwrap() {
            more += 1;
            assert!(more < 1_000, "it comes to an end");
        }
        let found = stable.contracts().find("acme", id).await.unwrap().unwrap();
        if found.signed_on.is_none() {
            continue;
        }
        let today = stable.occasion(&tenant, EDGE).today;
        let context = format!("{zone}, {today}: {id}");
        check_life(&found, today, &context);
        seen.charges += check_charges(&found, &book, today, &context).0;
        seen.renewed += found.terms.len() - 1;
        seen.amended += found.versions.len() - 1;
        seen.noticed += usize::from(found.notice.is_some());
        seen.late_notices += usize::from(found.notice.is_some_and(|notice| !notice.in_time));
        seen.terminated += usize::from(found.termination.is_some());
        seen.expired += usize::from(found.status == ContractStatus::Expired);
    }
    let mut numbers: Vec<i64> = Vec::new();
    for id in &ids {
        numbers.extend(stable.contracts().find("acme", id).await.unwrap().unwrap().number);
    }
    numbers.sort_unstable();
    let expected: Vec<i64> = (1..=i64::try_from(numbers.len()).unwrap()).collect();
    assert_eq!(numbers, expected, "numbers have no gaps");
}

fn world_now(world: &World) -> edge_capabilities::Timestamp {
    edge_capabilities::Clock::now(&*world.clock)
}

/// Something is done to a contract, or nothing.
async fn act(
    world: &World,
    chance: &Chance<'_>,
    book: &Arc<MemoryBook>,
    tenant: &Tenant,
    contract: &Contract,
    mark: u64,
) {
    let asker = Asker { id: "user:u1".into(), role: "owner".into(), http_request: "r".into() };
    let id = contract.id.as_str();
    if contract.status == ContractStatus::Draft {
        mortally(world, chance, book, async |service| {
            let _ = service.activate(tenant, id, &asker, &actor()).await;
        })
        .await;
        return;
    }
    let today = service(&world.instance().0, book).occasion(tenant, EDGE).today;
    match chance.below(60) {
        0 | 1 => {
            let work = async |service: ContractService| {
                let _ =
                    service.change(tenant, id, &actor(), |contract, moment| contract.renew(None, None, moment)).await;
            };
            // On two nodes at once.
            tokio::join!(mortally(world, chance, book, work), mortally(world, chance, book, work));
        }
        2 if contract.notice.is_none() && chance.one_in(3) => {
            mortally(world, chance, book, async |service| {
                let give = |contract: &mut Contract, moment: crate::timeline::Moment<'_>| {
                    contract.give_notice(Party::Customer, moment)
                };
                let _ = service.change(tenant, id, &actor(), give).await;
            })
            .await;
        }
        3..=6 => {
            let date = today.minus_days(40).plus_days(u32::try_from(chance.below(100)).unwrap());
            let changes = fields(&json!({"lines": lines(chance, mark)}));
            mortally(world, chance, book, async |service| {
                let change = |contract: &Contract, mut content: Content| {
                    let errors = changes.amend(contract, &mut content);
                    assert!(errors.is_empty(), "{errors:?}");
                    Ok(content)
                };
                let _ = service.amend(tenant, id, date, "why", change, &asker, &actor()).await;
            })
            .await;
        }
        7 if chance.one_in(4) => {
            let date = today.minus_days(20).plus_days(u32::try_from(chance.below(60)).unwrap());
            let work = async |service: ContractService| {
                let end = |contract: &mut Contract, moment: crate::timeline::Moment<'_>| {
                    contract.terminate(date, "why".into(), moment)
                };
                let _ = service.change(tenant, id, &actor(), end).await;
            };
            tokio::join!(mortally(world, chance, book, work), mortally(world, chance, book, work));
        }
        _ => {}
    }
}
