use serde_json::json;

use super::*;

fn values(contact: Json) -> Values {
    let Json::Object(contact) = contact else { panic!() };
    let Json::Object(campaign) = json!({"name": "Spring", "code": "A&B"}) else { panic!() };
    Values::new(&contact, &campaign, Some("https://edge.example/u/abc-_?a=1&b=2"))
}

fn render(source: &str, format: Format, contact: Json) -> Result<String, String> {
    check(source).map_err(|error| error.to_string())?;
    Renderer::new().render(source, format, &values(contact)).map_err(|error| error.to_string())
}

#[test]
fn values_are_escaped_in_html_and_nowhere_else() {
    let contact = json!({"name": "<b onclick=\"x\">O'Neil & Co</b>"});
    let source = "<p>{{ contact.name }}</p>";
    let html = render(source, Format::Html, contact.clone()).unwrap();
    assert_eq!(html, "<p>&lt;b onclick=&quot;x&quot;&gt;O&#x27;Neil &amp; Co&lt;&#x2f;b&gt;</p>");
    assert_eq!(render(source, Format::Text, contact).unwrap(), "<p><b onclick=\"x\">O'Neil & Co</b></p>");
    // A link is one: its slashes stay as they are.
    let link = render("<a href=\"{{ unsubscribe_url }}\">", Format::Html, json!({})).unwrap();
    assert_eq!(link, "<a href=\"https://edge.example/u/abc-_?a=1&amp;b=2\">");
    // No filter brings markup back.
    for filter in ["upper", "title", "trim", "default('x')", "join('')", "first", "lower"] {
        let html = render(&format!("{{{{ contact.name|{filter} }}}}!"), Format::Html, json!({"name": "<i>"})).unwrap();
        assert!(!html.contains('<'), "{filter}: {html}");
    }
}

#[test]
fn a_subject_is_one_line_and_texts_have_no_control_characters() {
    for name in [
        "A\r\nBcc: b@evil.example",
        "A\nBcc: b@evil.example",
        "A\u{2028}Bcc: b@evil.example",
        "A\u{0}\u{b}\rBcc: b@evil.example",
    ] {
        let subject = render("Hi {{ contact.name }}", Format::Subject, json!({"name": name})).unwrap();
        assert_eq!(subject, "Hi A Bcc: b@evil.example", "{name:?}");
    }
    let long = render("{{ contact.name }}", Format::Subject, json!({"name": "é".repeat(600)})).unwrap();
    assert_eq!(long.chars().count(), 255);
    assert_eq!(render("a{{ contact.name }}\nb", Format::Text, json!({"name": "\u{1b}[31m\r"})).unwrap(), "a[31m\nb");
}

#[test]
fn a_value_that_is_not_there_is_an_error_with_its_line_and_never_a_blank() {
    for contact in [json!({}), json!({"name": null}), json!({"name": ""}), json!({"name": " \t"})] {
        for source in ["Hi\n{{ contact.name }}", "Hi\n{{ contact.name.first }}", "Hi\n{{ contact.name|upper }}"] {
            let error = render(source, Format::Text, contact.clone()).unwrap_err();
            assert!(error.starts_with("line 2: "), "{source}: {error}");
        }
        for (source, text) in [
            ("Hi {{ contact.name|default('there') }}", "Hi there"),
            ("Hi {% if contact.name is defined %}{{ contact.name }}{% else %}you{% endif %}", "Hi you"),
        ] {
            assert_eq!(render(source, Format::Text, contact.clone()), Ok(text.into()));
        }
    }
    for source in ["{% if false %}a{% endif %}", "{{ ' ' }}", "{# nothing #}"] {
        assert_eq!(render(source, Format::Text, json!({})), Err("the text is blank".into()), "{source}");
    }
}

