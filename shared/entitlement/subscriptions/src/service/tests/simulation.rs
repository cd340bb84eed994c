//! Any history of subscriptions and seats: assigned, invited, claimed, revoked, transferred, resized, cancelled, renewed;
//! payments that fail; a gateway that tells of it late, twice and in any order; two nodes, and instances that die at any
//! call. After each step a seat check says what the record says, and after each history the movements hold.
//!
//! `STEPS` says how many steps, `SEED` which.

mod gateway;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use edge_applications::{ApplicationPlan, Plans};
use edge_capabilities::Clock as _;
use edge_capabilities::testing::SeededRandom;
use edge_seats::{
    ExternalOrg, Id, SeatAccess as _, SeatFacts, SeatLookup, SeatRecord as _, ShippedSeatAccess, Subject, Verification,
};
use edge_tenants::{Tenant, Tenants};

use super::*;
use crate::gateway::{Effective, Gateways};
use crate::movement::MovementKind;
use crate::seat::{RecordedSeats, Seat, SeatState};
use crate::subscription::{Purchase, WantedChange};
use gateway::LateGateway;

/// The steps of one history.
const EPISODE: u64 = 250;
const USERS: u64 = 6;
const ORGANIZATIONS: u64 = 2;
const APPLICATION: &str = "openmic";

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

#[tokio::test(start_paused = true)]
async fn no_history_grants_more_than_is_purchased_or_anything_revoked() {
    let (seed, steps) = (number("SEED", 20_261_128), number("STEPS", 1_250));
    println!("seed {seed}: SEED={seed} STEPS={steps} runs it again");
    let mut counts = BTreeMap::new();
    for episode in 0..steps.div_ceil(EPISODE) {
        let mut history = History::new(seed.wrapping_add(episode.wrapping_mul(7_919))).await;
        for _ in 0..EPISODE {
            history.step().await;
        }
        history.recover().await;
        history.check_verdicts().await;
        history.check_movements(&mut counts).await;
    }
    println!("{counts:?}");
    let seen = |kind: MovementKind| counts.contains_key(kind.as_str());
    assert!(
        steps < 1_000
            || [MovementKind::Claimed, MovementKind::TransferredTo, MovementKind::PastDue].into_iter().all(seen)
    );
}

/// One node.
struct Node {
    service: Subscriptions,
    verification: Verification,
    record: RecordedSeats,
}

struct History {
    world: World,
    random: SeededRandom,
    nodes: Vec<Node>,
    gateway: LateGateway,
    organizations: Vec<Tenant>,
    plan: ApplicationPlan,
    /// The seats that somebody was told of, and whether they were told that it is revoked.
    seats: BTreeMap<String, (u64, bool)>,
    next: u64,
}

impl History {
    async fn new(seed: u64) -> Self {
        let world = World::new(seed);
        crate::router::tests::set_up(&world, &["acme", "other"]).await;
        let db = Db::new(world.db.clone());
        let tenants = Tenants::new(db.clone());
        let mut organizations = Vec::new();
        for row in db.query("SELECT id FROM tenants ORDER BY slug", &[]).await.unwrap() {
            organizations.push(tenants.find(row.text(0).unwrap()).await.unwrap().unwrap());
        }
        let node = |_| {
            let (capabilities, _) = world.instance();
            let db = Db::new(capabilities.db.clone());
            let record = RecordedSeats::new(&capabilities, &db);
            Node {
                service: Subscriptions::new(&capabilities, &db),
                verification: Verification::with_record(
                    capabilities,
                    &db,
                    Arc::new(ShippedSeatAccess),
                    Arc::new(record.clone()),
                ),
                record,
            }
        };
        Self {
            nodes: (0..2).map(node).collect(),
            gateway: LateGateway::new(world.clock.clone()),
            plan: Plans::new(db).current(APPLICATION, "pro").await.unwrap().unwrap(),
            random: SeededRandom::new(seed),
            seats: BTreeMap::new(),
            next: 0,
            organizations,
            world,
        }
    }

