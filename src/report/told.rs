//! Turns a finding into what forms for programs share: the line that a file viewer opens, and what stands beside the message.

use super::clean;
use super::contract::FindingJson;
use super::contract::LocationJson;
use super::format::Telling;
use super::human;
use super::human::Detail;
use super::human::Style;
use crate::finding::Finding;
use crate::finding::Invariant;
use crate::finding::Severity;
use crate::report::root::Rooted;

/// A finding, with what the contract says of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'t> {
    /// Its number in the report.
    pub(super) index: usize,
    /// Its rule, severity, promise. Its places may lead into texts that are not there.
    pub(super) own: &'t Finding,
    /// Its places.
    pub(super) json: &'t FindingJson,
}

/// What a viewer opens for a finding. Always something: servers refuse findings without a file and a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Anchor {
    /// The file; in a running cluster the object; for what has no place, the stack.
    pub(super) path: Rooted,
    /// Whether it is a line of a file.
    pub(super) is_file: bool,
    /// Line and column from 1, in characters.
    pub(super) start: (u32, u32),
    /// The end, exclusive.
    pub(super) end: (u32, u32),
}

impl Anchor {
    /// The anchor of a place.
    pub(super) fn of(telling: &Telling<'_>, place: &LocationJson) -> Self {
        let path = if place.live {
            Rooted::Below(place.path.clone())
        } else {
            telling.around().root.seen(&place.path)
        };
        // A rendering that nobody typed has no lines that mean anything.
        if place.live && place.layers.is_empty() {
            return Self::whole(path);
        }
        let (start, end) = ((place.line, place.column), (place.end_line, place.end_column));
        Self { path, is_file: !place.live, start, end: end.max(start) }
    }

    /// The beginning of a whole input.
    const fn whole(path: Rooted) -> Self {
        Self { path, is_file: false, start: (1, 1), end: (1, 1) }
    }
}

impl Told<'_> {
    /// What to open: the place, else the first one beside it, else the stack.
    pub(super) fn anchor(&self, telling: &Telling<'_>) -> Anchor {
        let related = || self.json.related.first().map(super::contract::RelatedJson::place);
        if let Some(place) = self.json.location.clone().or_else(related) {
            return Anchor::of(telling, &place);
        }
        let stack = telling.verdict_of(self.index).map_or(".", |own| own.subject.as_str());
        Anchor::whole(telling.around().root.seen(stack))
    }

    /// The place as people name it: `path:line:column`, or the field of an object. Not clean.
    pub(super) fn place(&self) -> Option<String> {
        self.json.location.as_ref().map(place_name)
    }

    /// Who accepted it and why, for those that somebody did. Not clean.
    pub(super) fn accepted(&self) -> Option<String> {
        human::accepted_words(self.own)
    }

    /// How bad it is; smaller is worse. What has left cannot be called back.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        let own = self.own;
        (!own.is_open(), std::cmp::Reverse(own.severity), own.invariant != Invariant::LogBoundary, self.index)
    }

    /// What stands beside the message, one line each: where in the object, the further places, clusters, Git, who accepted
    /// it, what `fix` can do. Clean.
    pub(super) fn beside(&self, telling: &Telling<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        let place = self.json.location.as_ref();
        lines.extend(place.and_then(within).map(|within| format!("in {within}")));
        for related in &self.json.related {
            let place = related.place();
            let within = within(&place).map(|within| format!(" (in {within})")).unwrap_or_default();
            lines.push(clean::line(&format!("{}{within}: {}", place_name(&place), related.label)));
        }
        lines.extend(self.of_clusters(telling));
        lines.extend(self.accepted().map(|words| clean::line(&format!("accepted: {words}"))));
        for fix in &self.json.fixes {
            let how = if fix.safe { "ptd-lint fix" } else { "ptd-lint fix --unsafe" };
            lines.push(clean::line(&format!("`{how}` can: {}", fix.title)));
        }
        lines
    }

    /// Which clusters have it, and how it stands in Git.
    fn of_clusters(&self, telling: &Telling<'_>) -> Vec<String> {
        let json = self.json;
        let having: Vec<&str> = json.clusters.iter().map(String::as_str).collect();
        let further = json.also_at.iter().map(|own| own.location.as_ref());
        let places = std::iter::once(json.location.as_ref()).chain(further);
        let places: Vec<String> = places.map(|place| place.map(place_name).unwrap_or_default()).collect();
        let git = self.own.seen.git.as_ref().zip(json.git.as_ref());
        let git =
            git.map(|(own, json)| (own.state.words(), &json.reason, json.location.as_ref().map(place_name)));
        let git = git.as_ref().map(|(state, reason, place)| (*state, reason.as_str(), place.as_deref()));
        let style = Style { color: false, width: usize::MAX, detail: Detail::Normal };
        let text = human::cluster_lines(&having, &places, git, &telling.report().coverage, style);
        text.lines().map(|line| line.trim().to_owned()).collect()
    }
}

/// A place as `Resolved::shown` names it. Not clean.
pub(super) fn place_name(place: &LocationJson) -> String {
    if !place.live {
        return format!("{}:{}:{}", place.path, place.line, place.column);
    }
    let layers = place.layers.iter().map(|layer| format!("#{}:{}", layer.field, layer.line));
    let field = place.field.as_ref().filter(|field| place.layers.is_empty() && !field.is_empty());
    let field = field.map(|field| format!("#{field}"));
    std::iter::once(place.path.clone()).chain(layers).chain(field).collect()
}

/// `ConfigMap alloy/x, data.config.alloy, line 12 column 3`. The name of a place in a running cluster says that itself.
pub(super) fn within(place: &LocationJson) -> Option<String> {
    let layers = place.layers.iter().map(|layer| (layer.field.as_str(), layer.line, layer.column));
    human::within(place.object.as_deref(), layers).filter(|_| !place.live)
}

/// A severity in the words of servers that know errors, warnings and a third.
pub(super) const fn level(severity: Severity, third: &'static str) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => third,
    }
}
