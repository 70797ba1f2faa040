//! Small policies written from the text of a test, to ask the engine about a part of it.
//!
//! Each has the package and the imports of the file that the test stands in, so that every name means what it means there.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::engine::{Policy, Text};
use super::super::syntax::{Expr, Literal, Module, Query, Rule, RuleHead, Statement};
use super::uses::Names;

/// One test file and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) policy: &'a Policy,
    pub(super) module: &'a Module,
    pub(super) names: &'a Names,
    /// Names from imports and of functions with their whole paths, in order.
    pub(super) aliased: &'a [(Range<usize>, String)],
}

/// A policy that was written here.
#[derive(Debug, Clone)]
pub(super) struct Synthetic {
    file: String,
    text: String,
    v0: bool,
}

impl Synthetic {
    /// As the engine takes it.
    pub(super) fn as_text(&self) -> Text<'_> {
        Text { file: &self.file, text: &self.text, v0: self.v0 }
    }
}

impl<'a> File<'a> {
    /// The source of a range of bytes.
    pub(super) fn source(&self, range: Range<usize>) -> &'a str {
        self.policy.text.get(range).unwrap_or_default()
    }

    /// The same for the engine, with whole paths for what imports name and for functions.
    pub(super) fn asked(&self, range: Range<usize>) -> String {
        let mut text = self.source(range.clone()).to_owned();
        for (name, path) in self.aliased.iter().rev() {
            if range.start <= name.start && name.end <= range.end {
                text.replace_range(name.start - range.start..name.end - range.start, path);
            }
        }
        text
    }

    /// An expression for the engine; nothing when it cannot stand alone.
    pub(super) fn asked_expression(&self, expr: &Expr) -> Option<String> {
        self.expression(expr)?;
        Some(self.asked(whole(expr)?))
    }

    /// The file's package and imports.
    fn header(&self) -> String {
        let range = |expr| whole(expr).unwrap_or_default();
        let mut text = format!("package {}\n", self.source(range(&self.module.package.refr)));
        for import in &self.module.imports {
            let refr = range(&import.refr);
            let end = import.r#as.map_or(refr.end, |span| span.range().end);
            text.push_str(&format!("import {}\n", self.source(refr.start..end)));
        }
        text
    }

    /// A policy with rules of its own beside the file's imports.
    pub(super) fn policy_with(&self, rules: &str) -> Synthetic {
        // Its lines are not the file's.
        let file = format!("{} (asked)", self.policy.file);
        Synthetic { file, text: format!("{}{rules}", self.header()), v0: self.policy.v0 }
    }

    /// A rule with these statements and one more, the statements on the lines that they stand on.
    pub(super) fn rule_in_place(&self, head: &str, statements: &[Statement], more: &str) -> Synthetic {
        let mut text = self.header();
        let start = statements.first().map_or(0, |first| statement_range(first).start);
        let (above, beside) = self.source(0..start).rsplit_once('\n').unwrap_or_default();
        let missing = (above.matches('\n').count() + 1).saturating_sub(text.matches('\n').count() + 1);
        text.push_str(&"\n".repeat(missing));
        let keyword = if self.module.rego_v1 { " if" } else { "" };
        let blank = |character| if character == '\t' { '\t' } else { ' ' };
        let beside = beside.chars().map(blank).collect::<String>();
        let end = statements.last().map_or(start, |last| statement_range(last).end);
        text.push_str(&format!("{head}{keyword} {{\n{beside}{}\n{more}\n}}\n", self.asked(start..end)));
        Synthetic { file: self.policy.file.clone(), text, v0: self.policy.v0 }
    }

    /// A copy of one rule under another name, on the very lines that it stands on, so that messages name its place.
    ///
    /// `head` is what of its head is replaced.
    pub(super) fn copy(&self, rule: Range<usize>, head: Range<usize>, name: &str) -> Synthetic {
        let package = whole(&self.module.package.refr).unwrap_or(0..0);
        let imports = self.module.imports.iter().filter_map(|import| {
            let range = whole(&import.refr)?;
            Some(range.start..import.r#as.map_or(range.end, |span| span.range().end))
        });
        // The keyword is in the span of the statement, whose beginning it is.
        let kept = std::iter::once(self.module.package.span.range().start..package.end)
            .chain(imports.map(|range| self.statement_start(range.start)..range.end))
            .collect::<Vec<_>>();
        let mut text = String::with_capacity(self.policy.text.len() + name.len());
        for (at, character) in self.policy.text.char_indices() {
            if at == head.start {
                text.push_str(name);
            }
            let alias = self.aliased.iter().find(|(name, _)| name.contains(&at) && rule.contains(&at));
            if let Some((name, path)) = alias {
                text.push_str(if name.start == at { path } else { "" });
                continue;
            }
            let shown =
                kept.iter().any(|range| range.contains(&at)) || (rule.contains(&at) && !head.contains(&at));
            match character {
                '\n' | '\t' => text.push(character),
                _ if head.contains(&at) => {}
                _ if shown => text.push(character),
                _ => text.push(' '),
            }
        }
        Synthetic { file: self.policy.file.clone(), text, v0: self.policy.v0 }
    }

    /// Where the line's statement begins that has its reference at `at`: `import` stands before it, maybe lines before.
    fn statement_start(&self, at: usize) -> usize {
        self.source(0..at).rfind("import").unwrap_or(at)
    }

    /// A rule's body between braces.
    pub(super) fn body(&self, statements: &[Statement]) -> String {
        let text = match (statements.first(), statements.last()) {
            (Some(first), Some(last)) => self.asked(statement_range(first).start..statement_range(last).end),
            _ => "true".to_owned(),
        };
        let keyword = if self.module.rego_v1 { "if " } else { "" };
        format!("{keyword}{{\n{text}\n}}")
    }

    /// `name contains key`, or how that was written before Rego v1.
    pub(super) fn set_rule(&self, name: &str, key: &str, statements: &[Statement]) -> String {
        let body = self.body(statements);
        if self.module.rego_v1 {
            format!("{name} contains {key} {body}\n")
        } else {
            format!("{name}[{key}] {body}\n")
        }
    }

    /// The source of an expression; nothing when it cannot stand alone.
    pub(super) fn expression(&self, expr: &Expr) -> Option<&'a str> {
        let text = self.source(whole(expr)?);
        is_balanced(text).then_some(text)
    }

    /// Variables that the statements bind for each other, in the order in which they come.
    pub(super) fn variables(&self, statements: &[Statement]) -> Vec<String> {
        let mut found = Vec::new();
        for statement in statements {
            for name in self.variables_of(statement) {
                if !found.contains(&name) {
                    found.push(name);
                }
            }
        }
        found
    }

    /// Variables of one statement that are seen by others.
    pub(super) fn variables_of(&self, statement: &Statement) -> Vec<String> {
        let mut found = Vec::new();
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection } => {
                key.iter().chain([value, collection]).for_each(|expr| self.variables_in(expr, &mut found));
            }
            Literal::Expr { expr } | Literal::NotExpr { expr } => self.variables_in(expr, &mut found),
            Literal::Every { domain, .. } => self.variables_in(domain, &mut found),
        }
        found
    }

    /// Variables of an expression that it does not keep to itself.
    pub(super) fn variables_in(&self, expr: &Expr, found: &mut Vec<String>) {
        match expr {
            Expr::Var { value, .. } => {
                if value != "_" && !self.names.is_global(value) && !found.contains(value) {
                    found.push(value.clone());
                }
            }
            Expr::Call { params, .. } => params.iter().for_each(|param| self.variables_in(param, found)),
            other => operands(other).into_iter().for_each(|part| self.variables_in(part, found)),
        }
    }

    /// The statements that give a variable its value, and those that they need, in order.
    pub(super) fn binders(&self, wanted: &[String], statements: &[Statement]) -> BTreeSet<usize> {
        let (mut open, mut seen, mut chosen) = (wanted.to_vec(), BTreeSet::new(), BTreeSet::new());
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let first = statements.iter().position(|it| self.variables_of(it).contains(&name));
            // `some x` alone gives no value, but is needed.
            let declared = statements.iter().position(|it| match &it.literal {
                Literal::SomeVars { vars } => vars.iter().any(|span| span.text(&self.policy.text) == name),
                _ => false,
            });
            chosen.extend(declared);
            if let Some(at) = first
                && chosen.insert(at)
            {
                open.extend(statements.get(at).map(|it| self.variables_of(it)).unwrap_or_default());
            }
        }
        chosen
    }
}

