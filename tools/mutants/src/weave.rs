//! Turns the text of a file and its changes into a text that holds them all, each behind a switch.
//!
//! A change that does not compile is found by the place of the compiler's message: comments in the woven text
//! (`/*m7*/ ... /*e*/`) say which change a piece is of, and `/*s7,8*/ ... /*e*/` which changes a whole site is of.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use crate::list::Mutant;
use crate::sites::Kind;
use crate::sites::Site;

/// A text with all its changes, and those for which no site was found.
pub(crate) struct Woven {
    /// The text.
    pub(crate) text: String,
    /// Numbers of changes that cannot be put behind a switch.
    pub(crate) left: Vec<usize>,
    /// Numbers of changes that no compiler would take.
    pub(crate) unviable: Vec<usize>,
}

/// Weaves `mutants`, which are all of one file, into its text. Those of `dropped` are left out; those of `twice` are operators whose
/// sides have to be written twice, since the type of one follows from the other.
pub(crate) fn weave(
    text: &str,
    sites: &[Site],
    mutants: &[(usize, &Mutant)],
    dropped: &BTreeSet<usize>,
    twice: &BTreeSet<usize>,
) -> Woven {
    let mut own: Vec<Vec<(usize, &Mutant)>> = vec![Vec::new(); sites.len()];
    let (mut left, mut unviable) = (Vec::new(), Vec::new());
    for (number, mutant) in mutants {
        match sites.iter().position(|site| site.genre() == mutant.genre && site.key == mutant.start()) {
            Some(found) if sites[found].refuses(&mutant.replacement) => unviable.push(*number),
            Some(found) if !dropped.contains(number) => own[found].push((*number, *mutant)),
            Some(_) => {}
            None => left.push(*number),
        }
    }
    let loom = Loom { text, sites, own, twice };
    Woven { text: loom.render(0..text.len(), 0), left, unviable }
}

/// Which changes the piece at `offset` of a woven text is of: the innermost piece that it lies in.
pub(crate) fn changes_at(woven: &str, offset: usize) -> Vec<usize> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = woven.get(..offset).unwrap_or_default();
    while let Some(start) = rest.find("/*") {
        let body = &rest[start + 2..];
        let Some(end) = body.find("*/") else { break };
        let word = &body[..end];
        let is_mark = |kind| word.strip_prefix(kind).is_some_and(|rest: &str| rest.starts_with(|c: char| c.is_ascii_digit()));
        if word == "e" {
            open.pop();
        } else if is_mark('m') || is_mark('s') {
            open.push(&word[1..]);
        } else {
            // Some text of the program, such as a pattern of files.
            rest = body;
            continue;
        }
        rest = &body[end + 2..];
    }
    open.last().map(|numbers| numbers.split(',').filter_map(|number| number.parse().ok()).collect()).unwrap_or_default()
}

/// What is woven: a text, its sites (outer ones first), and the changes of each site.
struct Loom<'a> {
    text: &'a str,
    sites: &'a [Site],
    own: Vec<Vec<(usize, &'a Mutant)>>,
    twice: &'a BTreeSet<usize>,
}

