//! Turns bytes into trees with spans: YAML, JSON, INI, TOML, the formats of Fluent Bit and Fluentd, and Alloy; and texts
//! nested in texts.

pub(crate) mod alloy;
mod base64;
mod decode;
mod edit;
mod fluent_bit;
mod fluentd;
mod grow;
mod ini;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod invariants;
mod json;
mod keys;
mod lines;
mod parse;
mod problem;
#[cfg(test)]
mod robustness;
mod route;
mod scalar;
mod secret;
mod toml;
mod tree;
mod walk;
mod wording;
mod yaml;

mod nest;

pub(crate) use base64::decode_base64;
pub(crate) use edit::Change;
pub(crate) use edit::Edit;
pub(crate) use edit::FileEdit;
pub(crate) use edit::NewValue;
pub(crate) use edit::Refusal;
pub(crate) use edit::apply;
pub(crate) use edit::edits;
pub(crate) use edit::outwards;
pub(crate) use ini::parse_ini;
pub(crate) use json::parse_json;
pub(crate) use nest::Body;
pub(crate) use nest::DocId;
pub(crate) use nest::Document;
pub(crate) use nest::Documents;
pub(crate) use nest::File;
pub(crate) use nest::Host;
pub(crate) use nest::HostMap;
pub(crate) use nest::Language;
pub(crate) use nest::Place;
pub(crate) use nest::Resolved;
pub(crate) use parse::parse_trees;
pub(crate) use problem::ParseProblem;
pub(crate) use problem::ProblemKind as ParseFault;
pub(crate) use route::Route;
pub(crate) use route::Step;
pub(crate) use scalar::plain_scalar;
pub(crate) use secret::COVER;
pub(crate) use secret::is_hook;
pub(crate) use secret::is_record;
pub(crate) use secret::is_secret_name;
pub(crate) use secret::secret_spans;
pub(crate) use secret::secrets_of_answer;
pub(crate) use secret::unparsed_secrets;
pub(crate) use secret::url_passwords;
pub(crate) use secret::url_secrets;
pub(crate) use secret::values_of_record;
pub(crate) use secret::without_url_passwords;
pub(crate) use tree::Dialect;
pub(crate) use tree::Node;
pub(crate) use tree::NodeId;
pub(crate) use tree::NodeKind;
pub(crate) use tree::NodeRef;
pub(crate) use tree::Scalar;
pub(crate) use tree::Style;
pub(crate) use tree::Tree;
pub(crate) use yaml::parse_yaml;
