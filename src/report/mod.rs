//! Turns a report into output: for people, for programs, for servers.

mod checkstyle;
mod clean;
mod concise;
mod contract;
mod effective;
mod format;
mod github;
mod gitlab;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod harmless;
mod html;
mod human;
mod json;
mod junit;
mod markdown;
mod merge;
mod notes;
mod pages;
mod picture;
mod plain_json;
mod policy_report;
mod preflight;
mod root;
mod rules;
mod sarif;
mod told;
mod values;
mod xml;

#[cfg(test)]
mod format_tests;
#[cfg(test)]
mod sample;

pub(crate) use clean::line as printable_line;
pub(crate) use clean::lines as printable;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use contract::ReportJson;
pub(crate) use effective::write_effective;
pub(crate) use effective::write_effective_json;
pub(crate) use format::Around;
pub(crate) use format::Format;
pub(crate) use format::Telling;
pub(crate) use github::without_commands;
pub(crate) use human::Detail;
pub(crate) use human::Style;
pub(crate) use human::shown_findings;
pub(crate) use human::write_diff;
pub(crate) use merge::merge;
pub(crate) use merge::read as read_report;
pub(crate) use merge::report_of;
pub(crate) use pages::MADE;
pub(crate) use pages::Page;
pub(crate) use pages::Printed;
#[cfg(test)]
pub(crate) use pages::about_family;
#[cfg(test)]
pub(crate) use pages::families;
pub(crate) use pages::pages;
pub(crate) use picture::PictureForm;
pub(crate) use policy_report::emptied;
pub(crate) use policy_report::moved;
pub(crate) use policy_report::policy_reports;
pub(crate) use preflight::write_preflight;
pub(crate) use preflight::write_preflight_json;
pub(crate) use root::Root;
pub(crate) use rules::write_explanation;
pub(crate) use rules::write_fields;
pub(crate) use rules::write_list;
pub(crate) use rules::write_promise;
pub(crate) use values::write_values;

use crate::document::Documents;
use crate::finding::Report;

/// What there is to tell: findings and the texts that they point into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome<'r> {
    /// The texts.
    pub(crate) documents: &'r Documents,
    /// What was found.
    pub(crate) report: &'r Report,
}
