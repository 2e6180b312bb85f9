//! `terraform.tfvars` and `terraform.tfvars.json` as data with places. Literals only: nothing in them is evaluated.

use std::ops::Range;
use std::path::Path;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, Object, ObjectKey, UnaryOperator};
use hcl_edit::structure::{Body, Structure};
use hcl_edit::template::{Element, Template};
use serde_json::Number;

use crate::document::{Entry, Node, Tree, read_one};
use crate::failure::{Failure, Place, Result};

fn read_tfvars(file: &str, text: &str) -> Result<Node> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let body = parse(file, text)?;
    let reader = Reader { file, text };
    let mut entries = Vec::new();
    for structure in &body {
        match structure {
            Structure::Attribute(attribute) => {
                let node = reader.node(&attribute.value)?;
                reader.add(&mut entries, attribute.key.to_string(), attribute.key.span(), node)?;
            }
            Structure::Block(block) => {
                return Err(Failure::input("a tfvars file holds only variables, and here a block begins")
                    .at(reader.place(block.span()))
                    .hint("write `name = value`"));
            }
        }
    }
    Ok(Node { line: 1, column: 1, tree: Tree::Map(entries) })
}

/// The variables of a tfvars file in either form, told by the end of its name.
///
/// # Errors
/// A syntax error, a duplicate key, or anything that would have to be evaluated, each with its place. The text itself is
/// never quoted.
pub fn read_variables(file: &str, text: &str) -> Result<Node> {
    let json = Path::new(file).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if json { read_tfvars_json(file, text) } else { read_tfvars(file, text) }
}

fn read_tfvars_json(file: &str, text: &str) -> Result<Node> {
    let mut node = read_one(file, text)?;
    unescape(file, &mut node)?;
    Ok(node)
}

/// Parses HCL without letting the parser's own message, which quotes the text, get out.
pub(super) fn parse(file: &str, text: &str) -> Result<Body> {
    hcl_edit::parser::parse_body(text).map_err(|error| {
        let at = error.location();
        let twice = error.message().contains("redefined");
        let what = if twice { "this name is given twice" } else { "this is not valid tfvars syntax" };
        let hint =
            if twice { "keep one of the two" } else { "look for a missing quote, brace or comma in what begins here" };
        Failure::input(what).at(Place::new(file, at.line(), at.column())).hint(hint)
    })
}

/// The place of a byte in a text.
pub(super) fn place(file: &str, text: &str, byte: usize) -> Place {
    let before = &text[..text.floor_char_boundary(byte)];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
    Place::new(file, line, column)
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn place(&self, span: Option<Range<usize>>) -> Place {
        place(self.file, self.text, span.map_or(0, |span| span.start))
    }

    fn node(&self, expression: &Expression) -> Result<Node> {
        let place = self.place(expression.span());
        let refuse = |what: &str| {
            Failure::input(what)
                .at(place.clone())
                .because("landfall reads this file as it stands and evaluates nothing")
                .hint("write the value itself")
        };
        let tree = match expression {
            Expression::Null(_) => Tree::Null,
            Expression::Bool(yes) => Tree::Bool(*yes.value()),
            Expression::Number(number) => {
                Tree::Number(plain(number.value()).ok_or_else(|| refuse("this number has no JSON form"))?)
            }
            Expression::String(text) => Tree::Text(text.value().clone()),
            Expression::Array(items) => Tree::List(items.iter().map(|item| self.node(item)).collect::<Result<_>>()?),
            Expression::Object(object) => Tree::Map(self.entries(object)?),
            Expression::StringTemplate(template) => Tree::Text(literal(template).ok_or_else(|| refuse(TEMPLATE))?),
            Expression::HeredocTemplate(heredoc) => {
                Tree::Text(literal(&heredoc.template).ok_or_else(|| refuse(TEMPLATE))?)
            }
            Expression::Parenthesis(inner) => self.node(inner.inner())?.tree,
            Expression::UnaryOp(operation) => match (operation.operator.value(), &operation.expr) {
                (UnaryOperator::Neg, Expression::Number(number)) => {
                    Tree::Number(plain(&-*number.value()).ok_or_else(|| refuse("this number has no JSON form"))?)
                }
                _ => return Err(refuse("an operator cannot be used here")),
            },
            Expression::Variable(_) | Expression::Traversal(_) => {
                return Err(refuse("a reference to something else cannot be used here"));
            }
            Expression::FuncCall(_) => return Err(refuse("a function cannot be used here")),
            Expression::Conditional(_) => return Err(refuse("a condition cannot be used here")),
            Expression::BinaryOp(_) => return Err(refuse("an operator cannot be used here")),
            Expression::ForExpr(_) => return Err(refuse("a `for` expression cannot be used here")),
        };
        Ok(Node { line: place.line, column: place.column, tree })
    }

    fn entries(&self, object: &Object) -> Result<Vec<Entry>> {
        let mut entries = Vec::with_capacity(object.len());
        for (key, value) in object {
            let (name, span) = match key {
                ObjectKey::Ident(ident) => (ident.to_string(), ident.span()),
                ObjectKey::Expression(expression) => {
                    let span = expression.span();
                    let name = match self.node(expression)?.tree {
                        Tree::Text(name) => name,
                        Tree::Number(number) => number.to_string(),
                        Tree::Bool(yes) => yes.to_string(),
                        Tree::Null | Tree::List(_) | Tree::Map(_) => {
                            return Err(Failure::input("a key must be text").at(self.place(span)));
                        }
                    };
                    (name, span)
                }
            };
            let node = self.node(value.expr())?;
            self.add(&mut entries, name, span, node)?;
        }
        Ok(entries)
    }

    fn add(&self, entries: &mut Vec<Entry>, key: String, span: Option<Range<usize>>, node: Node) -> Result<()> {
        let place = self.place(span);
        if entries.iter().any(|entry| entry.key == key) {
            return Err(Failure::input("this name is given twice").at(place).hint("keep one of the two"));
        }
        entries.push(Entry { key, line: place.line, column: place.column, node });
        Ok(())
    }
}

const TEMPLATE: &str = "a template (`${…}` or `%{…}`) cannot be used here";

/// The text of a template that holds nothing to evaluate.
fn literal(template: &Template) -> Option<String> {
    template
        .iter()
        .map(|element| match element {
            Element::Literal(text) => Some(text.as_str()),
            Element::Interpolation(_) | Element::Directive(_) => None,
        })
        .collect()
}

fn plain(number: &hcl_edit::Number) -> Option<Number> {
    (number.as_i64().map(Number::from))
        .or_else(|| number.as_u64().map(Number::from))
        .or_else(|| number.as_f64().and_then(Number::from_f64))
}

/// JSON strings are templates too (Terraform, "JSON Configuration Syntax").
fn unescape(file: &str, node: &mut Node) -> Result<()> {
    let place = node.place(file);
    match &mut node.tree {
        Tree::Text(text) if text.contains("${") || text.contains("%{") => {
            let template = text.parse::<Template>().ok().and_then(|template| literal(&template));
            *text = template.ok_or_else(|| {
                Failure::input(TEMPLATE)
                    .at(place)
                    .because("landfall reads this file as it stands and evaluates nothing")
                    .hint("write the value itself")
            })?;
        }
        Tree::List(nodes) => nodes.iter_mut().try_for_each(|node| unescape(file, node))?,
        Tree::Map(entries) => entries.iter_mut().try_for_each(|entry| unescape(file, &mut entry.node))?,
        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::Text(_) => {}
    }
    Ok(())
}
