//! Changes of YAML and JSON, each with the exact text that comes of it.

use super::append;
use super::at;
use super::json;
use super::list;
use super::map;
use super::plain;
use super::put;
use super::remove;
use super::rename;
use super::replace;
use super::text;
use super::yaml;

#[track_caller]
fn good(result: Result<String, String>, after: &str) {
    assert_eq!(result.unwrap_or_else(|why| panic!("{why}: {after}")), after);
}

#[test]
fn text_keeps_its_quotes_unless_it_would_be_read_as_something_else() {
    for (before, new, after) in [
        ("a: x # c\n", "w", "a: w # c\n"),
        ("a: 'x'\n", "it's", "a: 'it''s'\n"),
        ("a: \"x\"\n", "w", "a: \"w\"\n"),
        ("a: \"x\"\n", "a\nb", "a: \"a\\nb\"\n"),
        ("a: 'x'\n", "a\nb", "a: \"a\\nb\"\n"),
        ("a: x\n", "yes", "a: \"yes\"\n"),
        ("a: x\n", "0644", "a: \"0644\"\n"),
        ("a: x\n", "1e3", "a: \"1e3\"\n"),
        ("a: x\n", "2024-01-01", "a: \"2024-01-01\"\n"),
        ("a: x\n", "a: b", "a: \"a: b\"\n"),
        ("a: x\n", "a #b", "a: \"a #b\"\n"),
        ("a: x\n", "*b", "a: \"*b\"\n"),
        ("a: x\n", "", "a: \"\"\n"),
        ("a: x\n", "http://a.b/c", "a: http://a.b/c\n"),
        ("a: [x]\n", "p", "a: p\n"),
        ("a: x\n", "a, b", "a: a, b\n"),
        ("{a: x}\n", "a, b", "{a: \"a, b\"}\n"),
        ("a: &k !!str x\n", "w", "a: &k !!str w\n"),
        ("a:\n", "w", "a: w\n"),
        ("a: # c\n", "w", "a: w # c\n"),
        ("a: x # c\nb: 1\n", "l\nm\n", "a: | # c\n  l\n  m\nb: 1\n"),
        ("a: |\n  x\n\nb: 1\n", "l\n\nm", "a: |-\n  l\n\n  m\n\nb: 1\n"),
        ("a: | # c\n  x\nb: 1\n", "w", "a: w # c\nb: 1\n"),
        ("a: x\n  y\nb: 1", "z", "a: z\nb: 1"),
    ] {
        good(yaml(before, |d| replace(at(d, 0, "a"), text(new))), after);
    }
}

#[test]
fn numbers_lose_quotes_and_tags_refuse_what_is_not_theirs() {
    good(yaml("a: '1'\n", |d| replace(at(d, 0, "a"), plain("2"))), "a: 2\n");
    good(yaml("a: 1.0\n", |d| replace(at(d, 0, "a"), plain("1.0"))), "a: 1.0\n");
    assert!(yaml("a: !!str 1\n", |d| replace(at(d, 0, "a"), plain("2"))).is_err());
    assert!(json("{\"a\": 1}", |d| replace(at(d, 0, "a"), plain("yes"))).is_err());
}

#[test]
fn collections_change_only_where_they_differ() {
    let before = "a:\n  # one\n  x: 1 # c\n  k: [1, 2]\n  z: 3\nb: 1\n";
    let new = map(&[("x", plain("5")), ("k", list(&[plain("1")])), ("w", text("no-n"))]);
    good(
        yaml(before, |d| replace(at(d, 0, "a"), new.clone())),
        "a:\n  # one\n  x: 5 # c\n  k: [1]\n  w: no-n\nb: 1\n",
    );
}

