//! Answers go to the screen that asked. The slot says what was asked; an answer of another kind cannot come.

use crate::tui::effect::{Answer, Effect};
use crate::tui::screens::{checks, credentials, matrix, preview, rollout, rotation, unlock, value};
use crate::tui::state::{Slot, State};
use crate::tui::theme::Role;

/// Takes the answer to what was asked in a slot.
pub(super) fn answer(state: &mut State, slot: &Slot, answer: Answer) -> Vec<Effect> {
    let (name, field) = match slot {
        Slot::Glance(name)
        | Slot::Survey(name)
        | Slot::Form(name)
        | Slot::Compare(name)
        | Slot::Save(name)
        | Slot::Value(name)
        | Slot::Checklist(name)
        | Slot::Plan(name)
        | Slot::Run(name)
        | Slot::Follow(name)
        | Slot::Ways(name)
        | Slot::Retry(name)
        | Slot::Evidence(name)
        | Slot::SignIn(name) => (name.as_str(), ""),
        Slot::Judge(name, field)
        | Slot::Reveal(name, field)
        | Slot::Generate(name, field)
        | Slot::Check(name, field)
        | Slot::Mend(name, field)
        | Slot::Stands(name, field)
        | Slot::Rotate(name, field)
        | Slot::Next(name, field)
        | Slot::Adopt(name, field) => (name.as_str(), field.as_str()),
        Slot::Vault | Slot::Unlock | Slot::Aside => ("", ""),
    };
    match answer {
        Answer::Vault(standing) => {
            state.vault = Some(standing);
            Vec::new()
        }
        Answer::Unlocked(answer) => unlock::update::tried(state, answer),
        Answer::Glance(answer) => matrix::update::glanced(state, name, *answer),
        Answer::Survey(answer) => matrix::update::surveyed(state, name, *answer),
        Answer::Form(answer) => credentials::update::formed(state, name, *answer),
        Answer::Judged(answer) => {
            let mut effects = credentials::update::judged(state, (name, field), answer);
            effects.extend(credentials::update::save_made(state, name));
            effects
        }
        Answer::Compared(answer) => credentials::adopt::compared(state, name, *answer),
        Answer::Adopted(answer) => credentials::adopt::adopted(state, (name, field), answer),
        Answer::Rotation(answer) => rotation::update::stood(state, answer),
        Answer::Rotated(answer, reached) => rotation::update::rotated(state, (name, field), *answer, reached),
        Answer::RotatedBack(answer) => rotation::update::given_up(state, (name, field), answer),
        Answer::Revealed(answer) if matches!(slot, Slot::Next(..)) => rotation::update::revealed(state, field, answer),
        Answer::Revealed(answer) => credentials::update::revealed(state, (name, field), answer),
        Answer::Generated(answer) => {
            let mut effects = credentials::update::generated(state, (name, field), answer);
            effects.extend(credentials::update::save_made(state, name));
            effects
        }
        Answer::Saved(answer) => credentials::update::saved(state, name, answer),
        Answer::ValueSet(answer) => value::update::set(state, name, answer),
        Answer::Listed(answer) => checks::update::listed(state, name, answer),
        Answer::Checked(answer) => checks::update::checked(state, (name, field), answer),
        Answer::Mended(answer) => checks::update::mended(state, (name, field), answer),
        Answer::Prepared(answer) => preview::update::planned(state, name, *answer),
        Answer::Ran(answer) => {
            let mut effects = rollout::update::ran(state, name, *answer);
            effects.extend(rotation::update::after_run(state, name));
            effects
        }
        Answer::Followed(answer) => {
            if let Err(failure) = answer {
                state.say(failure.to_string(), Role::Warn);
            }
            Vec::new()
        }
        Answer::Ways(answer) => rollout::ways::ways(state, name, answer),
        Answer::Retried(answer) => rollout::ways::retried(state, name, answer),
        Answer::Saving(answer) => {
            match answer {
                Ok(file) => state.say(format!("Saved, masked: {}", file.display()), Role::Text),
                Err(failure) => state.say(failure.to_string(), Role::Fail),
            }
            Vec::new()
        }
        Answer::SignedIn(answer) => matrix::update::signed_in(state, name, answer),
        Answer::Done => Vec::new(),
    }
}
