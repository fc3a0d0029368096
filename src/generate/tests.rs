//! Tests of generated texts by themselves.
