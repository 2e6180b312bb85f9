//! Passwords are changed where they are known, by landfall itself, while MLflow runs, and nothing is lost on the way.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use landfall::deploy::{Ask, Proof, Say, Session, Way};
use landfall::secret::Secret;
use landfall::system::{Encryption, Reply, Role};

use crate::ground::Ground;
use crate::house::{HOST, House, PASSWORD, Told};
use crate::kubelet::Running;
use crate::smoke;
use crate::support::apply_well;
use crate::web::{NodePort, Web};

const NAME: &str = "rotated";

/// Rotates one credential, and lets the environment be applied where that is asked for.
async fn rotate(session: &Session, field: &str, way: &Way) -> String {
    let mut applied = 0;
    loop {
        match session.rotate(NAME, field, Say::Go, way).await.unwrap() {
            Ask::Done(proof) => {
                assert_eq!(proof, Proof::Login, "{field}");
                break;
            }
            Ask::Apply => {
                apply_well(session, NAME).await;
                applied += 1;
                assert!(applied < 3, "{field}: applied and nothing came of it");
            }
            ask @ (Ask::Change(_) | Ask::Value(_)) => panic!("{field}: it can be reached from here: {ask:?}"),
        }
    }
    #[expect(clippy::disallowed_methods, reason = "the services are asked with it")]
    let new = session.reveal(NAME, field).await.unwrap().unwrap().open(str::to_owned);
    assert_ne!(new, PASSWORD, "{field}");
    new
}

/// The pod that comes of what is applied now.
async fn start(house: &House) -> (Web, Running, u16) {
    let port = NodePort::choose().await;
    let (pod, number) = (house.pod(NAME).await, port.number);
    port.lead_to(pod.address);
    let init = pod.run("init").await;
    assert_eq!(init.code, 0, "{}", init.words);
    let web = Web::open(HOST, number);
    let mut server = pod.start("mlflow");
    web.answers(&mut server).await;
    // The port of the Service is another one after a restart: the page asks under the one it was told.
    (web.at(&format!("{HOST}:{}", house.port(NAME))), server, number)
}

#[tokio::test]
async fn passwords_are_changed_where_they_are_known() {
    let ground = Ground::find();
    let told = Told::well(&ground, NAME, 31100);
    told.found(&ground).await;
    let house = House::build(ground, vec![told]).await;
    let session = house.session(NAME).await;
    apply_well(&session, NAME).await;
    let (web, server, port) = start(&house).await;
    let (experiment, run) = smoke::begin(&web.signed_in("admin", PASSWORD), "older than any rotation").await;

    // Nothing comes about in the clear, nor where nobody vouches for the server: what follows went over TLS.
    let role = |encryption| Role {
        host: "127.0.0.1".to_owned(),
        port: house.ground().postgres.port,
        database: NAME.to_owned(),
        name: NAME.to_owned(),
        encryption,
    };
    for (encryption, gets_in) in [(Encryption::Required, true), (Encryption::Off, false), (Encryption::Verified, false)]
    {
        let reply = role(encryption).login(&Secret::new(PASSWORD)).await;
        assert_eq!(reply == Reply::Yes, gets_in, "{encryption:?}: {reply:?}");
    }

    // A cluster that was handed in has nothing behind its names: where the systems are is said.
    let way = Way { at: Some(format!("127.0.0.1:{}", house.ground().postgres.port)), ..Way::default() };
    let role = rotate(&session, "pgsql.password", &way).await;
    assert!(house.ground().logs_in(NAME, &role).await);
    assert!(!house.ground().logs_in(NAME, PASSWORD).await);
    let way = Way { at: Some(format!("127.0.0.1:{port}")), ..Way::default() };
    let admin = rotate(&session, "mlflow.password", &way).await;
    assert_eq!(web.signed_in("admin", &admin).get("/version").await.status, 200);

    // What the Secret holds now is what both of them know.
    let ended = server.stop().await;
    assert_eq!(ended.code, 0, "{}", ended.words);
    let (web, _server, _) = start(&house).await;
    assert_eq!(web.signed_in("admin", PASSWORD).get("/version").await.status, 401);
    let mine = web.signed_in("admin", &admin);
    let found = mine.get(&format!("/api/2.0/mlflow/runs/get?run_id={run}")).await.well();
    assert_eq!(found["run"]["info"]["experiment_id"], *experiment);
}
