//! What functions are called in messages.
//!
//! # Invariants
//! - A name that only the compiler knows, as those of the pieces of an entry body, is shown to nobody.
//! - A place is told only where the image has a source map: what the compiler evaluates has none, so
//!   that what it says does not depend on positions.

use crate::image::{LoadedImage, LoadedTemplate};
use crate::native::Native;
use std::borrow::Cow;

/// How the names begin of what runs the expressions at a file's top level.
const ENTRY: &str = "-entry";
/// The namespace whose parts people do not know.
const CORE: &str = "ox.core";
/// How the names begin of what types say of the host's interfaces.
const INTERFACES: &str = "interfaces[";

/// What is known of a function from its template.
struct Known<'i> {
    namespace: &'i str,
    /// The definition it is in; none of an expression at top level.
    definition: Option<Cow<'i, str>>,
    /// Its own name.
    name: Option<&'i str>,
    /// Whether it is the definition's value itself.
    is_whole: bool,
    /// File and line.
    place: Option<(&'i str, u32)>,
}

/// The namespace that people know: of the core's parts the core.
#[must_use]
pub fn shown_namespace(namespace: &str) -> &str {
    match namespace.strip_prefix(CORE) {
        Some(rest) if rest.starts_with('.') => CORE,
        _ => namespace,
    }
}

/// What a definition is called by who has written it. What was lifted out of a form is `local#0@hash`. What
/// is said in a table is named by the table, the type or value it is for, and perhaps method and protocol:
/// `P[T :area (quote P)]` is `area[T]`, `interfaces[T :invoke (quote clojure.lang.IFn)]` is `invoke[T]`,
/// `mm[:a]` stays as it is.
#[must_use]
pub fn written(name: &str) -> Cow<'_, str> {
    let local = unlifted(name);
    match method(local) {
        Some((of, method)) => Cow::Owned(format!("{method}[{of}]")),
        None => Cow::Borrowed(local),
    }
}

