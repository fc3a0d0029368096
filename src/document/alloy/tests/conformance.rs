//! Compares the parser with the reference's answers in `../shared/data/alloy-syntax-cases.json`.

use std::fmt::Write as _;

use base64::Engine as _;
use serde_json::Value;
use serde_json::json;

use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::document::alloy::Statement;
use crate::document::alloy::UnaryOp;
use crate::document::alloy::encoding;
use crate::document::alloy::parse::parse_bytes;
use crate::tests::shared;
use crate::text::Span;

/// How many errors of a case must be the same.
const ERRORS_COMPARED: usize = 3;

#[test]
fn agrees_with_the_reference() {
    let Some(text) = shared("data/alloy-syntax-cases.json") else { return };
    let data: Value = serde_json::from_str(&text).unwrap();
    let cases = data["cases"].as_array().unwrap();
    let (mut judged, mut errors, mut all_errors) = (0, 0, 0);
    let mut disagreements = String::new();
    for case in cases {
        let id = case["id"].as_str().unwrap();
        let bytes = match case["text"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => {
                base64::engine::general_purpose::STANDARD.decode(case["base64"].as_str().unwrap()).unwrap()
            }
        };
        let file = parse_bytes(&bytes);
        let ok = case["ok"].as_bool().unwrap();
        let same_tree = !ok || body(&file, &file.body) == case["tree"];
        if file.errors.is_empty() == ok && same_tree {
            judged += 1;
        } else {
            let ours = body(&file, &file.body);
            writeln!(disagreements, "{id}: ok {ok}\n  ours   {ours}\n  theirs {}", case["tree"]).unwrap();
        }
        let ours: Vec<Value> = ours(&bytes, &file);
        let theirs = case["errors"].as_array().unwrap();
        let compared = |list: &[Value]| list.iter().take(ERRORS_COMPARED).cloned().collect::<Vec<_>>();
        all_errors += usize::from(&ours == theirs);
        if compared(&ours) == compared(theirs) {
            errors += 1;
        } else {
            writeln!(disagreements, "{id}:").unwrap();
            for (who, list) in [("ours", &ours), ("theirs", theirs)] {
                for error in list {
                    writeln!(disagreements, "  {who} {error}").unwrap();
                }
            }
        }
    }
    println!(
        "{} cases: accept, reject and tree {judged}, first errors {errors}, all errors {all_errors}\n{disagreements}",
        cases.len(),
    );
    assert_eq!(judged, cases.len(), "accepts, rejects and reads each case as the reference does");
    assert!(errors * 100 >= cases.len() * 99, "tells the same errors in at least 99 of 100 cases");
}

/// Our errors in the form of the case file: columns count the bytes of the file, ends are inclusive.
fn ours(bytes: &[u8], file: &File) -> Vec<Value> {
    let (text, stray) = encoding::decode(bytes);
    assert_eq!(text, *file.text);
    let original = |offset: u32| {
        let before = stray.iter().filter(|(at, _)| *at < offset).count();
        offset as usize - 2 * before
    };
    let place = |offset: usize| {
        let before = &bytes[..offset];
        let line = before.split(|byte| *byte == b'\n').count();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        (line, offset - start + 1)
    };
    let value = |error: &crate::document::alloy::SyntaxError| {
        let (line, col) = place(original(error.span.start));
        if error.span.is_empty() {
            return json!({"line": line, "col": col, "msg": error.message});
        }
        let (end_line, end_col) = place(original(error.span.end) - 1);
        json!({"line": line, "col": col, "end_line": end_line, "end_col": end_col, "msg": error.message})
    };
    file.errors.iter().map(value).collect()
}

/// Statements in the form of the case file.
fn body(file: &File, body: &Body) -> Value {
    body.statements.iter().map(|one| statement(file, one)).collect()
}

/// One statement.
fn statement(file: &File, statement: &Statement) -> Value {
    match statement {
        Statement::Attribute(attribute) => {
            json!(["attr", file.str(attribute.name), expression(file, &attribute.value)])
        }
        Statement::Block(block) => {
            let parts: Vec<&str> = block.parts.iter().map(|part| file.str(*part)).collect();
            let label = block.label.map_or("", |label| file.str(label));
            json!(["block", parts.join("."), label, body(file, &block.body)])
        }
    }
}

/// One expression.
fn expression(file: &File, expr: &Expr) -> Value {
    let all = |list: &[Expr]| list.iter().map(|one| expression(file, one)).collect::<Value>();
    let text = file.str(expr.span);
    match &expr.kind {
        ExprKind::Number => json!(["number", text]),
        ExprKind::Float => json!(["float", text]),
        ExprKind::String => json!(["string", text]),
        ExprKind::Bool => json!(["bool", text]),
        ExprKind::Null => json!(["null"]),
        ExprKind::Identifier => json!(["id", text]),
        ExprKind::Array(elements) => json!(["array", all(elements)]),
        ExprKind::Object(fields) => {
            let fields = fields.iter().map(|field| {
                let key = field.key;
                // The reference keeps the quotes of an empty key and takes it for a bare one.
                let bare = Span::new(key.start + 1, key.end - 1);
                let quoted = field.quoted && !bare.is_empty();
                json!([file.str(if quoted { bare } else { key }), quoted, expression(file, &field.value)])
            });
            json!(["object", fields.collect::<Value>()])
        }
        ExprKind::Access(value, name) => json!(["access", expression(file, value), file.str(*name)]),
        ExprKind::Index(value, index) => json!(["index", expression(file, value), expression(file, index)]),
        ExprKind::Call(function, arguments) => json!(["call", expression(file, function), all(arguments)]),
        ExprKind::Unary(op, value) => {
            let sign = if *op == UnaryOp::Not { "!" } else { "-" };
            json!(["unary", sign, expression(file, value)])
        }
        ExprKind::Binary(left, op, sign, right) => {
            assert_eq!(file.str(*sign), op.mark());
            json!(["binary", op.mark(), expression(file, left), expression(file, right)])
        }
        ExprKind::Paren(inner) => json!(["paren", expression(file, inner)]),
    }
}
