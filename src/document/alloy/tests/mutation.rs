//! Random edits never break the parser, and its spans always fit the text.

use serde_json::Value;

use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::document::alloy::Statement;
use crate::document::alloy::decode_string;
use crate::document::alloy::parse;
use crate::document::alloy::parse::parse_bytes;
use crate::tests::shared;
use crate::text::Span;

/// Programs to spoil.
const SAMPLES: &[&str] = &[
    "// Keeps what alerts need.\nprometheus.relabel \"keep\" {\n\tforward_to = [prometheus.remote_write.home.receiver]\n\n\trule {\n\t\tsource_labels = [\"__name__\"]\n\t\tregex         = \"up|loki_.*\\\\d\"\n\t\taction        = \"keep\"\n\t}\n}\n",
    "a = { x = 1, \"y z\" = -2 ^ 3, } /* c */ + f(1, [2, .5e3])[\"k\"].n || !true && null != `r\nw`\n",
    "déclare.日本 \"é_1\" {\n\tb = \"\\u00e9\\xc3\\xa9\\n\"\n\n\tc {}\n}\n# hash\nd = 'x'\n",
    "\u{feff}a \"l\" = 1\nb.c = 2\ne = b \"x\" { f = 1 }\ng\n{\n}\n",
];

/// Bytes that matter to the lexer.
const BYTES: &[u8] = b"\0\n\r\t \"'#`\\/*{}[]().,=!<>|&^-+0e\xff\xc3\xa9\xef\xbb\xbfu";

/// Numbers that look random and are the same in each run.
struct Random(u64);

impl Random {
    /// The next number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    /// Changes `bytes` in one place.
    fn edit(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        match self.below(4) {
            0 if at < bytes.len() => drop(bytes.remove(at)),
            1 => bytes.insert(at, BYTES[self.below(BYTES.len())]),
            2 if at < bytes.len() => bytes[at] = BYTES[self.below(BYTES.len())],
            _ => bytes.truncate(bytes.len() - self.below(bytes.len() / 4)),
        }
    }
}

/// Checks that a span lies in the text, on character boundaries, and within the one around it.
fn check(file: &File, span: Span, around: Span) {
    assert!(file.text.get(span.start as usize..span.end as usize).is_some(), "{span:?} in {:?}", file.text);
    assert!(around.contains(span), "{span:?} in {around:?} of {:?}", file.text);
}

/// Checks all spans of a body.
fn check_body(file: &File, body: &Body, around: Span) {
    let mut last = around.start;
    for statement in &body.statements {
        match statement {
            Statement::Attribute(attribute) => {
                check(file, attribute.name, around);
                check_expr(file, &attribute.value, around);
                assert!(attribute.name.start >= last && attribute.value.span.start > attribute.name.end);
                last = attribute.value.span.end;
            }
            Statement::Block(block) => {
                check(file, block.span, around);
                check(file, block.name, block.span);
                block.parts.iter().for_each(|part| check(file, *part, block.name));
                block.label.iter().for_each(|label| check(file, *label, block.span));
                check_body(file, &block.body, block.span);
                assert!(block.span.start >= last);
                last = block.span.end;
            }
        }
    }
}

/// Checks all spans of an expression, and its strings.
fn check_expr(file: &File, expr: &Expr, around: Span) {
    check(file, expr.span, around);
    let each = |list: &[Expr]| list.iter().for_each(|one| check_expr(file, one, expr.span));
    match &expr.kind {
        ExprKind::String => {
            if let Some((value, map)) = decode_string(&file.text, expr.span) {
                map.pieces().iter().for_each(|piece| check(file, piece.host, expr.span));
                let length = map.pieces().last().map(|piece| piece.guest.end as usize);
                assert_eq!(length, Some(value.len()));
            }
        }
        ExprKind::Number | ExprKind::Float | ExprKind::Bool | ExprKind::Null | ExprKind::Identifier => {
            assert!(!expr.span.is_empty());
        }
        ExprKind::Array(elements) => each(elements),
        ExprKind::Object(fields) => fields.iter().for_each(|field| {
            check(file, field.key, expr.span);
            check_expr(file, &field.value, expr.span);
        }),
        ExprKind::Access(value, name) => {
            check(file, *name, expr.span);
            check_expr(file, value, expr.span);
        }
        ExprKind::Index(value, index) => {
            check_expr(file, value, expr.span);
            check_expr(file, index, expr.span);
        }
        ExprKind::Call(function, arguments) => {
            check_expr(file, function, expr.span);
            each(arguments);
        }
        ExprKind::Unary(_, value) | ExprKind::Paren(value) => check_expr(file, value, expr.span),
        ExprKind::Binary(left, _, sign, right) => {
            check(file, *sign, expr.span);
            check_expr(file, left, expr.span);
            check_expr(file, right, expr.span);
        }
    }
}

/// Parses `bytes` and checks all that comes of it.
fn check_file(bytes: &[u8]) {
    let file = parse_bytes(bytes);
    let all = Span::new(0, u32::try_from(file.text.len()).unwrap());
    file.errors.iter().for_each(|error| check(&file, error.span, all));
    file.comments.iter().for_each(|comment| check(&file, *comment, all));
    assert!(file.comments.is_sorted_by(|one, next| one.end <= next.start));
    check_body(&file, &file.body, all);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let again = parse(text.into());
        assert_eq!(again.errors, file.errors, "text and bytes are read alike");
    }
}

#[test]
fn spoiled_samples_are_read_without_panic_and_with_fitting_spans() {
    let mut random = Random(7);
    for sample in SAMPLES {
        for _ in 0..2_000 {
            let mut bytes = sample.as_bytes().to_vec();
            for _ in 0..=random.below(6) {
                random.edit(&mut bytes);
                check_file(&bytes);
            }
        }
    }
}

#[test]
fn spoiled_cases_are_read_without_panic_and_with_fitting_spans() {
    let Some(text) = shared("data/alloy-syntax-cases.json") else { return };
    let data: Value = serde_json::from_str(&text).unwrap();
    let mut random = Random(11);
    for text in data["cases"].as_array().unwrap().iter().filter_map(|case| case["text"].as_str()) {
        check_file(text.as_bytes());
        for _ in 0..8 {
            let mut bytes = text.as_bytes().to_vec();
            random.edit(&mut bytes);
            random.edit(&mut bytes);
            check_file(&bytes);
        }
    }
}