#[test]
fn collections_take_the_place_of_single_values_and_the_other_way_round() {
    let m = map(&[("x", plain("1")), ("k", list(&[text("p"), map(&[("q", text("r"))])]))]);
    for (before, new, after) in [
        ("a: 1 # c\nb: 2\n", m.clone(), "a: # c\n  x: 1\n  k:\n    - p\n    - q: r\nb: 2\n"),
        ("a:\nb: 2\n", m.clone(), "a:\n  x: 1\n  k:\n    - p\n    - q: r\nb: 2\n"),
        ("a: {}\nb:\n- 2\n", m.clone(), "a:\n  x: 1\n  k:\n  - p\n  - q: r\nb:\n- 2\n"),
        ("a: {z: 1}\n", m.clone(), "a: {x: 1, k: [p, {q: r}]}\n"),
        ("a:\n  z: 1 # c\nb: 2\n", text("s"), "a: s # c\nb: 2\n"),
        ("a: # d\n  z: 1\nb: 2\n", text("s"), "a: s # d\nb: 2\n"),
        ("a:\n- 1\n- 2\nb: 2\n", map(&[]), "a: {}\nb: 2\n"),
        ("a:\n- 1\nb: 2\n", map(&[("x", plain("1"))]), "a:\n  x: 1\nb: 2\n"),
    ] {
        good(yaml(before, |d| replace(at(d, 0, "a"), new.clone())), after);
    }
}

#[test]
fn put_walks_as_far_as_it_can_and_adds_the_rest() {
    for (before, keys, after) in [
        ("a:\n  b: 1\nc: 2\n", "a.x.k", "a:\n  b: 1\n  x:\n    k: v\nc: 2\n"),
        (
            "a:\n    b: 1 # t\n    # about c\nc: 2\n",
            "a.x.k",
            "a:\n    b: 1 # t\n    x:\n        k: v\n    # about c\nc: 2\n",
        ),
        ("a:\n  b: 1", "a.x", "a:\n  b: 1\n  x: v"),
        ("a:\r\n  b: 1\r\n", "a.x", "a:\r\n  b: 1\r\n  x: v\r\n"),
        ("a: {b: 1}\n", "a.x.k", "a: {b: 1, x: {k: v}}\n"),
        ("a: {}\n", "a.x.k", "a:\n  x:\n    k: v\n"),
        ("a: # c\nb: 1\n", "a.x", "a: # c\n  x: v\nb: 1\n"),
        ("- a: 1\n- b: 2\n", "", "- a: 1\n- b: 2\n"),
        ("---\n# only\n", "a.b", "---\n# only\na:\n  b: v\n"),
        ("a: |+\n  t\n\nb: 1\n", "x", "a: |+\n  t\n\nb: 1\nx: v\n"),
        ("b: 1\na: |+\n  t\n\n", "x", "b: 1\na: |+\n  t\n\nx: v\n"),
        ("b: 1\na: |\n  t\n\n\n", "x", "b: 1\na: |\n  t\nx: v\n\n\n"),
        ("a: 1\n---\nb: 1\n", "x", "a: 1\nx: v\n---\nb: 1\n"),
        ("a: v\n", "a", "a: v\n"),
        ("x: &x {a: 1}\nb:\n  <<: *x\n", "b.a", "x: &x {a: 1}\nb:\n  <<: *x\n  a: v\n"),
    ] {
        if keys.is_empty() {
            continue;
        }
        good(yaml(before, |d| put(at(d, 0, ""), keys, text("v"))), after);
    }
    good(
        yaml("l:\n  - a: 1\n    b: 2\n  - c\n", |d| put(at(d, 0, "l.0"), "x", text("v"))),
        "l:\n  - a: 1\n    b: 2\n    x: v\n  - c\n",
    );
}

#[test]
fn mappings_in_alphabetical_order_stay_in_it() {
    for (before, after) in [
        (
            "a: 1\nc: 1 # c\n# about e\ne:\n  x: 1\ng: 1\n",
            "a: 1\nc: 1 # c\nd: 0\n# about e\ne:\n  x: 1\ng: 1\n",
        ),
        ("a: 1\nb: 1\nc:\n  x: 1\ng: 1\n", "a: 1\nb: 1\nc:\n  x: 1\nd: 0\ng: 1\n"),
        ("e: 1\nf: 1\ng: 1\nh: 1\n", "e: 1\nf: 1\ng: 1\nh: 1\nd: 0\n"),
        ("a: 1\ne: 1\nf: 1\n", "a: 1\ne: 1\nf: 1\nd: 0\n"),
        ("a: 1\ne: 1\nc: 1\ng: 1\n", "a: 1\ne: 1\nc: 1\ng: 1\nd: 0\n"),
        ("{a: 1, b: 1, e: 1, f: 1}\n", "{a: 1, b: 1, d: 0, e: 1, f: 1}\n"),
    ] {
        good(yaml(before, |d| put(at(d, 0, ""), "d", plain("0"))), after);
    }
}

