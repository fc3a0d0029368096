//! Turns the text of a PromQL expression into the metrics that it reads and the labels that its result can have. The
//! one place that knows the parser: it gives no positions, and its tree is read here and dropped.

use std::collections::BTreeSet;

use promql_parser::label::MatchOp;
use promql_parser::label::Matcher as ParsedMatcher;
use promql_parser::parser::BinaryExpr;
use promql_parser::parser::Call;
use promql_parser::parser::Expr;
use promql_parser::parser::LabelModifier;
use promql_parser::parser::VectorMatchCardinality;
use promql_parser::parser::VectorSelector;

use super::labels::Labels;
use super::variables::MARK;
use super::variables::without_variables;

/// What an expression asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expression {
    /// Every selector, in order of appearance.
    pub(crate) selectors: Vec<Selector>,
    /// The labels that the series of its result can have.
    pub(crate) labels: Labels,
}

/// A selector of series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selector {
    /// Which metrics.
    pub(crate) name: Name,
    /// Labels that must have one value: label and value.
    pub(crate) equal: Vec<(String, String)>,
}

/// Which metrics a selector reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name {
    /// These: one, or the alternatives of a pattern that lists names.
    Listed(Vec<String>),
    /// Those that fit a regular expression, anchored on both sides.
    Pattern(String),
    /// Any, or what a variable says.
    Any,
}

/// The label that holds a metric's name.
const NAME: &str = "__name__";

/// Longer texts are not parsed: the largest expressions of real dashboards have some thousand bytes.
const MAX_LENGTH: usize = 32 * 1024;

/// More operators and brackets than this are not parsed: the tree is as deep as they are many, and is walked by recursion.
const MAX_OPERATORS: usize = 300;

/// Reads an expression, which may have Grafana's variables in it. `Err` says what is wrong with it.
pub(crate) fn read(text: &str) -> Result<Expression, String> {
    if text.len() > MAX_LENGTH || operators(text) > MAX_OPERATORS {
        return Err("it is larger than what is read".to_owned());
    }
    // The name that it had before Prometheus 3.
    let text = text.replace("holt_winters", "double_exponential_smoothing");
    let parsed = without_variables(&text).into_iter().map(|text| promql_parser::parser::parse(&text));
    let mut fault = None;
    for parsed in parsed {
        match parsed {
            Ok(parsed) => {
                let mut selectors = Vec::new();
                let labels = walk(&parsed, &mut selectors);
                return Ok(Expression { selectors, labels });
            }
            Err(message) => {
                fault.get_or_insert(message);
            }
        }
    }
    let message = fault.unwrap_or_default();
    Err(message.split('\n').next().unwrap_or_default().trim_end_matches('.').to_owned())
}

/// An upper bound of how deep the tree of an expression can be.
fn operators(text: &str) -> usize {
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    let words =
        words.filter(|word| matches!(*word, "and" | "or" | "unless" | "atan" | "AND" | "OR" | "UNLESS"));
    let signs = text.bytes().filter(|byte| b"([+-*/%^<>".contains(byte));
    let equal = text.as_bytes().windows(2).filter(|pair| matches!(pair, [b'=' | b'!', b'=']));
    words.count() + signs.count() + equal.count()
}

/// Notes the selectors of an expression and gives the labels of its result. As deep as the tree, which is bounded.
fn walk(expr: &Expr, selectors: &mut Vec<Selector>) -> Labels {
    match expr {
        Expr::VectorSelector(selector) => {
            selectors.push(selector_of(selector));
            Labels::any()
        }
        Expr::MatrixSelector(selector) => {
            selectors.push(selector_of(&selector.vs));
            Labels::any()
        }
        Expr::Aggregate(aggregate) => {
            if let Some(param) = &aggregate.param {
                walk(param, selectors);
            }
            let inner = walk(&aggregate.expr, selectors);
            // These pick series and leave them whole.
            let picks =
                matches!(aggregate.op.to_string().as_str(), "topk" | "bottomk" | "limitk" | "limit_ratio");
            match &aggregate.modifier {
                _ if picks => inner,
                Some(LabelModifier::Include(labels)) => inner.keeping(&labels.labels),
                Some(LabelModifier::Exclude(labels)) => inner.without(&labels.labels),
                None => Labels::none(),
            }
        }
        Expr::Unary(unary) => walk(&unary.expr, selectors),
        Expr::Paren(paren) => walk(&paren.expr, selectors),
        Expr::Subquery(subquery) => walk(&subquery.expr, selectors),
        Expr::Binary(binary) => binary_labels(binary, selectors),
        Expr::Call(call) => call_labels(call, selectors),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => Labels::none(),
        Expr::Extension(_) => Labels::any(),
    }
}

