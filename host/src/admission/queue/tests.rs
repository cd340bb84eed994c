use super::*;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn from(class: Class, caller: u64) -> Applicant {
    Applicant { class, caller: Caller::number(caller) }
}

const PATIENCE: Patience = Patience { burst: ms(100), standing: ms(25), max_waiting: 64 };

/// One slot, for which the applicants wait from now on in this order; gives who got it, each for a moment, and who did
/// not. While they queue up the slot is taken for `taken`.
async fn served(patience: Patience, taken: Duration, applicants: &[Applicant]) -> Vec<(usize, Result<(), Shed>)> {
    let queue = ProcessorQueue::new(1, patience);
    let first = queue.take_inside().await;
    let order = Mutex::new(Vec::new());
    let wait = async |number: usize, applicant: Applicant| {
        let slot = queue.take(applicant).await;
        order.lock().unwrap().push((number, slot.as_ref().map(drop).map_err(|shed| *shed)));
        drop(slot);
    };
    let all = applicants.iter().enumerate().map(|(number, applicant)| wait(number, *applicant));
    let release = async {
        tokio::time::sleep(taken).await;
        drop(first);
    };
    futures::join!(futures::future::join_all(all), release);
    order.into_inner().unwrap()
}

fn got(served: &[(usize, Result<(), Shed>)]) -> Vec<usize> {
    served.iter().filter(|(_, slot)| slot.is_ok()).map(|(number, _)| *number).collect()
}

#[tokio::test(start_paused = true)]
async fn events_go_before_checks_and_checks_before_the_rest() {
    use Class::{Checks, Events, Other};
    let applicants = [from(Other, 1), from(Checks, 2), from(Events, 3), from(Checks, 4), from(Events, 5)];
    assert_eq!(got(&served(PATIENCE, ms(10), &applicants).await), [2, 4, 1, 3, 0]);
}

