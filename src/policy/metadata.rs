//! METADATA: the annotations that OPA defines, read from comments, and the closed schema of a control's `custom`.
//!
//! The engine throws comments away, so this is all that stands between an author's typing error and a control that is
//! judged with the wrong severity: every key is known, every value is checked, and every problem has its line.

use super::covers;
use super::nearest;
use super::scan::Scan;
use super::yaml::{self, Fields, Kind, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::domain::{ControlId, Covered, Remediation, Severity};
use crate::snapshot::Collection;

/// The keys that OPA's annotations have. Source: OPA's "Policy reference", "Annotations".
const KNOWN: [&str; 9] = [
    "scope",
    "title",
    "description",
    "related_resources",
    "authors",
    "organizations",
    "schemas",
    "entrypoint",
    "custom",
];

/// The longest title, as the contract of controls says; Security Hub allows 256.
const TITLE_LIMIT: usize = 120;

/// Where statements of a policy begin, by line; annotations belong to the next one.
#[derive(Debug, Default)]
pub(super) struct Statements {
    /// The line of `package`.
    pub(super) package: usize,
    /// The lines of imports.
    pub(super) imports: Vec<usize>,
    /// The lines of rules.
    pub(super) rules: Vec<usize>,
}

/// What a control's METADATA says; which bundle and package it belongs to is not for it to say.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ControlMetadata {
    pub(super) id: ControlId,
    pub(super) aliases: Vec<ControlId>,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) related_resources: Vec<String>,
    pub(super) severity: Severity,
    pub(super) population: Collection,
    pub(super) remediation: Remediation,
    /// Each with its line and column.
    pub(super) parameters: Vec<(String, (usize, usize))>,
    pub(super) enabled: bool,
    pub(super) deprecated: Option<String>,
    pub(super) covers: Option<Vec<Covered>>,
    /// Where the id stands.
    pub(super) place: (usize, usize),
}

/// One annotation block.
#[derive(Debug)]
struct Block {
    /// The line of `# METADATA`.
    line: usize,
    /// Its YAML, as many lines down as in the file, so that lines agree.
    yaml: String,
    /// How many columns were taken from each line of the YAML, and how many are left.
    widths: Vec<(usize, usize)>,
}

impl Block {
    fn at(line: usize) -> Self {
        Self { line, yaml: "\n".repeat(line), widths: Vec::new() }
    }

    fn push(&mut self, comment: &str) {
        let text = comment.strip_prefix(' ').unwrap_or(comment);
        self.yaml.push_str(text);
        self.yaml.push('\n');
        let taken = if text.len() == comment.len() { "#" } else { "# " };
        self.widths.push((taken.len(), text.chars().count()));
    }

    /// The place in the file of a place in the YAML, whose end is the end of the block's last line.
    fn place(&self, (line, column): (usize, usize)) -> (usize, usize) {
        let index = line.saturating_sub(self.line + 1);
        match (self.widths.get(index), self.widths.last()) {
            (Some((taken, width)), _) => (self.line + 1 + index, taken + column.min(width + 1)),
            (None, Some((taken, width))) => (self.line + self.widths.len(), taken + width + 1),
            (None, None) => (self.line, 1),
        }
    }
}

/// The annotation block of the package, after a look at all blocks of a file.
pub(super) fn of_package(
    file: &str,
    scan: &Scan,
    statements: &Statements,
    problems: &mut Vec<Diagnostic>,
) -> Option<Node> {
    let mut of_package = None;
    for block in blocks(scan) {
        let node = match yaml::parse(file, &block.yaml) {
            Ok(mut node) => {
                node.move_into(&block);
                node
            }
            Err(problem) => {
                let place = problem.line.zip(problem.column).unwrap_or((block.line, 1));
                let (line, column) = block.place(place);
                let message = format!("the METADATA block is not YAML: {}", problem.message);
                problems.push(Diagnostic::of_file(file, Code::Metadata, message).at(line, column));
                continue;
            }
        };
        let mut report = |message: &str| {
            problems.push(Diagnostic::of_file(file, Code::Metadata, message).at(block.line, 1));
        };
        if node.kind == Kind::Null {
            report("the METADATA block is empty");
            continue;
        }
        let next = [&[statements.package][..], &statements.imports, &statements.rules].concat();
        let Some(next) = next.into_iter().filter(|line| *line > block.line).min() else {
            report("the METADATA block belongs to nothing");
            continue;
        };
        let before_package = next == statements.package;
        if !before_package && statements.imports.contains(&next) {
            report("the METADATA block stands before an import, and only packages and rules can have one");
            continue;
        }
        let Some(mut fields) =
            Fields::of(file, Code::Metadata, "the METADATA block", &node, &KNOWN, problems)
        else {
            continue;
        };
        let scope = fields.text("scope");
        let scope_node = fields.node("scope");
        let scope = scope.as_deref().unwrap_or(if before_package { "package" } else { "rule" });
        match (scope, before_package) {
            ("package", true) => {
                if of_package.is_some() {
                    fields.report(&node, "the package has two METADATA blocks");
                }
                of_package = Some(node);
            }
            ("subpackages", true) | ("rule" | "document", false) => {}
            ("package" | "subpackages" | "rule" | "document", _) => {
                let what = if before_package { "a package" } else { "a rule" };
                if let Some(scope_node) = scope_node {
                    fields.report(
                        scope_node,
                        format!("scope `{scope}` does not fit a METADATA block before {what}"),
                    );
                }
            }
            _ => {
                if let Some(scope_node) = scope_node {
                    let message =
                        format!("`{scope}` is not a scope (package, subpackages, document or rule)");
                    fields.report(scope_node, message);
                }
            }
        }
    }
    of_package
}