#[test]
fn what_aliases_share_is_not_changed() {
    for (before, keys) in [
        ("x: &x {a: 1}\nb: *x\n", "b.a"),
        ("x: &x {a: 1}\nb: *x\n", "x.a"),
        ("x: &x {a: {p: 1}}\nb:\n  <<: *x\n", "b.a.p"),
        ("x: &x 1\nb: *x\n", "x"),
    ] {
        assert!(yaml(before, |d| put(at(d, 0, ""), keys, text("v"))).is_err(), "{before}");
    }
    good(yaml("x: &x 1\nb: *x\n", |d| put(at(d, 0, ""), "b", text("v"))), "x: &x 1\nb: v\n");
}

#[test]
fn json_keeps_its_layout() {
    for (before, keys, after) in [
        ("{\"a\": 1}", "x", "{\"a\": 1, \"x\": \"v\"}"),
        ("{\"a\":1,\"b\":2}", "x.k", "{\"a\":1,\"b\":2,\"x\":{\"k\":\"v\"}}"),
        ("{\n    \"a\": 1\n}\n", "x.k", "{\n    \"a\": 1,\n    \"x\": {\n        \"k\": \"v\"\n    }\n}\n"),
        ("{\n  \"a\": {}\n}\n", "a.k", "{\n  \"a\": {\n    \"k\": \"v\"\n  }\n}\n"),
        ("{}", "x", "{\"x\": \"v\"}"),
    ] {
        good(json(before, |d| put(at(d, 0, ""), keys, text("v"))), after);
    }
    good(json("{\"a\": [\n  1\n]}", |d| append(at(d, 0, "a"), plain("2"))), "{\"a\": [\n  1,\n  2\n]}");
    good(json("{\n  \"a\": 1,\n  \"b\": 2\n}", |d| remove(at(d, 0, "b"))), "{\n  \"a\": 1\n}");
    good(json("{\n  \"a\": 1,\n  \"b\": 2\n}", |d| remove(at(d, 0, "a"))), "{\n  \"b\": 2\n}");
    good(json("{\"a\": 1}", |d| remove(at(d, 0, "a"))), "{}");
}

#[test]
fn items_go_behind_the_last_one() {
    for (before, after) in [
        ("a:\n- 1 # c\nb: 1\n", "a:\n- 1 # c\n- v\nb: 1\n"),
        ("a:\n  - 1\n", "a:\n  - 1\n  - v\n"),
        ("a: [1, 2]\n", "a: [1, 2, v]\n"),
        ("a: []\n", "a:\n  - v\n"),
        ("a:\n", "a:\n  - v\n"),
        ("a: [\n  1, # c\n]\n", "a: [\n  1, # c\n  v,\n]\n"),
        ("a: [\n  1 # c\n]\n", "a: [\n  1, # c\n  v\n]\n"),
    ] {
        good(yaml(before, |d| append(at(d, 0, "a"), text("v"))), after);
    }
}

#[test]
fn what_is_removed_takes_its_line_and_its_comments_along() {
    for (before, place, after) in [
        ("a: 1\n# about b\nb: 2 # c\nc: 3\n", "b", "a: 1\nc: 3\n"),
        ("a: 1\n# other\n\n# about b\nb:\n  x: 1\nc: 3\n", "b", "a: 1\n# other\n\nc: 3\n"),
        ("# head\na: 1\nb: 2\n", "a", "# head\nb: 2\n"),
        ("a: 1\nb: 2", "b", "a: 1"),
        ("x:\n  a: 1\nb: 2\n", "x.a", "x: {}\nb: 2\n"),
        ("x:\n- 1\nb: 2\n", "x.0", "x: []\nb: 2\n"),
        ("x:\n- 1\n- 2 # c\nb: 2\n", "x.1", "x:\n- 1\nb: 2\n"),
        ("x:\n- a: 1 # c\n  # about b\n  b: 2\n", "x.0.a", "x:\n- # about b\n  b: 2\n"),
        ("x: {a: 1, b: 2, c: 3}\n", "x.b", "x: {a: 1, c: 3}\n"),
        ("x: {a: 1, b: 2, c: 3}\n", "x.c", "x: {a: 1, b: 2}\n"),
        ("x: [\n  1, # one\n  # about two\n  2, # two\n]\n", "x.1", "x: [\n  1, # one\n]\n"),
        ("x: [\n  1, # one\n  2 # two\n]\n", "x.1", "x: [\n  1 # one\n]\n"),
    ] {
        good(yaml(before, |d| remove(at(d, 0, place))), after);
    }
}

