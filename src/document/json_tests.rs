//! Trees and problems of JSON texts.

use super::*;
use crate::document::Scalar;

fn parse(text: &str) -> Result<JsonText, ParseProblem> {
    parse_json(&Arc::from(text))
}
