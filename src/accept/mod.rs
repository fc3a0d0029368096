//! Turns comments, annotations and settings into what somebody accepted.
