//! Nesting far beyond what people write, and its end.

use super::errors;
use super::outline;
use super::read;
use crate::document::alloy::File;
use crate::document::alloy::parse::max_depth;
use crate::document::alloy::parse::max_height;
use crate::text::Limit;

/// Stack that must do for parsing and dropping. Threads have 2 MiB; callers need some too.
const STACK: usize = 1 << 20;

/// Runs `check` where there is little stack.
fn on_small_stack(check: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(check).unwrap().join().unwrap();
}

/// The statement with `depth` times `open`, then `inner`, then as often `close`, between two others.
fn nest(depth: usize, before: &str, open: &str, inner: &str, close: &str) -> File {
    let (open, close) = (open.repeat(depth), close.repeat(depth));
    read(&format!("a = 1\n{before}{open}{inner}{close}\nz = 2\n"))
}

/// Ways to nest: what stands before, what opens, what is inside, what closes.
const SHAPES: &[(&str, &str, &str, &str)] = &[
    ("x = ", "(", "1", ")"),
    ("x = ", "[", "1", "]"),
    ("x = ", "[\n", "1,\n", "],\n"),
    ("x = ", "{ k = ", "1", "}"),
    ("x = ", "-", "1", ""),
    ("x = ", "!-", "1", ""),
    ("x = ", "2 ^ ", "1", ""),
    ("x = ", "f(", "1", ")"),
    ("x = ", "f[", "1", "]"),
    ("x = ", "1 + ", "1", ""),
    ("x = y", ".y", "", ""),
    ("x = y", "()", "", ""),
    ("x = y", "[0]", "", ""),
    ("x = ", "1 || 1 && 1 == 1 + 1 * (", "1", ")"),
    ("", "b {\n", "", "}\n"),
    ("x = ", "a { b = ", "1", " }"),
    ("x = y ", "{ b = y ", "", ""),
    ("x = ", "(", "", ""),
    ("x = ", "[", "", ""),
    ("x = ", "{ k = ", "", ""),
    ("", "b {\n", "", ""),
];

/// Whether an error tells of a limit.
fn limits(message: &str) -> bool {
    let remedy = Limit::AlloyNesting.remedy();
    message == format!("nested more than {} levels deep ({remedy})", max_depth())
        || message == format!("expression has more than {} levels ({remedy})", max_height())
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
    on_small_stack(|| {
        for (before, open, inner, close) in SHAPES {
            let file = nest(10_000, before, open, inner, close);
            let deep = file.errors.iter().any(|error| limits(&error.message));
            assert!(deep, "{open}: {:?}", errors(&file).first());
            assert!(outline(&file).starts_with("a=1"), "{open}");
            drop(file.clone());
        }
    });
}

#[test]
fn error_stands_at_the_level_too_many() {
    let file = nest(10_000, "x = ", "(", "1", ")");
    assert_eq!(
        errors(&file),
        ["2:134 nested more than 128 levels deep (raise it with `--limit alloy-nesting=256`)"]
    );
    assert_eq!(outline(&file), "a=1 z=2");
    let file = nest(10_000, "x = y", ".y", "", "");
    assert_eq!(
        errors(&file),
        ["2:806 expression has more than 400 levels (raise it with `--limit alloy-nesting=256`)"]
    );
    assert_eq!(outline(&file), "a=1 z=2");
}

#[test]
fn statements_after_a_deep_one_are_kept_where_it_closes() {
    for (before, open, inner, close) in SHAPES.iter().take(14) {
        let file = nest(10_000, before, open, inner, close);
        assert!(outline(&file).ends_with("z=2"), "{open}");
    }
}

#[test]
fn nesting_up_to_the_limit_is_read() {
    on_small_stack(|| {
        let depth = max_depth() as usize;
        for (before, open, inner, close) in [SHAPES[0], SHAPES[1], SHAPES[3], SHAPES[4], SHAPES[14]] {
            let file = nest(depth, before, open, inner, close);
            assert_eq!(errors(&file), [""; 0], "{open}");
        }
    });
}

#[test]
fn deep_blocks_keep_what_is_above_the_limit() {
    let file = nest(10_000, "", "b {\n", "", "}\n");
    assert!(outline(&file).ends_with("} z=2"));
    assert_eq!(
        errors(&file),
        ["130:3 nested more than 128 levels deep (raise it with `--limit alloy-nesting=256`)"]
    );
}

#[test]
fn trees_stay_low_when_chains_and_brackets_mix() {
    // Each chain is short of the limit, and together they would be far beyond it.
    let chain = " + 1".repeat(300);
    let text = (0..100).fold("1".to_owned(), |inner, _| format!("({inner}{chain})"));
    let file = read(&format!("x = {text}\n"));
    assert!(limits(&file.errors[0].message));
}

#[test]
fn hostile_texts_take_no_longer_than_others_of_their_size() {
    const SIZE: usize = 300_000;
    let repeated = |unit: &str| unit.repeat(SIZE / unit.len());
    let texts = [
        repeated("a = [1, \"x\", { k = b.c(d) }]\n"),
        format!("x = {}", repeated("(")),
        format!("x = {}{}", repeated("("), repeated("]")),
        format!("x = , {}{}", repeated("[{("), repeated(")")),
        format!("x = [\n{}", repeated("a.\n")),
        format!("x = [\n{}", repeated("a,\n")),
        format!("x = , [\n{}", repeated("a\n")),
        format!("a {}", repeated("/**/")),
        format!("a {} b", repeated("/* x */")),
        repeated("a /* */ \n"),
        repeated("a /*"),
        repeated("/*"),
        repeated("a \"b\n"),
        repeated("a { "),
        repeated("a = { "),
        repeated("} ) ]\n"),
        repeated("'"),
        repeated("\"\\x"),
        repeated("a b {\n"),
        repeated("a\n{"),
        repeated("#"),
        repeated("\0"),
        repeated("é."),
        repeated("= "),
        repeated("a = b \"c\" { "),
        repeated("a = b \"c\" {} \"d\" "),
    ];
    for text in texts {
        let start = std::time::Instant::now();
        drop(read(&text));
        let seconds = start.elapsed().as_secs_f32();
        // Where the time grows with the square of the size it is minutes.
        assert!(seconds < 10.0, "{seconds} s for {}...", text.chars().take(40).collect::<String>());
    }
}
