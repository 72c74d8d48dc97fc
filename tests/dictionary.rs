//! `guiyi dictionary`: every element is listed, shown and exported, and the contract says what the rules say.

use serde_json::Value;

use crate::bench::Bench;

const ENTITIES: [&str; 4] = ["customer", "supplier", "material", "contact"];

fn export(bench: &Bench, entity: &str, format: &str) -> String {
    let ran = bench.guiyi(&["dictionary", "export", "--entity", entity, "--format", format]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout
}

fn elements(bench: &Bench, entity: &str) -> Vec<Value> {
    let json: Value = serde_json::from_str(&export(bench, entity, "json")).unwrap();
    json["elements"].as_array().unwrap().clone()
}

#[test]
fn every_element_stands_in_every_export() {
    let bench = Bench::new();
    for entity in ENTITIES {
        let (markdown, contract) = (export(&bench, entity, "md"), export(&bench, entity, "odcs"));
        let list = bench.guiyi(&["dictionary", "--entity", entity]).stdout;
        let elements = elements(&bench, entity);
        assert!(elements.len() >= 30, "{entity} has {}", elements.len());
        for element in elements {
            let name = element["name"].as_str().unwrap();
            assert!(markdown.contains(&format!("| `{name}` |")), "{name} in Markdown");
            assert!(
                contract.contains(&format!("- name: {name}\n")),
                "{name} in the contract"
            );
            assert!(list.contains(name) && !element["format"].as_str().unwrap().is_empty());
        }
    }
}

#[test]
fn the_workbook_has_a_row_per_element_code_and_header() {
    use calamine::Reader as _;
    let bench = Bench::new();
    let ran = bench.guiyi(&["dictionary", "export", "--format", "xlsx", "--out", "d.xlsx"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(bench.path("d.xlsx")).unwrap();
    let elements = elements(&bench, "customer");
    let n = |key: &str| {
        elements
            .iter()
            .map(|element| element[key].as_array().unwrap().len())
            .sum::<usize>()
    };
    for (sheet, rows) in [
        ("elements", elements.len()),
        ("codes", n("codes")),
        ("headers", n("synonyms")),
    ] {
        assert_eq!(workbook.worksheet_range(sheet).unwrap().height(), rows + 1, "{sheet}");
    }
    assert_eq!(bench.guiyi(&["dictionary", "export", "--format", "xlsx"]).code, 2);
}

#[test]
fn an_element_is_found_by_its_name_and_by_a_header() {
    let bench = Bench::new();
    for asked in ["credit_code", "税号", "统一社会信用代码"] {
        let ran = bench.guiyi(&["dictionary", "show", asked, "--language", "zh"]);
        assert!(
            ran.code == 0 && ran.stdout.contains("GB 32100-2015"),
            "{asked}: {}{}",
            ran.stdout,
            ran.stderr
        );
    }
    let ran = bench.guiyi(&["dictionary", "show", "credit_cod"]);
    assert!(ran.code == 2 && ran.stderr.contains("credit_code"), "{}", ran.stderr);
}

#[test]
fn the_contract_says_what_the_rules_say() {
    let bench = Bench::new();
    for entity in ENTITIES {
        let contract = export(&bench, entity, "odcs");
        for line in [
            "apiVersion: v3.1.0",
            "kind: DataContract",
            "metric: rowCount",
            "engine: guiyi",
            "classification: public",
        ] {
            assert!(contract.contains(line), "{entity}: {line}\n{contract}");
        }
        let rules = std::fs::read_to_string(
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../rules/{entity}.toml")),
        )
        .unwrap();
        for code in rules
            .lines()
            .filter_map(|line| line.strip_prefix("code = \"")?.strip_suffix('"'))
        {
            assert_eq!(
                contract.matches(&format!("- name: {code}\n")).count(),
                1,
                "{entity} {code}"
            );
        }
        assert_eq!(
            contract
                .lines()
                .filter(|line| line.trim_start().starts_with("mustBe"))
                .count(),
            contract.matches("metric:").count(),
            "each library metric has one comparison, {entity}"
        );
    }
}

#[test]
fn a_dictionary_of_ones_own_is_taken_and_its_mistakes_are_said() {
    let bench = Bench::new();
    bench.write(
        "own.toml",
        "entity = 'customer'\n[[element]]\nname = 'name'\nlabel = 'Name'\nlabel_zh = '名称'\ndefinition = 'd'\n\
         definition_zh = 'd'\nkind = 'text'\nformat = 'as on the seal'\n"
            .as_bytes(),
    );
    let ran = bench.guiyi(&["dictionary", "show", "name", "--dictionary", "own.toml"]);
    assert!(ran.code == 0 && ran.stdout.contains("as on the seal"), "{}", ran.stderr);
    bench.write(
        "own.toml",
        b"entity = 'customer'\n[[element]]\nname = 'Name'\nkindd = 'text'\n",
    );
    let ran = bench.guiyi(&["dictionary", "--dictionary", "own.toml"]);
    assert!(ran.code == 2 && ran.stderr.contains("own.toml:4:1"), "{}", ran.stderr);
}

#[test]
fn the_page_about_dictionaries_names_every_kind() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/dictionary.md")).unwrap();
    for kind in guiyi_core::dictionary::ElementKind::ALL {
        assert!(
            page.contains(&format!("| `{}` |", kind.name())),
            "{} is not in docs/dictionary.md",
            kind.name()
        );
    }
}