impl Loom<'_> {
    /// The text of a range with all that is woven into it by the sites from `first` on.
    fn render(&self, range: Range<usize>, first: usize) -> String {
        let mut out = String::new();
        let mut at = range.start;
        for (index, site) in self.sites.iter().enumerate().skip(first) {
            if site.range.start >= range.end {
                break;
            }
            if site.range.start < at || site.range.end > range.end {
                continue;
            }
            if let Kind::Constant { body } = &site.kind {
                if self.changes(body) {
                    out.push_str(&self.text[at..site.range.start]);
                    at = site.range.end;
                }
                continue;
            }
            if self.own[index].is_empty() {
                continue;
            }
            out.push_str(&self.text[at..site.range.start]);
            let numbers: Vec<String> = self.own[index].iter().map(|(number, _)| number.to_string()).collect();
            let _ = write!(out, "/*s{}*/{}/*e*/", numbers.join(","), self.site(index));
            at = site.range.end;
        }
        out.push_str(&self.text[at..range.end]);
        out
    }

    /// Whether anything is changed in a range.
    fn changes(&self, range: &Range<usize>) -> bool {
        let mut sites = self.sites.iter().zip(&self.own);
        sites.any(|(site, own)| !own.is_empty() && site.range.start >= range.start && site.range.end <= range.end)
    }

    /// One site with its changes.
    fn site(&self, index: usize) -> String {
        let site = &self.sites[index];
        let own = &self.own[index];
        let inner = |range: &Range<usize>| self.render(range.clone(), index + 1);
        // `if on(1) { other } else if on(2) { another } else { same }`
        let choice = |make: &dyn Fn(&str) -> String, same: String| {
            let mut out = String::new();
            for (number, mutant) in own {
                let _ = write!(out, "if {} {{/*m{number}*/{}/*e*/}} else ", on(*number), make(&mutant.replacement));
            }
            format!("{out}{{{same}}}")
        };
        match &site.kind {
            Kind::Body { hidden } => {
                let same = inner(&site.range);
                let mut out = String::new();
                if *hidden {
                    let mut wrapped = format!("crate::mutants::Either::Same({{{same}}})");
                    // Each change has a type of its own, so one encloses the next.
                    for (number, mutant) in own {
                        wrapped = format!(
                            "if {} {{/*m{number}*/crate::mutants::Either::Changed({})/*e*/}} else {{crate::mutants::Either::Same({wrapped})}}",
                            on(*number), mutant.replacement
                        );
                    }
                    return wrapped;
                }
                for (number, mutant) in own {
                    let _ = write!(out, "if {} {{/*m{number}*/return {};/*e*/}} ", on(*number), mutant.replacement);
                }
                out + &same
            }
            Kind::Logic { left, right, and } => {
                // One change: the other of the two. The left side is a truth value, so it decides with one flip.
                let number = own[0].0;
                let flip = if *and { format!("l__ != {}", on(number)) } else { format!("l__ == {}", on(number)) };
                format!("({{let l__: bool = {}; if {flip} {{{}}} else {{l__}}}})", inner(left), inner(right))
            }
            Kind::Compare { left, right, operator } | Kind::Arithmetic { left, right, operator }
                if own.iter().any(|(number, _)| self.twice.contains(number)) =>
            {
                let (left, right) = (inner(left), inner(right));
                let make = |operator: &str| format!("({left}) {operator} ({right})");
                format!("({})", choice(&make, make(operator)))
            }
            Kind::Compare { left, right, operator } => {
                let make = |operator: &str| format!("*l__ {operator} *r__");
                let chosen = choice(&make, make(operator));
                format!("(match (&({}), &({})) {{(l__, r__) => {chosen}}})", inner(left), inner(right))
            }
            Kind::Arithmetic { left, right, operator } => {
                let make = |operator: &str| format!("l__ {operator} r__");
                let chosen = choice(&make, make(operator));
                format!("(match ({}, {}) {{(l__, r__) => {chosen}}})", inner(left), inner(right))
            }
            Kind::Assign { left, right, operator } => {
                let (left, right) = (inner(left), inner(right));
                let make = |operator: &str| format!("{left} {operator} {right};");
                format!("{{{}}}", choice(&make, make(operator)))
            }
            Kind::Unary { operand, operator } => {
                let chosen = choice(&|_| "v__".to_owned(), format!("{operator}v__"));
                format!("({{let v__ = {}; {chosen}}})", inner(operand))
            }
            Kind::Guard => {
                let mut out = format!("({})", inner(&site.range));
                for (number, mutant) in own {
                    let switch = on(*number);
                    let change = if mutant.replacement == "true" { format!("{switch} ||") } else { format!("!{switch} &&") };
                    out = format!("({change} {out})");
                }
                out
            }
            Kind::Constant { .. } | Kind::Chain => String::new(),
            Kind::Arm { pattern, .. } => format!("{} if !{}", inner(pattern), on(own[0].0)),
            Kind::Field { name, value, base } => {
                let same = value.as_ref().map_or_else(|| name.clone(), |value| inner(value));
                let number = own[0].0;
                format!("{name}: if {} {{/*m{number}*/({base}).{name}/*e*/}} else {{{same}}}", on(number))
            }
        }
    }
}

/// The question whether a change is on.
fn on(number: usize) -> String {
    format!("crate::mutants::on({number})")
}