#[tokio::test(start_paused = true)]
async fn callers_of_a_class_have_their_turns() {
    let mut applicants = vec![from(Class::Checks, 1); 6];
    applicants.extend([from(Class::Checks, 2), from(Class::Checks, 3), from(Class::Checks, 2)]);
    assert_eq!(got(&served(PATIENCE, ms(10), &applicants).await), [0, 6, 7, 1, 8, 2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn who_costs_more_has_fewer_turns_while_others_wait_and_all_that_are_left_when_nobody_does() {
    let queue = ProcessorQueue::new(1, PATIENCE);
    for _ in 0..100 {
        let mut slot = queue.take(from(Class::Checks, 1)).await.unwrap();
        let payment = queue.payment(&mut slot, Caller::number(1));
        let cost = slot.take_cost().unwrap();
        (0..4).for_each(|_| cost.add(1));
        drop((payment, slot));
    }
    let taken = queue.take_inside().await;
    let order = Mutex::new(Vec::new());
    let wait = async |caller| {
        drop(queue.take(from(Class::Checks, caller)).await.unwrap());
        order.lock().unwrap().push(caller);
    };
    let all = [1; 4].into_iter().chain([2; 8]).map(wait);
    futures::join!(futures::future::join_all(all), async { drop(taken) });
    assert_eq!(order.into_inner().unwrap(), [2, 2, 2, 1, 2, 2, 2, 2, 1, 2, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_least_important_class_gets_through_now_and_then() {
    let mut applicants = vec![from(Class::Events, 1); 40];
    applicants.push(from(Class::Other, 2));
    let got = got(&served(PATIENCE, ms(10), &applicants).await);
    let place = got.iter().position(|number| *number == 40).unwrap();
    assert!(place < 16, "{place}");
}

#[tokio::test(start_paused = true)]
async fn whoever_would_wait_for_too_long_is_turned_away() {
    let applicants = [from(Class::Checks, 1), from(Class::Events, 2)];
    let served = served(PATIENCE, ms(101), &applicants).await;
    assert!(served.iter().all(|(_, slot)| *slot == Err(Shed::Queue)), "{served:?}");
    // And where no slot is ever handed on.
    let queue = ProcessorQueue::new(1, PATIENCE);
    let _taken = queue.take_inside().await;
    assert_eq!(queue.take(from(Class::Events, 1)).await.err(), Some(Shed::Queue));
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_has_room_for_who_matters_more_and_for_who_has_less() {
    let patience = Patience { max_waiting: 4, ..PATIENCE };
    use Class::{Checks, Events, Other};
    let mut applicants = vec![from(Checks, 1); 4];
    applicants.extend([from(Other, 2), from(Checks, 1), from(Events, 3), from(Checks, 4)]);
    let served = served(patience, ms(10), &applicants).await;
    assert_eq!(got(&served), [6, 0, 7, 1]);
    let mut turned_away: Vec<_> = served.iter().filter(|(_, slot)| slot.is_err()).map(|served| served.0).collect();
    turned_away.sort_unstable();
    assert_eq!(turned_away, [2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_standing_queue_is_shorter_than_a_burst_and_refuses_at_once_what_would_wait() {
    let queue = ProcessorQueue::new(1, PATIENCE);
    let waits = Mutex::new(Vec::new());
    let refused = Mutex::new(Vec::new());
    let ask = async |number: u64| {
        // Twice as many as can be served: one each millisecond, of which each takes two.
        tokio::time::sleep(ms(number)).await;
        let began = Instant::now();
        match queue.take(from(Class::Checks, number % 7)).await {
            Ok(slot) => {
                waits.lock().unwrap().push((number, began.elapsed()));
                tokio::time::sleep(ms(2)).await;
                drop(slot);
            }
            Err(_) => refused.lock().unwrap().push((number, began.elapsed())),
        }
    };
    futures::future::join_all((0..2000).map(ask)).await;
    let (waits, refused) = (waits.into_inner().unwrap(), refused.into_inner().unwrap());
    assert!(waits.len() >= 980, "as many as can be are served: {}", waits.len());
    assert!(waits.iter().all(|(_, wait)| *wait <= ms(100)));
    let settled = waits.iter().filter(|(number, _)| *number > 400);
    assert!(settled.clone().all(|(_, wait)| *wait <= ms(30)), "{:?}", settled.max_by_key(|settled| settled.1));
    let settled: Vec<_> = refused.iter().filter(|(number, _)| *number > 400).collect();
    let at_once = settled.iter().filter(|(_, wait)| wait.is_zero()).count();
    assert!(at_once * 4 >= settled.len() * 3, "{at_once} of {}", settled.len());
}

#[tokio::test(start_paused = true)]
async fn what_comes_in_bursts_between_which_no_slot_is_handed_on_is_refused_at_once_too() {
    let queue = ProcessorQueue::new(1, Patience { burst: ms(400), standing: ms(100), max_waiting: 1000 });
    let (served, refused) = (Mutex::new(0), Mutex::new(Vec::new()));
    let ask = async |number: u64| {
        // Each 40 milliseconds 40 come, and 20 are served: quickly, after a pause.
        tokio::time::sleep(ms(number / 40 * 40)).await;
        let began = Instant::now();
        match queue.take(from(Class::Checks, number % 7)).await {
            Ok(slot) => {
                let count = {
                    let mut served = served.lock().unwrap();
                    *served += 1;
                    *served
                };
                tokio::time::sleep(ms(if count % 20 == 0 { 21 } else { 1 })).await;
                drop(slot);
            }
            Err(_) => refused.lock().unwrap().push((number, began.elapsed())),
        }
    };
    futures::future::join_all((0..4000).map(ask)).await;
    let (served, refused) = (served.into_inner().unwrap(), refused.into_inner().unwrap());
    assert!(served >= 1950, "as many as can be are served: {served}");
    let settled: Vec<_> = refused.iter().filter(|(number, _)| *number > 800).collect();
    let at_once = settled.iter().filter(|(_, wait)| wait.is_zero()).count();
    assert!(at_once * 100 >= settled.len() * 98, "{at_once} of {}", settled.len());
}

#[tokio::test(start_paused = true)]
async fn a_queue_stands_while_it_has_not_been_empty_for_as_long_as_a_burst() {
    let queue = ProcessorQueue::new(1, PATIENCE);
    let taken = queue.take_inside().await;
    let mut waits = Box::pin(queue.take_inside());
    assert!(futures::poll!(&mut waits).is_pending() && !queue.is_standing());
    tokio::time::sleep(ms(101)).await;
    assert!(queue.is_standing());
    drop(taken);
    drop(waits.await);
    assert!(!queue.is_standing());
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_leaves_his_slot_to_others_and_what_is_inside_goes_first() {
    let queue = ProcessorQueue::new(1, PATIENCE);
    let taken = queue.take_inside().await;
    let mut gives_up = Box::pin(queue.take(from(Class::Events, 1)));
    assert!(futures::poll!(&mut gives_up).is_pending());
    let mut stays = Box::pin(queue.take(from(Class::Other, 2)));
    assert!(futures::poll!(&mut stays).is_pending());
    let mut inside = Box::pin(queue.take_inside());
    assert!(futures::poll!(&mut inside).is_pending());
    assert_eq!((queue.waiting(Class::Events), queue.waiting(Class::Other)), (1, 1));
    drop(gives_up);
    drop(taken);
    // It was handed on, and is handed on again though nobody took it up.
    drop(inside);
    assert!(stays.await.is_ok());
    assert_eq!(queue.waiting(Class::Other), 0);
    assert!(queue.take(from(Class::Other, 3)).await.is_ok(), "nobody waits");
}
