//! What functions are called in messages.
//!
//! # Invariants
//! - A name that only the compiler knows, as those of the pieces of an entry body, is shown to nobody.
//! - A place is told only where the image has a source map: what the compiler evaluates has none, so
//!   that what it says does not depend on positions.

use crate::image::{LoadedImage, LoadedTemplate};

/// How the names begin of what runs the expressions at a file's top level.
const ENTRY: &str = "-entry";

/// What is known of a function from its template.
struct Known<'i> {
    namespace: &'i str,
    /// The definition it is in; none of an expression at top level.
    definition: Option<&'i str>,
    /// Its own name.
    name: Option<&'i str>,
    /// Whether it is the definition's value itself.
    is_whole: bool,
    /// File and line.
    place: Option<(&'i str, u32)>,
}

/// The first of the prototypes that a function of a template has for its arities.
pub(crate) fn first_proto(template: &LoadedTemplate) -> Option<u32> {
    let arities = template.by_arity.iter().copied();
    arities
        .filter(|proto| *proto != u32::MAX)
        .chain(template.variadic.map(|(_, proto)| proto))
        .min()
}

fn known<'i>(image: &'i LoadedImage, template: &LoadedTemplate) -> Option<Known<'i>> {
    let stored = image.image();
    let slot = stored.slots.get(template.slot as usize)?;
    let proto = first_proto(template)?;
    let index = usize::from(image.protos().get(proto as usize)?.index);
    let source = stored.source_map.slots.get(template.slot as usize);
    let of_proto = source.and_then(|source| source.protos.get(index));
    // A local that was lifted out of a `let` around definitions is `local#0@definition`.
    let written = match slot.name.split_once('@') {
        Some((local, _)) => local.split('#').next().unwrap_or(local),
        None => &slot.name,
    };
    let is_entry = slot.name.starts_with(ENTRY);
    let name = of_proto.and_then(|proto| proto.name.as_deref());
    let place = source.and_then(|source| {
        let file = stored.source_map.files.get(source.file as usize)?;
        let (_, line, _) = of_proto?.lines.first()?;
        Some((file.as_str(), source.line + line))
    });
    Some(Known {
        namespace: &slot.namespace,
        definition: (!is_entry).then_some(written),
        name: name.filter(|name| !name.starts_with(ENTRY)),
        is_whole: index == 0 && !is_entry,
        place,
    })
}

/// `app.core/deploy`, `app.core/deploy/step` of a named function within it, `fn at deploy.ox:3` of
/// one without a name; nothing of a template that is not there.
#[must_use]
pub fn function_label(image: &LoadedImage, template: u32) -> Option<String> {
    if template as usize >= image.template_count() {
        return None;
    }
    let known = known(image, image.template(template))?;
    let namespace = known.namespace;
    Some(match (known.definition, known.name, known.place) {
        (Some(definition), _, _) if known.is_whole => format!("{namespace}/{definition}"),
        (Some(definition), Some(name), _) => format!("{namespace}/{definition}/{name}"),
        (None, Some(name), _) => format!("{namespace}/{name}"),
        (_, None, Some((file, line))) => format!("fn at {file}:{line}"),
        (Some(definition), None, None) => format!("{namespace}/{definition}/fn"),
        (None, None, None) => format!("{namespace}/fn"),
    })
}

/// As [`function_label`] without a place, for printing: the same wherever the code stands.
#[must_use]
pub fn function_name(image: &LoadedImage, template: u32) -> Option<String> {
    if template as usize >= image.template_count() {
        return None;
    }
    let known = known(image, image.template(template))?;
    let name = known.definition.or(known.name).unwrap_or("fn");
    Some(format!("{}/{name}", known.namespace))
}
