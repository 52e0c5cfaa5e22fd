use url::Url;

use super::*;

const API: &str = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n";

/// A folder with these files, which goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &[u8])]) -> Self {
        let folder = std::env::temp_dir().join(format!("arazzo-load-{}-{name}", std::process::id()));
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn load(&self, overrides: &[(&str, &str)]) -> Result<Loaded, LoadError> {
        let overrides =
            overrides.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect();
        let network = NetworkOptions { offline: true, ..NetworkOptions::default() };
        let options = LoadOptions { sources: overrides, network, ..LoadOptions::default() };
        load(Origin::File(&self.0.join("flows/a.yml")), &options)
    }

    /// Message and hint of the one thing that is wrong.
    fn problem(&self, overrides: &[(&str, &str)]) -> (String, String) {
        let loaded = self.load(overrides).unwrap();
        let [diagnostic] = loaded.diagnostics.as_slice() else { panic!("{:?}", loaded.diagnostics) };
        let shown = diagnostic.to_string().replace(&self.0.display().to_string(), "");
        (shown, diagnostic.hint.clone().unwrap_or_default())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn description(urls: &[(&str, &str)]) -> String {
    let sources: Vec<_> = urls.iter().map(|(name, url)| format!("- {name}\n  url: '{url}'\n")).collect();
    format!(
        "arazzo: 1.0.1\ninfo: {{title: t, version: '1'}}\nsourceDescriptions:\n{}workflows:\n\
         - workflowId: w\n  steps:\n  - {{stepId: s, operationId: o}}\n",
        sources.join("").replace("- ", "- name: ")
    )
}

fn is_openapi(loaded: &Loaded, name: &str) -> bool {
    let workspace = loaded.workspace.as_ref().unwrap();
    matches!(workspace.entry().source(name), Some((_, arazzo_document::SourceContent::OpenApi(_))))
}

#[test]
fn sources_are_found_from_the_file_of_the_description() {
    let flow = description(&[("one", "../apis/an%20api.yml"), ("two", "../apis/an api.yml")]);
    let folder =
        Folder::new("relative", &[("flows/a.yml", flow.as_bytes()), ("apis/an api.yml", API.as_bytes())]);
    let loaded = folder.load(&[]).unwrap();
    assert_eq!(loaded.diagnostics, []);
    assert!(is_openapi(&loaded, "one") && is_openapi(&loaded, "two"));
    assert_eq!(loaded.documents.len(), 2, "a file is read once");
    assert!(loaded.documents[1].uri.ends_with("/apis/an%20api.yml"));
    assert!(loaded.documents[1].name.ends_with("/apis/an api.yml"));
}

#[test]
fn a_source_may_be_a_file_url_or_an_absolute_path() {
    let folder = Folder::new("absolute", &[("b.yml", API.as_bytes())]);
    let path = folder.0.join("b.yml");
    let url = Url::from_file_path(&path).unwrap().to_string();
    let flow = description(&[("one", &url), ("two", path.to_str().unwrap())]);
    std::fs::create_dir_all(folder.0.join("flows")).unwrap();
    std::fs::write(folder.0.join("flows/a.yml"), flow).unwrap();
    let loaded = folder.load(&[]).unwrap();
    assert_eq!(loaded.diagnostics, []);
    assert!(is_openapi(&loaded, "one") && is_openapi(&loaded, "two"));
}

#[test]
fn a_missing_source_is_told_at_its_url() {
    let flow = description(&[("api", "pet-api.yml")]);
    let folder =
        Folder::new("missing", &[("flows/a.yml", flow.as_bytes()), ("flows/petapi.yml", API.as_bytes())]);
    let (message, hint) = folder.problem(&[]);
    assert_eq!(
        message,
        "/flows/a.yml:5:8: error: the source `api` cannot be read: `/flows/pet-api.yml` does not exist"
    );
    assert_eq!(hint, "did you mean `petapi.yml`? Or give another place with `--source api=PATH`");
}

#[test]
fn another_place_can_be_given() {
    let flow = description(&[("api", "https://example.com/api.yml")]);
    let folder = Folder::new("override", &[("flows/a.yml", flow.as_bytes()), ("b.yml", API.as_bytes())]);
    let (message, hint) = folder.problem(&[]);
    assert!(
        message.ends_with("`https://example.com/api.yml` is remote, and nothing is fetched (`--offline`)"),
        "{message}"
    );
    assert_eq!(hint, "give another place with `--source api=PATH`");
    let path = folder.0.join("b.yml");
    let loaded = folder.load(&[("api", path.to_str().unwrap())]).unwrap();
    assert!(loaded.diagnostics.is_empty() && is_openapi(&loaded, "api"));
    assert_eq!(
        folder.load(&[("aip", "b.yml")]).unwrap_err().to_string(),
        "the description has no source `aip`: it has `api`"
    );
}

#[test]
fn what_is_no_text_is_no_source() {
    let files: [(&str, &[u8]); 3] =
        [("flows/a.yml", &[]), ("flows/binary.yml", b"a: \xff"), ("flows/folder/x.yml", b"")];
    let folder = Folder::new("binary", &files);
    let fails = |url: &str| {
        std::fs::write(folder.0.join("flows/a.yml"), description(&[("api", url)])).unwrap();
        folder.problem(&[]).0
    };
    assert!(
        fails("binary.yml").ends_with("`/flows/binary.yml` is no UTF-8 text: byte 4 belongs to no character")
    );
    assert!(fails("folder").ends_with("`/flows/folder` is a folder"));
    assert!(fails("ftp://x/y").ends_with("has the scheme `ftp:`, which is not read"));
    assert!(fails("http://[").contains("is no url"));
}

#[test]
fn a_description_that_cannot_be_read_is_a_diagnostic() {
    let loaded = load(Origin::File(Path::new("no/such/a.yml")), &LoadOptions::default()).unwrap();
    assert!(loaded.workspace.is_none());
    let [diagnostic] = loaded.diagnostics.as_slice() else { panic!() };
    assert_eq!(diagnostic.to_string(), "no/such/a.yml:1:1: error: `no/such/a.yml` does not exist");
}

#[test]
fn a_text_is_read_as_if_it_lay_in_the_current_folder() {
    let text = description(&[("api", "no-such-api.yml")]);
    let loaded = load(Origin::Text(&text), &LoadOptions::default()).unwrap();
    let [diagnostic] = loaded.diagnostics.as_slice() else { panic!("{:?}", loaded.diagnostics) };
    assert!(diagnostic.to_string().starts_with("<stdin>:5:8: error: the source `api`"), "{diagnostic}");
    assert!(diagnostic.message.contains("`no-such-api.yml` does not exist"), "{diagnostic}");
}

/// The names of the documents that were read, as far as they are in the folder.
fn names(loaded: &Loaded, folder: &Folder) -> Vec<String> {
    let start = format!("{}/", folder.0.display());
    loaded.documents.iter().map(|document| document.name.replace(&start, "")).collect()
}

#[test]
fn sources_of_sources_are_read_once_and_circles_end() {
    let files = [
        ("flows/a.yml", description(&[("b", "sub/b.yml"), ("api", "../api.yml")])),
        ("flows/sub/b.yml", description(&[("a", "../a.yml"), ("b", "b.yml"), ("api", "../../api.yml")])),
        ("api.yml", API.to_owned()),
    ];
    let folder = Folder::new("circle", &files.each_ref().map(|(name, text)| (*name, text.as_bytes())));
    let loaded = folder.load(&[]).unwrap();
    assert_eq!(loaded.diagnostics, []);
    assert_eq!(names(&loaded, &folder), ["flows/a.yml", "flows/sub/b.yml", "api.yml"]);
    assert_eq!(loaded.workspace.as_ref().unwrap().documents().count(), 2);
}

#[test]
fn another_place_is_for_sources_of_the_entry_document_only() {
    let files = [
        ("flows/a.yml", description(&[("b", "b.yml"), ("api", "none.yml")])),
        ("flows/b.yml", description(&[("api", "none.yml")])),
        ("api.yml", API.to_owned()),
    ];
    let folder = Folder::new("entry-only", &files.each_ref().map(|(name, text)| (*name, text.as_bytes())));
    let path = folder.0.join("api.yml");
    let (message, hint) = folder.problem(&[("api", path.to_str().unwrap())]);
    assert!(message.starts_with("/flows/b.yml:5:8: error: the source `api` cannot be read"), "{message}");
    assert_eq!(hint, "");
}

fn with_self(own: &str, urls: &[(&str, &str)]) -> String {
    description(urls).replace("arazzo: 1.0.1", &format!("arazzo: 1.1.0\n$self: {own}"))
}

#[test]
fn documents_refer_to_each_other_by_their_own_names() {
    let files = [
        (
            "flows/a.yml",
            with_self("https://a.test/flows/a.yml", &[("b", "b.yml"), ("c", "https://b.test/b")]),
        ),
        ("flows/b.yml", with_self("https://b.test/b", &[("a", "https://a.test/flows/a.yml#/workflows")])),
    ];
    let folder = Folder::new("self", &files.each_ref().map(|(name, text)| (*name, text.as_bytes())));
    let (message, hint) = folder.problem(&[]);
    assert_eq!(
        message,
        "/flows/a.yml:6:8: warning: the source `b` is read from `/flows/b.yml`, which lies beside the document: \
         `$self` leads to no file"
    );
    assert_eq!(hint, "give another place with `--source b=PATH`");
    let loaded = folder.load(&[]).unwrap();
    assert_eq!(names(&loaded, &folder), ["flows/a.yml", "flows/b.yml"]);
}

#[test]
fn a_relative_name_of_its_own_moves_where_sources_start() {
    let files = [
        ("flows/a.yml", with_self("../apis/x.yml", &[("api", "api.yml")])),
        ("apis/api.yml", API.to_owned()),
    ];
    let folder = Folder::new("self-relative", &files.each_ref().map(|(name, text)| (*name, text.as_bytes())));
    assert_eq!(folder.load(&[]).unwrap().diagnostics, []);
}

#[test]
fn files_that_an_openapi_source_refers_to_are_read() {
    let api = "openapi: 3.1.0\npaths:\n  /a: {$ref: paths/a.yml}\n  /b: {$ref: none.yml}\n  /c: {$ref: wrong.yml}\n";
    let files = [
        ("flows/a.yml", description(&[("one", "../api.yml"), ("two", "../api.yml")])),
        ("api.yml", api.to_owned()),
        ("paths/a.yml", "get: {operationId: o, responses: {200: {$ref: ../r.yml}}}\n".to_owned()),
        ("r.yml", "description: found\n".to_owned()),
        ("wrong.yml", "a: [".to_owned()),
    ];
    let folder = Folder::new("refs", &files.each_ref().map(|(name, text)| (*name, text.as_bytes())));
    let loaded = folder.load(&[]).unwrap();
    assert_eq!(loaded.diagnostics, [], "what no workflow needs may be wrong");
    assert_eq!(names(&loaded, &folder), ["flows/a.yml", "api.yml", "paths/a.yml", "r.yml"]);
    let workspace = loaded.workspace.unwrap();
    let Some((_, arazzo_document::SourceContent::OpenApi(api))) = workspace.entry().source("two") else {
        panic!()
    };
    let operation = api.operation(api.operation_by_id("o").unwrap());
    assert_eq!(operation.response(200).unwrap().description(), Some("found"));
    let problems: Vec<String> = api.problems().iter().map(|problem| problem.message.clone()).collect();
    assert_eq!(problems[0], "`$ref: none.yml` leads into another document, which does not exist");
    assert!(problems[1].starts_with("`$ref: wrong.yml` leads into another document, which is wrong at "));
}

#[test]
fn so_many_sources_are_read_and_no_more() {
    let urls: Vec<(String, &str)> =
        (0..MAX_SOURCES + 5).map(|index| (format!("s{index}"), "../api.yml")).collect();
    let urls: Vec<(&str, &str)> = urls.iter().map(|(name, url)| (name.as_str(), *url)).collect();
    let flow = description(&urls);
    let folder = Folder::new("many", &[("flows/a.yml", flow.as_bytes()), ("api.yml", API.as_bytes())]);
    let (message, _) = folder.problem(&[]);
    assert!(message.ends_with("there are more than 1000 sources"), "{message}");
}

#[test]
fn a_url_from_the_root_of_the_repository_is_found_there() {
    let flow = description(&[("api", "./apis/a.yml")]);
    let folder = Folder::new("root", &[("flows/a.yml", flow.as_bytes()), ("apis/a.yml", API.as_bytes())]);
    let file = folder.0.join("flows/a.yml");
    let codes = |options: &LoadOptions| -> Vec<(&str, Severity)> {
        let loaded = load(Origin::File(&file), options).unwrap();
        loaded.diagnostics.iter().map(|diagnostic| (diagnostic.code.as_str(), diagnostic.severity)).collect()
    };
    let rooted = LoadOptions { root: Some(folder.0.clone()), ..LoadOptions::default() };
    assert_eq!(codes(&rooted), [("source-under-root", Severity::Warning)]);
    assert_eq!(
        codes(&LoadOptions { mode: Mode::Strict, ..rooted }),
        [("unreadable-source", Severity::Error)]
    );
    std::fs::create_dir(folder.0.join(".git")).unwrap();
    assert_eq!(codes(&LoadOptions::default()), [("source-under-root", Severity::Warning)]);
}

fn api_with(ids: &[&str]) -> String {
    let paths = ids.iter().map(|id| format!("  /{id}: {{get: {{operationId: {id}}}}}\n"));
    format!("openapi: 3.1.0\npaths:\n{}", paths.collect::<String>())
}

/// A description whose source `api` is missing, and whose steps name these operations.
fn flow_of(ids: &[&str]) -> String {
    let steps =
        ids.iter().enumerate().map(|(index, id)| format!("  - {{stepId: s{index}, operationId: {id}}}\n"));
    description(&[("api", "none.yml")])
        .replace("  - {stepId: s, operationId: o}\n", &steps.collect::<String>())
}

#[test]
fn the_file_that_has_the_operations_of_a_missing_source_is_named() {
    let files = [
        ("flows/a.yml", flow_of(&["one", "$sourceDescriptions.api.two"])),
        ("flows/sub/half.yml", api_with(&["one", "other"])),
        ("flows/sub/apis/whole.json", "{\"openapi\": \"3.1.0\", \"paths\": {\"/\": {\"get\": {\"operationId\": \"one\"}, \"put\": {\"operationId\": \"two\"}}}}".to_owned()),
        ("flows/node_modules/x.yml", api_with(&["one", "two"])),
        ("flows/sub/x.arazzo.yml", flow_of(&["one", "two"])),
        ("flows/.git/x.yml", api_with(&["one", "two"])),
    ];
    let folder = Folder::new("moved", &files.each_ref().map(|(name, text)| (*name, text.as_bytes())));
    let shown = |hint: String| hint.replace(&folder.0.display().to_string(), "");
    assert_eq!(
        shown(folder.problem(&[]).1),
        "read it from `/flows/sub/apis/whole.json`, which has the 2 operations that the steps name, \
         with `--source api=/flows/sub/apis/whole.json`"
    );
    std::fs::remove_file(folder.0.join("flows/sub/apis/whole.json")).unwrap();
    assert_eq!(
        shown(folder.problem(&[]).1),
        "read it from `/flows/sub/half.yml`, which has 1 of the 2 operations that the steps name, \
         with `--source api=/flows/sub/half.yml`"
    );
    std::fs::remove_file(folder.0.join("flows/sub/half.yml")).unwrap();
    assert_eq!(shown(folder.problem(&[]).1), "give another place with `--source api=PATH`");
}

#[test]
fn files_with_as_many_operations_of_a_missing_source_are_all_named() {
    let files = [
        ("flows/a.yml", flow_of(&["one"])),
        ("flows/b/api.yml", api_with(&["one"])),
        ("apis/api.yml", api_with(&["one"])),
        ("apis/broken.yml", format!("{}\n  broken: [", api_with(&["one"]))),
    ];
    let folder = Folder::new("ties", &files.each_ref().map(|(name, text)| (*name, text.as_bytes())));
    let options = LoadOptions { root: Some(folder.0.clone()), ..LoadOptions::default() };
    let loaded = load(Origin::File(&folder.0.join("flows/a.yml")), &options).unwrap();
    let hint = loaded.diagnostics[0].hint.clone().unwrap().replace(&folder.0.display().to_string(), "");
    assert_eq!(
        hint,
        "read it from `/flows/b/api.yml` or `/apis/api.yml`, which each have the operation that the steps name, \
         with `--source api=/flows/b/api.yml` or `--source api=/apis/api.yml`"
    );
}

#[test]
fn operations_that_another_source_has_are_not_looked_for() {
    let files = [
        ("flows/a.yml", description(&[("api", "none.yml"), ("other", "other.yml")])),
        ("flows/other.yml", api_with(&["o"])),
        ("flows/moved.yml", api_with(&["o"])),
    ];
    let folder = Folder::new("elsewhere", &files.each_ref().map(|(name, text)| (*name, text.as_bytes())));
    assert_eq!(folder.problem(&[]).1, "give another place with `--source api=PATH`");
}

#[test]
fn the_flag_of_a_source_can_be_pasted_into_a_shell() {
    assert_eq!(finding::source_flag("it's an api", "PATH"), r"--source 'it'\''s an api=PATH'");
    assert_eq!(finding::source_flag("api", "a b/$x.yml"), "--source 'api=a b/$x.yml'");
}

/// A description at a URL that is mapped to the folder `specs`, with the source at `url`.
fn mapped(name: &str, url: &str) -> (Folder, Loaded) {
    let api = "openapi: 3.1.0\npaths:\n  /a: {$ref: paths/a.yml}\n";
    let files = [
        ("specs/flows/a.yml", description(&[("api", url)])),
        ("specs/api.yml", api.to_owned()),
        ("specs/paths/a.yml", "get: {operationId: o}\n".to_owned()),
        ("secret.yml", API.to_owned()),
    ];
    let folder = Folder::new(name, &files.each_ref().map(|(name, text)| (*name, text.as_bytes())));
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.0.join("secret.yml"), folder.0.join("specs/link.yml")).unwrap();
    let mapping = format!("https://specs.test/v1/={}", folder.0.join("specs").display());
    let network = NetworkOptions { offline: true, ..NetworkOptions::default() };
    let options = LoadOptions { mappings: vec![mapping.parse().unwrap()], network, ..LoadOptions::default() };
    let loaded = load(Origin::Url("https://specs.test/v1/flows/a.yml"), &options).unwrap();
    (folder, loaded)
}

