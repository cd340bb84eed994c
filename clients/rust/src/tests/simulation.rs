//! A client and a made-up edge, at random: seats are revoked, connections break, responses are late, machines are suspended
//! and the edge restarts. What a client promises holds all the while.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinHandle;

use super::Random;
use super::world::{Pending, World, response};
use crate::{EdgeClient, EdgeError, Origin, SeatAnswer, SeatCheck, TransportError};

const MAX_SILENCE: u64 = 6000;
const TIMEOUT: u64 = 2000;

const USERS: [&str; 3] = ["ana", "ben", "cy"];
const ORGANIZATIONS: [&str; 2] = ["north", "south"];

/// A user of an organisation.
type Seat = (usize, usize);

/// A request that the edge works on. Times are real ones, milliseconds since the beginning.
struct Work {
    pending: Pending,
    asked: u64,
    /// When the edge looks at its record, for a check.
    looks: u64,
    /// How long the response is on its way.
    delay: u64,
    made: Option<Made>,
}

/// A response on its way.
struct Made {
    arrives: u64,
    response: Result<(u16, String), TransportError>,
    /// How much of the record a response of the feed tells of.
    told: Option<usize>,
}

/// An answer that was given to a check, which is known by its version.
struct Given {
    seat: Seat,
    looked: u64,
    fresh: u64,
    stale: u64,
}

#[derive(Default, Debug)]
struct Counts {
    memory: u64,
    outage: u64,
    edge: u64,
    unavailable: u64,
    revoked: u64,
    delivered: u64,
}

