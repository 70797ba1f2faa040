//! The engine's syntax tree, taken over into ours.
//!
//! The engine calls its types unstable, and it is pinned exactly: a tree that changes does not compile here.

use regorus::Value;
use regorus::unstable as engine;

use super::{
    Comparison, Expr, Import, Literal, Module, Package, Query, Rule, RuleAssign, RuleBody, RuleHead, Span,
    Statement, WithModifier,
};

/// One policy, as deep as its longest chain of operators.
pub(super) fn module(module: &engine::Module) -> Module {
    Module {
        package: Package { span: span(&module.package.span), refr: expr(&module.package.refr) },
        imports: module.imports.iter().map(import).collect(),
        rules: module.policy.iter().map(|it| rule(it)).collect(),
        rego_v1: module.rego_v1,
    }
}

fn span(span: &engine::Span) -> Span {
    let [line, col, start, end] =
        [span.line, span.col, span.start, span.end].map(|it| usize::try_from(it).unwrap_or(usize::MAX));
    Span { line, col, start, end }
}

fn import(import: &engine::Import) -> Import {
    Import { span: span(&import.span), refr: expr(&import.refr), r#as: import.r#as.as_ref().map(span) }
}

fn rule(rule: &engine::Rule) -> Rule {
    match rule {
        engine::Rule::Spec { span: place, head: front, bodies } => {
            Rule::Spec { span: span(place), head: head(front), bodies: bodies.iter().map(body).collect() }
        }
        engine::Rule::Default { span: place, refr, value, .. } => {
            Rule::Default { span: span(place), refr: expr(refr), value: expr(value) }
        }
    }
}

fn head(head: &engine::RuleHead) -> RuleHead {
    match head {
        engine::RuleHead::Compr { refr, assign: value, .. } => {
            RuleHead::Compr { refr: expr(refr), assign: value.as_ref().map(assign) }
        }
        engine::RuleHead::Set { refr, key, .. } => {
            RuleHead::Set { refr: expr(refr), key: key.as_ref().map(|it| expr(it)) }
        }
        engine::RuleHead::Func { refr, args, assign: value, .. } => {
            RuleHead::Func { refr: expr(refr), args: exprs(args), assign: value.as_ref().map(assign) }
        }
    }
}

fn assign(assign: &engine::RuleAssign) -> RuleAssign {
    RuleAssign { value: expr(&assign.value) }
}

fn body(body: &engine::RuleBody) -> RuleBody {
    RuleBody {
        span: span(&body.span),
        assign: body.assign.as_ref().map(assign),
        is_else: body.is_else,
        query: query(&body.query),
    }
}

fn query(query: &engine::Query) -> Query {
    Query { stmts: query.stmts.iter().map(statement).collect() }
}

fn statement(statement: &engine::LiteralStmt) -> Statement {
    let with_mods = statement.with_mods.iter();
    Statement {
        span: span(&statement.span),
        literal: literal(&statement.literal),
        with_mods: with_mods.map(|it| WithModifier { refr: expr(&it.refr), r#as: expr(&it.r#as) }).collect(),
    }
}

fn literal(literal: &engine::Literal) -> Literal {
    match literal {
        engine::Literal::SomeVars { vars, .. } => Literal::SomeVars { vars: vars.iter().map(span).collect() },
        engine::Literal::SomeIn { key, value, collection, .. } => Literal::SomeIn {
            key: key.as_ref().map(|it| expr(it)),
            value: expr(value),
            collection: expr(collection),
        },
        engine::Literal::Expr { expr: asked, .. } => Literal::Expr { expr: expr(asked) },
        engine::Literal::NotExpr { expr: asked, .. } => Literal::NotExpr { expr: expr(asked) },
        engine::Literal::Every { key, value, domain, query: asked, .. } => Literal::Every {
            key: key.as_ref().map(span),
            value: span(value),
            domain: expr(domain),
            query: query(asked),
        },
    }
}

fn exprs(all: &[engine::Ref<engine::Expr>]) -> Vec<Expr> {
    all.iter().map(|it| expr(it)).collect()
}

fn boxed(one: &engine::Expr) -> Box<Expr> {
    Box::new(expr(one))
}

fn text(value: &Value) -> String {
    value.as_string().map(|text| text.to_string()).unwrap_or_default()
}

fn comparison(op: &engine::BoolOp) -> Comparison {
    match op {
        engine::BoolOp::Eq => Comparison::Equal,
        engine::BoolOp::Ne => Comparison::Unequal,
        engine::BoolOp::Lt | engine::BoolOp::Le | engine::BoolOp::Ge | engine::BoolOp::Gt => {
            Comparison::Order
        }
    }
}

fn expr(from: &engine::Expr) -> Expr {
    let place = span(from.span());
    match from {
        engine::Expr::String { value, .. } => Expr::String { span: place, value: text(value) },
        engine::Expr::RawString { value, .. } => Expr::RawString { span: place, value: text(value) },
        engine::Expr::Number { .. } => Expr::Number { span: place },
        engine::Expr::Bool { .. } => Expr::Bool { span: place },
        engine::Expr::Null { .. } => Expr::Null { span: place },
        engine::Expr::Var { value, .. } => Expr::Var { span: place, value: text(value) },
        engine::Expr::Array { items, .. } => Expr::Array { span: place, items: exprs(items) },
        engine::Expr::Set { items, .. } => Expr::Set { span: place, items: exprs(items) },
        engine::Expr::Object { fields, .. } => Expr::Object {
            span: place,
            fields: fields.iter().map(|(at, key, value)| (span(at), expr(key), expr(value))).collect(),
        },
        engine::Expr::ArrayCompr { term, query: asked, .. } => {
            Expr::ArrayCompr { span: place, term: boxed(term), query: Box::new(query(asked)) }
        }
        engine::Expr::SetCompr { term, query: asked, .. } => {
            Expr::SetCompr { span: place, term: boxed(term), query: Box::new(query(asked)) }
        }
        engine::Expr::ObjectCompr { key, value, query: asked, .. } => Expr::ObjectCompr {
            span: place,
            key: boxed(key),
            value: boxed(value),
            query: Box::new(query(asked)),
        },
        engine::Expr::Call { fcn, params, .. } => {
            Expr::Call { span: place, fcn: boxed(fcn), params: exprs(params) }
        }
        engine::Expr::UnaryExpr { expr: one, .. } => Expr::UnaryExpr { span: place, expr: boxed(one) },
        engine::Expr::RefDot { refr, field: (at, name), .. } => {
            Expr::RefDot { span: place, refr: boxed(refr), field: (span(at), text(name)) }
        }
        engine::Expr::RefBrack { refr, index, .. } => {
            Expr::RefBrack { span: place, refr: boxed(refr), index: boxed(index) }
        }
        engine::Expr::BinExpr { lhs, rhs, .. } => {
            Expr::BinExpr { span: place, lhs: boxed(lhs), rhs: boxed(rhs) }
        }
        engine::Expr::BoolExpr { op, lhs, rhs, .. } => {
            Expr::BoolExpr { span: place, op: comparison(op), lhs: boxed(lhs), rhs: boxed(rhs) }
        }
        engine::Expr::ArithExpr { op, lhs, rhs, .. } => Expr::ArithExpr {
            span: place,
            subtracts: *op == engine::ArithOp::Sub,
            lhs: boxed(lhs),
            rhs: boxed(rhs),
        },
        engine::Expr::AssignExpr { op, lhs, rhs, .. } => Expr::AssignExpr {
            span: place,
            declares: *op == engine::AssignOp::ColEq,
            lhs: boxed(lhs),
            rhs: boxed(rhs),
        },
        engine::Expr::Membership { key, value, collection, .. } => Expr::Membership {
            span: place,
            key: key.as_ref().map(|it| boxed(it)),
            value: boxed(value),
            collection: boxed(collection),
        },
    }
}