/// `local` of `local#0@hash`.
fn unlifted(name: &str) -> &str {
    let lifted = name.rsplit_once('@').map(|(local, _)| local);
    match lifted.and_then(|local| local.rsplit_once('#')) {
        Some((local, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => local,
        _ => lifted.unwrap_or(name),
    }
}

/// Type and method of `P[T :area (quote P)]`.
fn method(local: &str) -> Option<(&str, &str)> {
    let (_, inner) = local.strip_suffix(")]")?.split_once('[')?;
    let (of, _) = inner.rsplit_once(" (quote ")?;
    of.rsplit_once(" :")
}

/// Whether a definition is a method of an interface of the host: who calls it does not write the value it is
/// called on as an argument.
fn is_of_interface(name: &str) -> bool {
    name.starts_with(INTERFACES) && method(unlifted(name)).is_some()
}

/// How many arguments something takes, in words: `1 or 2 arguments`; each of `fixed`, and all from `variadic`
/// on.
fn takes_text(fixed: &[usize], variadic: Option<usize>) -> String {
    let mut fixed = fixed.to_vec();
    let mut least = variadic;
    // `[a]` and `[a & more]`: at least one.
    while let (Some(last), Some(from)) = (fixed.last().copied(), least) {
        if last + 1 < from {
            break;
        }
        least = Some(from.min(last));
        fixed.pop();
    }
    let mut parts: Vec<String> = fixed.iter().map(ToString::to_string).collect();
    parts.extend(least.map(|least| match fixed.is_empty() {
        true => format!("at least {least}"),
        false => format!("{least} or more"),
    }));
    let is_one = fixed.len() + usize::from(least.is_some()) == 1
        && fixed.first().copied().or(least) == Some(1);
    let text = match parts.split_last() {
        None => return "no arguments".to_owned(),
        Some((last, [])) if last == "0" => return "no arguments".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    };
    format!("{text} argument{}", if is_one { "" } else { "s" })
}

/// The message of a call of a function with a number of arguments that it does not take.
#[must_use]
pub fn arity_text(image: &LoadedImage, template: u32, args: usize) -> String {
    let name = function_label(image, template).unwrap_or_else(|| "a function".to_owned());
    if template as usize >= image.template_count() {
        return format!("Wrong number of args ({args}) passed to: {name}");
    }
    let template = image.template(template);
    let slot = image.image().slots.get(template.slot as usize);
    let hidden = usize::from(slot.is_some_and(|slot| is_of_interface(&slot.name)));
    let fixed: Vec<usize> = (0..template.by_arity.len())
        .filter(|args| template.by_arity[*args] != u32::MAX)
        .map(|args| args.saturating_sub(hidden))
        .collect();
    let variadic = template
        .variadic
        .map(|(params, _)| usize::from(params).saturating_sub(hidden));
    let takes = takes_text(&fixed, variadic);
    let args = args.saturating_sub(hidden);
    format!("Wrong number of args ({args}) passed to: {name}, which takes {takes}")
}

/// As [`arity_text`], of a native.
pub(crate) fn native_arity_text(native: &Native, args: usize) -> String {
    let least = usize::from(native.min_args);
    let is_open = native.max_args == u8::MAX;
    let most = if is_open {
        0
    } else {
        usize::from(native.max_args) + 1
    };
    let fixed: Vec<usize> = (least..most.max(least)).collect();
    let takes = takes_text(&fixed, is_open.then_some(least));
    let (namespace, name) = native.name.split_once('/').unwrap_or(("", native.name));
    let namespace = shown_namespace(namespace);
    format!("Wrong number of args ({args}) passed to: {namespace}/{name}, which takes {takes}")
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
    let written = written(&slot.name);
    let is_entry = slot.name.starts_with(ENTRY);
    let name = of_proto.and_then(|proto| proto.name.as_deref());
    let place = source.and_then(|source| {
        let file = stored.source_map.files.get(source.file as usize)?;
        let (_, line, _) = of_proto?.lines.first()?;
        Some((file.as_str(), source.line + line))
    });
    Some(Known {
        namespace: shown_namespace(&slot.namespace),
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
    Some(match (&known.definition, known.name, known.place) {
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
    let name = known.definition.as_deref().or(known.name).unwrap_or("fn");
    Some(format!("{}/{name}", known.namespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_in_a_table_is_named_as_it_was_written() {
        assert_eq!(written("P[T :area (quote P)]"), "area[T]");
        assert_eq!(
            written("P[String :area (quote P)]#1@795249d39560ab89"),
            "area[String]"
        );
        assert_eq!(
            written("interfaces[R :invoke (quote clojure.lang.IFn)]"),
            "invoke[R]"
        );
        assert_eq!(
            written("print-method[T]#0@90cef300ea5f99b9"),
            "print-method[T]"
        );
        assert_eq!(written("mm[:a]"), "mm[:a]");
        assert_eq!(written("mm[[:a :b]]"), "mm[[:a :b]]");
        assert_eq!(written("step#0@1234"), "step");
        assert_eq!(written("a#b"), "a#b");
    }

    #[test]
    fn how_many_arguments_are_taken_is_told_in_words() {
        assert_eq!(takes_text(&[], None), "no arguments");
        assert_eq!(takes_text(&[0], None), "no arguments");
        assert_eq!(takes_text(&[1], None), "1 argument");
        assert_eq!(takes_text(&[1, 2, 4], None), "1, 2 or 4 arguments");
        assert_eq!(takes_text(&[], Some(1)), "at least 1 argument");
        assert_eq!(takes_text(&[1, 2], Some(2)), "at least 1 argument");
        assert_eq!(takes_text(&[0], Some(3)), "0 or 3 or more arguments");
        assert_eq!(takes_text(&[], Some(0)), "at least 0 arguments");
    }
}