struct Simulation {
    seed: u64,
    random: Random,
    world: World,
    client: EdgeClient,
    /// For how long the machine was suspended in all.
    suspended: u64,
    /// Whether each seat grants access, and since when.
    seats: HashMap<Seat, (bool, u64)>,
    /// The organisations that changed, in this order.
    record: Vec<usize>,
    /// How much of the record was told of when the client last heard it.
    delivered: usize,
    /// Whether the client has heard anything.
    has_begun: bool,
    /// The place in the record of each seat's latest change.
    changed: HashMap<Seat, usize>,
    /// Places of the feed from before this number of restarts are unknown.
    restarts: u64,
    is_down: bool,
    work: Vec<Work>,
    given: Vec<Given>,
    checks: Vec<(Seat, JoinHandle<Result<SeatAnswer, EdgeError>>)>,
    counts: Counts,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let world = World::new();
        let client = world.client(|builder| {
            let builder = builder.max_silence(Duration::from_millis(MAX_SILENCE)).max_entries(5);
            builder.timeout(Duration::from_millis(TIMEOUT))
        });
        let seats = (0..USERS.len()).flat_map(|user| (0..ORGANIZATIONS.len()).map(move |it| ((user, it), (true, 0))));
        Self {
            seed,
            random: Random::new(seed),
            world,
            client,
            suspended: 0,
            seats: seats.collect(),
            record: Vec::new(),
            delivered: 0,
            has_begun: false,
            changed: HashMap::new(),
            restarts: 0,
            is_down: false,
            work: Vec::new(),
            given: Vec::new(),
            checks: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// What time it really is.
    fn now(&self) -> u64 {
        self.world.now() + self.suspended
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.random.below(bound) == 0
    }

    async fn step(&mut self) {
        let step = 1 + self.random.below(120);
        self.world.go_to(self.world.now() + step).await;
        self.disturb();
        self.receive();
        self.look();
        self.respond().await;
        self.begin_checks().await;
        self.end_checks().await;
    }

    /// What happens by itself.
    fn disturb(&mut self) {
        if self.one_in(40) {
            let seat = self.any_seat();
            let (now, place) = (self.now(), self.record.len());
            let (grants, since) = self.seats.get_mut(&seat).unwrap();
            (*grants, *since) = (!*grants, now);
            self.counts.revoked += u64::from(!*grants);
            self.record.push(seat.1);
            self.changed.insert(seat, place);
        }
        if self.one_in(400) {
            // The machine sleeps: the monotonic clock stands still.
            let asleep = self.random.below(20_000);
            self.suspended += asleep;
            self.world.turn(asleep.try_into().unwrap());
        }
        if self.one_in(300) {
            self.is_down = !self.is_down;
        }
        if self.one_in(500) {
            self.restarts += 1;
            for work in self.work.drain(..) {
                work.pending.end(Err(TransportError("the edge restarts".to_owned())));
            }
        }
    }

    fn any_seat(&mut self) -> Seat {
        let place = |random: &mut Random, length: usize| usize::try_from(random.below(length as u64)).unwrap();
        (place(&mut self.random, USERS.len()), place(&mut self.random, ORGANIZATIONS.len()))
    }

    /// The edge receives requests.
    fn receive(&mut self) {
        while let Some(pending) = self.world.take("verify").or_else(|| self.world.take("changes")) {
            let asked = self.now();
            let looks = asked + self.random.below(200);
            let delay = match self.random.below(12) {
                0 => self.random.below(4000),
                _ => self.random.below(60),
            };
            self.work.push(Work { pending, asked, looks, delay, made: None });
        }
    }

    /// The edge makes responses.
    fn look(&mut self) {
        let now = self.now();
        let mut work = std::mem::take(&mut self.work);
        for work in work.iter_mut().filter(|work| work.made.is_none()) {
            let made = if self.is_down {
                Some((Err(TransportError("nobody listens".to_owned())), None))
            } else if self.one_in(60) {
                Some((Ok((503, String::new())), None))
            } else if work.pending.kind() == "verify" {
                (now >= work.looks).then(|| (Ok((200, self.check(&work.pending))), None))
            } else {
                self.changes(work)
            };
            work.made = made.map(|(response, told)| Made { arrives: now + work.delay, response, told });
        }
        self.work = work;
    }

    fn check(&mut self, pending: &Pending) -> String {
        let body = pending.body();
        let find = |names: &[&str], name: &str| names.iter().position(|it| body[name] == *it).unwrap();
        let seat = (find(&USERS, "userId"), find(&ORGANIZATIONS, "externalOrgId"));
        let (fresh, stale) = (500 + self.random.below(20_000), 500 + self.random.below(60_000));
        self.given.push(Given { seat, looked: self.now(), fresh, stale });
        let version = i64::try_from(self.given.len() - 1).unwrap();
        let lifetime = (fresh.try_into().unwrap(), stale.try_into().unwrap());
        let reason = if self.seats[&seat].0 { "SEAT_ACTIVE" } else { "SEAT_REVOKED" };
        // The edge's clock is wrong by any amount.
        let skew = i64::try_from(self.random.below(10_000_000)).unwrap() - 5_000_000;
        self.world.verdict(self.seats[&seat].0, reason, Some(version), Some(lifetime), skew).to_string()
    }

    #[expect(clippy::type_complexity, reason = "a response, and how much it tells")]
    fn changes(&mut self, work: &Work) -> Option<(Result<(u16, String), TransportError>, Option<usize>)> {
        let since = work.pending.query("since").map(|since| since.split_once('.').unwrap());
        let since = since.map(|(restarts, place)| (restarts.parse::<u64>().unwrap(), place.parse::<usize>().unwrap()));
        let told = self.record.len();
        let (changes, reset) = match since {
            Some((restarts, _)) if restarts != self.restarts && self.one_in(2) => {
                return Some((Ok((400, String::new())), None));
            }
            Some((restarts, place)) if restarts == self.restarts => {
                let change =
                    |it: &usize| json!({"applicationSlug": "healos", "externalOrgId": ORGANIZATIONS[*it], "fence": 1});
                let changes: Vec<_> = self.record[place..].iter().map(change).collect();
                if changes.is_empty() && self.now() < work.asked + wait(&work.pending) {
                    return None;
                }
                (changes, false)
            }
            _ => (Vec::new(), true),
        };
        let body = json!({"changes": changes, "next": format!("{}.{told}", self.restarts), "reset": reset});
        Some((Ok((200, body.to_string())), Some(told)))
    }

    /// Responses arrive.
    async fn respond(&mut self) {
        let now = self.now();
        let arrives = |work: &Work| work.made.as_ref().is_some_and(|made| made.arrives <= now);
        let (arrived, others) = std::mem::take(&mut self.work).into_iter().partition(arrives);
        self.work = others;
        for Work { pending, asked, made, .. } in arrived {
            let made = made.unwrap();
            // One that is late counts as none.
            let patience = if wait(&pending) > 0 { wait(&pending) * 5 / 4 } else { TIMEOUT };
            let is_heard = !pending.is_given_up() && now - asked < patience;
            pending.end(made.response.map(|(status, body)| response(status, &[], body)));
            self.world.settle().await;
            // Checks that this response ended were not yet to know of it.
            self.end_checks().await;
            let Some(told) = made.told.filter(|_| is_heard) else { continue };
            // The first response tells where to begin, and of nothing that happened.
            if std::mem::replace(&mut self.has_begun, true) {
                self.counts.delivered += u64::from(told > self.delivered);
                self.delivered = told;
            }
        }
    }

    async fn begin_checks(&mut self) {
        for _ in 0..self.random.below(4) {
            let seat = self.any_seat();
            let (client, user, organization) = (self.client.clone(), USERS[seat.0], ORGANIZATIONS[seat.1]);
            let check = async move { client.verify_seat(&SeatCheck::new(user, "healos", organization)).await };
            self.checks.push((seat, tokio::spawn(check)));
        }
        self.world.settle().await;
    }

    async fn end_checks(&mut self) {
        let (ended, others) = std::mem::take(&mut self.checks).into_iter().partition(|(_, check)| check.is_finished());
        self.checks = others;
        let ended: Vec<(Seat, JoinHandle<_>)> = ended;
        for (seat, check) in ended {
            let answer = check.await.unwrap().unwrap();
            self.judge(seat, &answer);
        }
    }

    /// What a client promises of each answer.
    fn judge(&mut self, seat: Seat, answer: &SeatAnswer) {
        let (seed, now) = (self.seed, self.now());
        match answer.origin {
            Origin::Edge => self.counts.edge += 1,
            Origin::Memory => self.counts.memory += 1,
            Origin::Outage => self.counts.outage += 1,
            Origin::Unavailable => {
                self.counts.unavailable += 1;
                assert!(!answer.has_access, "seed {seed}: nobody knows, and access is granted");
                return;
            }
        }
        let given = &self.given[usize::try_from(answer.version.unwrap()).unwrap()];
        assert_eq!(given.seat, seat, "seed {seed}: the answer is for somebody else");
        let age = now - given.looked;
        let limit = match answer.origin {
            Origin::Memory => given.fresh,
            Origin::Outage => given.stale,
            _ => TIMEOUT + 200,
        };
        assert!(age < limit, "seed {seed} at {now}: {answer:?} is {age} ms old");
        let (grants, since) = self.seats[&seat];
        if !answer.has_access || grants {
            return;
        }
        let silence = now - since;
        assert!(silence < MAX_SILENCE + 200, "seed {seed} at {now}: {answer:?}, {silence} ms after it was revoked");
        let is_delivered = self.delivered > self.changed[&seat];
        assert!(!is_delivered, "seed {seed} at {now}: {answer:?}, although the client has heard of the revocation");
    }
}

/// How long the edge is asked to wait, milliseconds.
fn wait(pending: &Pending) -> u64 {
    pending.query("wait").map_or(0, |wait| wait.parse::<u64>().unwrap() * 1000)
}

#[test]
fn no_seat_is_granted_after_its_revocation_was_heard_of_or_the_feed_was_silent() {
    let mut all = Counts::default();
    for seed in 0..12 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let counts = runtime.block_on(async {
            let mut simulation = Simulation::new(seed);
            simulation.client.start();
            for _ in 0..2000 {
                simulation.step().await;
            }
            simulation.counts
        });
        all.memory += counts.memory;
        all.outage += counts.outage;
        all.edge += counts.edge;
        all.unavailable += counts.unavailable;
        all.revoked += counts.revoked;
        all.delivered += counts.delivered;
    }
    // The simulation visits all that it is about.
    println!("{all:?}");
    assert!(all.memory > 2000 && all.edge > 2000 && all.revoked > 150 && all.delivered > 150, "{all:?}");
    assert!(all.outage > 50 && all.unavailable > 250, "{all:?}");
}
