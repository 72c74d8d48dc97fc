//! The service as a whole, over a socket: it starts, answers, refuses what is no HTTP, and stops when told.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;

use tokio::sync::oneshot;

use super::world::World;
use crate::{Server, SyncError, bind, serve};

fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

const ASK: &[u8] = b"GET /v1/ids/C00000001M HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[test]
fn from_start_to_stop() {
    let world = World::new(1);
    stopped_by_the_caller(bind(world.config()).unwrap());
    // In the same test, because the signal reaches every service of the process.
    #[cfg(unix)]
    stopped_by_the_system(bind(world.config()).unwrap());
}

fn stopped_by_the_caller(server: Server) {
    let address = server.address();
    let (tell, told) = oneshot::channel::<()>();
    let running = thread::spawn(move || {
        server.run(async {
            told.await.unwrap();
        })
    });
    let answer = exchange(address, ASK);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with('}'), "{answer}");
    assert!(exchange(address, b"nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    // A connection that is open and idle does not hold up the end.
    let idle = TcpStream::connect(address).unwrap();
    tell.send(()).unwrap();
    running.join().unwrap().unwrap();
    drop(idle);
    assert!(TcpStream::connect(address).is_err());
}

#[cfg(unix)]
fn stopped_by_the_system(server: Server) {
    let address = server.address();
    let running = thread::spawn(move || server.run(std::future::pending()));
    // Once it answers, it listens to signals too.
    assert!(exchange(address, ASK).starts_with("HTTP/1.1 200 OK\r\n"));
    let own = std::process::id().to_string();
    let told = std::process::Command::new("kill")
        .args(["-TERM", &own])
        .status()
        .unwrap();
    assert!(told.success());
    running.join().unwrap().unwrap();
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_stop_that_is_done_already() {
    serve(World::new(1).config(), async {}).unwrap();
}

#[test]
fn what_it_will_not_start_with() {
    let world = World::new(1);
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080", "[::ffff:192.0.2.1]:80"] {
        let mut config = world.config();
        config.address = address.parse().unwrap();
        let error = bind(config).unwrap_err();
        assert!(matches!(error, SyncError::NotLoopback { .. }), "{error}");
        assert!(error.hint().is_some());
    }
    let mut config = world.config();
    config.store = world.directory.path().join("nowhere.db");
    assert!(matches!(bind(config).unwrap_err(), SyncError::Store(_)));

    let mut config = world.config();
    config.rulebooks.extend(config.rulebooks.clone());
    assert!(matches!(bind(config).unwrap_err(), SyncError::TwoRulebooks { .. }));

    let taken = bind(world.config()).unwrap();
    let mut config = world.config();
    config.address = taken.address();
    assert!(matches!(bind(config).unwrap_err(), SyncError::CannotListen { .. }));
}