    fn below(&self, bound: u64) -> u64 {
        self.random.below(bound)
    }

    fn user(&self) -> String {
        format!("user{}", self.below(USERS))
    }

    fn email(&self) -> String {
        format!("user{}@x.example", self.below(USERS))
    }

    async fn step(&mut self) {
        self.next += 1;
        let millis = if self.below(12) == 0 { self.below(20 * 86_400_000) } else { 1 + self.below(3_000) };
        self.world.clock.advance(Duration::from_millis(millis)).await;
        self.gateway.live(&self.random);
        let node = usize::try_from(self.below(2)).unwrap();
        let service = self.nodes[node].service.clone();
        if self.below(5) == 0 {
            // An instance that dies at some call; or, with luck, does not.
            let calls = i64::try_from(self.below(40)).unwrap();
            let (capabilities, lifetime) = self.world.mortal(calls, self.below(2) == 0);
            let mortal = Subscriptions::new(&capabilities, &Db::new(capabilities.db.clone()));
            let death = lifetime.death();
            let died = tokio::select! {
                () = self.act(&mortal) => false,
                () = death => true,
            };
            drop(lifetime);
            if died && self.below(2) == 0 {
                self.recover().await;
            }
        } else {
            self.act(&service).await;
        }
        self.check_verdicts().await;
        if self.below(6) == 0 {
            self.check_due(&service).await;
        }
    }

    /// What has come due is read alike before and after its movements are written, which happens once.
    async fn check_due(&self, service: &Subscriptions) {
        for organization in &self.organizations {
            let account = Account { organization: organization.id.clone(), application: APPLICATION.into() };
            let Some(head) = service.movements.head(&account).await.unwrap() else { continue };
            let shown = async || {
                let found = service.find(&head.subscription).await.unwrap();
                let expired =
                    service.movements.count_expired(&account, &found.id, self.world.clock.now()).await.unwrap();
                let pending = if found.pending == 0 { 0 } else { found.pending - expired };
                (found.terms, found.assigned, pending, found.is_last)
            };
            let count = async || service.movements.of(&organization.id, APPLICATION).await.unwrap().len();
            let before = shown().await;
            let next = service.write_due(&account).await.unwrap();
            assert!(next.is_none_or(|next| next > self.world.clock.now()), "step {}: {next:?}", self.next);
            assert_eq!(shown().await, before, "step {}", self.next);
            let written = count().await;
            assert_eq!(service.write_due(&account).await.unwrap(), next);
            assert_eq!(count().await, written, "step {}", self.next);
        }
    }

    /// What dead instances left is done.
    async fn recover(&self) {
        self.world.clock.advance(Duration::from_secs(11)).await;
        self.nodes[0].service.drain(100).await.unwrap();
        assert_eq!(self.nodes[1].service.drain(100).await.unwrap(), 0);
    }

