//! Turns a YAML stream into one tree per document.

use std::sync::Arc;

use granit_parser::Event;
use granit_parser::Options;
use granit_parser::Parser;
use granit_parser::ScalarStyle;
use granit_parser::StructureStyle;
use granit_parser::Tag as Written;

use super::keys::collection;
use super::problem::ParseProblem;
use super::problem::ProblemKind;
use super::problem::offset;
use super::problem::too_large;
use super::tree::Dialect;
use super::tree::Node;
use super::tree::NodeId;
use super::tree::NodeKind;
use super::tree::Style;
use super::tree::Tag;
use super::tree::Tree;
use super::wording::from_scanner;
use crate::text::Limit;
use crate::text::Span;

/// What a YAML text holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct YamlStream {
    /// The readable documents, in order; a document of comments only has no root.
    pub(crate) documents: Vec<Tree>,
    /// What is wrong, in order of discovery. A syntax error costs its own document, not those behind it.
    pub(crate) errors: Vec<ParseProblem>,
}

/// Parses all documents of a stream. Never fails as a whole.
pub(crate) fn parse_yaml(text: &Arc<str>) -> YamlStream {
    let mut stream = YamlStream::default();
    if let Some(problem) = too_large(text) {
        stream.errors.push(problem);
        return stream;
    }
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.emit_unresolved_aliases = true;
    options.flow_nesting_limit = Limit::YamlNesting.count();
    options.block_nesting_limit = Limit::YamlNesting.count();
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::new(text);
    while let Some(result) = parser.next_event() {
        match result {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => {
                let problem = builder.blame(from_scanner(text, &error));
                builder.abandon();
                builder.errors.push(problem);
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    stream.documents = builder.documents;
    stream.errors = builder.errors;
    stream
}

/// A collection that is still open.
struct Frame {
    node: NodeId,
    mapping: bool,
    block: bool,
    /// Where its children start in [`Builder::children`].
    first_child: usize,
}

/// Makes trees from events. Children of open collections share one stack, so that a finished collection costs one
/// allocation of the right size.
struct Builder<'t> {
    text: &'t Arc<str>,
    documents: Vec<Tree>,
    errors: Vec<ParseProblem>,
    nodes: Vec<Node>,
    root: Option<NodeId>,
    frames: Vec<Frame>,
    children: Vec<NodeId>,
    /// Anchors of this document by the scanner's number, which only grows.
    anchors: Vec<(usize, NodeId)>,
    /// Where the last token that we know of ended: what follows it belongs to the next node.
    last_end: usize,
}

impl<'t> Builder<'t> {
    fn new(text: &'t Arc<str>) -> Self {
        Self {
            text,
            documents: Vec::new(),
            errors: Vec::new(),
            nodes: Vec::new(),
            root: None,
            frames: Vec::new(),
            children: Vec::new(),
            anchors: Vec::new(),
            last_end: 0,
        }
    }

    /// A bracket or quote that is never closed is noticed some lines later, at whatever comes next. Where what follows
    /// shows that, the fault is told at the one that opens.
    fn blame(&self, problem: ParseProblem) -> ParseProblem {
        let noticed = problem.span.start as usize;
        let line_of =
            |at: usize| self.text.get(..at).map_or(0, |before| before.rfind('\n').map_or(0, |end| end + 1));
        let indent = |line: usize| {
            let rest = self.text.get(line..).unwrap_or_default();
            rest.len() - rest.trim_start_matches(' ').len()
        };
        let open = self
            .frames
            .last()
            .filter(|frame| !frame.block)
            .and_then(|frame| self.nodes.get(frame.node.0 as usize));
        if let Some(open) = open {
            let start = open.span.start as usize;
            let (first, last) = (line_of(start), line_of(noticed));
            let bracket = matches!(self.text.as_bytes().get(start), Some(b'[' | b'{'));
            // Lines of a collection in brackets stand further in than the line that opens it.
            if bracket && first < last && indent(last) <= indent(first) {
                let (name, end) =
                    if matches!(open.kind, NodeKind::Mapping(_)) { ("mapping", "}") } else { ("list", "]") };
                let span = Span::new(offset(start), offset(start + 1));
                return ParseProblem::new(
                    problem.kind,
                    span,
                    format!("the {name} that opens here is never closed"),
                )
                .with_hint(format!("add the `{end}`"));
            }
        }
        // The scanner takes the next quote for the closing one, whatever it was for.
        let gap = self.text.get(self.last_end..noticed).unwrap_or_default();
        if let Some(at) = gap.find(['"', '\'']).map(|at| self.last_end + at)
            && gap.ends_with(['"', '\''])
            && at + 1 < noticed
            && line_of(at) < line_of(noticed)
        {
            let span = Span::new(offset(at), offset(at + 1));
            let message = "the quote that opens here is closed only by the next one, lines later";
            return ParseProblem::new(problem.kind, span, message).with_hint("close the quote on its line");
        }
        problem
    }

    /// Forgets the document that is being built.
    fn abandon(&mut self) {
        self.nodes.clear();
        self.root = None;
        self.frames.clear();
        self.children.clear();
        self.anchors.clear();
    }

    fn event(&mut self, event: Event<'_>, span: &granit_parser::Span) {
        let Some(range) = span.byte_range() else { return };
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let id = self.scalar(&text, style, tag.as_deref(), range.start, range.end);
                self.anchor(anchor, id);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let start = self.sequence_start(style, range.start);
                self.open(start, false, style, tag.as_deref(), anchor);
                self.last_end = self.last_end.max(range.end);
            }
            Event::MappingStart(style, anchor, tag) => {
                self.open(range.start, true, style, tag.as_deref(), anchor);
                self.last_end = self.last_end.max(range.end);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range.end),
            Event::Alias(number) => {
                self.alias(number, Span::new(offset(range.start), offset(range.end)));
                self.last_end = range.end;
            }
            Event::UnresolvedAlias(_) => {
                let span = Span::new(offset(range.start), offset(range.end));
                self.errors.push(
                    ParseProblem::new(
                        ProblemKind::BadAlias,
                        span,
                        "no anchor of this name stands above this alias",
                    )
                    .with_hint(
                        "define the anchor in the same document, or quote a value that starts with `*`",
                    ),
                );
                self.missing(span);
                self.last_end = range.end;
            }
            Event::DocumentStart(explicit, _) => {
                self.abandon();
                // Without `---` the scanner may report the end of the first token.
                if explicit {
                    self.last_end = range.end;
                } else {
                    // A document that did not parse leaves its text unread. Before one without `---` it ends in `...`.
                    let unread = self.text.get(self.last_end..range.start).unwrap_or_default();
                    let end = unread.rfind("\n...").max(unread.rfind("\r..."));
                    self.last_end += end.map_or(0, |end| end + "\n...".len());
                }
            }
            Event::DocumentEnd => {
                self.finish();
                self.last_end = self.last_end.max(range.end);
            }
            _ => {}
        }
    }

    fn finish(&mut self) {
        if self.anchors.is_empty() || self.expansion_fits() {
            self.keep();
        }
        self.abandon();
    }

    /// Whether the document stays within [`Limit::Aliases`] when its aliases are followed; reports it where not.
    fn expansion_fits(&mut self) -> bool {
        // Nodes stand in the order of their starts, so a node's descendants follow it. `sizes[i]` is the number of
        // nodes that the first `i` nodes stand for.
        let mut sizes: Vec<u64> = Vec::with_capacity(self.nodes.len() + 1);
        let mut total = 0_u64;
        let most = Limit::Aliases.get();
        sizes.push(0);
        for node in &self.nodes {
            total = total.saturating_add(match node.kind {
                NodeKind::Alias(target) => {
                    let end = self.subtree_end(target);
                    let size = |index: usize| sizes.get(index).copied().unwrap_or_default();
                    size(end).saturating_sub(size(target.0 as usize)).saturating_add(1)
                }
                _ => 1,
            });
            if total > most {
                self.errors.push(
                    ParseProblem::new(
                        ProblemKind::Limit,
                        node.span,
                        format!("aliases make this document larger than {} here", Limit::Aliases.shown()),
                    )
                    .with_hint(format!("write the values out, or {}", Limit::Aliases.remedy())),
                );
                return false;
            }
            sizes.push(total);
        }
        true
    }

    /// One past the last descendant of a node.
    fn subtree_end(&self, id: NodeId) -> usize {
        let mut last = id;
        loop {
            let node = self.nodes.get(last.0 as usize);
            last = match node.map(|node| &node.kind) {
                Some(NodeKind::Mapping(entries)) if !entries.is_empty() => entries[entries.len() - 1].value,
                Some(NodeKind::Sequence(items)) if !items.is_empty() => items[items.len() - 1],
                _ => return last.0 as usize + 1,
            };
        }
    }

    fn keep(&mut self) {
        let root = self.root.filter(|root| !is_nothing(&self.nodes[root.0 as usize]));
        // Moved to a place of the right size: the one that grew serves the next document.
        let nodes = if root.is_some() { self.nodes.drain(..).collect() } else { Vec::new() };
        self.documents.push(Tree { text: Arc::clone(self.text), nodes, root, dialect: Dialect::GoYaml });
    }

    /// Adds a node below the innermost open collection.
    fn add(&mut self, node: Node) -> NodeId {
        let id = NodeId(offset(self.nodes.len()));
        self.nodes.push(node);
        if self.frames.is_empty() {
            self.root.get_or_insert(id);
        } else {
            self.children.push(id);
        }
        id
    }

    fn anchor(&mut self, number: usize, id: NodeId) {
        if number != 0 {
            self.anchors.push((number, id));
        }
    }

    fn scalar(
        &mut self,
        decoded: &str,
        style: ScalarStyle,
        tag: Option<&Written>,
        start: usize,
        end: usize,
    ) -> NodeId {
        let (style, start, end, text) = match style {
            // The scanner reports an empty value as "~", at the `:` where there is one.
            ScalarStyle::Plain if start == end => {
                let after = if self.text.as_bytes().get(start) == Some(&b':') { start + 1 } else { start };
                self.last_end = self.last_end.max(after);
                (Style::Plain, after, after, None)
            }
            ScalarStyle::Plain => (Style::Plain, start, end, self.unless_same(decoded, start, end)),
            ScalarStyle::SingleQuoted => {
                (Style::SingleQuoted, start, end, self.unless_same(decoded, start + 1, end.saturating_sub(1)))
            }
            ScalarStyle::DoubleQuoted => {
                (Style::DoubleQuoted, start, end, self.unless_same(decoded, start + 1, end.saturating_sub(1)))
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let style =
                    if matches!(style, ScalarStyle::Literal) { Style::Literal } else { Style::Folded };
                let header = self.block_header(start);
                let content = self.text.get(header..end).unwrap_or_default().trim_end();
                self.last_end = end;
                (style, header, header + content.len(), Some(Box::from(decoded)))
            }
        };
        self.last_end = self.last_end.max(end);
        self.add(Node {
            kind: NodeKind::Scalar { style, text },
            span: Span::new(offset(start), offset(end)),
            tag: tag.map(|tag| Box::new(tag_text(tag))),
        })
    }

    /// `None` where the decoded text equals the source.
    fn unless_same(&self, decoded: &str, start: usize, end: usize) -> Option<Box<str>> {
        let source = self.text.as_bytes().get(start..end);
        (source != Some(decoded.as_bytes())).then(|| Box::from(decoded))
    }

    /// Where the `|` or `>` of a block scalar stands, whose content starts at `content`.
    fn block_header(&self, content: usize) -> usize {
        self.find_after_properties(content, |byte| matches!(byte, b'|' | b'>')).unwrap_or(content)
    }

    /// Where a sequence starts. One at the column of its parent's key is reported to start behind its first dash.
    fn sequence_start(&self, style: StructureStyle, start: usize) -> usize {
        let below_key = self
            .frames
            .last()
            .is_some_and(|frame| frame.mapping && (self.children.len() - frame.first_child) % 2 == 1);
        if style == StructureStyle::Flow || !below_key {
            return start;
        }
        self.find_after_properties(self.text.len(), |byte| byte == b'-').unwrap_or(start)
    }

    /// The first byte after the last token that `wanted` accepts, comments, tags and anchors left out.
    fn find_after_properties(&self, limit: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = self.last_end;
        while at < limit {
            let byte = *bytes.get(at)?;
            if wanted(byte) {
                return Some(at);
            }
            match byte {
                b'#' => {
                    while at < limit && !matches!(bytes.get(at), Some(b'\n' | b'\r')) {
                        at += 1;
                    }
                }
                b'&' | b'!' => {
                    while at < limit && !matches!(bytes.get(at), Some(b'\n' | b'\r' | b' ' | b'\t')) {
                        at += 1;
                    }
                }
                _ => at += 1,
            }
        }
        None
    }

    fn open(
        &mut self,
        start: usize,
        mapping: bool,
        style: StructureStyle,
        tag: Option<&Written>,
        anchor: usize,
    ) {
        let kind =
            if mapping { NodeKind::Mapping(Box::default()) } else { NodeKind::Sequence(Box::default()) };
        let node = self.add(Node {
            kind,
            span: Span::at(offset(start)),
            tag: tag.map(|tag| Box::new(tag_text(tag))),
        });
        self.anchor(anchor, node);
        let block = style == StructureStyle::Block;
        self.frames.push(Frame { node, mapping, block, first_child: self.children.len() });
    }

    fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else { return };
        let children = &self.children[frame.first_child..];
        let end = if frame.block {
            // The scanner closes a block collection at the next token, lines or comments later.
            children.last().map_or(end, |last| self.nodes[last.0 as usize].span.end as usize)
        } else {
            self.last_end = end;
            end
        };
        let kind = collection((frame.mapping, children), self.text, &self.nodes, &mut self.errors);
        self.children.truncate(frame.first_child);
        let node = &mut self.nodes[frame.node.0 as usize];
        node.kind = kind;
        node.span.end = offset(end).max(node.span.start);
    }

    fn alias(&mut self, number: usize, span: Span) {
        let found = self.anchors.binary_search_by_key(&number, |(number, _)| *number);
        let target = found.ok().and_then(|index| self.anchors.get(index)).map(|(_, id)| *id);
        match target {
            Some(target) if !self.frames.iter().any(|frame| frame.node == target) => {
                self.add(Node { kind: NodeKind::Alias(target), span, tag: None });
            }
            _ => {
                self.errors.push(
                    ParseProblem::new(
                        ProblemKind::BadAlias,
                        span,
                        "the anchor of this alias contains itself here",
                    )
                    .with_hint("an alias cannot stand inside the value that it names"),
                );
                self.missing(span);
            }
        }
    }

    /// An empty value in place of an alias that cannot be followed.
    fn missing(&mut self, span: Span) {
        self.add(Node {
            kind: NodeKind::Scalar { style: Style::Plain, text: Some(Box::from("")) },
            span,
            tag: None,
        });
    }
}

/// Whether a node is an empty value that nobody wrote, as the scanner gives for a document of comments.
fn is_nothing(node: &Node) -> bool {
    node.span.is_empty()
        && node.tag.is_none()
        && matches!(node.kind, NodeKind::Scalar { style: Style::Plain, .. })
}

/// `!!int` as `tag:yaml.org,2002:int`, `!Ref` as it is, `!` as `!`.
fn tag_text(tag: &Written) -> Tag {
    Tag([tag.handle(), tag.suffix()].concat().into_boxed_str())
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
