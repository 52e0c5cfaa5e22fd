//! Structured values as XML, as OpenAPI's [XML Object](https://spec.openapis.org/oas/v3.1.1.html#xml-object) says.
//!
//! A member of an object becomes an element of its name, or an attribute; an array becomes an element for each item.
//! What the schema does not describe is written by the same rules with the names that the value has.

use arazzo_document::openapi::Schema;
use arazzo_document::{Data, Node};
use serde_json::Value;

use crate::serialize::scalar;

/// Elements may be nested so deeply.
const MAX_DEPTH: usize = 128;

/// Why a value cannot be written as XML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoXml(pub(crate) String);

/// The name that the root element of a value of this schema has: the one that its `xml` gives, else that of the component
/// that it refers to.
pub(crate) fn root_name(schema: Schema<'_>) -> Option<String> {
    named(schema).or_else(|| {
        let reference = schema.node().get("$ref")?.as_str()?;
        Some(reference.rsplit_once('/')?.1.to_owned())
    })
}

/// The value as an XML element with this name.
pub(crate) fn document(name: &str, value: &Value, schema: Option<Schema<'_>>) -> Result<String, NoXml> {
    let mut text = String::new();
    Writer { text: &mut text }.element(name, value, schema, 0)?;
    Ok(text)
}

struct Writer<'t> {
    text: &'t mut String,
}

impl Writer<'_> {
    /// An element that holds the value; its own name in the schema's `xml` was looked at by the caller.
    fn element(
        &mut self,
        name: &str,
        value: &Value,
        schema: Option<Schema<'_>>,
        depth: usize,
    ) -> Result<(), NoXml> {
        if depth > MAX_DEPTH {
            return Err(NoXml(format!("the request body is nested deeper than {MAX_DEPTH} XML elements")));
        }
        let prefix = schema.and_then(|schema| told(schema, "prefix")).filter(|prefix| !prefix.is_empty());
        let qualified = prefix.map_or_else(|| name.to_owned(), |prefix| format!("{prefix}:{name}"));
        check_name(&qualified)?;
        self.text.push('<');
        self.text.push_str(&qualified);
        if let Some(namespace) = schema.and_then(|schema| told(schema, "namespace")) {
            let declared = prefix.map_or_else(|| "xmlns".to_owned(), |prefix| format!("xmlns:{prefix}"));
            self.attribute(&declared, namespace)?;
        }
        let mut inside: Vec<(&str, &Value, Option<Schema<'_>>)> = Vec::new();
        if let Value::Object(members) = value {
            for (key, member) in members {
                let described = schema.and_then(|schema| schema.property(key));
                match described.filter(|described| is_attribute(*described)) {
                    None => inside.push((key, member, described)),
                    Some(described) => {
                        let text = scalar(member).ok_or_else(|| {
                            NoXml(format!("`{key}` is an attribute in XML, and its value is no text"))
                        })?;
                        self.attribute(&own_name(key, described), &text)?;
                    }
                }
            }
        }
        self.text.push('>');
        match value {
            Value::Object(_) => {
                for (key, member, described) in inside {
                    self.member(key, member, described, depth)?;
                }
            }
            Value::Array(items) => self.items(name, items, schema, depth)?,
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                escape(&scalar(value).unwrap_or_default(), self.text)?;
            }
        }
        self.text.push_str("</");
        self.text.push_str(&qualified);
        self.text.push('>');
        Ok(())
    }

    fn member(
        &mut self,
        key: &str,
        value: &Value,
        schema: Option<Schema<'_>>,
        depth: usize,
    ) -> Result<(), NoXml> {
        let name = schema.map_or_else(|| key.to_owned(), |schema| own_name(key, schema));
        match value {
            // The name of an array is that of the element around its items; without one, the items have the member's.
            Value::Array(items) if !schema.is_some_and(is_wrapped) => self.items(key, items, schema, depth),
            Value::Array(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => self.element(&name, value, schema, depth + 1),
        }
    }

    fn items(
        &mut self,
        name: &str,
        items: &[Value],
        schema: Option<Schema<'_>>,
        depth: usize,
    ) -> Result<(), NoXml> {
        let described = schema.and_then(|schema| schema.items());
        let name = described.map_or_else(|| name.to_owned(), |described| own_name(name, described));
        items.iter().try_for_each(|item| self.element(&name, item, described, depth + 1))
    }

    fn attribute(&mut self, name: &str, value: &str) -> Result<(), NoXml> {
        check_name(name)?;
        let mut escaped = String::new();
        escape(value, &mut escaped)?;
        // As they are, a reader would make blanks of them.
        let escaped = escaped.replace('\n', "&#10;").replace('\t', "&#9;");
        self.text.push_str(&format!(" {name}=\"{escaped}\""));
        Ok(())
    }
}

/// The name that a value has: the one that the schema gives, else the one of its member.
fn own_name(key: &str, schema: Schema<'_>) -> String {
    named(schema).unwrap_or_else(|| key.to_owned())
}

fn named(schema: Schema<'_>) -> Option<String> {
    told(schema, "name").map(str::to_owned)
}

fn told<'a>(schema: Schema<'a>, field: &str) -> Option<&'a str> {
    schema.keyword("xml")?.get(field)?.as_str()
}

fn is_attribute(schema: Schema<'_>) -> bool {
    is_set(schema, "attribute") || told(schema, "nodeType") == Some("attribute")
}

fn is_wrapped(schema: Schema<'_>) -> bool {
    is_set(schema, "wrapped") || told(schema, "nodeType") == Some("element")
}

fn is_set(schema: Schema<'_>, field: &str) -> bool {
    let node: Option<&Node> = schema.keyword("xml").and_then(|xml| xml.get(field));
    node.is_some_and(|node| matches!(node.data, Data::Bool(true)))
}

