//! The engine knows nothing of MLflow: a second module with checks of its own.

use landfall::check::Verdict;
use landfall::demo::Scenario;
use landfall::deploy::Session;
use landfall::project::Project;

use super::{alone, asking, found, playing, run};
use crate::support::{fixture, setup};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_module_brings_its_own_checks() {
    let demo = playing(Scenario::Ok);
    let project = Project::load(&fixture("project/echo")).unwrap();
    let session = Session::with_web(setup(&demo, project), landfall::system::Web::over(demo.web()));
    let environment = session.environments().remove(0);
    session.make_up(&environment).await.unwrap();
    let names: Vec<String> =
        session.checklist(&environment).unwrap().items.into_iter().map(|item| item.check).collect();
    assert_eq!(names[names.len() - 2..], ["clock", "words"], "its smoke test comes only when it is asked for");
    let finding = alone(&session, &environment, "clock").await;
    let mend = finding.mend.unwrap_or_else(|| panic!("{:?}", finding.headline));
    let consent = landfall::plan::Consent::Named(environment.clone());
    session.mend(&environment, &mend, &consent, landfall::deploy::Stop::new()).await.unwrap();
    let list = run(&session, &environment, asking(&[])).await;
    assert_eq!(found(&list, "clock").headline, "clock is in order");
    assert_eq!(found(&list, "words").verdict, Verdict::Ok);
    assert_eq!(alone(&session, &environment, "echo").await.verdict, Verdict::Unknown, "nothing listens there");
    let failure =
        session.check(&environment, asking(&["clok"]), tokio::sync::mpsc::channel(1).0, landfall::deploy::Stop::new());
    let failure = Box::pin(failure).await.unwrap_err();
    assert!(failure.hints[0].contains("clock"), "{failure:?}");
}
