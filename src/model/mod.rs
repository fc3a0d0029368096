//! Turns documents into meaning: resources, charts, collectors, stores, and values as far as they can be known.

pub(crate) mod alloy;
mod cluster;
mod collector;
pub(crate) mod eval;
mod fact;
mod found;
mod grafana;
mod kubernetes;
mod objects;
mod piece;
mod pod;
mod reader;
mod releases;
mod shape;
mod stack;
mod stores;
mod values;
mod workload;

pub(crate) use cluster::Backend;
pub(crate) use cluster::Cluster;
pub(crate) use cluster::Service;
pub(crate) use cluster::cluster;
pub(crate) use collector::Collector;
pub(crate) use collector::collectors;
pub(crate) use fact::Fact;
pub(crate) use fact::FactValue;
pub(crate) use fact::Subject;
pub(crate) use grafana::subjects as grafana_subjects;
pub(crate) use piece::Chart;
pub(crate) use piece::Piece;
pub(crate) use piece::Problem;
pub(crate) use piece::ProblemKind;
pub(crate) use piece::Store;
pub(crate) use reader::Reading;
pub(crate) use reader::read;
pub(crate) use shape::Expected;
#[cfg(test)]
pub(crate) use shape::looks_like_alloy;
pub(crate) use stack::FilePieces;
pub(crate) use stack::Stack;
pub(crate) use stores::subjects as store_subjects;
pub(crate) use workload::ControlRoom;
pub(crate) use workload::Stated;
pub(crate) use workload::Workload;
pub(crate) use workload::workload;
