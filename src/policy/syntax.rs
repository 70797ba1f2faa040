//! The syntax tree of policies: what the static checks and the tests look at.
//!
//! It is made of the engine's own tree, whose types are not part of the engine's interface; `engine_tree.rs` is the one
//! place that knows them.

mod engine_tree;

use regorus::Engine;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) line: usize,
    pub(super) col: usize,
    start: usize,
    end: usize,
}

impl Span {
    /// The text that the span covers.
    pub(super) fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.start..self.end).unwrap_or_default()
    }

    /// The bytes that the span covers.
    pub(super) fn range(&self) -> std::ops::Range<usize> {
        self.start..self.end
    }

    /// Line and column, from 1.
    pub(super) fn place(&self) -> (usize, usize) {
        (self.line, self.col)
    }
}

/// One policy file.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) package: Package,
    pub(super) imports: Vec<Import>,
    pub(super) rules: Vec<Rule>,
    /// Whether a rule's body needs `if`.
    pub(super) rego_v1: bool,
}

#[derive(Debug)]
pub(super) struct Package {
    pub(super) span: Span,
    pub(super) refr: Expr,
}

#[derive(Debug)]
pub(super) struct Import {
    pub(super) span: Span,
    pub(super) refr: Expr,
    pub(super) r#as: Option<Span>,
}

#[derive(Debug)]
pub(super) enum Rule {
    Spec { span: Span, head: RuleHead, bodies: Vec<RuleBody> },
    Default { span: Span, refr: Expr, value: Expr },
}

#[derive(Debug)]
pub(super) enum RuleHead {
    Compr { refr: Expr, assign: Option<RuleAssign> },
    Set { refr: Expr, key: Option<Expr> },
    Func { refr: Expr, args: Vec<Expr>, assign: Option<RuleAssign> },
}

#[derive(Debug)]
pub(super) struct RuleAssign {
    pub(super) value: Expr,
}

#[derive(Debug)]
pub(super) struct RuleBody {
    pub(super) span: Span,
    pub(super) assign: Option<RuleAssign>,
    pub(super) is_else: bool,
    pub(super) query: Query,
}

#[derive(Debug)]
pub(super) struct Query {
    pub(super) stmts: Vec<Statement>,
}

#[derive(Debug)]
pub(super) struct Statement {
    pub(super) span: Span,
    pub(super) literal: Literal,
    pub(super) with_mods: Vec<WithModifier>,
}

#[derive(Debug)]
pub(super) struct WithModifier {
    pub(super) refr: Expr,
    pub(super) r#as: Expr,
}

#[derive(Debug)]
pub(super) enum Literal {
    SomeVars { vars: Vec<Span> },
    SomeIn { key: Option<Expr>, value: Expr, collection: Expr },
    Expr { expr: Expr },
    NotExpr { expr: Expr },
    Every { key: Option<Span>, value: Span, domain: Expr, query: Query },
}

/// An expression. What the checks do not tell apart has the same shape here.
#[derive(Debug)]
#[expect(clippy::enum_variant_names, reason = "the names are the engine's")]
pub(super) enum Expr {
    String { span: Span, value: String },
    RawString { span: Span, value: String },
    Number { span: Span },
    Bool { span: Span },
    Null { span: Span },
    Var { span: Span, value: String },
    Array { span: Span, items: Vec<Expr> },
    Set { span: Span, items: Vec<Expr> },
    Object { span: Span, fields: Vec<(Span, Expr, Expr)> },
    ArrayCompr { span: Span, term: Box<Expr>, query: Box<Query> },
    SetCompr { span: Span, term: Box<Expr>, query: Box<Query> },
    ObjectCompr { span: Span, key: Box<Expr>, value: Box<Expr>, query: Box<Query> },
    Call { span: Span, fcn: Box<Expr>, params: Vec<Expr> },
    UnaryExpr { span: Span, expr: Box<Expr> },
    RefDot { span: Span, refr: Box<Expr>, field: (Span, String) },
    RefBrack { span: Span, refr: Box<Expr>, index: Box<Expr> },
    BinExpr { span: Span, lhs: Box<Expr>, rhs: Box<Expr> },
    BoolExpr { span: Span, op: Comparison, lhs: Box<Expr>, rhs: Box<Expr> },
    ArithExpr { span: Span, subtracts: bool, lhs: Box<Expr>, rhs: Box<Expr> },
    AssignExpr { span: Span, declares: bool, lhs: Box<Expr>, rhs: Box<Expr> },
    Membership { span: Span, key: Option<Box<Expr>>, value: Box<Expr>, collection: Box<Expr> },
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    /// Less or greater.
    Order,
}

