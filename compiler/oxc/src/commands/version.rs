//! `oxc version`: the version, and those of the formats it writes.

use crate::args::{Format, Version};
use crate::failure::Outcome;
use crate::output;
use serde::Serialize;

#[derive(Serialize)]
struct Versions {
    oxc: &'static str,
    image_format: u32,
    code: u32,
    store_format: u32,
    record: u32,
    /// Whether the library is in the binary, compiled; else the first build compiles it.
    library_embedded: bool,
}

/// Prints the versions.
pub(crate) fn run(args: &Version) -> Outcome {
    let versions = Versions {
        oxc: env!("CARGO_PKG_VERSION"),
        image_format: u32::from(bytecode::IMAGE_FORMAT),
        code: u32::from(bytecode::CODE_VERSION),
        store_format: store::FORMAT_VERSION,
        record: u32::from(engine::record::RECORD_VERSION),
        library_embedded: driver::has_library(),
    };
    match args.format {
        Format::Json => output::print_json(&versions)?,
        Format::Text => output::print(&format!(
            "oxc {}\nimage format {}, code {}, store format {}, record {}\nstandard library: {}\n",
            versions.oxc,
            versions.image_format,
            versions.code,
            versions.store_format,
            versions.record,
            if versions.library_embedded {
                "compiled, in this binary"
            } else {
                "compiled when it is first needed, then cached"
            }
        ))?,
    }
    Ok(0)
}