#[test]
fn a_url_is_read_from_the_folder_that_it_is_mapped_to() {
    let (_folder, loaded) = mapped("mapped", "../api.yml");
    assert_eq!(loaded.diagnostics, []);
    let names: Vec<&str> = loaded.documents.iter().map(|document| &*document.name).collect();
    let url = |path: &str| format!("https://specs.test/v1/{path}");
    assert_eq!(names, [url("flows/a.yml"), url("api.yml"), url("paths/a.yml")]);
    let workspace = loaded.workspace.unwrap();
    let Some((_, arazzo_document::SourceContent::OpenApi(api))) = workspace.entry().source("api") else {
        panic!()
    };
    assert!(api.operation_by_id("o").is_some());
}

#[test]
fn what_is_mapped_never_leaves_its_folder() {
    for (index, (url, fact)) in [
        ("../../secret.yml", "is remote, and nothing is fetched"),
        ("..%2f..%2fsecret.yml", "is mapped to"),
        ("../none.yml", "which does not exist"),
        #[cfg(unix)]
        ("../link.yml", "is a link that leads out of that folder"),
        ("file:///etc/passwd", "is a file, which a document from the network cannot name"),
    ]
    .into_iter()
    .enumerate()
    {
        let (_folder, loaded) = mapped(&format!("escape-{index}"), url);
        let [diagnostic] = loaded.diagnostics.as_slice() else { panic!("{:?}", loaded.diagnostics) };
        assert!(diagnostic.message.contains(fact), "{diagnostic}");
        assert_eq!(loaded.documents.len(), 1);
    }
}
