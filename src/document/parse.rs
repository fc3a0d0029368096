//! Turns a text of any language that has trees into its trees.

use std::sync::Arc;

use super::Language;
use super::ParseProblem;
use super::Tree;
use super::fluent_bit::parse_fluent_bit;
use super::fluentd::parse_fluentd;
use super::json::parse_json;
use super::toml::parse_toml;
use super::yaml::parse_yaml;

/// The trees of a text, one for each document of a stream, and what could not be read. Anything that is none of the
/// other languages is read as YAML.
pub(crate) fn parse_trees(text: &Arc<str>, language: Language) -> (Vec<Tree>, Vec<ParseProblem>) {
    let one = |parsed: Result<Tree, ParseProblem>| match parsed {
        Ok(tree) => (vec![tree], Vec::new()),
        Err(problem) => (Vec::new(), vec![problem]),
    };
    match language {
        Language::Json => match parse_json(text) {
            Ok(json) => (vec![json.tree], json.problems),
            Err(problem) => (Vec::new(), vec![problem]),
        },
        Language::Toml => one(parse_toml(text)),
        Language::Fluentd => one(parse_fluentd(text)),
        Language::FluentBit => (vec![parse_fluent_bit(text)], Vec::new()),
        Language::Yaml | Language::Alloy | Language::Ini => {
            let stream = parse_yaml(text);
            (stream.documents, stream.errors)
        }
    }
}
