use http_body_util::channel::{Channel, Sender};

use super::*;

type Sending = Sender<Bytes, Error>;

const TIMEOUT: Duration = Duration::from_secs(30);

struct Server {
    bodies: Arc<Bodies>,
    stop: watch::Sender<bool>,
}

impl Server {
    fn new(most: usize) -> Self {
        Self { bodies: Arc::new(Bodies::within(most, TIMEOUT)), stop: watch::channel(false).0 }
    }

    fn kept(&self) -> usize {
        self.bodies.kept.load(Ordering::SeqCst)
    }

    fn receive(&self) -> (Sending, tokio::task::JoinHandle<Result<Received, Refusal>>) {
        let (sender, body) = Channel::<Bytes, Error>::new(1);
        let (bodies, stopping) = (self.bodies.clone(), self.stop.subscribe());
        (sender, tokio::spawn(async move { bodies.receive(body, false, &stopping).await }))
    }
}

async fn read(received: Received) -> Result<Bytes, Error> {
    received.body.collect().await.map(http_body_util::Collected::to_bytes)
}

#[tokio::test(start_paused = true)]
async fn a_body_is_handed_over_once_all_of_it_is_there() {
    let server = Server::new(MAX_KEPT);
    let (mut sender, receiving) = server.receive();
    let mut sent = Vec::new();
    for part in 0..40_u8 {
        assert!(!receiving.is_finished());
        sent.extend_from_slice(&[part; 1000]);
        sender.send_data(Bytes::from(vec![part; 1000])).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(sender);
    let received = receiving.await.unwrap().unwrap();
    assert!(!received.is_streamed);
    assert_eq!(server.kept(), 40_000);
    assert_eq!(received.body.size_hint().exact(), Some(40_000));
    assert_eq!(read(received).await.unwrap(), sent);
    assert_eq!(server.kept(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_coming_is_given_up_after_the_grace() {
    for first in [0, 1, 1000] {
        let server = Server::new(MAX_KEPT);
        let began = Instant::now();
        let (mut sender, receiving) = server.receive();
        if first > 0 {
            sender.send_data(Bytes::from(vec![0; first])).await.unwrap();
        }
        assert_eq!(receiving.await.unwrap().err(), Some(Refusal::SlowBody));
        assert!(began.elapsed() >= GRACE && began.elapsed() < GRACE + Duration::from_secs(2));
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_is_given_up_too() {
    let server = Server::new(MAX_KEPT);
    let (mut sender, receiving) = server.receive();
    tokio::spawn(async move {
        while sender.send_data(Bytes::from_static(&[0; 100])).await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let began = Instant::now();
    assert_eq!(receiving.await.unwrap().err(), Some(Refusal::SlowBody));
    assert!(began.elapsed() < Duration::from_secs(13));
}

#[tokio::test(start_paused = true)]
async fn no_kept_body_takes_longer_than_the_longest() {
    let server = Server::new(MAX_KEPT);
    let (mut sender, receiving) = server.receive();
    tokio::spawn(async move {
        while sender.send_data(Bytes::from_static(&[0; 2000])).await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let began = Instant::now();
    assert_eq!(receiving.await.unwrap().err(), Some(Refusal::SlowBody));
    assert!(began.elapsed() >= TIMEOUT && began.elapsed() < TIMEOUT + Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_half_sent_body_has_five_seconds_once_the_server_stops() {
    let server = Server::new(MAX_KEPT);
    let (_sender, receiving) = server.receive();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let stopped = Instant::now();
    server.stop.send_replace(true);
    assert_eq!(receiving.await.unwrap().err(), Some(Refusal::SlowBody));
    assert_eq!(stopped.elapsed().as_secs(), MAX_WHEN_STOPPING.as_secs());
}

#[tokio::test(start_paused = true)]
async fn where_memory_is_short_the_one_that_has_come_in_for_longest_gives_up() {
    let server = Server::new(50_000);
    let mut half_sent = Vec::new();
    for _ in 0..2 {
        let (mut sender, receiving) = server.receive();
        sender.send_data(Bytes::from(vec![0; 20_000])).await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
        half_sent.push((sender, receiving));
    }
    assert_eq!(server.kept(), 40_000);
    // A small one needs nothing of it.
    let (mut sender, receiving) = server.receive();
    sender.send_data(Bytes::from_static(b"{}")).await.unwrap();
    drop(sender);
    assert_eq!(read(receiving.await.unwrap().unwrap()).await.unwrap(), "{}");
    // A large one that comes in at once takes the place of one that does not.
    let (mut sender, receiving) = server.receive();
    sender.send_data(Bytes::from(vec![1; 20_000])).await.unwrap();
    drop(sender);
    let good = receiving.await.unwrap().unwrap();
    let (_, first) = half_sent.remove(0);
    assert_eq!(first.await.unwrap().err(), Some(Refusal::SlowBody));
    assert!(!half_sent[0].1.is_finished());
    drop(good);
    drop(half_sent.remove(0).0);
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(server.kept(), 0);
}

#[tokio::test(start_paused = true)]
async fn where_all_memory_is_taken_by_whole_bodies_the_next_is_told_to_come_back() {
    let server = Server::new(30_000);
    let mut whole = Vec::new();
    for refused in [false, true] {
        let (mut sender, receiving) = server.receive();
        sender.send_data(Bytes::from(vec![0; 20_000])).await.unwrap();
        drop(sender);
        match receiving.await.unwrap() {
            Ok(received) if !refused => whole.push(received),
            other => assert_eq!((other.err(), refused), (Some(Refusal::Overloaded), true)),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_passed_on_as_it_comes_and_fails_where_it_stops() {
    let server = Server::new(MAX_KEPT);
    for whole in [true, false] {
        let (mut sender, receiving) = server.receive();
        let part = Bytes::from(vec![7; 256 << 10]);
        for _ in 0..5 {
            sender.send_data(part.clone()).await.unwrap();
        }
        let received = receiving.await.unwrap().unwrap();
        assert!(received.is_streamed);
        let reading = tokio::spawn(read(received));
        for _ in 0..7 {
            sender.send_data(part.clone()).await.unwrap();
        }
        if whole {
            drop(sender);
            assert_eq!(reading.await.unwrap().unwrap().len(), 12 * part.len());
        } else {
            assert!(reading.await.unwrap().is_err());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_body_of_which_nothing_comes_is_its_components_to_refuse() {
    let server = Server::new(MAX_KEPT);
    for (announced, is_announced, after) in
        [(DEFAULT + 1, false, Some(FIRST_PIECE)), (DEFAULT + 1, true, Some(Duration::ZERO)), (DEFAULT, true, None)]
    {
        let (_sender, body) = Channel::<Bytes, Error>::new(1);
        let body = Announced(body, announced);
        let began = Instant::now();
        let received = server.bodies.receive(body, is_announced, &server.stop.subscribe()).await;
        match after {
            Some(after) => {
                assert!(received.is_ok_and(|received| received.is_streamed));
                assert_eq!(began.elapsed().as_millis(), after.as_millis());
            }
            None => assert_eq!(received.err(), Some(Refusal::SlowBody)),
        }
    }
}

/// A body that says how long it is.
struct Announced(Channel<Bytes, Error>, u64);

impl Body for Announced {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.1)
    }
}
