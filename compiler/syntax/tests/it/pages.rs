//! The pages of the errors of reading show the error they are about.

use source::Code;
use syntax::read_all;

#[test]
fn each_example_has_the_error_of_its_page() {
    for code in Code::ALL.iter().filter(|code| code.number() < 100) {
        if [Code::TOO_DEEP, Code::FILE_TOO_LARGE].contains(code) {
            continue;
        }
        let path = format!("{}/../../docs/errors/{code}.md", env!("CARGO_MANIFEST_DIR"));
        let page = std::fs::read_to_string(path).expect("each code has a page");
        let after = page
            .split_once("```ox\n")
            .expect("each page has an example")
            .1;
        let example = after.split_once("```").expect("the example ends").0;
        let (_, errors) = read_all(example);
        assert!(!errors.is_empty(), "{code}: the example is right");
        assert!(
            errors.iter().all(|error| error.code == *code),
            "{code}: {errors:#?}"
        );
    }
}