    async fn act(&mut self, service: &Subscriptions) {
        let place = usize::try_from(self.below(ORGANIZATIONS)).unwrap();
        let organization = self.organizations[place].clone();
        let account = Account { organization: organization.id.clone(), application: APPLICATION.into() };
        let gateways = Gateways::manual(&service.capabilities).with_stripe(Arc::new(self.gateway.clone()));
        let head = self.nodes[0].service.movements.head(&account).await.unwrap();
        let last = head.map(|head| head.subscription);
        match (self.below(20), last) {
            (0 | 1, _) | (_, None) => {
                let gateway = if self.below(3) == 0 { GatewayName::Manual } else { GatewayName::Stripe };
                let seats = 1 + i64::try_from(self.below(5)).unwrap();
                let has_trial = self.below(6) == 0 && gateway == GatewayName::Manual;
                let (success_url, cancel_url) = (None, None);
                let purchase = Purchase {
                    organization: &organization,
                    plan: &self.plan,
                    seats,
                    gateway,
                    has_trial,
                    imported: None,
                    success_url,
                    cancel_url,
                    buyer: crate::gateway::Buyer::default(),
                };
                let _ = service.purchase(&purchase, &gateways, &actor()).await;
            }
            (9, _) => drop(service.write_due(&account).await),
            (2..=6, _) => {
                if let Some((id, event)) = self.gateway.told(&self.random) {
                    let _ = service.apply_event(&id, &event, &actor()).await;
                }
            }
            (7, Some(id)) => {
                let Ok(stored) = service.find(&id).await else { return };
                let seats = Some(1 + i64::try_from(self.below(6)).unwrap());
                let effective = [None, Some(Effective::Now), Some(Effective::PeriodEnd)];
                let effective = effective[usize::try_from(self.below(3)).unwrap()];
                let wanted = WantedChange { seats, effective, ..WantedChange::default() };
                let _ = service.resize(&stored, &wanted, &gateways, &actor()).await;
            }
            (8, Some(id)) => {
                let Ok(stored) = service.find(&id).await else { return };
                let _ = match self.below(12) {
                    0 => service.cancel(&stored, true, None, &gateways, &actor()).await,
                    1..=5 => service.cancel(&stored, false, None, &gateways, &actor()).await,
                    _ => service.reactivate(&stored, &gateways, &actor()).await,
                };
            }
            (_, Some(id)) => {
                let commands: Vec<SeatCommand> = (0..=self.below(3)).map(|_| self.command()).collect();
                let Ok(outcomes) = service.change_seats(&account, &id, &commands, &actor()).await else { return };
                for decided in outcomes.into_iter().flatten() {
                    let is_revoked = decided.seat.state == SeatState::Revoked;
                    let known = self.seats.entry(decided.seat.id.clone()).or_insert((self.next, false));
                    assert!(is_revoked || !known.1, "{:?} was revoked", decided.seat);
                    known.1 |= is_revoked;
                }
            }
        }
    }

    fn command(&self) -> SeatCommand {
        let id = format!("seat-{}-{}", self.next, self.below(1 << 40));
        let known = self.seats.len() as u64;
        let any = || match known {
            0 => "none".to_owned(),
            // Rather one of the last.
            _ => {
                let back = usize::try_from(self.below(known.min(8))).unwrap();
                let mut by_age: Vec<_> = self.seats.iter().map(|(id, (at, _))| (*at, id)).collect();
                by_age.sort_unstable();
                by_age[by_age.len() - 1 - back].1.clone()
            }
        };
        match self.below(8) {
            0..=2 => {
                let address = (self.below(2) == 0).then(|| self.email());
                SeatCommand::Assign { id, user: self.user(), address }
            }
            3 => {
                let expires_at = self.world.clock.now().plus(Duration::from_secs(1 + self.below(40_000)));
                let holder = (self.below(2) == 0).then(|| self.user());
                SeatCommand::Invite { id, email: self.email(), code: "code".into(), expires_at, holder }
            }
            4 | 5 => {
                let proof = if self.below(2) == 0 { Proof::Code("code".into()) } else { Proof::Address(self.email()) };
                SeatCommand::Claim { id: any(), user: self.user(), proof }
            }
            6 => SeatCommand::Revoke { id: any() },
            _ => {
                let cooldown = Duration::from_secs(self.below(2) * 60);
                SeatCommand::Transfer { id: any(), new: id, user: self.user(), cooldown }
            }
        }
    }

