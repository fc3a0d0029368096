//! Turns the values of a release into subjects: which of them its chart reads, and whether they are what it wants.

use super::charts;
use super::charts::ChartTable;
use super::charts::Reading;
use super::charts::Wanted;
use super::fact::Fact;
use super::fact::FactValue;
use super::fact::Subject;
use super::piece::Chart;
use super::pod;
use super::stack::ReleasedChart;
use super::stack::Stack;
use super::values::root_of;

/// Values lie at most this deep: no chart's section is nested further.
const DEPTH: u32 = 16;

/// After so many values that the chart passes over, nothing is looked for that may be meant: these are no values of it.
const SEARCHED: usize = 100;

/// The subject `chart_value` for each value of the releases of known charts.
pub(crate) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let mut found = Vec::new();
    for release in &stack.releases {
        let Some(chart) = release.release.chart else { continue };
        let table = charts::table(chart);
        let version = release.release.version.as_ref().map(|(version, _)| &**version);
        let root = root_of(release.release, stack.documents);
        Values { chart, table, version, release, root, passed_over: 0, found: &mut found }.section(
            &release.values,
            "",
            DEPTH,
        );
    }
    found
}

/// The values of one release, while they are looked through.
struct Values<'v> {
    chart: Chart,
    table: ChartTable,
    version: Option<&'v str>,
    release: &'v ReleasedChart<'v>,
    /// Where values are set anew.
    root: Fact,
    /// How many values the chart was found to pass over.
    passed_over: usize,
    found: &'v mut Vec<Subject>,
}

impl Values<'_> {
    fn section(&mut self, section: &Fact, above: &str, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for (name, fact) in section.entries() {
            // Null takes a value away; names such as `x-common` are where people keep what anchors repeat.
            if fact.is_null() || above.is_empty() && name.starts_with("x-") {
                continue;
            }
            let route = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
            // What lies under `global` is for charts within charts too, so that any name may be read by one.
            let reading = if above == "global" {
                Reading::Read
            } else {
                self.table.reading(&route, self.version, self.passed_over < SEARCHED)
            };
            let is_read = !matches!(reading, Reading::PassedOver(_));
            self.passed_over += usize::from(!is_read);
            let wanted = self.table.value(&route).and_then(|value| value.wanted);
            let is_map = matches!(fact.value, FactValue::Map(_));
            if is_read && wanted == Some(Wanted::Section) && is_map {
                self.section(fact, &route, depth);
                continue;
            }
            self.value(&route, fact, wanted.filter(|_| is_read), &reading);
        }
    }

    fn value(&mut self, route: &str, fact: &Fact, wanted: Option<Wanted>, reading: &Reading) {
        let place = fact.place;
        let hint = match reading {
            Reading::Read | Reading::ReadUnlessEmpty => None,
            Reading::PassedOver(hint) => Some(hint.as_str()),
        };
        let left_out = *reading == Reading::ReadUnlessEmpty && charts::is_empty(&fact.value);
        let fits = wanted.is_none_or(|wanted| fits(wanted, &fact.value));
        let entries = [
            ("chart", Fact::new(self.chart.name(), place)),
            ("path", Fact::new(route, place)),
            ("read", Fact::new(hint.is_none(), place)),
            ("hint", Fact::new(hint, place)),
            ("left_out", Fact::new(left_out, place)),
            ("told", Fact::new(hint.is_some() && self.is_told(route), place)),
            ("is", Fact::new(name(&fact.value), place)),
            ("wanted", Fact::new(wanted.map(Wanted::name), place)),
            ("fits", Fact::new(fits, place)),
            ("values", self.root.clone()),
            ("meant", Fact::new(hint.and_then(|hint| self.meant(hint)), place)),
            // What nobody reads may be moved to where it is read, and what is of another type be written as it should.
            ("value", if hint.is_some() || left_out || !fits { fact.clone() } else { Fact::absent(place) }),
        ];
        let key = format!("{} {route}", self.chart.name());
        self.found.push(Subject { kind: "chart_value", key, facts: Fact::map(entries, place) });
    }

    /// The one value that a hint names, where nothing is set there.
    fn meant(&self, hint: &str) -> Option<String> {
        let mut quoted = hint.split('`');
        let (_, meant, rest) = (quoted.next()?, quoted.next()?, quoted.next()?);
        let is_free = self.release.values.at(meant).is_none_or(Fact::is_null);
        (is_free && !rest.contains(" or ")).then(|| meant.to_owned())
    }

    /// Whether the missing effect of a value that the chart passes over is told at this very place.
    fn is_told(&self, route: &str) -> bool {
        let effects = pod::facts_of_values(self.release);
        let effect = |name: &str| effects.iter().find(|(other, _)| *other == name).map(|(_, fact)| fact);
        let ignored = pod::ignored_values(self.release);
        match route {
            "alloy.reporting" => {
                ignored.at("reporting").is_some() && effect("reporting").and_then(Fact::bool) == Some(true)
            }
            "tolerations" => effect("tolerations").is_some_and(|fact| fact.items().is_empty()),
            _ => false,
        }
    }
}

/// Whether a chart that wants one type can use a value. An empty collection is nothing to any template, and a template
/// prints numbers and booleans as text; but it takes the text `"false"` for true.
fn fits(wanted: Wanted, value: &FactValue) -> bool {
    use FactValue::Bool;
    use FactValue::Float;
    use FactValue::Int;
    use FactValue::List;
    use FactValue::Map;
    use FactValue::Null;
    use FactValue::Text;
    use FactValue::Unknown;
    match (wanted, value) {
        (Wanted::List | Wanted::Map | Wanted::Section, Map(entries)) if entries.is_empty() => true,
        (Wanted::List | Wanted::Map | Wanted::Section, List(items)) if items.is_empty() => true,
        (Wanted::List | Wanted::Map, Text(text)) if text.is_empty() => true,
        (_, Null | Unknown(_)) => true,
        (Wanted::Boolean, value) => matches!(value, Bool(_)),
        (Wanted::Integer, value) => matches!(value, Int(_) | Float(_) | Text(_)),
        (Wanted::Text, value) => !matches!(value, List(_) | Map(_)),
        (Wanted::List, value) => matches!(value, List(_)),
        (Wanted::Map | Wanted::Section, value) => matches!(value, Map(_)),
    }
}

/// How messages name what was written.
const fn name(value: &FactValue) -> &'static str {
    match value {
        FactValue::Null => "nothing",
        FactValue::Unknown(_) => "not known",
        FactValue::Bool(_) => "true or false",
        FactValue::Int(_) | FactValue::Float(_) => "a number",
        FactValue::Text(_) | FactValue::Secret(_) => "text",
        FactValue::List(_) => "a list",
        FactValue::Map(_) => "a map",
    }
}
