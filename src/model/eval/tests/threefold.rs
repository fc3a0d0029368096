//! Tests: three values.