/// The labels of an operation between two sides, by the rules of vector matching.
fn binary_labels(binary: &BinaryExpr, selectors: &mut Vec<Selector>) -> Labels {
    let left = walk(&binary.lhs, selectors);
    let right = walk(&binary.rhs, selectors);
    match binary.op.to_string().as_str() {
        "or" => return left.or(&right),
        "and" | "unless" => return left,
        _ => {}
    }
    if is_number(&binary.lhs) {
        return right;
    }
    if is_number(&binary.rhs) {
        return left;
    }
    let Some(modifier) = &binary.modifier else { return left };
    match &modifier.card {
        VectorMatchCardinality::ManyToOne(labels) => return left.with(&labels.labels),
        VectorMatchCardinality::OneToMany(labels) => return right.with(&labels.labels),
        _ => {}
    }
    match &modifier.matching {
        Some(LabelModifier::Include(labels)) => left.keeping(&labels.labels),
        Some(LabelModifier::Exclude(labels)) => left.without(&labels.labels),
        None => left,
    }
}

/// Whether one side of an operation has no series: the other then keeps its labels.
fn is_number(expr: &Expr) -> bool {
    let mut expr = expr;
    loop {
        match expr {
            Expr::Paren(paren) => expr = &paren.expr,
            Expr::Unary(unary) => expr = &unary.expr,
            Expr::NumberLiteral(_) => return true,
            Expr::Call(call) => return matches!(call.func.name, "scalar" | "time" | "pi"),
            _ => return false,
        }
    }
}

/// The labels that functions give.
fn call_labels(call: &Call, selectors: &mut Vec<Selector>) -> Labels {
    let mut labels = Labels::none();
    let mut equal = BTreeSet::new();
    for argument in &call.args.args {
        let first = selectors.len();
        labels = labels.or(&walk(argument, selectors));
        equal.extend(
            selectors.iter().skip(first).flat_map(|selector| &selector.equal).map(|(label, _)| label.clone()),
        );
    }
    let text = |index: usize| match call.args.args.get(index).map(|argument| &**argument) {
        Some(Expr::StringLiteral(text)) => vec![text.val.clone()],
        _ => Vec::new(),
    };
    match call.func.name {
        "label_replace" | "label_join" => labels.with(&text(1)),
        "absent" | "absent_over_time" => Labels::none().with(&equal.into_iter().collect::<Vec<_>>()),
        "scalar" | "vector" | "time" | "pi" => Labels::none(),
        "histogram_quantile" | "histogram_fraction" => labels.without(&["le".to_owned()]),
        _ => labels,
    }
}

fn selector_of(selector: &VectorSelector) -> Selector {
    let mut name = selector.name.as_deref().map_or(Name::Any, |name| listed(name).unwrap_or(Name::Any));
    let mut equal = Vec::new();
    let alternatives = selector.matchers.or_matchers.iter().flatten();
    let uncertain = !selector.matchers.or_matchers.is_empty();
    for matcher in selector.matchers.matchers.iter().chain(alternatives) {
        if matcher.name == NAME {
            name = name_of(matcher).unwrap_or(name);
        } else if matches!(matcher.op, MatchOp::Equal) && !uncertain && !matcher.value.contains(MARK) {
            equal.push((matcher.name.clone(), matcher.value.clone()));
        }
    }
    if uncertain {
        name = Name::Any;
    }
    Selector { name, equal }
}

/// What a matcher on the name says, where it narrows the name down.
fn name_of(matcher: &ParsedMatcher) -> Option<Name> {
    let value = matcher.value.as_str();
    match &matcher.op {
        MatchOp::Equal => listed(value),
        MatchOp::Re(_) if value.contains(MARK) => None,
        MatchOp::Re(_) => Some(listed(value).unwrap_or_else(|| Name::Pattern(value.to_owned()))),
        MatchOp::NotEqual | MatchOp::NotRe(_) => None,
    }
}

/// The names of a pattern that is nothing but names with bars between them.
fn listed(pattern: &str) -> Option<Name> {
    let inner = pattern.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(pattern);
    let names: Vec<String> = inner.split('|').map(str::to_owned).collect();
    (names.iter().all(|name| is_metric_name(name)) && !pattern.contains(MARK)).then_some(Name::Listed(names))
}