/// Refuses what is no [name](https://www.w3.org/TR/xml/#NT-Name): it would change the text around it.
fn check_name(name: &str) -> Result<(), NoXml> {
    let starts = |c: char| c.is_alphabetic() || c == '_' || c == ':';
    let goes_on = |c: char| starts(c) || c.is_numeric() || c == '-' || c == '.';
    let mut characters = name.chars();
    match characters.next().is_some_and(starts) && characters.all(goes_on) {
        true => Ok(()),
        false => Err(NoXml(format!("`{name}` is no name for an element or attribute in XML"))),
    }
}

/// Writes text so that it stays text. There are control characters that XML has no way to write.
fn escape(value: &str, text: &mut String) -> Result<(), NoXml> {
    for next in value.chars() {
        match next {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\r' => text.push_str("&#13;"),
            '\n' | '\t' => text.push(next),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => {
                return Err(NoXml("a value has a control character, which XML cannot have".to_owned()));
            }
            other => text.push(other),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arazzo_document::Document;
    use arazzo_document::openapi::OpenApi;
    use serde_json::json;

    use super::*;
    use crate::mask::Mask;

    fn written(schema: Value, value: &Value) -> Result<String, NoXml> {
        let body =
            json!({"content": {"application/xml": {"schema": {"$ref": "#/components/schemas/Order"}}}});
        let api = json!({
            "openapi": "3.1.0",
            "paths": {"/a": {"post": {"requestBody": body}}},
            "components": {"schemas": {"Order": schema}},
        });
        let (document, _) = Document::read("api.json", "api.json", api.to_string());
        let api = Arc::new(OpenApi::new(Arc::new(document.unwrap())).unwrap());
        let view = api.operation(api.operation_by_path("/a", "post").unwrap());
        let body = view.request_body().unwrap();
        let schema = body.schema("application/xml").unwrap();
        document_of(schema, value)
    }

    fn document_of(schema: Schema<'_>, value: &Value) -> Result<String, NoXml> {
        document(&root_name(schema).unwrap(), value, Some(schema))
    }

    #[test]
    fn members_are_elements_and_items_repeat_the_name() {
        let value = json!({"a": 1.50, "b": true, "n": null, "lines": [{"sku": "x"}, {"sku": "y"}]});
        let xml = "<Order><a>1.5</a><b>true</b><n></n><lines><sku>x</sku></lines><lines><sku>y</sku></lines></Order>";
        assert_eq!(written(json!({}), &value).unwrap(), xml);
    }

    #[test]
    fn names_attributes_and_namespaces_are_those_of_the_schema() {
        let schema = json!({
            "xml": {"name": "order", "namespace": "http://s.test/1"},
            "properties": {
                "id": {"xml": {"attribute": true}},
                "note": {"xml": {"name": "remark", "prefix": "x", "namespace": "http://s.test/x"}},
            },
        });
        let value = json!({"note": "a < b", "id": "1\"2"});
        let xml = "<order xmlns=\"http://s.test/1\" id=\"1&quot;2\"><x:remark xmlns:x=\"http://s.test/x\">a &lt; b</x:remark></order>";
        assert_eq!(written(schema, &value).unwrap(), xml);
    }

    #[test]
    fn a_wrapped_array_has_an_element_around_its_items() {
        let tags = |xml: Value, items: Value| json!({"properties": {"tags": {"type": "array", "xml": xml, "items": items}}});
        let value = json!({"tags": ["a", "b"]});
        let named = tags(json!({"wrapped": true, "name": "labels"}), json!({"xml": {"name": "label"}}));
        assert_eq!(
            written(named, &value).unwrap(),
            "<Order><labels><label>a</label><label>b</label></labels></Order>"
        );
        let unnamed = tags(json!({"wrapped": true}), json!({}));
        assert_eq!(
            written(unnamed, &value).unwrap(),
            "<Order><tags><tags>a</tags><tags>b</tags></tags></Order>"
        );
        // Without an element around them, the name of the array has no place.
        let bare = tags(json!({"name": "labels"}), json!({}));
        assert_eq!(written(bare, &value).unwrap(), "<Order><tags>a</tags><tags>b</tags></Order>");
    }

    #[test]
    fn no_value_changes_the_syntax_around_it() {
        for value in [json!({"a><b": 1}), json!({"": 1}), json!({"1a": 1}), json!({"a": "\u{0}"})] {
            assert!(written(json!({}), &value).is_err(), "{value}");
        }
        let id = json!({"properties": {"id": {"xml": {"attribute": true}}}});
        assert_eq!(written(id.clone(), &json!({"id": "a\nb"})).unwrap(), "<Order id=\"a&#10;b\"></Order>");
        assert!(written(id, &json!({"id": {"a": 1}})).is_err());
    }

    #[test]
    fn a_secret_is_found_as_it_is_written_here() {
        let attribute = json!({"properties": {"id": {"xml": {"attribute": true}}}});
        for secret in ["line\r\nline", "a\tb\nc&d", "tab\there", "<\"a\r>'b'", "plain-key"] {
            let xml =
                written(attribute.clone(), &json!({"id": secret, "note": format!("- {secret} -")})).unwrap();
            let mut mask = Mask::new(false);
            mask.hide(secret);
            assert_eq!(mask.text(&xml), "<Order id=\"***\"><note>- *** -</note></Order>", "{xml}");
        }
    }

    #[test]
    fn deep_values_are_refused() {
        let deep = (0..MAX_DEPTH + 2).fold(json!(1), |inner, _| json!({"a": inner}));
        assert!(written(json!({}), &deep).unwrap_err().0.contains("deeper"));
    }
}