/// The parts of an expression, but for what a comprehension keeps to itself.
pub(super) fn operands(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::Var { .. }
        | Expr::ArrayCompr { .. }
        | Expr::SetCompr { .. }
        | Expr::ObjectCompr { .. } => Vec::new(),
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().collect(),
        Expr::Object { fields, .. } => fields.iter().flat_map(|(_, key, value)| [key, value]).collect(),
        Expr::Call { fcn, params, .. } => std::iter::once(&**fcn).chain(params).collect(),
        Expr::UnaryExpr { expr, .. } => vec![expr],
        Expr::RefDot { refr, .. } => vec![refr],
        Expr::RefBrack { refr, index, .. } => vec![refr, index],
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => vec![lhs, rhs],
        Expr::Membership { key, value, collection, .. } => {
            key.iter().map(|key| &**key).chain([&**value, &**collection]).collect()
        }
    }
}

/// The bytes of an expression from its first part to its last; its own span may begin at its operator, and a text's has
/// no quotes.
pub(super) fn whole(expr: &Expr) -> Option<Range<usize>> {
    let mut range = expr.span().range();
    if matches!(expr, Expr::String { .. } | Expr::RawString { .. }) {
        range = range.start.checked_sub(1)?..range.end + 1;
    }
    for part in operands(expr) {
        range = covering(range, whole(part)?);
    }
    if let Expr::RefDot { field, .. } = expr {
        range.end = range.end.max(field.0.range().end);
    }
    (range.start < range.end).then_some(range)
}

