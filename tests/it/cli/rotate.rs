//! Credentials compared, taken over and rotated by the real program, on the demo cluster.

use std::process::{Command, Stdio};

use super::{Machine, Said};

const ROTATE: [&str; 3] = ["rotate", "dev", "--demo"];

fn with<'a>(base: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [base, more].concat()
}

#[test]
fn a_rotation_waits_for_the_system_and_says_what_to_do_without_the_value() {
    let machine = Machine::new();
    let said = machine.run(&with(&ROTATE, &["pgsql.password", "--yes"]));
    said.ends(6)
        .says("✓ pgsql.password: the new value is made, the old one is kept")
        .says("PostgreSQL has to be told")
        .says("\nALTER ROLE \"mlflow_user\" PASSWORD 'SCRAM-SHA-256$4096:")
        .complains("then go on: landfall rotate dev pgsql.password --resume --changed");
    let rows = machine.run(&with(&ROTATE, &["pgsql.password", "--yes", "-o", "json"])).ends(6).rows();
    assert_eq!((rows[0]["type"].as_str(), rows[0]["stage"].as_str()), (Some("rotation"), Some("made")));
    assert_eq!(rows[1]["type"], "instruction");
    assert_eq!((rows[1]["system"].as_str(), rows[1]["needsValue"].as_bool()), (Some("PostgreSQL"), Some(false)));
}

#[test]
fn several_are_changed_first_and_applied_together() {
    let machine = Machine::new();
    let fields = ["pgsql.password", "generated.session_key", "--yes", "--changed", "-o", "json"];
    let rows = machine.run(&with(&ROTATE, &fields)).ends(0).rows();
    let kinds: Vec<_> = rows.iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "outcome").count(), 1, "one restart: {kinds:?}");
    let last = rows.last().unwrap();
    assert_eq!(last["type"], "rotated");
    let proofs: Vec<_> = last["fields"].as_array().unwrap().iter().map(|field| field["proof"].as_str()).collect();
    assert_eq!(proofs, [Some("rollout"), Some("rollout")]);
}

#[test]
fn the_new_value_goes_to_a_file_descriptor_and_nowhere_else() {
    let machine = Machine::new();
    let program = env!("CARGO_BIN_EXE_landfall");
    let line = format!("exec {program} rotate dev minio.secret_key --demo --yes --changed --value-fd 3 3>value");
    let given = machine.command(&[]);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &line]).current_dir(machine.path("")).env_clear();
    shell.envs(given.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let said = Said::of(shell.spawn().unwrap());
    said.ends(0).says("dev minio.secret_key is rotated");
    let value = machine.read("value");
    assert_eq!(value.trim_end_matches('\n').len(), 32, "one line");
    said.keeps_quiet(value.trim_end());
}

#[test]
fn what_cannot_be_rotated_is_said_before_anything_is_done() {
    let machine = Machine::new();
    machine.run(&ROTATE).ends(2).complains("which credentials should be rotated?");
    machine.run(&with(&ROTATE, &["pgsql.username"])).ends(2).complains("it is not secret");
    machine.run(&with(&ROTATE, &["generated.encryption_passphrase"])).ends(2).complains("must never change");
    machine.run(&with(&ROTATE, &["no.such"])).ends(2).complains("the module asks for no credential");
    machine.run(&with(&ROTATE, &["--resume"])).ends(2).complains("no rotation is under way in dev");
    machine
        .run(&with(&ROTATE, &["pgsql.password", "--back"]))
        .ends(2)
        .complains("no rotation of pgsql.password is under way");
    machine.run(&with(&ROTATE, &["pgsql.password", "--at", "nowhere"])).ends(2).complains("is no address");
    let prod = machine.run(&["rotate", "prod", "generated.session_key", "--demo", "--yes"]);
    prod.ends(6)
        .complains("prod was not confirmed, nothing was applied")
        .complains("go on with: landfall rotate prod --resume");
}

#[test]
fn credentials_are_compared_with_the_cluster_and_taken_over() {
    let machine = Machine::new();
    machine.run(&["creds", "status", "dev", "--demo", "--exit-code"]).ends(0).says("✓ pgsql.password").says("in sync");
    let edited = ["--demo", "--scenario", "edited"];
    let status = machine.run(&with(&["creds", "status", "dev", "--exit-code"], &edited));
    status
        .ends(10)
        .says("≠ pgsql.password")
        .says("changed in the cluster, by kubectl-edit")
        .says("→ take over what is in the cluster: landfall creds pull dev");
    let rows = machine.run(&with(&["creds", "status", "dev", "-o", "json"], &edited)).ends(0).rows();
    let fields = rows[0][0]["fields"].as_array().unwrap().clone();
    let field = fields.iter().find(|field| field["name"] == "pgsql.password").unwrap();
    assert_eq!((field["state"].as_str(), field["by"].as_str()), (Some("changed-there"), Some("kubectl-edit")));
    machine
        .run(&with(&["creds", "pull", "dev"], &edited))
        .ends(6)
        .says("From the cluster of dev into the vault")
        .complains("without a terminal it needs --yes");
    machine.run(&with(&["creds", "pull", "dev", "--yes"], &edited)).ends(0).says("taken dev: pgsql.password");
    machine.run(&["creds", "pull", "dev", "--demo"]).ends(0).complains("nothing that is not here already");
    machine.run(&with(&["status", "dev"], &edited)).ends(0).says("1 not in sync (landfall creds status dev)");
}
