//! Tests: values, errors, references.