    /// A seat check says what the record says, unless an instance died before it could tell of a change.
    async fn check_verdicts(&self) {
        let node = &self.nodes[usize::try_from(self.below(2)).unwrap()];
        for organization in &self.organizations {
            let account = Account { organization: organization.id.clone(), application: APPLICATION.into() };
            if !node.service.movements.undone(&account).await.unwrap().is_empty() {
                continue;
            }
            let id = |text: &str| Id::parse(text).unwrap();
            let org = ExternalOrg { application: id(APPLICATION), id: id(&organization.slug) };
            let subject = Subject { org, user: id(&self.user()) };
            let verdict = node.verification.verify(&subject, None).await.unwrap();
            let now = self.world.clock.now();
            let expected = match node.record.find(&subject).await.unwrap().unwrap() {
                SeatLookup::Seat(seat) => {
                    let facts = SeatFacts {
                        seat_status: seat.seat_status,
                        subscription_status: seat.subscription_status,
                        expires_at: seat.period_end,
                        now,
                    };
                    assert!(verdict.seat.is_none_or(|shown| shown.version <= seat.version));
                    ShippedSeatAccess.decide(facts).await.has_access
                }
                _ => false,
            };
            assert_eq!(verdict.access.has_access, expected, "step {} {subject:?}: {:?}", self.next, verdict.access);
        }
    }

    /// The movements follow each other, sum to the state, and never give more than is purchased.
    async fn check_movements(&self, counts: &mut BTreeMap<&'static str, u64>) {
        for organization in &self.organizations {
            let movements = self.nodes[0].service.movements.of(&organization.id, APPLICATION).await.unwrap();
            let (mut seats, mut before): (BTreeMap<String, Seat>, _) = (BTreeMap::new(), crate::Balance::default());
            let mut sum = crate::Balance::default();
            let mut terms: Option<Terms> = None;
            for (movement, number) in movements.iter().zip(1..) {
                *counts.entry(movement.kind.as_str()).or_default() += 1;
                let at = movement.recorded_at;
                assert_eq!((movement.number, movement.before()), (number, before), "{movement:?}");
                if let Some(new) = &movement.terms {
                    let is_new = seats.values().any(|seat| seat.subscription != movement.subscription);
                    assert!(!is_new || terms.as_ref().is_none_or(|terms| !terms.status.is_live()), "two are live");
                    if is_new {
                        seats.retain(|_, seat| seat.subscription == movement.subscription);
                    }
                    terms = Some(new.clone());
                }
                let terms = terms.as_ref().unwrap();
                if let Some(seat) = movement.seat() {
                    let was = seats.insert(seat.id.clone(), seat.clone());
                    assert!(was.is_none_or(|was| was.state != SeatState::Revoked), "{seat:?} was revoked");
                }
                let live = |state| seats.values().filter(|seat| seat.state == state).count();
                let (assigned, pending) = (live(SeatState::Active), live(SeatState::Pending));
                let after = movement.after();
                if terms.ended_at.is_none() {
                    assert_eq!((after.assigned, movement.pending), (assigned as i64, pending as i64), "{movement:?}");
                }
                assert_eq!((after.seats, after.annual), (terms.purchased(), terms.annual_amount()), "{movement:?}");
                if matches!(movement.kind, MovementKind::Assigned | MovementKind::Claimed)
                    || (movement.kind == MovementKind::Invited && pending > 0)
                {
                    // An invitation that is sent again takes no further seat.
                    let is_again = movement.kind == MovementKind::Invited
                        && movements[..number as usize - 1].iter().any(|other| other.seat_id == movement.seat_id);
                    assert!(
                        is_again || after.assigned + movement.pending <= after.seats,
                        "{movement:?} is one too many"
                    );
                }
                let mut holders: Vec<_> = seats
                    .values()
                    .filter(|seat| seat.is_live(at))
                    .flat_map(|seat| [&seat.user, &seat.email])
                    .flatten()
                    .collect();
                let all = holders.len();
                holders.sort_unstable();
                holders.dedup();
                assert_eq!(holders.len(), all, "somebody has two seats after {movement:?}");
                sum.seats += after.seats - movement.seats_before;
                sum.assigned += after.assigned - movement.assigned_before;
                sum.annual += after.annual - movement.annual_before;
                before = after;
            }
            assert_eq!(sum, before, "the movements sum to the state");
        }
    }
}
