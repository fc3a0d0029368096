//! Runs the real program against a real API server and etcd on this machine, and against servers that misbehave.
//!
//! `KUBEBUILDER_ASSETS` names the folder of the servers; `tools/kubebuilder-assets` builds them and prints it.
#![cfg(unix)]
#![allow(dead_code, reason = "not every test wants every part")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]
#![expect(clippy::disallowed_methods, reason = "these tests run servers and programs on files of their own")]

mod assets;
mod audit;
mod canaries;
mod certificates;
mod cluster;
mod connections;
mod corpus;
mod deploy;
mod equal;
mod faults;
mod five;
mod healthy;
mod kubeconfig;
mod lab;
mod laboratory;
mod load;
mod missing;
mod probe;
mod process;
mod proxy;
mod requests;
mod rights;
mod scale;
mod tls;
mod together;
mod tokens;
mod tunnel;
