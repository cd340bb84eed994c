//! Methods for the description's operations: one module for each of its tags, and one for the schemas that several use.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::schemas::{Schemas, Travel, comment, identifier, is_nullable, literal, pascal, reference, snake, texts};

const HEAD: &str = "// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api\n";

/// The module of the schemas that operations of several tags use.
const SHARED: &str = "schemas";

struct Operation<'d> {
    method: String,
    path: &'d str,
    described: &'d Value,
    module: String,
}

/// The files of `src/api`, by their names.
pub fn files(description: &Value) -> BTreeMap<String, String> {
    let schemas = Schemas::new(description);
    let operations = operations(description);

    // Where each schema is used, and how it travels.
    let mut users: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let (mut travels, mut patched) = (BTreeMap::<String, Travel>::new(), BTreeSet::new());
    for operation in &operations {
        let (mut sent, mut received) = (BTreeSet::new(), BTreeSet::new());
        schemas.reachable(&operation.described["requestBody"], &mut sent);
        schemas.reachable(operation.described.get("parameters").unwrap_or(&Value::Null), &mut sent);
        if let Some(answer) = operation.answer(&schemas).1 {
            schemas.reachable(&answer, &mut received);
        }
        for name in &sent {
            travels.entry(name.clone()).or_default().sent = true;
            if operation.method != "post" {
                patched.insert(name.clone());
            }
        }
        for name in &received {
            travels.entry(name.clone()).or_default().received = true;
        }
        for name in sent.into_iter().chain(received) {
            users.entry(name).or_default().insert(&operation.module);
        }
    }

    let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, users) in &users {
        let module = if users.len() == 1 { users.first().unwrap() } else { SHARED };
        modules.entry(module).or_default().push(name);
    }
    for operation in &operations {
        modules.entry(&operation.module).or_default();
    }

    let mut files = BTreeMap::new();
    let mut index = format!(
        "//! Calls for all operations of the edge: each module has those of one subject.\n\n{HEAD}\nmod call;\n"
    );
    for (module, names) in &modules {
        let is_here = |operation: &&Operation<'_>| operation.module == **module;
        let methods: String = operations.iter().filter(is_here).map(|operation| operation.written(&schemas)).collect();
        let mut body = String::new();
        for name in names {
            body += "\n";
            body += &schemas.definition(name, travels[*name], patched.contains(*name));
        }
        let title = operations.iter().find(is_here).map_or("Schemas of several subjects.".to_owned(), |operation| {
            format!("{}.", operation.described["tags"][0].as_str().unwrap())
        });
        let mut text =
            format!("//! {title}\n\n{HEAD}\n#![allow(unused_imports, reason = \"which are needed differs\")]\n\n");
        text += "use std::collections::BTreeMap;\n\nuse bytes::Bytes;\nuse serde::{Deserialize, Serialize};\n\n";
        if *module != SHARED {
            let _ = write!(
                text,
                "use super::call::{{Api, Body, Path, query}};\nuse super::{SHARED}::*;\nuse crate::EdgeError;\n\n"
            );
        }
        if !methods.is_empty() {
            let _ = write!(text, "impl Api<'_> {{\n{}}}\n", methods.trim_start_matches('\n'));
        }
        text += &operations.iter().filter(is_here).map(|operation| operation.query(&schemas)).collect::<String>();
        text += &body;
        files.insert(format!("{module}.rs"), text.replace("\n\n\n", "\n\n"));
        let _ = writeln!(index, "pub mod {module};");
    }
    index += "\npub use call::Api;\n";
    files.insert("mod.rs".to_owned(), index);
    files
}

fn operations(description: &Value) -> Vec<Operation<'_>> {
    let paths = description["paths"].as_object().unwrap().iter();
    let methods = paths.flat_map(|(path, methods)| methods.as_object().unwrap().iter().map(move |it| (path, it)));
    let operations = methods.map(|(path, (method, described))| Operation {
        method: method.clone(),
        path,
        described,
        module: snake(&described["tags"][0].as_str().unwrap().to_ascii_lowercase()),
    });
    operations.collect()
}

