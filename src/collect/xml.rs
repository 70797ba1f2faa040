//! Answers of the Query protocols (EC2, Elastic Load Balancing, IAM), turned into the JSON that the AWS CLI prints.
//!
//! A table names the elements whose JSON differs from "the element's name, capitalized, and its text": lists, numbers,
//! truth values, objects that may be empty, and members that the API calls otherwise than its XML does.
//! What the table does not name is kept all the same, so that a field of tomorrow is there, if only as text.

use roxmltree::{Document, Node};
use serde_json::{Map, Number, Value};

use super::reading::unexpected;
use crate::aws::{CallError, Operation};

/// How the elements of one service's answers become JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    /// What the elements of lists are called.
    pub(super) item: &'static str,
    /// Elements that go before those of `fields`.
    pub(super) exceptions: &'static [Field],
    /// The elements that are not plain text under their own name.
    pub(super) fields: &'static [Field],
}

/// An element: its name in XML, its name in JSON, and what it holds.
pub(super) type Field = (&'static str, &'static str, Shape);

/// What an element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// Elements, all of one kind.
    List,
    /// Elements, each with its own meaning.
    Object,
}

impl Dialect {
    /// The children of the answer's outermost element as one object.
    ///
    /// `wrapper` names the element below the outermost that holds them, for services that have one.
    pub(super) fn read(
        self,
        operation: Operation,
        body: &[u8],
        wrapper: Option<&str>,
    ) -> Result<Map<String, Value>, CallError> {
        let malformed = |name: &str| unexpected(operation, name);
        let text = std::str::from_utf8(body).map_err(|_| malformed("UTF-8"))?;
        // Without a DTD, as is roxmltree's default, there are no entities that could grow.
        let document = Document::parse(text).map_err(|_| malformed("XML"))?;
        let root = document.root_element();
        let holder = match wrapper {
            Some(wrapper) => children(root)
                .find(|child| child.tag_name().name() == wrapper)
                .ok_or_else(|| malformed(wrapper))?,
            None => root,
        };
        Ok(self.object(holder))
    }

    fn object(self, element: Node<'_, '_>) -> Map<String, Value> {
        children(element).map(|child| self.member(child)).collect()
    }

    fn member(self, element: Node<'_, '_>) -> (String, Value) {
        let xml = element.tag_name().name();
        match self.exceptions.iter().chain(self.fields).find(|(name, _, _)| *name == xml) {
            Some((_, json, shape)) => ((*json).to_owned(), self.value(element, *shape)),
            None => (capitalized(xml), self.value(element, self.guess(element))),
        }
    }

    fn value(self, element: Node<'_, '_>, shape: Shape) -> Value {
        let text = element.text().unwrap_or_default();
        match shape {
            Shape::Text => Value::String(text.to_owned()),
            // A word that is neither is kept as it is.
            Shape::Boolean => text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Bool),
            Shape::Integer => text.parse::<i64>().map_or_else(
                |_| Value::String(text.to_owned()),
                |number| Value::Number(Number::from(number)),
            ),
            Shape::List => children(element).map(|item| self.value(item, self.guess(item))).collect(),
            Shape::Object => Value::Object(self.object(element)),
        }
    }

    /// What an element that the table does not name holds, by the look of it.
    fn guess(self, element: Node<'_, '_>) -> Shape {
        let mut inside = children(element).peekable();
        if inside.peek().is_none() {
            // EC2 ends the names of its lists so, and says that one is empty by leaving it empty.
            let is_empty_list = element.text().is_none() && element.tag_name().name().ends_with("Set");
            return if is_empty_list { Shape::List } else { Shape::Text };
        }
        if inside.all(|child| child.tag_name().name() == self.item) { Shape::List } else { Shape::Object }
    }
}

fn children<'a, 'input>(element: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    element.children().filter(Node::is_element)
}

fn capitalized(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::aws::Bucket;

    const OPERATION: Operation = Operation::new("ec2:DescribeSubnets", Bucket::Ec2Read);
    const DIALECT: Dialect = Dialect {
        item: "item",
        exceptions: &[("here", "There", Shape::Text)],
        fields: &[
            ("tagSet", "Tags", Shape::List),
            ("count", "Count", Shape::Integer),
            ("isDefault", "IsDefault", Shape::Boolean),
            ("options", "Options", Shape::Object),
        ],
    };

    fn read(xml: &str) -> Value {
        Value::Object(DIALECT.read(OPERATION, xml.as_bytes(), None).unwrap())
    }

    #[test]
    fn elements_take_the_names_and_types_of_the_api() {
        assert_eq!(
            read(
                "<R xmlns='urn:x'><subnetId>subnet-1</subnetId><count>7</count><isDefault>true</isDefault>
                 <tagSet><item><key>a</key><value/></item></tagSet><options/><here/></R>"
            ),
            json!({"SubnetId": "subnet-1", "Count": 7, "IsDefault": true,
                   "Tags": [{"Key": "a", "Value": ""}], "Options": {}, "There": ""})
        );
        assert_eq!(read("<R><tagSet/></R>"), json!({"Tags": []}));
    }

    #[test]
    fn elements_of_tomorrow_are_kept() {
        assert_eq!(
            read(
                "<R><newThing><inner>1</inner></newThing><newSet><item>a</item><item>b</item></newSet>
                 <otherSet/><count>many</count><word>x &amp; y</word></R>"
            ),
            json!({"NewThing": {"Inner": "1"}, "NewSet": ["a", "b"], "OtherSet": [], "Count": "many",
                   "Word": "x & y"})
        );
    }

    #[test]
    fn a_document_with_a_dtd_or_without_its_wrapper_is_refused() {
        let with_dtd = b"<!DOCTYPE r [<!ENTITY a 'b'>]><r>&a;</r>";
        assert!(DIALECT.read(OPERATION, with_dtd, None).is_err());
        assert!(DIALECT.read(OPERATION, b"<r><a/></r>", Some("Result")).is_err());
        assert!(DIALECT.read(OPERATION, b"<r><Result/></r>", Some("Result")).is_ok());
    }
}