/// Whether a text can be the name of a metric as Prometheus has it without quotes.
pub(crate) fn is_metric_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':'))
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let selectors = read(text).unwrap().selectors.into_iter();
        selectors
            .map(|selector| match selector.name {
                Name::Listed(names) => names.join("|"),
                Name::Pattern(pattern) => format!("~{pattern}"),
                Name::Any => "*".to_owned(),
            })
            .collect()
    }

    fn has(text: &str, label: &str) -> bool {
        read(text).unwrap().labels.may_have(label)
    }

    #[test]
    fn names_stand_before_braces_or_in_matchers() {
        assert_eq!(names("sum(rate(a_total{b=\"c\"}[5m])) / on() group_left() d:e"), ["a_total", "d:e"]);
        assert_eq!(names("{__name__=\"x\"} or {__name__=~\"y|z\", a=\"b\"}"), ["x", "y|z"]);
        assert_eq!(names("{__name__=~\"kube_.*\"}"), ["~kube_.*"]);
        assert_eq!(names("{job=\"x\"}"), ["*"]);
        assert_eq!(names("max_over_time((a - b)[1h:5m] offset 1d)"), ["a", "b"]);
        assert_eq!(
            names("label_replace(avg_over_time(m{j=\"k\"}[30m]), \"v\", \"$1\", \"r\", \".*/(.+)\")"),
            ["m"]
        );
    }

    #[test]
    fn raw_texts_and_old_names_of_functions_are_read() {
        assert_eq!(names("holt_winters(a{x=~`\\d+\\.(b|\"c\")`}[5m], 0.1, 0.2)"), ["a"]);
    }

    #[test]
    fn equal_matchers_are_told_and_others_are_not() {
        let selector = &read("up{job=\"a\", b!=\"c\", d=~\"e\", f=\"$g\"}").unwrap().selectors[0];
        assert_eq!(selector.equal, [("job".to_owned(), "a".to_owned())]);
    }

    #[test]
    fn variables_may_stand_where_grafana_puts_values() {
        assert_eq!(names("rate(a{cluster=~\"$cluster\"}[$__rate_interval])"), ["a"]);
        assert_eq!(names("sum by ($by) (increase(a{x=\"${y:regex}\"}[${__range_s}s]))"), ["a"]);
        assert_eq!(names("topk($n, a) > [[limit]]"), ["a"]);
        assert_eq!(names("$metric{a=\"b\"} + node_${kind}_total"), ["*", "*"]);
        assert_eq!(names("{__name__=~\"$m\"}"), ["*"]);
    }

    #[test]
    fn aggregations_drop_the_labels_that_they_do_not_name() {
        assert!(has("a", "tenant"));
        assert!(!has("sum(a)", "tenant"));
        assert!(has("sum by (tenant) (a)", "tenant"));
        assert!(!has("sum by (pod) (a)", "tenant"));
        assert!(!has("sum without (tenant) (a)", "tenant"));
        assert!(has("sum without (pod) (a)", "tenant"));
        assert!(has("topk(3, a)", "tenant"));
        assert!(!has("topk(3, sum by (pod) (a))", "tenant"));
    }

    #[test]
    fn operations_keep_the_labels_of_vector_matching() {
        assert!(has("a == 1", "tenant"));
        assert!(has("1 < a", "tenant"));
        assert!(has("a / b", "tenant"));
        assert!(!has("a / on (pod) b", "tenant"));
        assert!(!has("a / ignoring (tenant) b", "tenant"));
        assert!(has("a * on (pod) group_left (node) b", "tenant"));
        assert!(has("sum by (pod) (a) * on (pod) group_left (node) b", "node"));
        assert!(!has("sum by (pod) (a) * on (pod) group_left (node) b", "tenant"));
        assert!(has("sum by (pod) (a) * on (pod) group_right () b", "tenant"));
        assert!(!has("sum by (pod) (a) unless b", "tenant"));
        assert!(has("sum by (pod) (a) or b", "tenant"));
        assert!(has("label_replace(sum(a), \"volume\", \"$1\", \"id\", \"(.*)\")", "volume"));
        assert!(has("absent(up{job=\"x\"})", "job"));
        assert!(!has("absent(up{job=\"x\"})", "tenant"));
    }

    #[test]
    fn what_is_no_expression_says_so() {
        assert!(read("sum(a").unwrap_err().contains("unclosed left parenthesis"));
        assert!(read("a b").is_err());
        assert!(read("").is_err());
        assert!(read("rate(a)").is_err());
    }

    #[test]
    fn deep_and_long_expressions_end_within_a_small_stack() {
        let deep = [
            format!("{}a{}", "(".repeat(299), ")".repeat(299)),
            format!("a{}", "+a".repeat(299)),
            format!("{}a{}", "sum(".repeat(299), ")".repeat(299)),
            format!("{}a", "-".repeat(299)),
        ];
        for text in deep {
            let thread = std::thread::Builder::new().stack_size(2 << 20);
            let read = thread.spawn(move || read(&text).map(|read| read.selectors.len())).unwrap().join();
            assert!(read.unwrap().is_ok_and(|count| count > 0));
        }
        assert_eq!(read(&format!("a{}", "+a".repeat(400))).unwrap_err(), "it is larger than what is read");
        assert_eq!(read(&"a".repeat(40_000)).unwrap_err(), "it is larger than what is read");
    }
}