#[test]
fn renamed_keys_keep_their_quotes() {
    for (before, after) in
        [("a: 1\n", "on-x: 1\n"), ("\"a\": 1\n", "\"on-x\": 1\n"), ("'a' : 1\n", "'on-x' : 1\n")]
    {
        good(yaml(before, |d| rename(at(d, 0, "a"), "on-x")), after);
    }
    assert!(yaml("a: 1\nb: 2\n", |d| rename(at(d, 0, "a"), "b")).is_err());
}

#[test]
fn what_ends_at_one_place_is_added_from_the_inside_outwards() {
    let documents = super::read("a:\n  b:\n    - 1\n", crate::document::Language::Yaml);
    let outer = put(at(&documents, 0, "a"), "x", plain("2"));
    let item = append(at(&documents, 0, "a.b"), plain("3"));
    for changes in [[outer.clone(), item.clone()], [item, outer]] {
        good(super::make(&documents, &changes), "a:\n  b:\n    - 1\n    - 3\n  x: 2\n");
    }
}

#[test]
fn new_text_of_several_lines_does_not_take_in_what_stands_below() {
    for (before, after) in [
        ("a:\n  b: 1\n      \nc: 2\n", "a:\n  b: 1\n  k: \"l\\nm\\n\"\n      \nc: 2\n"),
        ("a:\n  k: 1\n      \nc: 2\n", "a:\n  k: \"l\\nm\\n\"\n      \nc: 2\n"),
        ("a:\n  k:\n    x: 1\n      \nc: 2\n", "a:\n  k: \"l\\nm\\n\"\n      \nc: 2\n"),
        ("a:\n  b: 1\n    # c\nc: 2\n", "a:\n  b: 1\n  k: \"l\\nm\\n\"\n    # c\nc: 2\n"),
        ("a:\n  k:\n    x: 1\n    # c\n", "a:\n  k: \"l\\nm\\n\"\n    # c\n"),
        ("a:\n  b: 1\n  # c\nc: 2\n", "a:\n  b: 1\n  k: |\n    l\n    m\n  # c\nc: 2\n"),
        ("a:\n  b: 1\n  \nc: 2\n", "a:\n  b: 1\n  k: |\n    l\n    m\n  \nc: 2\n"),
    ] {
        good(yaml(before, |d| put(at(d, 0, "a"), "k", text("l\nm\n"))), after);
    }
}

#[test]
fn a_mapping_that_merges_a_scalar_is_not_the_empty_one() {
    let before = "a: &x 1\nb:\n  <<: *x\n";
    good(yaml(before, |d| replace(at(d, 0, "b"), map(&[]))), "a: &x 1\nb: {}\n");
}

#[test]
fn a_key_over_several_lines_gets_no_value() {
    let why = yaml("a: {b\n  c, d}\n", |d| put(at(d, 0, "a"), "b c", text("v")));
    assert_eq!(why.unwrap_err(), "a key over several lines has no value; write the key in one line");
    good(yaml("a: {b\n  c, d}\n", |d| put(at(d, 0, "a"), "d", text("v"))), "a: {b\n  c, d: v}\n");
}

#[test]
fn items_of_nothing_but_a_question_mark_go() {
    for (before, place, after) in [
        ("- - ?\n", "0.0", "- []\n"),
        ("- - ?\n  - 1\n", "0.0", "- - 1\n"),
        ("- - ?\n- 1\n", "0", "- 1\n"),
        ("- - ?\n- 1\n", "0.0", "- []\n- 1\n"),
        ("- - 1\n  - ?\n- 1\n", "0.1", "- - 1\n- 1\n"),
    ] {
        good(yaml(before, |d| remove(at(d, 0, place))), after);
    }
}