#[test]
fn a_template_is_refused_for_what_it_cannot_mean_with_the_line() {
    for (source, error) in [
        ("a\n{{ contact.name", "line 2: "),
        ("{{ name }}", "line 1: `name` is not known"),
        ("\n\n{{ contact.name|frobnicate }}", "line 3: there is no filter `frobnicate`"),
        ("{{ contact.name|safe }}", "line 1: there is no filter `safe`"),
        ("{% autoescape false %}{{ contact.name }}{% endautoescape %}", "line 1: `autoescape` cannot be used"),
        ("{% filter upper %}a{% endfilter %}", "line 1: `filter` cannot be used"),
        ("{% set a = 1 %}", "line 1: `set` cannot be used"),
        ("{% with a = 1 %}{% endwith %}", "line 1: `with` cannot be used"),
        ("{% set a %}b{% endset %}", "line 1: `set … endset` cannot be used"),
        ("{% include 'secret' %}", "line 1: "),
        ("{% macro a() %}{% endmacro %}", "line 1: "),
        ("{{ range(10) }}", "line 1: nothing can be called"),
        ("{{ contact.name.upper() }}", "line 1: nothing can be called"),
        ("{% for a in contact.tags recursive %}{{ loop(a) }}{% endfor %}", "line 1: a loop may not call itself"),
        ("{% for a in contact.tags %}{% endfor %}{{ a }}", "line 1: `a` is not known"),
        ("{{ contact is odd }}", "line 1: there is no test `odd`"),
        ("{% if contact.name %}", "line 1: "),
        ("  ", "the text is blank"),
    ] {
        let refused = check(source).unwrap_err().to_string();
        assert!(refused.starts_with(error), "{source}: {refused}");
    }
    let source = "{% for t in contact.tags if t != 'x' %}{{ loop.index }}{{ t }}{{ contact.name }}{% endfor %}";
    let contact = json!({"name": "N", "tags": ["x", "y", "z"]});
    assert_eq!(render(source, Format::Text, contact), Ok("1yN2zN".into()));
}

/// Whatever a template says, it takes little memory, time and stack. Components have less stack than threads do.
#[test]
fn a_bomb_is_refused_or_ends_in_an_error() {
    let nested = |count: usize| "{% for a in contact.tags %}".repeat(count) + "x" + &"{% endfor %}".repeat(count);
    let bombs = [
        nested(8),
        nested(9),
        nested(90),
        "{{ 'x' * 1000000000 }}".into(),
        "{{ [1] * 1000000000 }}".into(),
        "{{ 'x' * 9223372036854775807 * 9 }}".into(),
        "{{ 9 ** 9 ** 9 ** 9 }}".into(),
        "{{ contact.tags * 1000 * 1000 * 1000 * 1000 }}".into(),
        "{% for a in contact.tags * 1000 * 1000 * 1000 %}{% endfor %}".into(),
        "{% for a in contact.tags * 1000 %}{% for b in contact.tags * 1000 %}{% endfor %}{% endfor %}".into(),
        format!("{{{{ ({}[])|length }}}}", "contact.tags + ".repeat(12)),
        format!("{{% for a in {}[] %}}{{{{ a|join(contact.tags|join) }}}}{{% endfor %}}", "contact.tags + ".repeat(12)),
        "{{ (contact.tags|join * 1000)|join(contact.tags|join * 1000)|upper|title }}".into(),
        "{{ 'x'|trim * 100000|round * 1000 }}".into(),
        format!("{{% set a = 'x' * 1000 %}}{}{{{{ a }}}}", "{% set a = a ~ a %}".repeat(90)),
        format!("{{% set a = 'x' * 1000 %}}{}{{{{ a }}}}", "{% set a = a * 1000 %}".repeat(90)),
        format!("{{% set a = contact.tags %}}{}{{{{ a|join(a) }}}}", "{% set a = a + a %}".repeat(90)),
        format!("{{{{ {}1{} }}}}", "(".repeat(4_000), ")".repeat(4_000)),
        format!("{{{{ {}1{} }}}}", "[".repeat(4_000), "]".repeat(4_000)),
        format!("{{{{ {}1 }}}}", "- ".repeat(8_000)),
        format!("{{{{ {}1 }}}}", "not ".repeat(4_000)),
        format!("{{{{ 1{} }}}}", "+1".repeat(8_000)),
        format!("{{{{ 1{} }}}}", "**1".repeat(5_000)),
        format!("{{{{ 1{} }}}}", " if 1 else 1".repeat(1_000)),
        format!("{{{{ contact{} }}}}", ".a".repeat(8_000)),
        format!("{{{{ contact{} }}}}", "[0]".repeat(5_000)),
        format!("{{{{ contact{} }}}}", "|trim".repeat(3_000)),
        format!("{{{{ contact{} }}}}", " is defined".repeat(1_000)),
        format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(1_000)),
        "{% if 1 %}".repeat(1_600),
        "{{ 1 }}".repeat(2_300),
        "{{".repeat(8_000),
        "{#".repeat(8_000),
        "x".repeat(20_000),
    ];
    let checks = move || {
        let tags: Vec<String> = (0..50).map(|number| "t".repeat(60) + &number.to_string()).collect();
        for bomb in bombs {
            let started = std::time::Instant::now();
            let start: String = bomb.chars().take(60).collect();
            let result = render(&bomb, Format::Html, json!({"tags": tags.clone()}));
            assert!(result.as_ref().map_or(0, String::len) <= MAX_HTML, "{start}");
            assert!(started.elapsed().as_millis() < 500, "{start} took {:?}", started.elapsed());
        }
    };
    std::thread::Builder::new().stack_size(512 << 10).spawn(checks).unwrap().join().unwrap();
}