/// Whether every bracket of a text has its other half in it.
fn is_balanced(text: &str) -> bool {
    let (mut open, mut quote, mut escaped) = (Vec::new(), None, false);
    for character in text.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if character == '\\' => escaped = true,
            Some(end) if character == end => quote = None,
            Some(_) => {}
            None => match character {
                '"' | '`' => quote = Some(character),
                '#' => return false,
                '(' => open.push(')'),
                '[' => open.push(']'),
                '{' => open.push('}'),
                ')' | ']' | '}' if open.pop() != Some(character) => return false,
                _ => {}
            },
        }
    }
    open.is_empty() && quote.is_none()
}

/// The query of a rule's first body, if it has one.
pub(super) fn query(rule: &Rule) -> Option<&Query> {
    match rule {
        Rule::Spec { bodies, .. } => bodies.first().map(|body| &body.query),
        Rule::Default { .. } => None,
    }
}

/// The bytes of a statement; its own span leaves out a quote that it begins or ends with.
pub(super) fn statement_range(statement: &Statement) -> Range<usize> {
    let parts = match &statement.literal {
        Literal::SomeVars { .. } | Literal::Every { .. } => Vec::new(),
        Literal::SomeIn { collection, .. } => vec![collection],
        Literal::Expr { expr } | Literal::NotExpr { expr } => vec![expr],
    };
    let parts = parts.into_iter().chain(statement.with_mods.iter().map(|modifier| &modifier.r#as));
    parts.filter_map(whole).fold(statement.span.range(), covering)
}

/// The bytes of a rule; its own span leaves out a quote that it ends with.
pub(super) fn range(rule: &Rule) -> Range<usize> {
    match rule {
        Rule::Spec { span, head, bodies } => {
            let value = match head {
                RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => assign.as_ref(),
                RuleHead::Set { .. } => None,
            };
            let values = value.into_iter().chain(bodies.iter().filter_map(|body| body.assign.as_ref()));
            let values = values.filter_map(|assign| whole(&assign.value));
            let statements = bodies.iter().flat_map(|body| &body.query.stmts).map(statement_range);
            values.chain(statements).fold(span.range(), covering)
        }
        Rule::Default { span, value, .. } => whole(value).into_iter().fold(span.range(), covering),
    }
}

fn covering(range: Range<usize>, part: Range<usize>) -> Range<usize> {
    range.start.min(part.start)..range.end.max(part.end)
}