/// Finds the blocks as OPA does: from a comment that begins with `METADATA` to the first line that is not a comment at
/// the first column.
fn blocks(scan: &Scan) -> Vec<Block> {
    let mut blocks = Vec::<Block>::new();
    let mut last_line = None;
    for comment in &scan.comments {
        if let (Some(last), Some(block)) = (last_line, blocks.last_mut())
            && comment.line == last + 1
            && comment.column == 1
        {
            block.push(&comment.text);
            last_line = Some(comment.line);
        } else if comment.text.trim_start().starts_with("METADATA") {
            blocks.push(Block::at(comment.line));
            last_line = Some(comment.line);
        } else {
            last_line = None;
        }
    }
    blocks
}

impl Node {
    /// A control's id, also when the rest of its METADATA is wrong; so that nobody is told that it does not exist.
    pub(super) fn control_id(&self) -> Option<ControlId> {
        match &self.at("custom")?.at("id")?.kind {
            Kind::Text(id) => ControlId::new(id.trim()).ok(),
            _ => None,
        }
    }

    fn at(&self, name: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|(key, _)| key.text == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Moves every place from a block's YAML to where it stands in the file.
    fn move_into(&mut self, block: &Block) {
        self.place = block.place(self.place);
        match &mut self.kind {
            Kind::List(items) => items.iter_mut().for_each(|item| item.move_into(block)),
            Kind::Map(entries) => {
                for (key, value) in entries {
                    key.place = block.place(key.place);
                    value.move_into(block);
                }
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => {}
        }
    }
}

/// Reads a control's METADATA; `None`, and problems, unless all of it is right.
pub(super) fn control(file: &str, node: &Node, problems: &mut Vec<Diagnostic>) -> Option<ControlMetadata> {
    const CUSTOM: [&str; 9] = [
        "id",
        "severity",
        "resources",
        "covers",
        "remediation",
        "parameters",
        "enabled",
        "aliases",
        "deprecated",
    ];
    let before = problems.len();
    let mut fields = Fields::of(file, Code::Metadata, "the METADATA block", node, &KNOWN, problems)?;
    let title = fields.required_text("title");
    if let (Some(title), Some(title_node)) = (&title, fields.node("title")) {
        if title.chars().count() > TITLE_LIMIT {
            fields.report(title_node, format!("the title is longer than {TITLE_LIMIT} characters"));
        }
        if title.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("ensure")) {
            fields
                .report(title_node, "the title begins with `Ensure`, and must state the required condition");
        }
        if title.contains('\n') {
            fields.report(title_node, "the title has several lines");
        }
    }
    let description = fields.required_text("description");
    let related_resources = related(&mut fields);
    let custom = fields.required("custom")?;
    let mut custom = Fields::of(file, Code::Metadata, "`custom`", custom, &CUSTOM, fields.problems())?;
    let id_place = custom.node("id").map_or(node.place, |node| node.place);
    let id = parsed(&mut custom, "id", |text| ControlId::new(text).map_err(|error| error.to_string()));
    let severity =
        parsed(&mut custom, "severity", |text| text.parse::<Severity>().map_err(|error| error.to_string()));
    let population = parsed(&mut custom, "resources", |text| {
        Collection::from_path(text).ok_or_else(|| {
            let help = nearest::help(text, Collection::ALL.iter().map(|collection| collection.path()));
            format!("`{text}` is not a collection ({help})")
        })
    });
    let parameters = custom.texts("parameters").into_iter().map(|(name, node)| (name, node.place)).collect();
    let enabled = custom.boolean("enabled").unwrap_or(true);
    let deprecated = custom.text("deprecated");
    let covers = covers::read(&mut custom);
    let mut aliases = Vec::new();
    for (alias, alias_node) in custom.texts("aliases") {
        match ControlId::new(alias) {
            Ok(alias) => aliases.push(alias),
            Err(error) => custom.report(alias_node, error.to_string()),
        }
    }
    let remediation = custom.required("remediation")?;
    let known = ["text", "action"];
    let mut remediation =
        Fields::of(file, Code::Metadata, "`remediation`", remediation, &known, custom.problems())?;
    let text = remediation.required_text("text");
    let action = remediation.text("action");
    let all_right = problems.len() == before;
    let control = ControlMetadata {
        id: id?,
        aliases,
        title: title?,
        description: description?,
        related_resources,
        severity: severity?,
        population: population?,
        remediation: Remediation { text: text?, action },
        parameters,
        enabled,
        deprecated,
        covers,
        place: id_place,
    };
    all_right.then_some(control)
}

/// A string that must be there and of a certain form.
fn parsed<T>(fields: &mut Fields<'_>, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
    let text = fields.required_text(key)?;
    match (parse(&text), fields.node(key)) {
        (Ok(value), _) => Some(value),
        (Err(message), Some(node)) => {
            fields.report(node, message);
            None
        }
        (Err(_), None) => None,
    }
}

/// Pages that explain a control: URLs, alone or with a description.
fn related(fields: &mut Fields<'_>) -> Vec<String> {
    let mut pages = Vec::new();
    for node in fields.list("related_resources") {
        let page = match &node.kind {
            Kind::Text(page) => Some(page),
            Kind::Map(entries) => entries.iter().find_map(|(key, value)| match &value.kind {
                Kind::Text(page) if key.text == "ref" => Some(page),
                _ => None,
            }),
            _ => None,
        };
        match page {
            Some(page) if page.starts_with("https://") || page.starts_with("http://") => {
                pages.push(page.clone())
            }
            _ => {
                fields.report(node, "a related resource is a URL, or a mapping with `ref` and `description`")
            }
        }
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::super::Limits;
    use super::super::scan::scan;
    use super::*;

    const RIGHT: &str = "\
# METADATA
# title: Containers do not run privileged
# description: |
#   Two lines:
#   of text.
# related_resources:
#   - https://example.com/a
#   - ref: https://example.com/b
#     description: b
# custom:
#   id: TD01
#   severity: high
#   resources: ecs.task_definitions
#   covers: {security-hub: [ECS.4]}
#   remediation:
#     text: Register a revision.
#     action: ecs.task_definition.revise
#   parameters: [excess]
#   enabled: false
#   aliases: [OLD-1]
#   deprecated: TD02 says more
package a
";

    fn check(text: &str) -> Result<ControlMetadata, String> {
        let mut problems = Vec::new();
        let scan = scan("a.rego", text, &Limits::default(), &mut problems);
        let lines = |word: &str| {
            scan.heads.iter().filter(|head| head.word == word).map(|head| head.line).collect::<Vec<_>>()
        };
        let statements = Statements {
            package: lines("package").first().copied().unwrap_or(0),
            imports: lines("import"),
            rules: lines("deny"),
        };
        let control = of_package("a.rego", &scan, &statements, &mut problems)
            .and_then(|node| control("a.rego", &node, &mut problems));
        let problems = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        if problems.is_empty() { control.ok_or_else(|| "no METADATA".to_owned()) } else { Err(problems) }
    }

    #[test]
    fn a_controls_metadata_is_read() {
        let control = check(RIGHT).unwrap();
        assert_eq!(control.id.as_str(), "TD01");
        assert_eq!(control.place, (11, 9));
        assert_eq!(control.description, "Two lines:\nof text.");
        assert_eq!(control.related_resources, ["https://example.com/a", "https://example.com/b"]);
        assert_eq!(control.population, Collection::TaskDefinitions);
        assert!(!control.enabled);
        let covered = Covered { peer: "security-hub".to_owned(), rule: "ECS.4".to_owned() };
        assert_eq!(control.covers, Some(vec![covered]));
    }

    #[test]
    fn everything_that_is_wrong_is_said_with_its_place() {
        let text = RIGHT
            .replace("Containers do not run privileged", "Ensure containers")
            .replace("severity: high", "sevrity: high")
            .replace("ecs.task_definitions", "ecs.task_definition")
            .replace("enabled: false", "enabled: 1")
            .replace("[ECS.4]", "ECS.4")
            .replace("https://example.com/a", "example.com");
        insta::assert_snapshot!(check(&text).unwrap_err(), @r"
        a.rego:2:10: the title begins with `Ensure`, and must state the required condition [metadata]
        a.rego:7:7: a related resource is a URL, or a mapping with `ref` and `description` [metadata]
        a.rego:12:5: `custom` has no key `sevrity` [unknown-key]
        a.rego:11:5: `custom` has no `severity` [metadata]
        a.rego:13:16: `ecs.task_definition` is not a collection (did you mean `ecs.task_definitions`?) [metadata]
        a.rego:19:14: `enabled` of `custom` is a number, and must be true or false [metadata]
        a.rego:14:28: `security-hub` of `covers` is not a list of rules [metadata]
        ");
    }

    #[test]
    fn yaml_that_does_not_parse_is_shown_with_its_line() {
        let problem = check("\n\n# METADATA\n# title: \"x\n# description: y\npackage a\n").unwrap_err();
        assert!(problem.starts_with("a.rego:4:") || problem.starts_with("a.rego:5:"), "{problem}");
        assert!(problem.contains("not YAML"), "{problem}");
    }

    #[test]
    fn a_problem_after_the_yamls_last_line_stands_at_the_end_of_the_block() {
        let mut block = Block::at(3);
        assert_eq!(block.place((5, 1)), (3, 1));
        block.push(" title: [");
        block.push("x");
        assert_eq!(block.place((4, 8)), (4, 10));
        assert_eq!(block.place((6, 1)), (5, 3));
        let problem = check("# METADATA\n#title: [\n\npackage a\n").unwrap_err();
        assert_eq!(problem, "a.rego:2:9: the METADATA block is not YAML: unclosed bracket '[' [metadata]");
    }

    #[test]
    fn places_agree_with_and_without_a_blank_after_the_sign() {
        let text = "# METADATA\n# title: 1\n#description: 2\npackage a\n";
        let problem = check(text).unwrap_err();
        assert!(problem.contains("a.rego:2:10: `title`"), "{problem}");
        let problem = check(&text.replace("# title: 1", "#title: 1")).unwrap_err();
        assert!(problem.contains("a.rego:2:9: `title`"), "{problem}");
    }

    #[test]
    fn a_blank_line_ends_a_block() {
        let error = check("# METADATA\n# title: x\n\n# more: y\npackage a\n").unwrap_err();
        assert!(!error.contains("more"), "{error}");
    }

    #[test]
    fn scopes_fit_what_they_stand_before() {
        let wrong = check("# METADATA\n# scope: rule\n# title: x\npackage a\n").unwrap_err();
        assert_eq!(
            wrong,
            "a.rego:2:10: scope `rule` does not fit a METADATA block before a package [metadata]"
        );
        let wrong = check("package a\n# METADATA\n# scope: package\ndeny contains 1\n").unwrap_err();
        assert_eq!(
            wrong,
            "a.rego:3:10: scope `package` does not fit a METADATA block before a rule [metadata]"
        );
        let wrong = check("package a\n# METADATA\n# scope: everywhere\ndeny contains 1\n").unwrap_err();
        assert!(wrong.contains("`everywhere` is not a scope"), "{wrong}");
        assert_eq!(check("package a\n# METADATA\n# title: x\ndeny contains 1\n").unwrap_err(), "no METADATA");
    }

    #[test]
    fn a_block_belongs_to_something() {
        let wrong = check("package a\n# METADATA\n# title: x\n").unwrap_err();
        assert_eq!(wrong, "a.rego:2:1: the METADATA block belongs to nothing [metadata]");
        let wrong = check("package a\n# METADATA\n# title: x\nimport rego.v1\n").unwrap_err();
        assert!(wrong.contains("before an import"), "{wrong}");
    }

    #[test]
    fn a_package_has_one_block() {
        let wrong = check("# METADATA\n# title: x\n\n# METADATA\n# title: y\npackage a\n").unwrap_err();
        assert!(wrong.starts_with("a.rego:5:3: the package has two METADATA blocks [metadata]"), "{wrong}");
    }
}
