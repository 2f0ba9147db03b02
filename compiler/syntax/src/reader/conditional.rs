//! Reader conditionals: `#?(:ox a :default b)` and `#?@(…)`.

use source::{Code, TextRange};

use super::{Element, FrameKind, Reader};
use crate::datum::Origin;
use crate::error::ReadError;
use crate::syntax_kind::SyntaxKind;

/// What is wrong with a conditional, and where in the file.
pub(crate) struct ConditionalError {
    message: String,
    range: TextRange,
}

/// The branch that the features take: that of the first feature of `features` that is there, else
/// that of `:default`, else none. `conditional` is the node `#?…` or `#?@…`. Without a form after
/// the prefix it is an error that the parser has reported: `Err(None)`.
pub(crate) fn branch<'t>(
    conditional: Element<'t>,
    features: &[&str],
) -> Result<Option<Element<'t>>, Option<ConditionalError>> {
    let error = |message: &str, range| {
        Err(Some(ConditionalError {
            message: message.into(),
            range,
        }))
    };
    let Some(body) = conditional.children().find(|child| !child.is_no_form()) else {
        return Err(None);
    };
    if body.kind() != SyntaxKind::List {
        return error("a reader conditional needs a list after it", body.range());
    }
    let mut forms = body.children().filter(|child| !child.is_no_form());
    let mut best: Option<(usize, Element<'t>)> = None;
    while let Some(feature) = forms.next() {
        let name = match feature.kind() {
            SyntaxKind::Keyword => &feature.token_text()[1..],
            _ => return error("a feature must be a keyword", feature.range()),
        };
        let Some(form) = forms.next() else {
            return error("this feature has no form", feature.range());
        };
        let rank = match features.iter().position(|known| *known == name) {
            Some(rank) => rank,
            None if name == "default" => features.len(),
            None => continue,
        };
        if best.is_none_or(|(found, _)| rank < found) {
            best = Some((rank, form));
        }
    }
    Ok(best.map(|(_, form)| form))
}

impl<'t> Reader<'t, '_> {
    /// As [`branch`], with an error that can be reported. An error the parser has reported gives
    /// nothing.
    pub(super) fn chosen_branch(
        &self,
        conditional: Element<'t>,
    ) -> Result<Option<Element<'t>>, Box<ReadError>> {
        match branch(conditional, self.features) {
            Ok(branch) => Ok(branch),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(Box::new(self.conditional_error(error))),
        }
    }

    fn conditional_error(&self, error: ConditionalError) -> ReadError {
        self.new_error(Code::INVALID_READER_CONDITIONAL, error.message, error.range)
            .note("a reader conditional looks like `#?(:ox form :default form)`")
    }

    pub(super) fn feature_list(&self) -> String {
        let names: Vec<String> = self
            .features
            .iter()
            .map(|feature| format!("`:{feature}`"))
            .collect();
        names.join(", ")
    }

    /// `#?@(…)`: the items of the chosen list or vector.
    pub(super) fn splice(&mut self, element: Element<'t>) {
        self.note_conditional();
        match spliced(element, self.features) {
            Ok(None) | Err(None) => {}
            Ok(Some(sequence)) => {
                self.push_frame(FrameKind::Splice, sequence, Origin::NONE);
            }
            Err(Some(error)) => {
                let error = self.conditional_error(error);
                self.error_datum(element.range(), Some(error));
            }
        }
    }
}

/// The list or vector whose items `#?@(…)` gives, if the features leave one.
pub(crate) fn spliced<'t>(
    mut conditional: Element<'t>,
    features: &[&str],
) -> Result<Option<Element<'t>>, Option<ConditionalError>> {
    loop {
        let Some(branch) = branch(conditional, features)? else {
            return Ok(None);
        };
        match branch.kind() {
            SyntaxKind::List | SyntaxKind::Vector => return Ok(Some(branch)),
            SyntaxKind::Conditional => conditional = branch,
            _ => {
                return Err(Some(ConditionalError {
                    message: "`#?@` needs a list or vector to splice".into(),
                    range: branch.range(),
                }));
            }
        }
    }
}
