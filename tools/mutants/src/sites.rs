//! Turns the text of a file into the sites at which cargo-mutants changes something, with their parts.

use std::ops::Range;

use proc_macro2::LineColumn;
use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::Visit;

/// A place of a text that can be changed.
pub(crate) struct Site {
    /// The bytes that are woven anew.
    pub(crate) range: Range<usize>,
    /// Where cargo-mutants says that the change is: line and column, both from 1.
    pub(crate) key: (usize, usize),
    /// What stands there.
    pub(crate) kind: Kind,
}

/// What stands at a site, with the ranges of its parts.
pub(crate) enum Kind {
    /// All statements of a function. `hidden`: it gives back an `impl` of something.
    Body { hidden: bool },
    /// The word `const` before a function: no switch can be asked while the compiler runs, so it goes where there are changes in
    /// the body, whose range this has.
    Constant { body: Range<usize> },
    /// `&&`, `||`.
    Logic { left: Range<usize>, right: Range<usize>, and: bool },
    /// `&&` between `let`s, which is no operator: the compiler takes no other in its place.
    Chain,
    /// `==`, `<` and so on, which take their sides by reference.
    Compare { left: Range<usize>, right: Range<usize>, operator: String },
    /// `+` and so on.
    Arithmetic { left: Range<usize>, right: Range<usize>, operator: String },
    /// `+=` and so on.
    Assign { left: Range<usize>, right: Range<usize>, operator: String },
    /// `!`, `-`.
    Unary { operand: Range<usize>, operator: String },
    /// The condition of an arm.
    Guard,
    /// The pattern of an arm without a condition. `caught`: another arm takes everything.
    Arm { pattern: Range<usize>, caught: bool },
    /// A field of a value that takes its other fields from a base.
    Field { name: String, value: Option<Range<usize>>, base: String },
}

impl Site {
    /// The word that cargo-mutants has for such changes.
    pub(crate) fn genre(&self) -> &'static str {
        match self.kind {
            Kind::Body { .. } => "FnValue",
            Kind::Constant { .. } => "",
            Kind::Chain | Kind::Logic { .. } | Kind::Compare { .. } | Kind::Arithmetic { .. } | Kind::Assign { .. } => "BinaryOperator",
            Kind::Unary { .. } => "UnaryOperator",
            Kind::Guard => "MatchArmGuard",
            Kind::Arm { .. } => "MatchArm",
            Kind::Field { .. } => "StructField",
        }
    }
}

impl Site {
    /// Whether no compiler would take a change here: of a match without an arm that takes everything, none can go; between `let`s
    /// there is only `&&`; and what is leaked can be written to, which an iterator of what may only be read does not give.
    pub(crate) fn refuses(&self, replacement: &str) -> bool {
        match &self.kind {
            Kind::Arm { caught, .. } => !caught,
            Kind::Chain => true,
            Kind::Body { hidden } => *hidden && replacement.contains("Box::leak"),
            _ => false,
        }
    }
}

/// All sites of a text, in the order of their starts, outer ones first.
pub(crate) fn sites(text: &str) -> Result<Vec<Site>, String> {
    let file = syn::parse_file(text).map_err(|error| error.to_string())?;
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let mut finder = Finder { text, starts, found: Vec::new() };
    finder.visit_file(&file);
    let mut found = finder.found;
    // What is found first encloses what is found later at the same place; the sort keeps that.
    found.sort_by_key(|site| (site.range.start, std::cmp::Reverse(site.range.end)));
    Ok(found)
}

struct Finder<'a> {
    text: &'a str,
    /// Where each line starts.
    starts: Vec<usize>,
    found: Vec<Site>,
}

