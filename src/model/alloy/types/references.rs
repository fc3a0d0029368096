//! Checks what expressions refer to: components, their exports, functions.

use super::arguments::Where;
use super::bodies::Checker;
use super::fault::Kind;
use super::table;
use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::model::eval::chain_name;
use crate::model::eval::chains;
use crate::model::eval::is_library_name;
use crate::model::eval::newer_name;
use crate::text::Span;

/// Blocks nested more deeply are not looked at.
const DEEPEST: u32 = 64;

impl<'a> Checker<'a, '_> {
    /// Checks what an expression refers to. `false` if something in it does not exist: then it has no value either.
    pub(super) fn references(&mut self, at: &Where<'a, '_>, expr: &'a Expr) -> bool {
        if is_literal(expr) {
            return true;
        }
        let mut sound = true;
        chains(expr, &mut |nodes| sound &= self.chain(at, nodes));
        sound
    }

    /// Checks what all expressions below a body refer to, where nothing is known of their types.
    pub(super) fn references_below(&mut self, at: &Where<'a, '_>, body: &'a Body, depth: u32) {
        if depth >= DEEPEST {
            return;
        }
        for attribute in body.attributes() {
            self.references(at, &attribute.value);
        }
        for block in body.blocks() {
            self.references_below(at, &block.body, depth + 1);
        }
    }

    /// One chain of names.
    fn chain(&mut self, at: &Where<'a, '_>, nodes: &[&'a Expr]) -> bool {
        let (Some(first), Some(whole)) = (nodes.first(), nodes.last()) else { return true };
        let parts: Vec<&'a str> = nodes.iter().map(|node| chain_name(at.site.file, node)).collect();
        let name = at.str(first.span);
        if let Some(found) = at.level.resolve(&parts) {
            if found.out == 0 {
                at.refers_to(found.site, at.site.place(whole.span));
            }
            let Some(exports) = found.node.exports() else { return true };
            let (Some(export), Some(node)) = (parts.get(found.used), nodes.get(found.used)) else {
                return true;
            };
            if exports.contains(export) {
                return true;
            }
            let span = match &node.kind {
                ExprKind::Access(_, field) => *field,
                _ => node.span,
            };
            let id = parts.get(..found.used).unwrap_or_default().join(".");
            let otherwise = match exports.as_slice() {
                [] => format!("`{id}` exports nothing"),
                _ => format!("`{id}` exports `{}`", exports.join("`, `")),
            };
            let help = self.suggest(export, exports.iter().copied(), &otherwise);
            let message = format!("field \"{export}\" does not exist: `{id}` does not export it");
            self.fault(Kind::UnknownExport, &at.site.id, at.site.place(span), message, help);
            return false;
        }
        if name == "module_path" || at.level.is_variable(name) {
            return true;
        }
        if is_library_name(name) {
            self.function(at, &parts, first.span, whole.span);
            return true;
        }
        self.nothing(at, &parts, whole.span);
        false
    }

    /// A function of the library.
    fn function(&mut self, at: &Where<'a, '_>, parts: &[&str], first: Span, whole: Span) {
        let name = parts.first().copied().unwrap_or_default();
        if let Some(newer) = newer_name(name) {
            let message = format!("`{name}` is deprecated, its name is `{newer}` now");
            self.fault(
                Kind::Deprecated,
                &at.site.id,
                at.site.place(first),
                message,
                format!("write `{newer}`"),
            );
        }
        let full = newer_name(name).map_or_else(|| parts.join("."), str::to_owned);
        if let (Some(own), Some(lowest)) = (table::function_stability(&full), self.running.stability)
            && own < lowest
        {
            self.unstable(at, &format!("function \"{full}\""), at.site.place(whole), (own, lowest));
        }
    }

    /// A chain that leads nowhere.
    fn nothing(&mut self, at: &Where<'a, '_>, parts: &[&str], span: Span) {
        let chain = parts.join(".");
        let message = format!("component \"{chain}\" does not exist or is out of scope");
        // What follows the id, if any, is one export: the id is nearest without it.
        let id = parts.split_last().map(|(_, id)| id.join(".")).unwrap_or_default();
        let otherwise = "declare it, or remove the reference";
        let mut help = self.suggest(&id, at.level.ids(), otherwise);
        if help == otherwise {
            help = self.suggest(&chain, at.level.ids(), otherwise);
        }
        self.fault(Kind::UnknownReference, &at.site.id, at.site.place(span), message, help);
    }
}

/// Whether an expression is a plain value, and refers to nothing.
pub(super) const fn is_literal(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Number | ExprKind::Float | ExprKind::String | ExprKind::Bool | ExprKind::Null
    )
}