impl Operation<'_> {
    fn name(&self) -> &str {
        self.described["operationId"].as_str().unwrap()
    }

    fn parameters(&self, place: &str) -> Vec<&Value> {
        let all = self.described.get("parameters").and_then(Value::as_array).into_iter().flatten();
        all.filter(|parameter| parameter["in"] == place).collect()
    }

    fn query_name(&self) -> String {
        format!("{}Query", pascal(self.name()))
    }

    /// The parameters of the query as a type; nothing: there are none.
    fn query(&self, schemas: &Schemas) -> String {
        let parameters = self.parameters("query");
        if parameters.is_empty() {
            return String::new();
        }
        let mut text = format!(
            "\n/// The query of [`{}`](Api::{0}).\n#[derive(Clone, Debug, Default, Serialize)]\npub struct {} {{\n",
            self.name(),
            self.query_name()
        );
        for parameter in parameters {
            let name = parameter["name"].as_str().unwrap();
            let mut said = parameter["description"].as_str().map_or_else(|| format!("`{name}`."), str::to_owned);
            if let Some(words) = parameter["schema"].get("enum").and_then(Value::as_array) {
                let words: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_str().unwrap())).collect();
                said = format!("{} One of {}.", said.trim_end(), words.join(", "));
            }
            text += &comment("    ", &said);
            let field = identifier(name);
            if field.trim_start_matches("r#") != name {
                let _ = writeln!(text, "    #[serde(rename = {})]", literal(name));
            }
            let inner = schemas.type_of(&parameter["schema"]);
            let is_required = parameter["required"] == true && reference(&parameter["schema"]).is_none();
            let inner = if is_required { inner } else { format!("Option<{inner}>") };
            let _ = writeln!(text, "    pub {field}: {inner},");
        }
        text + "}\n"
    }

    /// The type of what is answered, and its schema; `()`: nothing is.
    fn answer(&self, schemas: &Schemas) -> (String, Option<Value>) {
        let good =
            self.described["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
        let (mut bodies, mut is_missing) = (Vec::<(&str, &Value)>::new(), false);
        for (_, response) in good {
            let contents = response.get("content").and_then(Value::as_object).into_iter().flatten();
            let contents: Vec<(&str, &Value)> =
                contents.map(|(media, content)| (media.as_str(), &content["schema"])).collect();
            is_missing |= contents.is_empty();
            let json = contents.iter().find(|(media, _)| *media == "application/json").or(contents.first());
            if let Some(body) = json
                && !bodies.contains(body)
            {
                bodies.push(*body);
            }
        }
        let (made, schema) = match bodies[..] {
            [] => return ("()".to_owned(), None),
            [("application/json", schema)] => (schemas.type_of(schema), schema.clone()),
            [(media, _)] if media.starts_with("text/") => ("String".to_owned(), Value::Null),
            [_] => ("Bytes".to_owned(), Value::Null),
            // Which of several is answered depends on what happened.
            _ => ("serde_json::Value".to_owned(), Value::Null),
        };
        (if is_missing { format!("Option<{made}>") } else { made }, Some(schema))
    }

    /// The body of the request: its type, and how it is sent.
    fn body(&self, schemas: &Schemas) -> Option<(String, &'static str)> {
        let contents = self.described.get("requestBody")?["content"].as_object().unwrap();
        let (media, content) = contents.iter().next().unwrap();
        let schema = &content["schema"];
        let made = schemas.type_of(schema);
        Some(match media.as_str() {
            // Bytes, which are signed as they are.
            "application/json" if made == "Vec<i32>" => ("Bytes".to_owned(), "Body::Bytes(body.clone())"),
            "application/json" if is_nullable(schema) => (format!("Option<{made}>"), "Body::json(body)?"),
            "application/json" => (made, "Body::json(body)?"),
            "text/csv" => ("str".to_owned(), "Body::Csv(body.to_owned())"),
            other => panic!("{other}"),
        })
    }

    /// The method.
    fn written(&self, schemas: &Schemas) -> String {
        let paragraph = |name: &str| self.described[name].as_str().unwrap_or_default().trim().to_owned();
        let (summary, details) = (paragraph("summary"), paragraph("description"));
        let mut text = format!("{summary}: `{} {}`.", self.method.to_ascii_uppercase(), self.path);
        if !details.is_empty() {
            text += &format!("\n\n{details}");
        }
        let security = self.described.get("security").and_then(Value::as_array).into_iter().flatten();
        let scopes: BTreeSet<String> = security.flat_map(|one| texts(one, "key")).collect();
        if !scopes.is_empty() {
            let scopes: Vec<String> = scopes.into_iter().map(|scope| format!("`{scope}`")).collect();
            text += &format!("\n\nThe key needs {}.", scopes.join(", "));
        }

        let mut arguments = String::new();
        let mut path = format!("Path::new({})", literal(self.path.split('{').next().unwrap()));
        for part in self.path.split('{').skip(1) {
            let (name, rest) = part.split_once('}').unwrap();
            let parameter = self.parameters("path").into_iter().find(|parameter| parameter["name"] == name).unwrap();
            let made = schemas.type_of(&parameter["schema"]);
            let (made, value) = match made.as_str() {
                "i64" => ("i64".to_owned(), format!("&{}.to_string()", identifier(name))),
                _ => ("&str".to_owned(), identifier(name)),
            };
            let _ = write!(arguments, ", {}: {made}", identifier(name));
            let _ = write!(path, ".value({value})");
            if !rest.is_empty() {
                let _ = write!(path, ".text({})", literal(rest));
            }
        }
        if !self.parameters("query").is_empty() {
            let _ = write!(arguments, ", query_parameters: &{}", self.query_name());
            path += ".query(&query(query_parameters)?)";
        }
        let body = match self.body(schemas) {
            Some((made, sent)) => {
                let _ = write!(arguments, ", body: &{made}");
                sent
            }
            None => "Body::None",
        };
        let (answer, _) = self.answer(schemas);
        let read = match answer.as_str() {
            "()" => "nothing",
            "String" => "text",
            "Bytes" => "bytes",
            made if made.starts_with("Option<") => "json_or_nothing",
            _ => "json",
        };
        let method = self.method.to_ascii_uppercase();
        format!(
            "\n{}    pub async fn {}(&self{arguments}) -> Result<{answer}, EdgeError> {{\n        \
             let path = {path};\n        self.{read}(http::Method::{method}, path, {body}).await\n    }}\n",
            comment("    ", &text),
            self.name(),
        )
    }
}