impl Finder<'_> {
    fn offset(&self, at: LineColumn) -> usize {
        let start = self.starts[at.line - 1];
        self.text[start..].char_indices().nth(at.column).map_or(self.text.len(), |(offset, _)| start + offset)
    }

    fn range(&self, span: Span) -> Range<usize> {
        self.offset(span.start())..self.offset(span.end())
    }

    fn add(&mut self, range: Range<usize>, key: Span, kind: Kind) {
        let key = (key.start().line, key.start().column + 1);
        self.found.push(Site { range, key, kind });
    }

    fn body(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let output = &signature.output;
        let (Some(first), Some(last)) = (block.stmts.first(), block.stmts.last()) else { return };
        let range = self.offset(first.span().start())..self.offset(last.span().end());
        let hidden = matches!(output, syn::ReturnType::Type(_, of) if matches!(**of, syn::Type::ImplTrait(_)));
        if let Some(word) = &signature.constness {
            self.add(self.range(word.span()), word.span(), Kind::Constant { body: range.clone() });
        }
        self.add(range, first.span(), Kind::Body { hidden });
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.body(&item.sig, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.body(&item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.body(&item.sig, block);
        }
        syn::visit::visit_trait_item_fn(self, item);
    }

    fn visit_expr_binary(&mut self, expr: &'ast syn::ExprBinary) {
        use syn::BinOp as Op;
        let (left, right) = (self.range(expr.left.span()), self.range(expr.right.span()));
        let range = left.start..right.end;
        let operator = self.text[self.range(expr.op.span())].to_owned();
        let kind = match expr.op {
            Op::And(_) if binds(&expr.left) || binds(&expr.right) => Kind::Chain,
            Op::And(_) => Kind::Logic { left, right, and: true },
            Op::Or(_) => Kind::Logic { left, right, and: false },
            Op::Eq(_) | Op::Ne(_) | Op::Lt(_) | Op::Gt(_) | Op::Le(_) | Op::Ge(_) => Kind::Compare { left, right, operator },
            _ if operator.ends_with('=') => Kind::Assign { left, right, operator },
            _ => Kind::Arithmetic { left, right, operator },
        };
        self.add(range, expr.op.span(), kind);
        syn::visit::visit_expr_binary(self, expr);
    }

    fn visit_expr_unary(&mut self, expr: &'ast syn::ExprUnary) {
        if matches!(expr.op, syn::UnOp::Not(_) | syn::UnOp::Neg(_)) {
            let operand = self.range(expr.expr.span());
            let operator = self.text[self.range(expr.op.span())].to_owned();
            self.add(self.range(expr.span()), expr.op.span(), Kind::Unary { operand, operator });
        }
        syn::visit::visit_expr_unary(self, expr);
    }

    fn visit_expr_match(&mut self, expr: &'ast syn::ExprMatch) {
        let caught = expr.arms.iter().any(|arm| matches!(arm.pat, syn::Pat::Wild(_)) && arm.guard.is_none());
        for arm in &expr.arms {
            if let Some((_, guard)) = &arm.guard {
                self.add(self.range(guard.span()), guard.span(), Kind::Guard);
            } else {
                let pattern = self.range(arm.pat.span());
                self.add(pattern.clone(), arm.span(), Kind::Arm { pattern, caught });
            }
        }
        syn::visit::visit_expr_match(self, expr);
    }

    fn visit_expr_struct(&mut self, expr: &'ast syn::ExprStruct) {
        if let Some(rest) = &expr.rest {
            let path = self.text[self.range(expr.path.span())].to_owned();
            let base = match &self.text[self.range(rest.span())] {
                "Default::default()" => format!("<{path} as Default>::default()"),
                base => base.to_owned(),
            };
            for field in &expr.fields {
                let syn::Member::Named(name) = &field.member else { continue };
                let value = field.colon_token.as_ref().map(|_| self.range(field.expr.span()));
                let kind = Kind::Field { name: name.to_string(), value, base: base.clone() };
                self.add(self.range(field.span()), field.span(), kind);
            }
        }
        syn::visit::visit_expr_struct(self, expr);
    }
}

/// Whether a part of a condition binds names.
fn binds(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(expr) if matches!(expr.op, syn::BinOp::And(_)) => binds(&expr.left) || binds(&expr.right),
        _ => false,
    }
}
