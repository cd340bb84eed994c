use edge_capabilities::testing::World;
use futures::FutureExt as _;

use super::*;

const START: Duration = Duration::from_secs(100);

fn position(sequence: i64) -> Position {
    Position { sequence, fence: sequence, purged: 0, resets: 0 }
}

/// A watch on which somebody has looked, and found the position 1.
fn watch() -> Watch {
    let watch = Watch::new(World::new(1).instance().0.signals);
    watch.publish(Some(position(1)), START, START);
    watch
}

fn leads(place: &Place<'_>) -> bool {
    matches!(place.turn(position(1), START), Turn::Look(_))
}

fn sleeps(place: &Place<'_>) -> Signalled {
    match place.turn(position(1), START) {
        Turn::Sleep { signalled, .. } => signalled,
        _ => panic!("it is awake"),
    }
}

fn is_signalled(signalled: &mut Signalled) -> bool {
    signalled.now_or_never().is_some()
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_woken_by_another_position_alone() {
    let watch = watch();
    let places: Vec<Place<'_>> = (0..4).map(|_| watch.enter()).collect();
    let (leader, others) = places.split_first().unwrap();
    assert!(leads(leader));
    let mut asleep: Vec<Signalled> = others.iter().map(sleeps).collect();
    for second in 1..20 {
        let now = START + Duration::from_secs(second);
        watch.publish(Some(position(1)), now, now);
        assert!(!asleep.iter_mut().any(is_signalled));
    }
    let now = START + Duration::from_secs(20);
    watch.publish(Some(position(2)), now, now);
    assert!(asleep.iter_mut().all(is_signalled));
    for place in &places {
        assert!(matches!(place.turn(position(1), now), Turn::Read(sight) if sight.position == position(2)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_leaves_is_followed_by_one_of_those_who_wait() {
    let watch = watch();
    let mut places: Vec<Place<'_>> = (0..5).map(|_| watch.enter()).collect();
    assert!(leads(&places[0]));
    let mut asleep: Vec<Option<Signalled>> =
        places.iter().enumerate().map(|(at, place)| (at > 0).then(|| sleeps(place))).collect();
    // One that does not lead leaves unnoticed.
    places.remove(3);
    asleep.remove(3);
    let mut leader = 0;
    while places.len() > 1 {
        places.remove(leader);
        asleep.remove(leader);
        let woken: Vec<usize> = (0..asleep.len())
            .filter(|at| asleep[*at].as_mut().is_some_and(|signalled| signalled.now_or_never().is_some()))
            .collect();
        assert_eq!(woken.len(), 1, "one leads, the others sleep on");
        leader = woken[0];
        asleep[leader] = None;
        assert!(leads(&places[leader]));
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_was_to_lead_and_leaves_instead_hands_over() {
    let watch = watch();
    let (first, second, third) = (watch.enter(), watch.enter(), watch.enter());
    assert!(leads(&first));
    let (mut earlier, mut later) = (sleeps(&second), sleeps(&third));
    drop(first);
    assert!(is_signalled(&mut later) && !is_signalled(&mut earlier));
    // Its time is up before it has its turn.
    drop(third);
    assert!(is_signalled(&mut earlier));
    assert!(leads(&second));
    drop(second);
    assert!(leads(&watch.enter()));
}

#[tokio::test(start_paused = true)]
async fn who_cannot_see_for_a_second_is_woken_to_say_so() {
    let watch = watch();
    let (leader, other) = (watch.enter(), watch.enter());
    assert!(leads(&leader));
    let mut asleep = sleeps(&other);
    let soon = START + BLIND / 2;
    watch.publish(None, soon, soon);
    assert!(!is_signalled(&mut asleep) && watch.sight().is_some_and(|sight| !sight.is_certain(soon)));
    assert!(matches!(leader.turn(position(1), soon), Turn::Look(_)));
    let now = START + BLIND;
    watch.publish(None, now, now);
    assert!(is_signalled(&mut asleep));
    for place in [&leader, &other] {
        assert!(matches!(place.turn(position(1), now), Turn::Blind));
    }
    watch.publish(Some(position(1)), now, now);
    assert!(watch.sight().is_some_and(|sight| sight.is_certain(now)));
    assert!(leads(&leader));
}