/// One step of a reference.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    /// A name that stands in the text.
    Name(&'a str),
    /// Something that is only known when it is evaluated.
    Dynamic(&'a Expr),
}

impl Expr {
    /// Where it begins. The engine places operators, references and calls at what stands after their first operand.
    pub(super) fn place(&self) -> (usize, usize) {
        match self {
            Self::Call { fcn: first, .. }
            | Self::RefDot { refr: first, .. }
            | Self::RefBrack { refr: first, .. }
            | Self::BinExpr { lhs: first, .. }
            | Self::BoolExpr { lhs: first, .. }
            | Self::ArithExpr { lhs: first, .. }
            | Self::AssignExpr { lhs: first, .. } => first.place(),
            Self::Membership { key, value, .. } => key.as_ref().unwrap_or(value).place(),
            other => other.span().place(),
        }
    }

    /// What it covers.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::String { span, .. }
            | Self::RawString { span, .. }
            | Self::Number { span }
            | Self::Bool { span }
            | Self::Null { span }
            | Self::Var { span, .. }
            | Self::Array { span, .. }
            | Self::Set { span, .. }
            | Self::Object { span, .. }
            | Self::ArrayCompr { span, .. }
            | Self::SetCompr { span, .. }
            | Self::ObjectCompr { span, .. }
            | Self::Call { span, .. }
            | Self::UnaryExpr { span, .. }
            | Self::RefDot { span, .. }
            | Self::RefBrack { span, .. }
            | Self::BinExpr { span, .. }
            | Self::BoolExpr { span, .. }
            | Self::ArithExpr { span, .. }
            | Self::AssignExpr { span, .. }
            | Self::Membership { span, .. } => *span,
        }
    }

    /// A reference taken apart: what it begins with, and its steps.
    pub(super) fn reference(&self) -> (&Self, Vec<Step<'_>>) {
        let (mut here, mut steps) = (self, Vec::new());
        loop {
            match here {
                Self::RefDot { refr, field, .. } => {
                    steps.push(Step::Name(&field.1));
                    here = refr;
                }
                Self::RefBrack { refr, index, .. } => {
                    steps.push(match &**index {
                        Self::String { value, .. } | Self::RawString { value, .. } => Step::Name(value),
                        other => Step::Dynamic(other),
                    });
                    here = refr;
                }
                _ => break,
            }
        }
        steps.reverse();
        (here, steps)
    }

    /// A reference that stands in the text whole, such as a package's: all its parts.
    pub(super) fn path(&self) -> Option<Vec<&str>> {
        let (base, steps) = self.reference();
        let Self::Var { value, .. } = base else { return None };
        let mut path = vec![value.as_str()];
        for step in steps {
            match step {
                Step::Name(name) => path.push(name),
                Step::Dynamic(_) => return None,
            }
        }
        Some(path)
    }
}

/// Parses one policy and reads its tree.
///
/// The reader goes as deep as the policy's longest chain of operators: call it on a thread with a large stack.
pub(super) fn parse(file: &str, text: &str) -> Result<Module, anyhow::Error> {
    let mut engine = Engine::new();
    // The engine gives a tab four columns; a blank in its place gives every place its column in characters.
    engine.add_policy(file.to_owned(), text.replace('\t', " "))?;
    modules(&mut engine).pop().ok_or_else(|| anyhow::anyhow!("the engine has no tree of the policy"))
}

/// The trees of everything that an engine has loaded, in the order in which it was loaded.
///
/// The depth is that of [`parse`].
pub(super) fn modules(engine: &mut Engine) -> Vec<Module> {
    engine.get_modules().iter().map(|module| engine_tree::module(module)).collect()
}

/// Whether a policy that is no Rego v1 is Rego as it was before.
pub(super) fn is_old_rego(file: &str, text: &str) -> bool {
    let mut engine = Engine::new();
    engine.set_rego_v0(true);
    engine.add_policy(file.to_owned(), text.to_owned()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_expression_is_read() {
        let text = "package a.b[\"c-d\"]\nimport rego.v1\nimport data.lib.x as y\n\
            default p := 1\n\
            f(n, [m]) := n + m if n > 1 else := -2 if { not n == 2 }\n\
            q contains [k, `raw`, 1, true, null] if {\n\
            \tsome k, v in input.ecs.services\n\tsome w\n\tinput.x[w]\n\tevery e in v { e == {1, 2} | {3} }\n\
            \t1, 2 in [3]\n\tz := {a: b | some a, b in y.z}\n\tcount({c | c := z[_]}) == count([d | d = 1])\n\
            \tg with input as {\"h\": 1}\n}\n\
            r.s[t] := 1 if { t := 2 }\n";
        let module = parse("a.rego", text).unwrap();
        assert_eq!(module.package.refr.path().unwrap(), ["a", "b", "c-d"]);
        assert_eq!(module.rules.len(), 4);
        assert_eq!(module.imports[1].r#as.unwrap().text(text), "y");
    }

    #[test]
    fn a_long_chain_of_operators_is_read() {
        let text = format!("package a\nx := 1{}\n", " +\n\t1".repeat(500));
        let reading = std::thread::Builder::new().stack_size(super::super::stack::STACK_BYTES);
        reading.spawn(move || parse("a.rego", &text).map(drop)).unwrap().join().unwrap().unwrap();
    }
}
