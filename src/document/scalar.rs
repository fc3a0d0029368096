//! Gives plain scalars the type that kubectl and go-yaml give them.

use super::tree::Dialect;
use super::tree::Scalar;
use super::tree::Style;

/// The value of a scalar with this text, style and tag.
pub(crate) fn resolve<'t>(text: &'t str, _style: Style, _tag: Option<&str>, _dialect: Dialect) -> Scalar<'t> {
    Scalar::Text(text)
}
