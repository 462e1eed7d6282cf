//! What the load programs share: keys to send, and how times are summed up.

use envoy_types::pb::envoy::config::core::v3::{HeaderMap, HeaderValue, SocketAddress, address, socket_address};
use envoy_types::pb::envoy::config::core::v3::Address;
use envoy_types::pb::envoy::service::auth::v3::attribute_context::{HttpRequest, Peer, Request};
use envoy_types::pb::envoy::service::auth::v3::{AttributeContext, CheckRequest};
use prost::Message;
use std::fs;

/// The keys that requests carry, one after the other and from the start again.
pub struct Keys {
    keys: Vec<Vec<u8>>,
    next: usize,
}

impl Keys {
    /// Reads a file with one key a line; all of one length.
    pub fn read(path: &str) -> Result<Keys, String> {
        let text = fs::read(path).map_err(|e| format!("{path}: {e}"))?;
        let keys: Vec<Vec<u8>> = text.split(|b| *b == b'\n').filter(|k| !k.is_empty()).map(<[u8]>::to_vec).collect();
        let length = keys.first().ok_or(format!("{path}: no key"))?.len();
        if keys.iter().any(|k| k.len() != length) {
            return Err(format!("{path}: keys of different lengths (expected: {length} bytes each)"));
        }
        Ok(Keys { keys, next: 0 })
    }

    pub fn length(&self) -> usize {
        self.keys[0].len()
    }

    pub fn next(&mut self) -> &[u8] {
        let key = &self.keys[self.next];
        self.next = (self.next + 1) % self.keys.len();
        key
    }
}

/// Numbers that depend on the seed alone, so that every server meets the same arrivals (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The time to the next arrival, in nanoseconds, of a Poisson process of `rate` a second.
    pub fn gap(&mut self, rate: f64) -> u64 {
        let uniform = ((self.next() >> 11) as f64 + 1.0) / (1u64 << 53) as f64;
        (-uniform.ln() / rate * 1e9) as u64
    }
}

/// Answers by kind, and how long they took.
#[derive(Default)]
pub struct Tally {
    pub ok: u64,
    pub denied: u64,
    pub failed: u64,
    nanos: Vec<u64>,
}

impl Tally {
    pub fn answered(&mut self, status: u16, nanos: u64) {
        match status {
            200 => self.ok += 1,
            400..=499 => self.denied += 1,
            _ => self.failed += 1,
        }
        self.nanos.push(nanos);
    }

    pub fn add(&mut self, other: Tally) {
        self.ok += other.ok;
        self.denied += other.denied;
        self.failed += other.failed;
        self.nanos.extend(other.nanos);
    }

    pub fn answers(&self) -> u64 {
        self.ok + self.denied + self.failed
    }

    /// Prints one JSON object; times in microseconds.
    pub fn print(mut self, seconds: f64) {
        self.nanos.sort_unstable();
        let at = |q: f64| match self.nanos.len() {
            0 => 0.0,
            n => self.nanos[((q * n as f64) as usize).min(n - 1)] as f64 / 1e3,
        };
        println!(
            "{{\"answers\": {}, \"ok\": {}, \"denied\": {}, \"failed\": {}, \"seconds\": {seconds:.3}, \"p50\": {:.1}, \"p90\": {:.1}, \"p99\": {:.1}, \"p999\": {:.1}, \"max\": {:.1}}}",
            self.answers(), self.ok, self.denied, self.failed, at(0.5), at(0.9), at(0.99), at(0.999), at(1.0),
        );
    }
}

/// Returns a check as an Envoy with the reference configuration sends it (headers as raw bytes), and where its key stands.
pub fn check(path: &str, key_length: usize) -> (Vec<u8>, usize) {
    let bearer = format!("Bearer {}", "k".repeat(key_length));
    let headers = [
        (":authority", "api.example.com"),
        (":path", path),
        (":method", "GET"),
        (":scheme", "http"),
        ("user-agent", "latchkey-bench/1"),
        ("accept", "*/*"),
        ("accept-encoding", "gzip"),
        ("x-client", "bench"),
        ("content-type", "application/json"),
        ("authorization", &bearer),
        ("x-forwarded-proto", "http"),
        ("x-request-id", "5d2f1e0a-7c55-4f51-9d0e-3d0c1c7a9b11"),
    ];
    let map = headers.map(|(key, value)| HeaderValue {
        key: key.into(),
        raw_value: value.as_bytes().to_vec(),
        ..Default::default()
    });
    let http = HttpRequest {
        id: "7105411289013245678".into(),
        method: "GET".into(),
        path: path.into(),
        host: "api.example.com".into(),
        scheme: "http".into(),
        protocol: "HTTP/1.1".into(),
        header_map: Some(HeaderMap { headers: map.to_vec() }),
        ..Default::default()
    };
    let check = CheckRequest {
        attributes: Some(AttributeContext {
            source: Some(peer(40112)),
            destination: Some(peer(10000)),
            request: Some(Request { http: Some(http), ..Default::default() }),
            ..Default::default()
        }),
    }
    .encode_to_vec();
    let mark = b"Bearer ";
    let at = check.windows(mark.len()).position(|w| w == mark).map_or(0, |i| i + mark.len());
    (check, at)
}

fn peer(port: u32) -> Peer {
    let socket = SocketAddress {
        address: "127.0.0.1".into(),
        port_specifier: Some(socket_address::PortSpecifier::PortValue(port)),
        ..Default::default()
    };
    Peer { address: Some(Address { address: Some(address::Address::SocketAddress(socket)) }), ..Default::default() }
}
