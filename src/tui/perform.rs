//! Acts and reports back. It never sees the state; every wish gets exactly one answer with its number.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::effect::{Answer, Effect, Question, Wish};
use super::msg::Msg;
use crate::deploy::{Session, Stop, Way};
use crate::secret::generate;

/// How many events of one run may wait.
const WAITING: usize = 256;

/// Carries wishes out on the runtime.
#[derive(Clone)]
pub struct Performer {
    session: Session,
    answers: mpsc::Sender<Msg>,
    stops: Arc<Mutex<BTreeMap<Question, Stop>>>,
}

impl Performer {
    /// Answers arrive in the channel.
    pub fn new(session: Session, answers: mpsc::Sender<Msg>) -> Self {
        Self { session, answers, stops: Arc::default() }
    }

    /// Carries a wish out; its answer comes through the channel.
    pub fn perform(&self, effect: Effect) {
        let performer = self.clone();
        tokio::spawn(async move {
            let question = effect.question;
            let answer = performer.answer(question, effect.wish).await;
            performer.stops.lock().unwrap_or_else(PoisonError::into_inner).remove(&question);
            // The screen is gone when nobody listens any more; then there is nobody to tell.
            let _ = performer.answers.send(Msg::Answer(question, answer)).await;
        });
    }

    async fn answer(&self, question: Question, wish: Wish) -> Answer {
        let session = &self.session;
        match wish {
            Wish::Vault => Answer::Vault(session.vault().await),
            Wish::Unlock(passphrase) => Answer::Unlocked(session.unlock(passphrase).await),
            Wish::Glance(name) => Answer::Glance(Box::new(session.glance(&name).await)),
            Wish::Survey(name) => Answer::Survey(Box::new(session.survey(&name).await)),
            Wish::Form(name) => Answer::Form(Box::new(session.form(&name).await)),
            Wish::Judge { environment, field, value: Some(value) } => {
                Answer::Judged(Ok(session.judge(&environment, &field, &value)))
            }
            Wish::Judge { environment, field, value: None } => {
                let stored = session.reveal(&environment, &field).await;
                Answer::Judged(stored.map(|value| value.and_then(|value| session.judge(&environment, &field, &value))))
            }
            Wish::Reveal { environment, field } => Answer::Revealed(session.reveal(&environment, &field).await),
            Wish::Generate { recipe, .. } => Answer::Generated(generate(recipe.length)),
            Wish::Compare(name) => Answer::Compared(Box::new(session.compare(&name).await)),
            Wish::Adopt { environment, fields } => Answer::Adopted(session.adopt(&environment, &fields).await),
            Wish::Rotation { environment, field } => Answer::Rotation(session.rotation(&environment, &field).await),
            Wish::Rotate { environment, field, say } => {
                let asks = session.rotate(&environment, &field, say, &Way::default()).await;
                let stood = session.rotation(&environment, &field).await.ok();
                Answer::Rotated(Box::new(asks), stood.and_then(|stood| stood.stage))
            }
            Wish::RotateBack { environment, field } => {
                Answer::RotatedBack(session.rotate_back(&environment, &field).await)
            }
            Wish::NextValue { environment, field } => Answer::Revealed(session.next_value(&environment, &field).await),
            Wish::Save { environment, entries } => Answer::Saved(session.save(&environment, entries).await),
            Wish::SetValue { environment, path, value } => {
                Answer::ValueSet(session.set_value(&environment, &path, &value))
            }
            Wish::Checklist(name) => Answer::Listed(session.checklist(&name)),
            Wish::Check { environment, asking } => {
                let stop = self.stop(question);
                let (news, pumped) = self.pump(question, Msg::News);
                let ended = Box::pin(session.check(&environment, asking, news, stop)).await;
                let _ = pumped.await;
                Answer::Checked(ended.map(|_| ()))
            }
            Wish::Mend { environment, mend, consent } => {
                let stop = self.stop(question);
                Answer::Mended(Box::pin(session.mend(&environment, &mend, &consent, stop)).await)
            }
            Wish::Prepare { environment, take_over } => {
                Answer::Prepared(Box::new(session.prepare_taking(&environment, take_over).await))
            }
            Wish::Apply(approved) => {
                let stop = self.stop(question);
                let (events, pumped) = self.pump(question, Msg::Event);
                let outcome = session.run(*approved, events, stop).await;
                let _ = pumped.await;
                Answer::Ran(Box::new(Ok(outcome)))
            }
            Wish::Watch { environment, until_ready } => {
                let stop = self.stop(question);
                let (events, pumped) = self.pump(question, Msg::Event);
                let outcome = session.watch(&environment, until_ready, events, stop).await;
                let _ = pumped.await;
                Answer::Ran(Box::new(outcome))
            }
            Wish::Follow { environment, of } => {
                let stop = self.stop(question);
                let (events, pumped) = self.pump(question, Msg::Event);
                let ended = session.follow(&environment, of, events, stop).await;
                let _ = pumped.await;
                Answer::Followed(ended)
            }
            Wish::Stop(run) => {
                if let Some(stop) = self.stops.lock().unwrap_or_else(PoisonError::into_inner).get(&run) {
                    stop.cancel();
                }
                Answer::Done
            }
            Wish::Ways { environment, cause } => Answer::Ways(session.ways_out(&environment, &cause).await),
            Wish::Retry(name) => Answer::Retried(session.retry(&name).await),
            Wish::Evidence(progress) => Answer::Saving(session.save_evidence(&progress).await),
            // Those touch the terminal, which the loop owns.
            Wish::Copy(_) | Wish::SignIn { .. } | Wish::Redraw | Wish::Suspend | Wish::Quit(_) => Answer::Done,
        }
    }

    fn stop(&self, question: Question) -> Stop {
        let stop = Stop::new();
        self.stops.lock().unwrap_or_else(PoisonError::into_inner).insert(question, stop.clone());
        stop
    }

    /// A channel whose events arrive as messages with the number of their run.
    fn pump<E: Send + 'static>(
        &self,
        question: Question,
        msg: fn(Question, E) -> Msg,
    ) -> (mpsc::Sender<E>, tokio::task::JoinHandle<()>) {
        let (events, mut received) = mpsc::channel(WAITING);
        let answers = self.answers.clone();
        let pump = tokio::spawn(async move {
            while let Some(event) = received.recv().await {
                if answers.send(msg(question, event)).await.is_err() {
                    break;
                }
            }
        });
        (events, pump)
    }
}
